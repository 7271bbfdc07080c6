package awsx

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Class says what kind of failure an error is, so that a screen or an exit
// code can be chosen without knowing the SDK.
type Class uint8

// The classes, from the least known to the most specific.
const (
	// Failed is any failure without a better class, a 5xx among them.
	Failed Class = iota
	// Denied means that IAM, or gantry's own guard, refuses the call.
	Denied
	// Throttled means that the account's rate bucket is empty.
	Throttled
	// Expired means that credentials are missing, expired or unusable.
	Expired
	// NotFound means that the named resource does not exist.
	NotFound
	// Offline means that no answer came: name, connection, reset, timeout.
	Offline
	// Invalid means that the input is wrong and was refused, here or there.
	Invalid
	// Drift means that the resource moved since the plan was made.
	Drift
)

var classNames = [...]string{"failed", "denied", "throttled", "expired", "not found", "offline", "invalid", "drift"}

// String returns the class in the words that screens and JSON use.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return classNames[Failed]
}

// Error is a classified failure of one operation on one resource.
type Error struct {
	Class Class
	// Op is the call as IAM spells it, such as ecs:UpdateService; for failures
	// of our own it is the verb, such as "plan".
	Op string
	// Resource is the ARN or name the operation was about; may be empty.
	Resource string
	// Fix says what to do next, as an imperative clause; may be empty.
	Fix string
	// RetryAfter is when a poller may try again; zero leaves it to the poller.
	RetryAfter time.Duration
	// Unknown is true when the request may have been acted on although no
	// answer came: it must be resolved by reading, never by sending again.
	Unknown bool
	// Err is the cause; its text may come from outside and is not cleaned.
	Err error
}

// Error returns op, resource, class, cause and fix on one line. The text of
// the cause comes from outside: clean it where it is shown.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op)
		b.WriteByte(' ')
	}
	if e.Resource != "" {
		b.WriteString(ARNName(e.Resource))
		b.WriteByte(' ')
	}
	if b.Len() > 0 {
		s := strings.TrimSuffix(b.String(), " ")
		b.Reset()
		b.WriteString(s + ": ")
	}
	b.WriteString(e.Class.String())
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	if e.Fix != "" {
		b.WriteString(" (" + e.Fix + ")")
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error of a class for an operation on a resource.
func Errorf(c Class, op, resource, format string, args ...any) *Error {
	return &Error{Class: c, Op: op, Resource: resource, Err: fmt.Errorf(format, args...)}
}

// ClassOf returns the class of the first Error in the chain, Failed otherwise.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return Failed
}
