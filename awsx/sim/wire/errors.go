package wire

import (
	"errors"
	"net/http"
)

// Error is an error that the service's client is meant to see.
type Error struct {
	status        int
	code, message string
}

// Error implements error.
func (e *Error) Error() string { return e.code + ": " + e.message }

// Fail is a client's mistake.
func Fail(code, message string) error {
	return &Error{status: http.StatusBadRequest, code: code, message: message}
}

// Missing is the mistake of a name that stands for nothing, where the service says so
// by the status too.
func Missing(code, message string) error {
	return &Error{status: http.StatusNotFound, code: code, message: message}
}

// Invalid is the mistake of a parameter that the service does not take.
func Invalid(message string) error { return Fail("InvalidParameterException", message) }

func asAPIError(err error) *Error {
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	return &Error{status: http.StatusInternalServerError, code: "InternalFailure", message: err.Error()}
}

// Refusal is the code and the message of an error.
func Refusal(err error) (code, message string) {
	e := asAPIError(err)
	return e.code, e.message
}

// side is who an error blames.
func (e *Error) side() string {
	if e.status >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

// tree is the error as the protocols other than Query carry it.
func (e *Error) tree() map[string]any {
	tree := map[string]any{"__type": e.code}
	if e.message != "" {
		tree["message"] = e.message
	}
	return tree
}
