// Package change owns every change that is under way: the gate it passes, the
// journal it is written to, the goroutine that carries it out and follows it.
// Screens and commands start changes and look at them; leaving a screen, a
// terminal that stalls or quitting cannot cancel one half-way.
package change
