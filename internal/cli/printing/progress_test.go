package printing_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx/deploy/follow"
	"gantry/internal/cli/printing"
)

func TestALongWaitIsNotSilent(t *testing.T) {
	var told strings.Builder
	p := printing.NewProgress(&told, nil)
	began := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	for _, after := range []time.Duration{0, 2 * time.Second, 59 * time.Second, 61 * time.Second, 63 * time.Second, 125 * time.Second} {
		pr := progressOf(3)
		pr.At, pr.Elapsed = began.Add(after), after
		p.Print(pr)
	}
	if got := strings.Count(told.String(), "\n"); got != 3 {
		t.Errorf("told %d times, want at 0s, 61s and 125s:\n%s", got, told.String())
	}
}

// progressOf is a rollout of so many tasks that does not get on.
func progressOf(n int) follow.Progress {
	return follow.Progress{Phase: follow.PhaseRolling, Desired: n, Pending: n, Timeout: 10 * time.Minute}
}
