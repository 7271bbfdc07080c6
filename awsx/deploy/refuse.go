package deploy

import "gantry/internal/fault"

// invalid makes the error for input that is refused before anything is sent.
func invalid(format string, args ...any) *fault.Error {
	return fault.Errorf(fault.Invalid, "plan", "", format, args...)
}
