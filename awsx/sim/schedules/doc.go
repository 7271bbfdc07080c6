// Package schedules holds what starts tasks by itself: the rules of EventBridge and the schedules
// of EventBridge Scheduler, and the APIs that show them. Nothing is started by them.
package schedules
