// Package schedule reads the expressions by which EventBridge and EventBridge Scheduler start
// something: rate, cron and at. It says them in words and computes when they are next due. It is
// pure and knows no clock.
package schedule
