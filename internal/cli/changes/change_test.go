package changes

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx/deploy"
	"gantry/internal/cli/command"
	"gantry/internal/fault"
)

// TestReadingBeforeAChangeIsBoundedByItsTimeout: an account that says nothing is not waited
// for longer than the verdict would be, and never for less than one answer may take.
func TestReadingBeforeAChangeIsBoundedByItsTimeout(t *testing.T) {
	for timeout, want := range map[time.Duration]time.Duration{0: 0, time.Second: leastReading, time.Minute: time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			f := changeFlags{timeout: timeout}
			ctx, cancel := f.reading(t.Context())
			defer cancel()
			until, bounded := ctx.Deadline()
			if bounded != (want > 0) || bounded && time.Until(until) != want {
				t.Errorf("--timeout %s reads until %s, want %s", timeout, until, want)
			}
		})
	}
}

// TestExitIsOneOnceACallWasMade: what is bad input, or refused, before anything is sent is
// a failure after it.
func TestExitIsOneOnceACallWasMade(t *testing.T) {
	for _, c := range []struct {
		err          error
		before, sent int
	}{
		{fault.Errorf(fault.Invalid, "ecs:RegisterTaskDefinition", "", "no"), command.ExitUsage, command.ExitFailed},
		{fault.Errorf(fault.NotFound, "ecs:UpdateService", "", "no"), command.ExitUsage, command.ExitFailed},
		{fault.Errorf(fault.Expired, "ecs:UpdateService", "", "no"), command.ExitUsage, command.ExitFailed},
		{fault.Errorf(fault.Drift, "deploy", "", "%w: moved", deploy.ErrRefused), command.ExitRefused, command.ExitFailed},
		{fault.Errorf(fault.Failed, "ecs:UpdateService", "", "no"), command.ExitFailed, command.ExitFailed},
		{errors.Join(context.Canceled, errors.New("x")), command.ExitInterrupt, command.ExitInterrupt},
		{nil, command.ExitDone, command.ExitDone},
	} {
		if got := codeOfRun(deploy.Result{}, c.err); got != c.before {
			t.Errorf("%v, nothing sent: %d, want %d", c.err, got, c.before)
		}
		if got := codeOfRun(deploy.Result{Sent: 1}, c.err); got != c.sent {
			t.Errorf("%v, one call sent: %d, want %d", c.err, got, c.sent)
		}
	}
}
