// Package logs is the screens of log lines: the tail with its history, a single
// record, and the histogram.
//
// Where lines come from and what matches a query is decided below, in gantry/logs.
package logs
