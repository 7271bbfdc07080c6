package logs

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Class says what kind of failure an error is, in the same words as the
// account's side uses, so that a screen or an exit code treats both alike.
type Class uint8

// The classes, from the least known to the most specific.
const (
	// Failed is any failure without a better class, a 5xx among them.
	Failed Class = iota
	// Denied means that the store knows the caller and refuses the search.
	Denied
	// Throttled means that the store asks for fewer or smaller searches.
	Throttled
	// Expired means that credentials are missing, expired or not accepted.
	Expired
	// NotFound means that no index has the configured name.
	NotFound
	// Offline means that no answer came: name, connection, certificate, timeout.
	Offline
	// Invalid means that the query or the configuration is wrong.
	Invalid
)

var classNames = [...]string{"failed", "denied", "throttled", "expired", "not found", "offline", "invalid"}

// String returns the class in the words that screens and JSON use.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return classNames[Failed]
}

// Passing reports whether the same search may succeed later with nothing
// changed, so that a poller should try again.
func (c Class) Passing() bool { return c == Failed || c == Throttled || c == Offline }

// Error is a classified failure of one request to a log store.
type Error struct {
	Class Class
	// Op is what was being done, such as "search logstash-*".
	Op string
	// Fix says what to do next, as an imperative clause; may be empty.
	Fix string
	// RetryAfter is the wait that the store asked for; zero leaves it to the
	// poller.
	RetryAfter time.Duration
	// Err is the cause. Adapters clean what it quotes of an answer.
	Err error
}

// Error returns operation, class, cause and fix on one line.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	b.WriteString(e.Class.String())
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.Fix != "" {
		b.WriteString(" (" + e.Fix + ")")
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error of a class for an operation.
func Errorf(c Class, op, format string, args ...any) *Error {
	return &Error{Class: c, Op: op, Err: fmt.Errorf(format, args...)}
}

// ClassOf returns the class of the first Error in the chain, Failed otherwise.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return Failed
}

// ErrTooLarge is the cause of a failure when an answer was larger than an adapter
// takes: a smaller page may succeed.
var ErrTooLarge = errors.New("the answer is too large")

// retryAfter returns the wait that the store asked for, or zero.
func retryAfter(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}
