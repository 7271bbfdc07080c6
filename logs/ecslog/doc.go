// Package ecslog finds the log lines of a service, a task or a container: it
// derives the query from what the account says, and tells for each line that
// comes which task and container wrote it.
//
// How a container's lines look in the store depends on its log driver; a Driver
// knows one. What no Driver knows is named, never guessed.
package ecslog
