package read

import (
	"errors"

	"gantry/internal/fault"
)

// Why names the missing action when a read was denied.
func Why(err error) string {
	var e *fault.Error
	if errors.As(err, &e) && e.Class == fault.Denied && e.Op != "" {
		return e.Op + " is denied"
	}
	return "not read, " + fault.ClassOf(err).String()
}
