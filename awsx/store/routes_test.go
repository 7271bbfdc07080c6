package store_test

import (
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/simtest"
	"gantry/awsx/store"
	"testing/synctest"
)

// TestRoutesAreReadSeldomAndOnlyWhileSomebodyLooks.
func TestRoutesAreReadSeldomAndOnlyWhileSomebodyLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		world := simtest.Open(t, sim.Options{Scenario: seed.Steady})
		s := store.New(t.Context(), store.Options{Opener: world.Opener})
		defer s.Close()
		w := s.Routes(world.ID)
		first := until(t, w, func(x *store.Snapshot[awsx.Route]) bool { return x.Ended() && x.Whole() })
		sweep := world.Count("DescribeRules")
		if sweep != len(first.Items) || world.Count("DescribeLoadBalancers") != 1 {
			t.Fatalf("%d listeners took %d and %d calls", len(first.Items), sweep, world.Count("DescribeLoadBalancers"))
		}
		time.Sleep(4 * time.Minute)
		if n := world.Count("DescribeRules"); n != sweep {
			t.Errorf("%d calls within 4 minutes", n)
		}
		time.Sleep(90 * time.Second)
		if n := world.Count("DescribeRules"); n != 2*sweep {
			t.Errorf("%d calls after the second reading, want %d", n, 2*sweep)
		}
		if again := w.Snapshot(); again.Rev != first.Rev {
			t.Errorf("a reading that brought nothing new is a change")
		}
		w.Close()
		time.Sleep(time.Hour)
		if n := world.Count("DescribeRules"); n != 2*sweep {
			t.Errorf("%d calls while nobody looks", n)
		}
	})
}
