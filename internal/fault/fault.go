package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Class says what kind of failure an error is, so that a screen or an exit
// code can be chosen without knowing who was asked.
type Class uint8

// The classes, from the least known to the most specific.
const (
	// Failed is any failure without a better class, a 5xx among them.
	Failed Class = iota
	// Denied means that the caller is known and the call is refused: by IAM, by
	// the log store, or by gantry's own guard.
	Denied
	// Throttled means that fewer or smaller calls are asked for: the account's
	// rate bucket is empty, or the log store has too much to do.
	Throttled
	// Expired means that credentials are missing, expired or not accepted.
	Expired
	// NotFound means that the named resource, index or log group does not exist.
	NotFound
	// Offline means that no answer came: name, connection, certificate, reset,
	// timeout.
	Offline
	// Invalid means that the input, the query or the configuration is wrong and
	// was refused, here or there.
	Invalid
	// Drift means that the resource moved since the plan was made.
	Drift
	// Unrecorded means that a recording of an account was asked for something that it
	// does not hold.
	Unrecorded
)

var classNames = [...]string{"failed", "denied", "throttled", "expired", "not found", "offline", "invalid", "drift", "not in the recording"}

// String returns the class in the words that screens and JSON use.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return classNames[Failed]
}

// Passing reports whether the same request may succeed later with nothing
// changed, so that a poller should try again.
func (c Class) Passing() bool { return c == Failed || c == Throttled || c == Offline }

// Error is a classified failure of one operation, on one resource of the account
// or on a log store.
type Error struct {
	Class Class
	// Op is the call as IAM spells it, such as ecs:UpdateService, or the request
	// to a log store, such as "search logstash-*"; for failures of our own it is
	// the verb, such as "plan".
	Op string
	// Resource is the ARN or name the operation was about; may be empty.
	Resource string
	// Fix says what to do next, as an imperative clause; may be empty.
	Fix string
	// Run is the program that mends it, with its arguments, where one does by itself, such as
	// a login; nil otherwise. Fix names it too.
	Run []string
	// Again is set where the refusal is kept and nobody is asked meanwhile: who mended it
	// says so, and it is tried once more.
	Again bool
	// RetryAfter is the wait that the service asked for; zero leaves it to the
	// poller.
	RetryAfter time.Duration
	// Unknown is true when the request may have been acted on although no
	// answer came: it must be resolved by reading, never by sending again.
	Unknown bool
	// Err is the cause; its text may come from outside and is not cleaned, but
	// for what the adapters of log stores quote of an answer.
	Err error
}

// Errorf makes an error of a class for an operation; resource may be empty.
func Errorf(c Class, op, resource, format string, args ...any) *Error {
	return &Error{Class: c, Op: op, Resource: resource, Err: fmt.Errorf(format, args...)}
}

// ErrNoCredentials is the cause of an error of class Expired where there never were any
// credentials: its text says so without the class, since nothing expired.
var ErrNoCredentials = errors.New("no credentials were found")

// Kind returns the class in the words that screens and JSON use; of missing credentials it
// says that.
func (e *Error) Kind() string {
	if errors.Is(e.Err, ErrNoCredentials) {
		return "no credentials"
	}
	return e.Class.String()
}

// Error returns operation, resource, class, cause and fix on one line. The text
// of the cause comes from outside: clean it where it is shown.
func (e *Error) Error() string {
	what := e.Op
	if e.Resource != "" {
		what = strings.TrimLeft(what+" "+lastPart(e.Resource), " ")
	}
	if what != "" {
		what += ": "
	}
	switch {
	case e.Err == nil:
		what += e.Class.String()
	case errors.Is(e.Err, ErrNoCredentials):
		what += e.Err.Error()
	default:
		what += e.Class.String() + ": " + e.Err.Error()
	}
	if e.Fix != "" {
		what += " (" + e.Fix + ")"
	}
	return what
}

// lastPart returns the name at the end of an ARN, or the name that it was given.
func lastPart(resource string) string {
	resource = resource[strings.LastIndexByte(resource, '/')+1:]
	if strings.HasPrefix(resource, "arn:") {
		resource = resource[strings.LastIndexByte(resource, ':')+1:]
	}
	return resource
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Of returns the first Error in the chain, nil when there is none.
func Of(err error) *Error {
	var e *Error
	errors.As(err, &e)
	return e
}

// Unknown reports whether an error leaves open what became of a call that changes
// something: no answer came, or one that says nothing about it. Such a call is
// resolved by reading.
func Unknown(err error) bool {
	e := Of(err)
	return e != nil && e.Unknown
}

// Again reports whether a call that changes something was turned away for the moment:
// nothing was done, and the same call may be sent again a little later.
func Again(err error) bool { return ClassOf(err) == Throttled && !Unknown(err) }

// ClassOf returns the class of the first Error in the chain, Failed otherwise.
func ClassOf(err error) Class {
	if e := Of(err); e != nil {
		return e.Class
	}
	return Failed
}

// RetryAfter returns the wait that the first Error in the chain asks for, or zero.
func RetryAfter(err error) time.Duration {
	if e := Of(err); e != nil {
		return e.RetryAfter
	}
	return 0
}

// Lasting reports whether an error is one that asking again does not mend.
func Lasting(err error) bool {
	e := Of(err)
	return e != nil && !e.Class.Passing()
}

// AddNew adds an error to a list unless one with the same words is there.
func AddNew(list []error, err error) []error {
	if slices.ContainsFunc(list, func(told error) bool { return told.Error() == err.Error() }) {
		return list
	}
	return append(list, err)
}
