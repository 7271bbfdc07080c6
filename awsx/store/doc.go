// Package store keeps what gantry knows about its accounts up to date. Each
// kind of resource in each scope of each context has one poller, shared by all
// who watch it; it alone decides when to call, from what its watchers need and
// from how the last calls went. What it read is published as immutable
// snapshots, and a failure keeps the last good ones.
package store
