// Package alb relates what a load balancer knows, targets of target groups, to
// what the scheduler knows, tasks and their containers' ports. It is pure: it
// calls nothing and keeps nothing.
package alb
