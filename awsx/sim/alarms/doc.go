// Package alarms holds CloudWatch alarms, composite ones with their rules included, and
// the API that shows them. Alarms follow the metrics that somebody measures, and change when
// they are told to. Who minds an alarm is told when it fires.
package alarms
