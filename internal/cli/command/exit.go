package command

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
	ExitDone       = 0
	ExitFailed     = 1
	ExitUsage      = 2 // bad usage or input, or nowhere to run
	ExitRolledBack = 3
	ExitTimedOut   = 4 // the deployment goes on
	ExitRefused    = 5 // read-only, policy, drift, preflight, not confirmed
	ExitFound      = 6 // something is wrong with what was asked about
	ExitInterrupt  = 130
)

// ExitError is an error with the code it ends the program with.
type ExitError struct {
	Code int
	Err  error
	Told bool // the output says it, so that it is not said twice
}

// Error is the cause's.
func (e *ExitError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *ExitError) Unwrap() error { return e.Err }

// Usagef makes an error of wrong usage or input.
func Usagef(format string, args ...any) error {
	return &ExitError{Code: ExitUsage, Err: fmt.Errorf(format, args...)}
}

// CodeOf chooses the exit code of an error.
func CodeOf(err error) int {
	var exit *ExitError
	var start *StartError
	switch {
	case err == nil:
		return ExitDone
	case errors.As(err, &exit):
		return exit.Code
	case errors.As(err, &start):
		return ExitUsage
	case errors.Is(err, context.Canceled):
		return ExitInterrupt
	case errors.Is(err, deploy.ErrRefused):
		return ExitRefused
	}
	switch fault.ClassOf(err) {
	case fault.Invalid, fault.Expired, fault.NotFound, fault.Unrecorded:
		return ExitUsage // what was named, or who asks, is not what the account knows
	case fault.Drift:
		return ExitRefused
	}
	return ExitFailed
}

// StartError is the failure to begin at all: no terminal, no region, no
// credentials. The demo needs none of them.
type StartError struct{ Err error }

// Error is the cause's.
func (e *StartError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *StartError) Unwrap() error { return e.Err }

// Report prints an error on one line, or on one for each of several faults. What
// it quotes comes from outside.
func Report(w io.Writer, err error) {
	var exit *ExitError
	if errors.As(err, &exit) && exit.Told {
		return
	}
	mark := "gantry: "
	for line := range strings.Lines(clean.ShownText(err.Error())) {
		fmt.Fprintln(w, mark+strings.TrimSuffix(line, "\n"))
		mark = "  "
	}
	var start *StartError
	if errors.As(err, &start) || fault.ClassOf(err) == fault.Expired && CodeOf(err) == ExitUsage {
		fmt.Fprintln(w, "gantry: to look around without an account: gantry --demo")
	}
}
