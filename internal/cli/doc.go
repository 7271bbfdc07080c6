// Package cli is gantry on a command line: the console, the simulator, and the headless
// twins of what the console does, which have rooms of their own: changes, reports, keeping and upkeep.
// Results go to standard output, progress and questions to standard error, and the exit
// code says how it ended.
package cli
