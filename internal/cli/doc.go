// Package cli holds gantry's commands: the console, the headless twins of what
// the console does, and the simulator. Results go to standard output, progress
// and questions to standard error, and the exit code says how it ended.
package cli
