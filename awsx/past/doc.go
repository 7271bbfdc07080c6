// Package past is what was seen of an account and is no longer there: tasks that
// stopped, containers with the ids that their lines carry, events of services, targets
// that changed their state. An Observer is told of it while polling sees it pass by
// (past.go), a Past answers what was seen, and a Memory does both for as long as the
// program runs (memory.go).
//
// What belongs here: the two ports, what passes through them, and what follows from it
// alone (tasks.go). What does not: judging it, and keeping it on a disk.
package past
