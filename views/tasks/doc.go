// Package tasks is the screens of tasks: those of a service, those on an instance, and the
// containers of one.
package tasks
