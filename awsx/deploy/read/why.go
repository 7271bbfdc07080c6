package read

import (
	"errors"

	"gantry/internal/fault"
)

// Why says why something was not read. It names the missing action when that was denied.
func Why(err error) string {
	var e *fault.Error
	if errors.As(err, &e) && e.Class == fault.Denied && e.Op != "" {
		return e.Op + " is denied"
	}
	if fault.ClassOf(err) == fault.Unrecorded {
		return fault.Unrecorded.String()
	}
	return "not read, " + fault.ClassOf(err).String()
}
