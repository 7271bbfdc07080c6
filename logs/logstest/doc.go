// Package logstest has a log store in memory for the tests of what reads log
// stores, and what such tests read it with.
//
// It keeps lines, and a test may have it fail; it understands no query. The store
// that does is logs/sim.
package logstest
