// Package routing is the screens of what leads to services: the rules of load balancers
// in the order in which they are evaluated, of a cluster or of one service, and who
// answers a request. How rules are evaluated is the business of awsx/alb.
package routing
