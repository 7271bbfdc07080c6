package follow

import (
	"slices"
	"testing"

	"gantry/awsx"
)

// TestStagesAreReachedInTheirOrder: what is past a stage has reached it, and what goes back
// never does.
func TestStagesAreReachedInTheirOrder(t *testing.T) {
	good, bad := &Verdict{Outcome: SucceededBut}, &Verdict{Outcome: RolledBack}
	for name, c := range map[string]struct {
		p       Progress
		reached string // of these
		of      []string
	}{
		"waiting":      {Progress{Phase: PhaseWaiting}, "", Stages()},
		"rolling":      {Progress{Phase: PhaseRolling}, "rolling ", []string{"rolling", "draining", "ended", "paused"}},
		"draining":     {Progress{Phase: PhaseDraining}, "rolling draining ", []string{"rolling", "draining", "ended", "paused"}},
		"paused":       {Progress{Phase: PhasePaused, Paused: &awsx.LifecycleHook{}}, "rolling paused ", []string{"rolling", "draining", "ended", "paused"}},
		"bakes":        {Progress{Phase: PhaseRolling, Stage: "BAKE_TIME"}, "scale-up bake-time ", []string{"scale-up", "bake-time", "clean-up", "ended"}},
		"unknown":      {Progress{Phase: PhaseRolling, Stage: "NEW_STAGE"}, "", []string{"reconcile-service", "clean-up"}},
		"rolling back": {Progress{Phase: PhaseRollingBack, Stage: "CLEAN_UP"}, "", Stages()},
		"rolled back":  {Progress{Phase: PhaseEnded, Verdict: bad, Stage: "CLEAN_UP"}, "", Stages()},
		"ended well":   {Progress{Phase: PhaseEnded, Verdict: good}, "rolling paused bake-time ended ", []string{"rolling", "paused", "bake-time", "ended"}},
	} {
		got := ""
		for _, stage := range c.of {
			if c.p.Reached(stage) {
				got += stage + " "
			}
		}
		if got != c.reached {
			t.Errorf("%s has reached %q, want %q", name, got, c.reached)
		}
	}
	for _, stage := range Stages() {
		if lacked := (Progress{Record: "arn", Strategy: "ROLLING"}).Lacks(stage); lacked != slices.Contains(LifecycleNames(), stage) {
			t.Errorf("that a rolling deployment lacks %s is %t", stage, lacked)
		}
	}
	rolling := Progress{Record: "arn", Phase: PhaseRolling}
	shifting := Progress{Record: "arn", Shares: []Share{{}}}
	if (Progress{Record: "arn", Phase: PhaseRolling, Strategy: "TIDAL"}).Lacks("bake-time") {
		t.Error("of a strategy that nobody knows it is known which stages it lacks")
	}
	if !rolling.Lacks("bake-time") || rolling.Lacks("draining") || shifting.Lacks("bake-time") || (Progress{}).Lacks("bake-time") {
		t.Error("who has which stages is not told")
	}
}
