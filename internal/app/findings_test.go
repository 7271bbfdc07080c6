package app

import (
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/awsx/store"
	"gantry/internal/inquiry"
)

var simulated = awsx.ContextID{Profile: "simulated", Region: simRegion}

// landed waits for a snapshot of a watch that satisfies ok.
func landed[T any](t *testing.T, w *store.Watch[T], ok func(*store.Snapshot[T]) bool) *store.Snapshot[T] {
	t.Helper()
	landing(t, w, ok)
	return w.Snapshot()
}

// clusterNamed returns a cluster of the account, any for an empty name.
func clusterNamed(t *testing.T, s *store.Store, name string) awsx.Ref {
	t.Helper()
	for _, c := range landed(t, s.Clusters(simulated), (*store.Snapshot[awsx.Cluster]).Ended).Items {
		if name == "" || c.Name == name {
			return c.Ref
		}
	}
	t.Fatalf("no cluster %q", name)
	return awsx.Ref{}
}

// findings are the verdicts on every service of a cluster.
func findings(t *testing.T, s *store.Store, cluster awsx.Ref) map[string]diagnose.Finding {
	t.Helper()
	survey, err := inquiry.Reader{Context: simulated, Store: s}.Survey(t.Context(), cluster)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]diagnose.Finding{}
	for _, x := range survey.Standings {
		out[x.Service().Name] = x.Finding
	}
	return out
}

func TestASteadyAccountIsFoundWell(t *testing.T) {
	over(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, _ *sim.Account, _ *together, s *store.Store) {
		cluster := clusterNamed(t, s, "")
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
		scenario seed.Scenario
		stage    reason.Stage
	}{
		{seed.BadImage, reason.Pull},
		{seed.CrashLoop, reason.Exit},
		{seed.UnhealthyTargets, reason.BalancerCheck},
	}
	for _, tt := range tests {
		t.Run(string(tt.scenario), func(t *testing.T) {
			over(t, sim.Options{Scenario: tt.scenario, Clusters: 1, Services: 4}, func(t *testing.T, _ *sim.Account, _ *together, s *store.Store) {
				<-time.After(3 * time.Minute)
				cluster := clusterNamed(t, s, "")
				all := findings(t, s, cluster)
				for _, f := range all {
					if f.Reason.Stage == tt.stage && f.Status.Rank() <= diagnose.Degraded.Rank() && f.Why != "" && f.Next != "" {
						return
					}
				}
				t.Errorf("nobody says %s: %+v", tt.stage, all)
			})
		})
	}
}

func TestEveryTargetOfALivingAccountIsJoinedToItsTask(t *testing.T) {
	over(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, _ *sim.Account, _ *together, s *store.Store) {
		cluster := clusterNamed(t, s, "prod")
		findings(t, s, cluster)
		instances := map[string]awsx.Instance{}
		for _, i := range landed(t, s.Instances(cluster), (*store.Snapshot[awsx.Instance]).Ended).Values() {
			instances[i.Ref.ARN] = i
		}
		tasks := diagnose.ByService(s.Tasks(cluster).Snapshot().Values())
		for _, x := range s.Services(cluster).Snapshot().Values() {
			in := alb.Input{Service: x, Tasks: tasks[x.Name].Running,
				Definition: func(arn string) *awsx.TaskDefinition {
					td, err := s.TaskDefinition(t.Context(), simulated, arn)
					if err != nil {
						t.Error(err)
					}
					return td
				},
				Instance: func(arn string) (awsx.Instance, bool) { i, ok := instances[arn]; return i, ok },
			}
			for _, lb := range x.LoadBalancers {
				for _, g := range s.Targets(cluster).Snapshot().Values() {
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

// TestABlueGreenServiceIsWellAfterEachDeployment deploys three times: after every
// second one it is served from the group that its load balancer entry does not name.
func TestABlueGreenServiceIsWellAfterEachDeployment(t *testing.T) {
	over(t, sim.Options{Scenario: seed.BlueGreen}, func(t *testing.T, _ *sim.Account, _ *together, s *store.Store) {
		asks := inquiry.Reader{Context: simulated, Store: s}
		account, err := s.Account(t.Context(), simulated)
		if err != nil {
			t.Fatal(err)
		}
		permitted := awsx.WithChange(t.Context(), &awsx.Change{ID: "test", Record: func(awsx.Call) error { return nil }})
		groups := map[string]bool{}
		for n := range 4 {
			if n > 0 {
				service, err := asks.FindService(t.Context(), "prod", "ranking")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := account.UpdateService(permitted, awsx.ServiceUpdate{Service: service.Ref, ForceNew: true}); err != nil {
					t.Fatal(err)
				}
			}
			<-time.After(2 * time.Hour) // with its bake time, and the deaths forgotten
			service, err := asks.FindService(t.Context(), "prod", "ranking")
			if err != nil {
				t.Fatal(err)
			}
			found, err := asks.Inspect(t.Context(), service.Ref)
			if err != nil {
				t.Fatal(err)
			}
			if f := found.Finding; f.Status != diagnose.OK || f.Targets.Healthy != service.Desired || f.Targets.Total != service.Desired {
				t.Errorf("after %d deployments: %s %q, targets %s", n, f.Status, f.Why, f.Targets)
			}
			for _, task := range found.Joined().Tasks {
				for _, target := range task.Targets {
					groups[target.Group] = true
					if target.Standing != alb.Registered {
						t.Errorf("after %d deployments: a task stands %d with %s", n, target.Standing, target.Group)
					}
				}
			}
		}
		if len(groups) != 2 {
			t.Errorf("it was served from %v", groups)
		}
	})
}

// TestTheVerdictOnACrashLoopStands polls a release that exits at start for minutes: once
// it failed it stays so while doomed tasks come and go, and since the same moment.
func TestTheVerdictOnACrashLoopStands(t *testing.T) {
	over(t, sim.Options{Scenario: seed.CrashLoop, Speed: 1}, func(t *testing.T, _ *sim.Account, _ *together, s *store.Store) {
		asks := inquiry.Reader{Context: simulated, Store: s}
		service, err := asks.FindService(t.Context(), "prod", "api-orders")
		if err != nil {
			t.Fatal(err)
		}
		var since time.Time
		rises := 0
		for n := range 75 {
			time.Sleep(2 * time.Second)
			found, err := asks.Inspect(t.Context(), service.Ref)
			if err != nil {
				t.Fatal(err)
			}
			f := found.Finding
			rises += min(1, f.Rollout.Running)
			if since.IsZero() {
				since = f.Since
			}
			if f.Status != diagnose.Failed || !f.Since.Equal(since) {
				t.Fatalf("after %d polls %s since %s, at first since %s: %s, %s", n, f.Status, f.Since, since, f.Why, f.Rollout)
			}
		}
		if rises == 0 {
			t.Error("no task of it came up while it was looked at")
		}
	})
}
