// Package taskdef holds task definitions: the document as it was registered, the part
// of it that the control plane acts on, and what ECS refuses. It does not know what
// runs.
package taskdef
