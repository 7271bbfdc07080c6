// Package names keeps what resources were called when they were listed last, for the completion
// of a shell, which must not wait for an account. A context has a file of its own, which only
// the user reads. Names alone belong here: nothing is decided by them.
package names
