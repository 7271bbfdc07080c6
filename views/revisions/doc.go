// Package revisions is the screens of what was deployed of a service: its
// deployments, its task definitions' revisions, and what differs between two.
package revisions
