package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"gantry/awsx/deploy"
	"gantry/internal/clean"
	"gantry/internal/fault"
)

// The exit codes. They are part of the interface: scripts branch on them.
const (
	exitDone       = 0
	exitFailed     = 1
	exitUsage      = 2 // bad usage or input, or nowhere to run
	exitRolledBack = 3
	exitTimedOut   = 4 // the deployment goes on
	exitRefused    = 5 // read-only, policy, drift, preflight, not confirmed
	exitInterrupt  = 130
)

// exitError is an error with the code it ends the program with.
type exitError struct {
	code int
	err  error
	told bool // the output says it, so that it is not said twice
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// usagef makes an error of wrong usage or input.
func usagef(format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// codeOf chooses the exit code of an error.
func codeOf(err error) int {
	var exit *exitError
	var start *startError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &start):
		return exitUsage
	case errors.Is(err, context.Canceled):
		return exitInterrupt
	case errors.Is(err, deploy.ErrRefused):
		return exitRefused
	}
	switch fault.ClassOf(err) {
	case fault.Invalid, fault.Expired, fault.NotFound, fault.Unrecorded:
		return exitUsage // what was named, or who asks, is not what the account knows
	case fault.Drift:
		return exitRefused
	}
	return exitFailed
}

// codeOfRun chooses the exit code of a change that ended in an error. Once a call was
// made, nothing is bad input or refused any more: the account may be another.
func codeOfRun(res deploy.Result, err error) int {
	code := codeOf(err)
	if res.Sent > 0 && (code == exitUsage || code == exitRefused) {
		return exitFailed
	}
	return code
}

// startError is the failure to begin at all: no terminal, no region, no
// credentials. The demo needs none of them.
type startError struct{ error }

// Unwrap returns the cause.
func (e *startError) Unwrap() error { return e.error }

// report prints an error on one line, or on one for each of several faults. What
// it quotes comes from outside.
func report(w io.Writer, err error) {
	var exit *exitError
	if errors.As(err, &exit) && exit.told {
		return
	}
	mark := "gantry: "
	for line := range strings.Lines(clean.ShownText(err.Error())) {
		fmt.Fprintln(w, mark+strings.TrimSuffix(line, "\n"))
		mark = "  "
	}
	var start *startError
	if errors.As(err, &start) || fault.ClassOf(err) == fault.Expired && codeOf(err) == exitUsage {
		fmt.Fprintln(w, "gantry: to look around without an account: gantry --demo")
	}
}
