// Package pipeline knows the services that run gantry as a step of a job: how a line is kept
// from being taken for a command to them, and how they are told of a failure. What a command
// prints is the command's own business.
package pipeline
