// Package memory keeps on disk what polling saw pass by, so that a run of gantry can tell
// what an earlier one saw: tasks that stopped and why, events of services, target changes,
// and the ids that lines of containers carry. It is a past.Keeper: what is news goes to a
// past.Memory first, which is the fast front, and is written by a goroutine of its own.
//
// One SQLite file under the state directory holds it, for all accounts and for several
// processes at once. docs/memory.md says why SQLite and what is kept; nothing of a task's
// environment is, and secrets within texts are masked before they are written.
//
// What belongs here: the file, what stands in it, its bounds and what becomes of a file that
// cannot be used. What does not: judging what was seen, and who asks for it.
package memory
