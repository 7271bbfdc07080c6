// Package store keeps what gantry knows about its accounts up to date. Each
// kind of resource in each scope of each context has one poller, shared by all
// who watch it; it alone decides when to call, from what its watchers need and
// from how the last calls went. What it read is published as immutable
// snapshots, and a failure keeps the last good ones. A snapshot says what changed
// since any older one (Snapshot.Since).
//
// What belongs here: pollers and what they read of an account (kinds.go, service.go,
// targets.go), and the caches that pollers share. What does not: judging what was read,
// and remembering what passed by, which awsx/past is told. Which events give reason to look sooner
// is told to it (Options.Alarming).
//
// What one port lists is watched as it is by Watched (kinds.go), which needs no line here.
package store
