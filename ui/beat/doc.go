// Package beat runs the renderer of Bubble Tea as often as there is something to draw. Its
// ticker wakes the processor 120 times a second for ever, which is most of what a console at
// rest takes of it.
//
// What belongs here: when the renderer looks for a frame. What does not: what a frame shows.
package beat
