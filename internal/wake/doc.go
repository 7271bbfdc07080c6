// Package wake tells that the machine slept. The clock that Go measures durations by, and
// its timers, stand still while a laptop sleeps; the clock on the wall goes on. What was
// read before is old then, whatever the timers say.
//
// What is to be done about it belongs to who reads: awsx/store and logs/tail.
package wake
