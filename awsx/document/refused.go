package document

import "gantry/internal/fault"

// invalid makes the error for a document that is refused before anything is sent.
func invalid(format string, args ...any) *fault.Error {
	return fault.Errorf(fault.Invalid, "plan", "", format, args...)
}
