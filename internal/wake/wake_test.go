package wake_test

import (
	"testing"
	"time"

	"gantry/internal/wake"
)

// TestASleepIsToldByTwoClocks moves the clocks as a running machine, a sleeping one and
// one that is set does.
func TestASleepIsToldByTwoClocks(t *testing.T) {
	wall, ran := time.Date(2027, 3, 1, 22, 0, 0, 0, time.UTC), time.Hour
	w := wake.NewWatch(func() (time.Time, time.Duration) { return wall, ran })
	for _, c := range []struct {
		name      string
		wall, ran time.Duration
		slept     bool
	}{
		{"a nap", 5 * time.Second, 5 * time.Second, false},
		{"a night", 9 * time.Hour, 3 * time.Second, true},
		{"the nap after it", 5 * time.Second, 5 * time.Second, false},
		{"a long call", 10 * time.Minute, 10 * time.Minute, false},
		{"half a minute with the lid closed", 31 * time.Second, time.Second, true},
		{"a clock that is set right by seconds", 9 * time.Second, 5 * time.Second, false},
		{"a clock that is put back", -time.Hour, 5 * time.Second, false},
		{"the nap after that", 5 * time.Second, 5 * time.Second, false},
	} {
		wall, ran = wall.Add(c.wall), ran+c.ran
		if got := w.Slept(); got != c.slept {
			t.Errorf("%s: slept is %v", c.name, got)
		}
	}
}

// TestTheMachinesClocksAgree looks at those of the machine that runs the test.
func TestTheMachinesClocksAgree(t *testing.T) {
	if w := wake.NewWatch(nil); w.Slept() {
		t.Error("a machine that runs a test was asleep")
	}
}
