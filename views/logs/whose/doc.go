// Package whose says whose lines a log screen shows: a service's, a task's, a container's,
// or those of several of them together. It finds their tasks and derives from them the
// query for the lines.
//
// How lines of tasks look in a store is decided in gantry/logs/ecslog; how lines are
// searched for and drawn, in gantry/views/logs.
package whose
