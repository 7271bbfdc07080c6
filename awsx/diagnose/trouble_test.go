package diagnose_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
	"gantry/awsx/diagnose/written"
)

// around is the evidence of a service and nothing beside it.
func around(e diagnose.Evidence) diagnose.Around {
	return diagnose.Around{Standing: diagnose.Standing{Evidence: e, Finding: diagnose.Service(e)}}
}

// kinds are the kinds of troubles, those that follow behind their cause.
func kinds(all []diagnose.Trouble) (out []string) {
	for _, t := range all {
		name := string(t.Kind)
		for _, k := range kinds(t.Follows) {
			name += " > " + k
		}
		out = append(out, name)
	}
	return out
}

// host is a container instance with so much memory left.
func host(id string, connected bool, memory int) awsx.Instance {
	return awsx.Instance{Ref: awsx.Ref{ARN: "instance/" + id}, EC2ID: id, Status: "ACTIVE", AgentConnected: connected, Memory: awsx.Capacity{Registered: 8000, Remaining: memory}}
}

// unplaced has the service lack a task, since none fits for a reason.
func unplaced(e *diagnose.Evidence, why string) {
	e.Service.Running--
	e.Running = e.Running[1:]
	e.Groups[0].Targets = e.Groups[0].Targets[1:]
	event(e, time.Minute, "was unable to place a task because no container instance met all of its requirements. "+why)
}

const tooSmall = "The closest matching (container-instance 0f1e2d3c4b5a69788796a5b4c3d2e1f0) has insufficient memory available."

// endless has tasks of the primary deployment stop so, all within the last minutes.
func endless(e *diagnose.Evidence, code, why string) {
	e.Service.Running--
	e.Running = e.Running[1:]
	e.Groups[0].Targets = e.Groups[0].Targets[1:]
	for i := range 3 {
		e.Stopped = append(e.Stopped, awsx.Task{Ref: awsx.Ref{ARN: fmt.Sprintf("task/prod/%d", i)}, StartedBy: "ecs-svc/1", StopCode: code, StoppedReason: why, StoppedAt: ago(time.Duration(i+1) * time.Minute)})
	}
}

func scaled(max int, launch string) diagnose.GroupEvidence {
	g := diagnose.GroupEvidence{Now: now, ActivitiesRead: true, Group: awsx.ScalingGroup{Name: "hosts", Min: 1, Max: max, Desired: 2}}
	g.Group.Members = []awsx.Member{{ID: "i-1", Lifecycle: "InService"}, {ID: "i-2", Lifecycle: "InService"}}
	if launch != "" {
		g.Group.Desired = 3
		g.Activities = []awsx.ScalingActivity{{Status: "Failed", Description: "Launching a new EC2 instance", Message: launch, StartedAt: ago(time.Minute)}}
	}
	return g
}

// forwards is a rule that sends what it takes to a group.
func forwards(priority, group string, paths ...string) awsx.Rule {
	return awsx.Rule{ARN: "rule/" + priority, Priority: priority, Conditions: []awsx.Condition{{Field: "path-pattern", Values: paths}},
		Actions: []awsx.Action{{Type: "forward", Groups: []awsx.WeightedGroup{{Group: group, Weight: 1}}}}}
}

// TestWhatStandsAroundAServiceExplainsIt: what of several troubles is the cause, and what
// only follows from it.
func TestWhatStandsAroundAServiceExplainsIt(t *testing.T) {
	tests := []struct {
		name string
		does func(e *diagnose.Evidence) func(a *diagnose.Around)
		want []string
		says string
	}{
		{"no instance has the memory", func(e *diagnose.Evidence) func(*diagnose.Around) {
			unplaced(e, tooSmall)
			return func(a *diagnose.Around) {
				a.Instances, a.InstancesRead = []awsx.Instance{host("i-1", true, 300), host("i-2", true, 120)}, true
			}
		}, []string{"memory lacking"}, "no instance fits: memory"},
		{"the group of the instances is at its maximum", func(e *diagnose.Evidence) func(*diagnose.Around) {
			unplaced(e, tooSmall)
			return func(a *diagnose.Around) {
				a.Groups, a.Managed = []diagnose.GroupEvidence{scaled(2, "")}, map[string]bool{"hosts": true}
			}
		}, []string{"group at maximum > memory lacking"}, "hosts is at its maximum of 2 instances"},
		{"a group that nothing scales is not asked for more", func(e *diagnose.Evidence) func(*diagnose.Around) {
			unplaced(e, tooSmall)
			return func(a *diagnose.Around) { a.Groups = []diagnose.GroupEvidence{scaled(2, "")} }
		}, []string{"memory lacking"}, ""},
		{"the group cannot launch", func(e *diagnose.Evidence) func(*diagnose.Around) {
			unplaced(e, tooSmall)
			return func(a *diagnose.Around) {
				a.Groups, a.Managed = []diagnose.GroupEvidence{scaled(9, "You have exceeded your quota of vCPUs.")}, map[string]bool{"hosts": true}
			}
		}, []string{"group cannot launch > memory lacking"}, "exceeded your quota"},
		{"instances join another cluster", func(e *diagnose.Evidence) func(*diagnose.Around) {
			unplaced(e, tooSmall)
			return func(a *diagnose.Around) {
				g := scaled(9, "")
				g.Belongs = awsx.Belonging{Name: "prdo", Stray: true}
				a.Groups, a.InstancesRead = []diagnose.GroupEvidence{g}, true
			}
		}, []string{"instances join elsewhere > memory lacking"}, "join prdo, which is no cluster here"},
		{"a group of others has troubles of its own", func(e *diagnose.Evidence) func(*diagnose.Around) {
			unplaced(e, tooSmall)
			return func(a *diagnose.Around) {
				g := scaled(9, "")
				g.Belongs = awsx.Belonging{Name: "staging-green", Stray: true}
				a.Groups = []diagnose.GroupEvidence{g, scaled(9, "You have exceeded your quota of vCPUs.")}
				a.Instances, a.InstancesRead = []awsx.Instance{host("i-1", true, 10)}, true
			}
		}, []string{"memory lacking"}, ""},
		{"some agents are disconnected", func(e *diagnose.Evidence) func(*diagnose.Around) {
			unplaced(e, tooSmall)
			return func(a *diagnose.Around) {
				a.Instances, a.InstancesRead = []awsx.Instance{host("i-1", false, 4000), host("i-2", true, 10)}, true
			}
		}, []string{"agents disconnected > memory lacking"}, "1 of 2 instances"},
		{"spot capacity is taken back", func(e *diagnose.Evidence) func(*diagnose.Around) {
			endless(e, "SpotInterruption", "Your Spot Task was interrupted.")
			return nil
		}, []string{"spot interrupted"}, "spot capacity taken back"},
		{"targets fail since their tasks die", func(e *diagnose.Evidence) func(*diagnose.Around) {
			endless(e, "EssentialContainerExited", "OutOfMemoryError: Container killed due to memory usage")
			sick(e, 1)
			return nil
		}, []string{"out of memory > check answered wrongly"}, "more memory than its limit"},
		{"two troubles at once", func(e *diagnose.Evidence) func(*diagnose.Around) {
			rollingOut(e, 0, 3)
			e.Stopped = append(e.Stopped, awsx.Task{Ref: awsx.Ref{ARN: "task/prod/9"}, StartedBy: "ecs-svc/2", StopCode: "TaskFailedToStart", StoppedReason: "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref acme/api:v9: acme/api:v9: not found", StoppedAt: ago(time.Minute)})
			sick(e, 1)
			return nil
		}, []string{"check answered wrongly", "image missing"}, "1 of 4 targets"},
		{"a rollout that stands still", func(e *diagnose.Evidence) func(*diagnose.Around) {
			rollingOut(e, 1, 1)
			e.Service.Deployments[0].CreatedAt = ago(40 * time.Minute)
			return nil
		}, []string{"deployment stuck"}, "1 of 4 new tasks"},
		{"tasks that do not stop", func(e *diagnose.Evidence) func(*diagnose.Around) {
			e.Stopped = append(e.Stopped, awsx.Task{Ref: awsx.Ref{ARN: "task/prod/7"}, DesiredStatus: "STOPPED", LastStatus: "DEACTIVATING", StoppingAt: ago(50 * time.Minute)})
			return nil
		}, []string{"tasks do not stop"}, "1 task of the service do"},
		{"a rule that another shadows", func(*diagnose.Evidence) func(*diagnose.Around) {
			return func(a *diagnose.Around) {
				a.Routes, a.RoutesRead = []awsx.Route{{Rules: []awsx.Rule{forwards("1", "other", "/*"), forwards("2", webGroup, "/api/*")}}}, true
			}
		}, []string{"rule shadowed"}, "no request reaches the service"},
		{"one rule of two is shadowed", func(*diagnose.Evidence) func(*diagnose.Around) {
			return func(a *diagnose.Around) {
				a.Routes, a.RoutesRead = []awsx.Route{{Rules: []awsx.Rule{forwards("1", "other", "/a/*"), forwards("2", webGroup, "/a/b"), forwards("3", webGroup, "/c")}}}, true
			}
		}, nil, ""},
		{"what was not heard of is shown as it is", func(e *diagnose.Evidence) func(*diagnose.Around) {
			e.Service.Running, e.Running = 3, e.Running[1:]
			event(e, time.Minute, "was unable to place a task. Reason: the moon is in the wrong house.")
			return nil
		}, []string{"said by ECS"}, "the moon is in the wrong house"},
		{"nothing says why", func(e *diagnose.Evidence) func(*diagnose.Around) {
			e.Service.Running, e.Running = 2, e.Running[2:]
			e.Groups[0].Targets = e.Groups[0].Targets[2:]
			return nil
		}, []string{"not explained"}, "2 of 4 tasks running"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := healthy()
			more := test.does(&e)
			a := around(e)
			if more != nil {
				more(&a)
			}
			all := a.Judge().Troubles
			if got := kinds(all); !slices.Equal(got, test.want) {
				t.Fatalf("got %q, want %q; the verdict is %s %s", got, test.want, a.Finding.Status, a.Finding.Why)
			}
			if len(all) > 0 && !strings.Contains(all[0].Cause, test.says) {
				t.Errorf("the cause is %q", all[0].Cause)
			}
			for _, x := range all {
				if x.Sure == "" || len(x.Evidence) == 0 || len(x.Next) == 0 && x.Kind != cause.SpotInterrupted {
					t.Errorf("%s is told without evidence or what to do: %+v", x.Kind, x)
				}
			}
		})
	}
}

// TestCalmStatesHaveNoFinding: what is on its way, or over, is no trouble.
func TestCalmStatesHaveNoFinding(t *testing.T) {
	quiet := func(since time.Duration, code, why, deployment string) func(*diagnose.Evidence) {
		return func(e *diagnose.Evidence) {
			for i := range 4 {
				e.Stopped = append(e.Stopped, awsx.Task{Ref: awsx.Ref{ARN: fmt.Sprintf("task/prod/%d", i)}, StartedBy: deployment, StopCode: code, StoppedReason: why, StoppedAt: ago(since)})
			}
		}
	}
	for name, does := range map[string]func(*diagnose.Evidence){
		"all is well": func(*diagnose.Evidence) {},
		"scaled to zero": func(e *diagnose.Evidence) {
			e.Service.Desired, e.Service.Running, e.Running = 0, 0, nil
			e.Groups[0].Targets = nil
		},
		"rolling out":     func(e *diagnose.Evidence) { rollingOut(e, 2, 0) },
		"scaling out":     func(e *diagnose.Evidence) { e.Service.Desired, e.Service.Pending = 6, 2 },
		"scaling in":      func(e *diagnose.Evidence) { e.Service.Desired = 3 },
		"in first checks": func(e *diagnose.Evidence) { e.Groups[0].Targets[0].State = "initial" },
		"draining": func(e *diagnose.Evidence) {
			e.Groups[0].Targets = append(e.Groups[0].Targets, awsx.TargetHealth{ID: "i-0a1", Port: 1, State: "draining"})
		},
		"being deleted":    func(e *diagnose.Evidence) { e.Service.Status = "DRAINING" },
		"deleted":          func(e *diagnose.Evidence) { e.Service.Status = "INACTIVE" },
		"stopped by hand":  quiet(time.Minute, "UserInitiated", "Task stopped by user", "ecs-svc/1"),
		"scaled in":        quiet(time.Minute, "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)", "ecs-svc/1"),
		"maintenance":      quiet(time.Minute, "TerminationNotice", "ECS is performing maintenance on the underlying infrastructure hosting the task.", "ecs-svc/1"),
		"spot, replaced":   quiet(time.Minute, "SpotInterruption", "Your Spot Task was interrupted.", "ecs-svc/1"),
		"an older rollout": quiet(20*time.Minute, "EssentialContainerExited", "Essential container in task exited", "ecs-svc/0"),
		"rebalancing": func(e *diagnose.Evidence) {
			event(e, time.Minute, "is not AZ balanced with 3 tasks in a, 1 tasks in b. AZ Rebalancing in progress.")
		},
		"an unheard event": func(e *diagnose.Evidence) { event(e, time.Minute, "has begun to hum.") },
		"rolled back by and by": func(e *diagnose.Evidence) {
			event(e, 3*time.Hour, "rolling back to deployment ecs-svc/1.")
		},
		"a daemon without instances": func(e *diagnose.Evidence) {
			e.Service.SchedulingStrategy, e.Service.Desired, e.Service.Running, e.Running, e.Groups[0].Targets = "DAEMON", 0, 0, nil, nil
		},
		"tasks on their way out": func(e *diagnose.Evidence) {
			e.Stopped = append(e.Stopped, awsx.Task{Ref: awsx.Ref{ARN: "task/prod/7"}, DesiredStatus: "STOPPED", LastStatus: "DEACTIVATING", StoppingAt: ago(4 * time.Minute)})
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := healthy()
			does(&e)
			a := around(e)
			for i := range 40 {
				a.Lines = append(a.Lines, written.Line{At: ago(time.Minute), Text: fmt.Sprintf("GET /orders/%d 200", i), Severe: i%20 == 0})
			}
			if all := a.Judge().Troubles; len(all) > 0 {
				t.Errorf("%q: %s", kinds(all), all[0].Cause)
			}
		})
	}
}

// TestEveryKindIsTold: each is in the table that gives its place, what it needs and what helps.
func TestEveryKindIsTold(t *testing.T) {
	seen := map[cause.Kind]bool{}
	for _, k := range cause.Kinds() {
		if seen[k.Kind] || k.Needs == "" {
			t.Errorf("%q is there twice, or does not say what it needs", k.Kind)
		}
		seen[k.Kind] = true
	}
	if len(seen) < 50 {
		t.Errorf("%d kinds", len(seen))
	}
}

// BenchmarkTroubles300Services looks for what is wrong with 300 services, of which every
// tenth is not well: its budget is 50 ms.
func BenchmarkTroubles300Services(b *testing.B) {
	all := make([]diagnose.Around, 300)
	for i := range all {
		e := healthy()
		if i%10 == 0 {
			endless(&e, "EssentialContainerExited", "OutOfMemoryError: Container killed due to memory usage")
			sick(&e, 1)
		}
		all[i] = around(e)
		for j := range 200 {
			all[i].Lines = append(all[i].Lines, written.Line{At: ago(time.Minute), Text: fmt.Sprintf("GET /orders/%d 200", j), Severe: j%20 == 0})
		}
	}
	b.ResetTimer()
	for b.Loop() {
		for i := range all {
			_ = all[i].Judge()
		}
	}
}
