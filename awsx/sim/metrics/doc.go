// Package metrics is what CloudWatch knows of an account besides its alarms: the metrics
// of its services, load balancers and tasks, and dashboards. Nothing is recorded: a
// datum is worked out of the tasks, the load and the world's seed when it is asked for,
// so that the same account tells the same of the same minute.
package metrics
