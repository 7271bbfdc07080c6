// Package metrics says which CloudWatch metrics tell of a service, how much of them a
// range needs, and what their values mean. It is pure: it calls nothing and keeps
// nothing.
package metrics
