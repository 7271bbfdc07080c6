package follow

import "testing"

// TestAPhaseNeverGoesBack: what is told of a change goes on, or ends, or is taken back by ECS.
func TestAPhaseNeverGoesBack(t *testing.T) {
	for _, c := range []struct{ before, now, want Phase }{
		{PhaseDraining, PhaseRolling, PhaseDraining}, {PhaseRolling, PhaseWaiting, PhaseRolling}, {PhaseDraining, PhaseWaiting, PhaseDraining},
		{PhaseRolling, PhaseDraining, PhaseDraining}, {PhaseDraining, PhaseRollingBack, PhaseRollingBack}, {PhaseDraining, PhaseEnded, PhaseEnded},
		{PhasePaused, PhaseRolling, PhaseRolling}, {PhaseRolling, PhasePaused, PhasePaused}, {PhaseRollingBack, PhaseRolling, PhaseRollingBack},
	} {
		if got := c.now.after(c.before); got != c.want {
			t.Errorf("%s after %s: %s, want %s", c.now, c.before, got, c.want)
		}
	}
}
