// Package diagnose turns what was read about a service into a verdict: how it
// stands, since when, and the best one-line cause. It is pure, takes the time as
// an argument, and never mistakes what was not read for health.
//
// Screens and commands fill a Cluster, or the Evidence of one service, from what the
// store has read, and print the Standing that Stand gives. Here belong the rules that
// weigh counts, deaths, targets and events. What a text of ECS means is read in reason, what
// programs wrote last in written, and which target is whose in alb; which kinds of trouble
// there are, and what helps against each, is in cause.
package diagnose
