// Package timeline reads what happened to a cluster or a service, and when. What the store
// reads anyway, services with their events and tasks, is taken from there; the rest is read a
// step at a time, so that what is known is shown while more is read. What cannot be read is
// told beside the entries, once.
package timeline
