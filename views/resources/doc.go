// Package resources is the screens of what an account runs: clusters, services,
// tasks, containers and instances, each as a table, and each thing described.
//
// Screens that look only belong here. What changes something, and what reads
// logs, is reached through views.Nav.
package resources
