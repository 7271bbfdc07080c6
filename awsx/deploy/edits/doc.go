// Package edits changes the images, the variables and the references to secrets of a task
// definition, in the tree of the document, reads one that somebody wrote in its place,
// and tells what changed: by an edit, or between two documents. It is pure. When an edit
// is made and what it asks for is the business of the verbs in awsx/deploy.
package edits

import "gantry/internal/fault"

// invalid makes the error for input that is refused before anything is sent.
func invalid(format string, args ...any) *fault.Error {
	return fault.Errorf(fault.Invalid, "plan", "", format, args...)
}
