package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/clean"
	"gantry/logs"
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
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// usagef makes an error of wrong usage or input.
func usagef(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// codeOf chooses the exit code of an error.
func codeOf(err error) int {
	var exit *exitError
	var lost *logs.Error
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &exit):
		return exit.code
	case errors.Is(err, context.Canceled):
		return exitInterrupt
	case errors.Is(err, deploy.ErrRefused):
		return exitRefused
	case errors.As(err, &lost) && lost.Class == logs.Invalid:
		return exitUsage
	}
	switch awsx.ClassOf(err) {
	case awsx.Invalid, awsx.Expired:
		return exitUsage
	case awsx.Drift:
		return exitRefused
	}
	return exitFailed
}

// report prints an error on one line. What it quotes comes from outside.
func report(w io.Writer, err error) {
	fmt.Fprintln(w, "gantry: "+clean.Redact(clean.Line(err.Error())))
	if awsx.ClassOf(err) == awsx.Expired || errors.Is(err, errNowhere) {
		fmt.Fprintln(w, "gantry: to look around without an account: gantry --demo")
	}
}

// errNowhere marks errors of starting that the demo would not have.
var errNowhere = errors.New("nowhere to start")
