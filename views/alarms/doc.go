// Package alarms shows the CloudWatch alarms that concern a cluster, its services or one of
// them. Which those are is for gantry/awsx/alarms to say.
package alarms
