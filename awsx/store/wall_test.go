package store_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx/awsxtest"
	"gantry/awsx/store"
)

// TestAgesAreOfTheClockOnTheWall asks for the age of a snapshot by a clock that went on
// while the machine slept: a time without a reading of the other clock.
func TestAgesAreOfTheClockOnTheWall(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		snap := until(t, s.Services(c.Ref), complete)
		if strings.Contains(snap.At.String(), "m=") {
			t.Errorf("the snapshot is of %s", snap.At)
		}
		if f := snap.State(time.Now().Round(0).Add(8 * time.Hour)); f.State != store.Stale || f.Age < 8*time.Hour {
			t.Errorf("after a night it is %+v", f)
		}
	})
}

// TestWhatIsKnownOfAClusterIsLookedUpWithoutASweep asks before and after somebody
// watches it.
func TestWhatIsKnownOfAClusterIsLookedUpWithoutASweep(t *testing.T) {
	inBubble(t, func(t *testing.T, a *awsxtest.Account, c *awsxtest.Cluster, s *store.Store) {
		c.Service("web")
		known := s.KnownServices(c.Ref)
		pass(time.Minute)
		if n := a.Count(awsxtest.Services); n != 0 || known != nil {
			t.Errorf("%d sweeps, %v", n, known)
		}
		snap := until(t, s.Services(c.Ref), complete)
		if got := s.KnownServices(c.Ref); len(got) != 1 || got[0] != snap.Items[0] || got[0].Name != "web" {
			t.Errorf("of a cluster that is watched %v is known, and %v was read", got, snap.Items)
		}
	})
}
