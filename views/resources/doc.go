// Package resources is the screens of what an account runs, down to its services: the
// clusters, and the services of one with all that explains how they stand.
//
// Screens that look only belong here. What changes something, and what reads
// logs, is reached through views.Nav.
package resources
