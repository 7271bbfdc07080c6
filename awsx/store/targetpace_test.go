package store_test

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/awsx/store"
)

// readOf counts how many of some groups were read so far.
func readOf(x *store.Snapshot[store.GroupState], wanted map[string]bool) int {
	n := 0
	for _, g := range x.Items {
		if g.Read && (wanted == nil || len(g.Services) > 0 && wanted[g.Services[0]]) {
			n++
		}
	}
	return n
}

// largeCluster is one of 300 services with a target group each, and what is visible of it.
func largeCluster(t *testing.T, s *store.Store, id awsx.ContextID) (w *store.Watch[store.GroupState], visible map[string]bool) {
	t.Helper()
	cluster := clusterNamed(t, s, id, "")
	services := until(t, s.Services(cluster), complete).Items
	if len(services) != 300 {
		t.Fatalf("%d services", len(services))
	}
	visible = map[string]bool{}
	var keys []string
	for _, x := range services[100:146] { // the rows of 200x50
		visible[x.Ref.ARN] = true
		keys = append(keys, x.Ref.ARN)
	}
	w = s.Targets(cluster)
	w.Need(store.Need{Visible: keys})
	return w, visible
}

var large = sim.Options{Clusters: 1, Services: 300, Tasks: 1, Scenario: seed.Steady}

// TestTheTargetsOfALargeClusterAreReadWithin100Seconds, and what is visible within five.
func TestTheTargetsOfALargeClusterAreReadWithin100Seconds(t *testing.T) {
	overSimulator(t, large, func(t *testing.T, world *sim.Account, s *store.Store, id awsx.ContextID) {
		w, visible := largeCluster(t, s, id)
		begun := time.Now()
		until(t, w, func(x *store.Snapshot[store.GroupState]) bool { return readOf(x, visible) == len(visible) })
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("what is visible took %s", took)
		} else {
			t.Logf("visible after %s", took)
		}
		until(t, w, func(x *store.Snapshot[store.GroupState]) bool { return readOf(x, nil) == 300 })
		if took := time.Since(begun); took > 100*time.Second {
			t.Errorf("all took %s", took)
		} else {
			t.Logf("all after %s", took)
		}
	})
}

// ofTargets is a fault of the calls that read target health.
func ofTargets(share float64) sim.Fault {
	return sim.Fault{Service: "elbv2", Operation: "DescribeTargetHealth", Kind: sim.Throttle, Share: share}
}

// TestWhatScrollsIntoViewIsReadAtOnce, though groups that stand still are looked at once a second.
func TestWhatScrollsIntoViewIsReadAtOnce(t *testing.T) {
	overSimulator(t, large, func(t *testing.T, world *sim.Account, s *store.Store, id awsx.ContextID) {
		w, visible := largeCluster(t, s, id)
		until(t, w, func(x *store.Snapshot[store.GroupState]) bool { return readOf(x, nil) == 300 })
		for range 10 { // moments of a second
			time.Sleep(time.Minute + 130*time.Millisecond)
			var keys []string
			for _, g := range w.Snapshot().Items {
				if len(keys) < 20 && !visible[g.Services[0]] {
					keys = append(keys, g.Services[0])
				}
			}
			from := time.Now()
			w.Need(store.Need{Visible: keys})
			time.Sleep(12 * time.Second) // so rarely is told of what was found as it was
			n := 0
			for _, g := range w.Snapshot().Items {
				if slices.Contains(keys, g.Services[0]) && !g.ReadAt.Before(from) && g.ReadAt.Sub(from) < 300*time.Millisecond {
					n++
				}
			}
			if n < 15 {
				t.Fatalf("%d of 20 groups that came on screen were read within 300 ms", n)
			}
			visible = map[string]bool{}
			for _, key := range keys {
				visible[key] = true
			}
		}
	})
}

// TestFewerGroupsAreReadThatNobodyLooksAtAfterThrottling, and all of them in the end.
func TestFewerGroupsAreReadThatNobodyLooksAtAfterThrottling(t *testing.T) {
	overSimulator(t, large, func(t *testing.T, world *sim.Account, s *store.Store, id awsx.ContextID) {
		w, visible := largeCluster(t, s, id)
		until(t, w, func(x *store.Snapshot[store.GroupState]) bool { return readOf(x, visible) == len(visible) })
		unseen := map[string]bool{}
		for _, g := range w.Snapshot().Items {
			unseen[g.ARN] = len(g.Services) > 0 && !visible[g.Services[0]]
		}
		// calls are those about groups that nobody looks at.
		calls := func(d time.Duration) (n int) {
			from := time.Now()
			time.Sleep(d)
			for _, c := range world.Calls() {
				if form, err := url.ParseQuery(string(c.Body)); err == nil && c.Time.After(from) && unseen[form.Get("TargetGroupArn")] {
					n++
				}
			}
			return n
		}
		free := calls(20 * time.Second)
		calm := world.Inject(ofTargets(0))
		time.Sleep(5 * time.Second)
		calm()
		slowed := calls(20 * time.Second)
		t.Logf("%d calls in 20 s, %d after throttling", free, slowed)
		if slowed > free*2/3 {
			t.Errorf("%d calls in 20 s after throttling, %d before", slowed, free)
		}
		until(t, w, func(x *store.Snapshot[store.GroupState]) bool { return readOf(x, nil) == 300 })
	})
}

// TestWhatIsVisibleIsReadSoonAfterThrottling: the health of all 46 groups on screen is newer than
// the end of it within a minute where hardly a call was taken, for however long, and within two
// where so many were that the console has learnt to take little.
func TestWhatIsVisibleIsReadSoonAfterThrottling(t *testing.T) {
	for _, c := range []struct {
		share       float64 // of the calls that are turned away; zero is all
		long, bound time.Duration
	}{
		{0, 5 * time.Second, time.Minute}, {0, time.Minute, time.Minute}, {0, 10 * time.Minute, time.Minute}, {0.9, time.Minute, time.Minute},
		{0.5, 5 * time.Minute, 2 * time.Minute}, {0.2, 5 * time.Minute, 2 * time.Minute},
	} {
		overSimulator(t, large, func(t *testing.T, world *sim.Account, s *store.Store, id awsx.ContextID) {
			w, visible := largeCluster(t, s, id)
			until(t, w, func(x *store.Snapshot[store.GroupState]) bool { return readOf(x, visible) == len(visible) })
			calm := world.Inject(ofTargets(c.share))
			time.Sleep(c.long)
			calm()
			ended := time.Now()
			until(t, w, func(x *store.Snapshot[store.GroupState]) bool {
				n := 0
				for _, g := range x.Items {
					if len(g.Services) > 0 && visible[g.Services[0]] && g.ReadAt.After(ended) {
						n++
					}
				}
				return n == len(visible)
			})
			took := time.Since(ended)
			t.Logf("%s after %s with %v", took, c.long, c.share)
			if took > c.bound {
				t.Errorf("what is visible took %s after %s in which a share of %v was turned away", took, c.long, c.share)
			}
		})
	}
}
