// Package alarms says which CloudWatch alarms concern which services and clusters, and puts
// an alarm in words. It is pure: whoever asks has read what there is. What an alarm means
// for a verdict or for a change is for packages diagnose and deploy.
package alarms
