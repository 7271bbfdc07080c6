package store_test

import (
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/simtest"
	"gantry/awsx/store"
)

// overSimulator runs a test with a store over the real adapter and an account
// that lives, its retries and rate buckets included, on fake time.
func overSimulator(t *testing.T, o sim.Options, test func(t *testing.T, world *sim.Account, s *store.Store, id awsx.ContextID)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		world := simtest.Open(t, o)
		s := store.New(t.Context(), store.Options{Opener: world.Opener})
		defer s.Close()
		test(t, world.Account, s, world.ID)
	})
}

// clusterNamed waits for a cluster of the account.
func clusterNamed(t *testing.T, s *store.Store, id awsx.ContextID, name string) awsx.Ref {
	t.Helper()
	for _, c := range until(t, s.Clusters(id), complete).Items {
		if name == "" || c.Name == name {
			return c.Ref
		}
	}
	t.Fatalf("no cluster %q", name)
	return awsx.Ref{}
}

func TestFaultsOfTheAccountAreStatesNotBlankScreens(t *testing.T) {
	tests := []struct {
		name  string
		fault sim.Fault
		state store.State
	}{
		{"throttled", sim.Fault{Service: "ecs", Kind: sim.Throttle}, store.Throttled},
		{"broken", sim.Fault{Service: "ecs", Kind: sim.ServerError}, store.Failing},
		{"reset", sim.Fault{Service: "ecs", Kind: sim.Reset}, store.Offline},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			overSimulator(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, world *sim.Account, s *store.Store, id awsx.ContextID) {
				cluster := clusterNamed(t, s, id, "prod")
				w := s.Services(cluster)
				good := until(t, w, complete)
				remove := world.Inject(tt.fault)
				w.Refresh()
				bad := until(t, w, func(x *store.Snapshot[awsx.Service]) bool { return x.State(time.Now()).State == tt.state })
				if len(bad.Items) != len(good.Items) {
					t.Errorf("%d rows of %d are left", len(bad.Items), len(good.Items))
				}
				remove()
				w.Refresh()
				until(t, w, func(x *store.Snapshot[awsx.Service]) bool { return x.State(time.Now()).State == store.Fresh })
			})
		})
	}
}

// TestAThrottledAccountIsToldAtOnce: the calls of a listing are tried again for a while, in
// which nobody is to believe that all is well.
func TestAThrottledAccountIsToldAtOnce(t *testing.T) {
	overSimulator(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, world *sim.Account, s *store.Store, id awsx.ContextID) {
		w := s.Services(clusterNamed(t, s, id, "prod"))
		until(t, w, complete)
		remove := world.Inject(sim.Fault{Service: "ecs", Kind: sim.Throttle})
		w.Refresh()
		told := until(t, w, func(x *store.Snapshot[awsx.Service]) bool { return x.State(time.Now()).State == store.Throttled })
		if f := told.State(time.Now()); told.Err != nil || len(told.Partial) > 0 || !f.TurnedAway || f.RetryIn >= 0 {
			t.Errorf("told after the end of the poll: %v, %v, %+v", told.Err, told.Partial, f)
		}
		remove()
		until(t, w, func(x *store.Snapshot[awsx.Service]) bool {
			f := x.State(time.Now())
			return f.State == store.Fresh && !f.TurnedAway
		})
	})
}

func TestAnAccountThatStallsIsNotFresh(t *testing.T) {
	overSimulator(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, world *sim.Account, s *store.Store, id awsx.ContextID) {
		cluster := clusterNamed(t, s, id, "prod")
		w := s.Services(cluster)
		good := until(t, w, complete)
		defer world.Inject(sim.Fault{Service: "ecs", Kind: sim.Stall, Delay: 10 * time.Minute})()
		pass(5 * time.Minute)
		got := w.Snapshot()
		if f := got.State(time.Now()); f.State != store.Stale && f.State != store.Offline {
			t.Errorf("%+v", f)
		}
		if len(got.Items) != len(good.Items) {
			t.Errorf("%d rows of %d are left", len(got.Items), len(good.Items))
		}
	})
}

// TestOneConsoleLeavesMostOfTheGrants: of 300 services a sweep takes a tenth of what ECS
// grants, rows on screen are read as often as asked for, and the load balancers keep five
// calls of six.
func TestOneConsoleLeavesMostOfTheGrants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		world := simtest.Open(t, large)
		s := store.New(t.Context(), store.Options{Opener: world.Opener, Refresh: 5 * time.Second})
		defer s.Close()
		w, visible := largeCluster(t, s, world.ID)
		var keys []string
		for arn := range visible {
			keys = append(keys, arn)
		}
		services := s.Services(clusterNamed(t, s, world.ID, ""))
		services.Need(store.Need{Visible: keys})
		until(t, w, func(x *store.Snapshot[store.GroupState]) bool { return readOf(x, nil) == 300 })
		from, calls := time.Now(), map[string]int{}
		for range 120 {
			pass(time.Second)
			if f := services.Snapshot().State(time.Now()); f.State != store.Fresh {
				t.Fatalf("%s after %s", f.State, f.Age)
			}
		}
		for _, c := range world.Calls() {
			if c.Time.After(from) {
				calls[c.Operation]++
			}
		}
		// A minute: three sweeps of 33 calls and nine looks at 46 rows; 46 groups twice, and
		// one of the 254 others in 300 s.
		if n := calls["ListServices"] + calls["DescribeServices"]; n > 2*160 || n < 2*110 {
			t.Errorf("%d calls on services in two minutes", n)
		}
		if n := calls["DescribeTargetHealth"]; n > 2*160 || n < 2*90 {
			t.Errorf("%d calls on health in two minutes", n)
		}
		t.Log(calls)
	})
}
