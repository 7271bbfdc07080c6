// Package schedules shows what starts tasks by itself: the rules and schedules of EventBridge,
// when each is next due and which revision it starts. When that is, gantry/awsx/schedule says.
package schedules
