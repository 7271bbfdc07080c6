package store_test

import (
	"net/url"
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

// TestThrottledTargetReadsAreHalvedAndVisibleRowsKeepWhatTheyNeed.
func TestThrottledTargetReadsAreHalvedAndVisibleRowsKeepWhatTheyNeed(t *testing.T) {
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
		world.Inject(sim.Fault{Service: "elbv2", Operation: "DescribeTargetHealth", Kind: sim.Throttle, Times: 6})
		time.Sleep(5 * time.Second)
		slowed := calls(20 * time.Second)
		t.Logf("%d calls in 20 s, %d after throttling", free, slowed)
		if slowed > free*2/3 {
			t.Errorf("%d calls in 20 s after throttling, %d before", slowed, free)
		}
		oldest := time.Duration(0)
		for range 12 {
			time.Sleep(10 * time.Second)
			for _, g := range w.Snapshot().Items {
				if len(g.Services) > 0 && visible[g.Services[0]] {
					oldest = max(oldest, time.Since(g.ReadAt))
				}
			}
		}
		if oldest > 100*time.Second {
			t.Errorf("a visible row was not read for %s", oldest)
		}
		until(t, w, func(x *store.Snapshot[store.GroupState]) bool { return readOf(x, nil) == 300 })
	})
}
