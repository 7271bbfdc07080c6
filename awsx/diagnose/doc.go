// Package diagnose turns what was read about a service into a verdict: how it
// stands, since when, and the best one-line cause. It is pure, takes the time as
// an argument, and never mistakes what was not read for health.
package diagnose
