// Package reason reads what ECS, its agent, container runtimes, registries and
// load balancers write about tasks and services, and says what it means.
//
// Here belong the readers of such texts: Read for reasons, ReadEvent for the
// events of a service, Target for the state of a registered target, Stopped for a
// task that has ended; and the words that screens and commands print for them.
// No verdict on a service belongs here: that is diagnose's, which weighs what was
// read. Everything is pure and takes texts as they came.
//
// A reason is a chain, outermost link first: Code: wrapper: wrapper "subject":
// cause. It is parsed into its links, and each wording is tried where a link
// begins; nothing is searched for inside of names and quoted texts. So a program
// called "catalog" is no log driver. A text that no wording matches is kept
// whole and means nothing.
package reason
