// Package targets is the screen of a service's targets: what the load balancer thinks of
// each, why, what to check, and how that went in this run.
package targets
