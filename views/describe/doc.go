// Package describe puts what an account runs in words, line by line, with secrets masked:
// what d shows of a cluster, a service, a task, and what other screens tell of the same.
package describe
