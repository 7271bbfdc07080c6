package deploy

import "gantry/internal/fault"

// refused makes the error for a document that is refused before anything is sent.
func refused(format string, args ...any) *fault.Error {
	return fault.Errorf(fault.Invalid, "plan", "", format, args...)
}
