// Package timeline puts what happened to a cluster or a service into one order: what was
// changed and by whom, what was registered and deployed, what stopped, scaled, rang and was
// said. It reads nothing: whoever has readings makes entries of them here. What was read of
// the same thing in two places becomes one entry; many deaths alike become one.
package timeline
