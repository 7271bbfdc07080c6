// Package elb is Elastic Load Balancing: load balancers, listeners, rules, target groups
// and targets, and the API that shows them. It does not check targets: the fleet, whose
// containers they are, says what state they are in.
package elb
