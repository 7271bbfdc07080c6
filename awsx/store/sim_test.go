package store_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose"
	"gantry/awsx/sdk"
	"gantry/awsx/sim"
	"gantry/awsx/store"
)

// overSimulator runs a test with a store over the real adapter and an account
// that lives, its retries and rate buckets included, on fake time.
func overSimulator(t *testing.T, o sim.Options, test func(t *testing.T, world *sim.Account, s *store.Store, id awsx.ContextID)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		world, err := sim.New(o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- world.Run(ctx) }()
		opener := sdk.NewStatic(sdk.Options{Transport: world.RoundTripper(), Version: "test"},
			sdk.Static{Region: "eu-west-1", AccessKey: "AKID", SecretKey: "SECRET"})
		s := store.New(t.Context(), store.Options{Opener: opener, Observer: &store.Memory{}})
		defer func() {
			s.Close()
			stop()
			<-done
		}()
		test(t, world, s, awsx.ContextID{Profile: "demo", Region: "eu-west-1"})
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

// findings diagnoses every service of a cluster from what the store has read.
func findings(t *testing.T, s *store.Store, cluster awsx.Ref) map[string]diagnose.Finding {
	t.Helper()
	services := until(t, s.Services(cluster), complete)
	tasks := until(t, s.Tasks(cluster), complete)
	targets := until(t, s.Targets(cluster), func(x *store.Snapshot[store.GroupState]) bool { return complete(x) && x.Done == x.Total })
	byService := diagnose.ByService(tasks.Items)
	var groups []alb.Group
	for _, g := range targets.Items {
		groups = append(groups, g.Group)
	}
	out := map[string]diagnose.Finding{}
	for _, x := range services.Items {
		out[x.Name] = diagnose.Service(diagnose.Evidence{
			Service: x, Running: byService[x.Name].Running, RunningRead: true,
			Stopped: byService[x.Name].Stopped, StoppedRead: true, Groups: groups, Now: time.Now(),
		})
	}
	return out
}

func TestASteadyAccountIsFoundWell(t *testing.T) {
	overSimulator(t, sim.Options{Scenario: sim.Steady}, func(t *testing.T, _ *sim.Account, s *store.Store, id awsx.ContextID) {
		cluster := clusterNamed(t, s, id, "")
		got := findings(t, s, cluster)
		if len(got) == 0 {
			t.Fatal("no services")
		}
		for name, f := range got {
			if f.Status != diagnose.OK {
				t.Errorf("%s: %s %q", name, f.Status, f.Why)
			}
		}
	})
}

func TestAnAccountInTroubleIsFoundOut(t *testing.T) {
	tests := []struct {
		scenario sim.Scenario
		kind     diagnose.Kind
	}{
		{sim.BadImage, diagnose.KindImageMissing},
		{sim.CrashLoop, diagnose.KindExit},
		{sim.UnhealthyTargets, diagnose.KindTarget},
	}
	for _, tt := range tests {
		t.Run(string(tt.scenario), func(t *testing.T) {
			overSimulator(t, sim.Options{Scenario: tt.scenario, Clusters: 1, Services: 4}, func(t *testing.T, _ *sim.Account, s *store.Store, id awsx.ContextID) {
				pass(3 * time.Minute)
				cluster := clusterNamed(t, s, id, "")
				all := findings(t, s, cluster)
				for _, f := range all {
					if f.Kind == tt.kind && f.Status.Rank() <= diagnose.Degraded.Rank() && f.Why != "" && f.Next != "" {
						return
					}
				}
				t.Errorf("nobody says %s: %+v", tt.kind, all)
			})
		})
	}
}

func TestEveryTargetOfALivingAccountIsJoinedToItsTask(t *testing.T) {
	overSimulator(t, sim.Options{Scenario: sim.Steady}, func(t *testing.T, _ *sim.Account, s *store.Store, id awsx.ContextID) {
		cluster := clusterNamed(t, s, id, "prod")
		findings(t, s, cluster)
		instances := map[string]awsx.Instance{}
		for _, i := range until(t, s.Instances(cluster), complete).Items {
			instances[i.Ref.ARN] = i
		}
		tasks := diagnose.ByService(s.Tasks(cluster).Snapshot().Items)
		for _, x := range s.Services(cluster).Snapshot().Items {
			in := alb.Input{Service: x, Tasks: tasks[x.Name].Running,
				Definition: func(arn string) *awsx.TaskDefinition {
					td, err := s.TaskDefinition(t.Context(), id, arn)
					if err != nil {
						t.Error(err)
					}
					return td
				},
				Instance: func(arn string) (awsx.Instance, bool) { i, ok := instances[arn]; return i, ok },
			}
			for _, lb := range x.LoadBalancers {
				for _, g := range s.Targets(cluster).Snapshot().Items {
					if g.ARN == lb.TargetGroup {
						in.Groups = append(in.Groups, g.Group)
					}
				}
			}
			j := alb.Join(in)
			for _, row := range j.Tasks {
				for _, target := range row.Targets {
					if target.Standing != alb.Registered {
						t.Errorf("%s: task %s stands %d with %s at %+v", x.Name, row.Task.Name(), target.Standing, target.Group, target.Address)
					}
				}
			}
			// The demo has one target that somebody registered by hand.
			for _, u := range j.Unmatched {
				if x.Name != "legacy" || u.Kind != alb.Foreign {
					t.Errorf("%s: left %+v", x.Name, u)
				}
			}
			if len(j.Unread) > 0 {
				t.Errorf("%s: unread %v", x.Name, j.Unread)
			}
		}
	})
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
			overSimulator(t, sim.Options{Scenario: sim.Steady}, func(t *testing.T, world *sim.Account, s *store.Store, id awsx.ContextID) {
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

func TestAnAccountThatStallsIsNotFresh(t *testing.T) {
	overSimulator(t, sim.Options{Scenario: sim.Steady}, func(t *testing.T, world *sim.Account, s *store.Store, id awsx.ContextID) {
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
