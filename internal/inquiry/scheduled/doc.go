// Package scheduled asks what starts tasks by itself: when each is next due, which revision it
// starts and what is wrong with that, and how the last one went.
package scheduled
