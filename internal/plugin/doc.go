// Package plugin finds the session manager plugin on this machine and runs it: at the
// terminal that is handed over to it, between two pipes for a script in a container, or in
// the background for a forwarded port. What it is told is for awsx/session.
package plugin
