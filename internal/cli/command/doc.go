// Package command is what every command stands on: the run of the program with its streams
// and flags, targets by name, questions, exit codes, and how a room of commands is made.
// What a command does is the business of its own room.
package command
