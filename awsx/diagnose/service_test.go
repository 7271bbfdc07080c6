package diagnose_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/reason"
)

const (
	webGroup    = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"
	oldRevision = "arn:aws:ecs:eu-west-1:1:task-definition/api:7"
	newRevision = "arn:aws:ecs:eu-west-1:1:task-definition/api:8"
)

var now = time.Date(2026, 3, 1, 3, 12, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return now.Add(-d) }

// healthy is a service of four tasks in one group, everything read and well.
func healthy() diagnose.Evidence {
	e := diagnose.Evidence{
		Service: awsx.Service{
			Name: "api", Status: "ACTIVE", Desired: 4, Running: 4, TaskDefinition: oldRevision,
			Deployments: []awsx.Deployment{{
				ID: "ecs-svc/1", Status: "PRIMARY", TaskDefinition: oldRevision, Desired: 4, Running: 4,
				RolloutState: "COMPLETED", CreatedAt: ago(96 * time.Hour),
			}},
			LoadBalancers: []awsx.LoadBalancer{{TargetGroup: webGroup, Container: "app", ContainerPort: 8080}},
			Events:        []awsx.ServiceEvent{{At: ago(time.Hour), Message: "(service api) has reached a steady state."}},
		},
		RunningRead: true, StoppedRead: true, Now: now,
		Groups: []awsx.Group{{ARN: webGroup, Read: true, Settings: awsx.TargetGroup{ARN: webGroup, Check: awsx.HealthCheck{Path: "/health"}}}},
	}
	for i := range 4 {
		e.Running = append(e.Running, awsx.Task{Ref: awsx.Ref{ARN: fmt.Sprintf("task/%d", i)}, Health: "HEALTHY"})
		e.Groups[0].Targets = append(e.Groups[0].Targets, awsx.TargetHealth{ID: "i-0a1", Port: 32768 + i, State: "healthy"})
	}
	return e
}

// rollingOut adds a new deployment with so many running and failed tasks.
func rollingOut(e *diagnose.Evidence, running, failed int) {
	e.Service.Deployments = []awsx.Deployment{
		{ID: "ecs-svc/2", Status: "PRIMARY", TaskDefinition: newRevision, Desired: 4, Running: running, Failed: failed, RolloutState: "IN_PROGRESS", CreatedAt: ago(11 * time.Minute)},
		{ID: "ecs-svc/1", Status: "ACTIVE", TaskDefinition: oldRevision, Desired: 4, Running: 4 - running, RolloutState: "COMPLETED", CreatedAt: ago(96 * time.Hour)},
	}
}

func died(e *diagnose.Evidence, deployment string, since time.Duration, code int) {
	e.Stopped = append(e.Stopped, awsx.Task{
		Ref: awsx.Ref{ARN: "task/prod/5ec1d2e3f4a5"}, StartedBy: deployment, StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited",
		StoppedAt: ago(since), Containers: []awsx.Container{{Name: "app", ExitCode: code}},
	})
}

func event(e *diagnose.Evidence, since time.Duration, message string) {
	e.Service.Events = slices.Insert(e.Service.Events, 0, awsx.ServiceEvent{At: ago(since), Message: "(service api) " + message})
}

func sick(e *diagnose.Evidence, n int) {
	for i := range n {
		e.Groups[0].Targets[i].State = "unhealthy"
		e.Groups[0].Targets[i].Reason = "Target.ResponseCodeMismatch"
		e.Groups[0].Targets[i].Description = "Health checks failed with these codes: [503]"
	}
}

func TestTheVerdictOnAService(t *testing.T) {
	tests := []verdict{
		{"all is well", func(*diagnose.Evidence) {}, diagnose.OK, ""},
		{"scaled to zero", func(e *diagnose.Evidence) { e.Service.Desired, e.Service.Running, e.RunningRead = 0, 0, false }, diagnose.OK, "scaled to zero"},
		{"going to zero", func(e *diagnose.Evidence) { e.Service.Desired = 0 }, diagnose.Pending, "scaling to zero, 4 left"},
		{"being deleted", func(e *diagnose.Evidence) { e.Service.Status = "DRAINING" }, diagnose.Pending, "draining: being deleted, 4 left"},
		{"deleted", func(e *diagnose.Evidence) { e.Service.Status, e.Service.Desired, e.Service.Running = "INACTIVE", 0, 0 }, diagnose.Stopped, "deleted"},
		{"dead rollout behind four old tasks", func(e *diagnose.Evidence) {
			rollingOut(e, 0, 0)
			for i := range 7 {
				died(e, "ecs-svc/2", time.Duration(i+1)*time.Minute, 1)
			}
		}, diagnose.Failed, "exit 1, breaker off"},
		{"rollout with a first failure", func(e *diagnose.Evidence) {
			rollingOut(e, 1, 0)
			died(e, "ecs-svc/2", time.Minute, 139)
		}, diagnose.Degraded, "exit 139: segmentation fault, breaker off"},
		{"failed rollout without its tasks", func(e *diagnose.Evidence) {
			rollingOut(e, 0, 4)
			e.Service.Deployments[0].RolloutState = "FAILED"
			e.Service.Deployments[0].RolloutReason = "ECS deployment circuit breaker: tasks failed to start."
		}, diagnose.Failed, "circuit breaker: tasks failed to start"},
		{"rolling back says what failed", func(e *diagnose.Evidence) {
			rollingOut(e, 2, 0)
			e.Service.Deployments[0].RolloutReason = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1."
			died(e, "ecs-svc/9", 2*time.Minute, 1)
		}, diagnose.Degraded, "rolling back: exit 1"},
		{"new tasks refused by their target group", func(e *diagnose.Evidence) {
			rollingOut(e, 1, 0)
			e.Stopped = append(e.Stopped, awsx.Task{StartedBy: "ecs-svc/2", StopCode: "ServiceSchedulerInitiated", StoppedReason: "Task failed ELB health checks in (target-group x)", StoppedAt: ago(time.Minute)})
			sick(e, 1)
		}, diagnose.Degraded, "503 /health i-0a1:32768, breaker off"},
		{"rollout that goes well", func(e *diagnose.Evidence) {
			rollingOut(e, 2, 0)
			e.Groups[0].Targets[3].State = "initial"
		}, diagnose.Pending, "rolling out, 2 of 4 new, 1 in first checks"},
		{"rollout that cannot place", func(e *diagnose.Evidence) {
			rollingOut(e, 2, 0)
			event(e, time.Minute, "was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 8a1f3c2b77de) has insufficient memory available.")
		}, diagnose.Degraded, "no instance fits: memory, closest 8a1f3c2b"},
		{"first deployment, still pulling", func(e *diagnose.Evidence) {
			rollingOut(e, 0, 0)
			e.Service.Deployments = e.Service.Deployments[:1]
			e.Service.Deployments[0].CreatedAt = ago(time.Minute)
			e.Service.Running, e.Running, e.Groups[0].Targets = 0, nil, nil
		}, diagnose.Pending, "rolling out, 0 of 4 new"},
		{"nothing runs", func(e *diagnose.Evidence) {
			e.Service.Running, e.Running = 0, nil
			event(e, time.Minute, "was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.")
		}, diagnose.Failed, "no container instances"},
		{"two of four run", func(e *diagnose.Evidence) {
			e.Service.Running = 2
			sick(e, 2)
		}, diagnose.Degraded, "503 /health i-0a1:32768 and 1 more"},
		{"no target healthy", func(e *diagnose.Evidence) { sick(e, 4) }, diagnose.Failed, "503 /health i-0a1:32768 and 3 more"},
		{"no target registered", func(e *diagnose.Evidence) { e.Groups[0].Targets = nil }, diagnose.Failed, "no targets registered"},
		{"group not used by any rule", func(e *diagnose.Evidence) {
			for i := range e.Groups[0].Targets {
				e.Groups[0].Targets[i].State, e.Groups[0].Targets[i].Reason = "unused", "Target.NotInUse"
			}
		}, diagnose.Degraded, "group or zone not in use i-0a1:32768 and 3 more"},
		{"container health check fails", func(e *diagnose.Evidence) { e.Running[1].Health = "UNHEALTHY" }, diagnose.Degraded, "container health check fails in 1 of 4 tasks"},
		{"scaling out", func(e *diagnose.Evidence) { e.Service.Desired, e.Service.Pending = 6, 2 }, diagnose.Pending, "starting 2"},
		{"scaling in", func(e *diagnose.Evidence) { e.Service.Desired = 3 }, diagnose.Pending, "stopping 1"},
		{"flapping", func(e *diagnose.Evidence) {
			for i := range 3 {
				died(e, "ecs-svc/1", time.Duration(10+i)*time.Minute, 1)
			}
		}, diagnose.Degraded, "exit 1"},
		{"rolled back, with the dead of the way there", func(e *diagnose.Evidence) {
			for i := range 7 {
				died(e, "ecs-svc/9", time.Duration(2+i)*time.Minute, 1)
			}
		}, diagnose.OK, ""},
		{"one death a while ago", func(e *diagnose.Evidence) { died(e, "ecs-svc/1", 40*time.Minute, 1) }, diagnose.OK, ""},
		{"a new target's first checks", func(e *diagnose.Evidence) { e.Groups[0].Targets[0].State = "initial" }, diagnose.Pending, "1 target in first checks"},
		{"a sick target of somebody else", func(e *diagnose.Evidence) {
			sick(e, 1)
			e.Foreign = func(group string, t awsx.TargetHealth) bool { return group == webGroup && t.Port == 32768 }
		}, diagnose.OK, "target of no task: 503 /health i-0a1:32768"},
		{"targets unread", func(e *diagnose.Evidence) { e.Groups[0].Read = false }, diagnose.Unknown, "unread: targets of web"},
		{"classic load balancer", func(e *diagnose.Evidence) {
			e.Service.LoadBalancers = append(e.Service.LoadBalancers, awsx.LoadBalancer{Classic: "old-elb", Container: "app"})
		}, diagnose.OK, ""},
		{"nothing read but the service", func(e *diagnose.Evidence) {
			e.RunningRead, e.StoppedRead, e.Groups = false, false, nil
		}, diagnose.Unknown, "unread: tasks, stopped tasks, targets of web"},
		{"trouble outweighs what is unread", func(e *diagnose.Evidence) {
			e.RunningRead, e.StoppedRead, e.Groups = false, false, nil
			e.Service.Running = 1
		}, diagnose.Degraded, "1 of 4 tasks running"},
	}
	judged(t, tests)
}

// verdict is what a healthy service is judged to be once something of it was edited.
type verdict struct {
	name string
	edit func(*diagnose.Evidence)
	want diagnose.Status
	why  string
}

func judged(t *testing.T, tests []verdict) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := healthy()
			tt.edit(&e)
			got := diagnose.Service(e)
			if got.Status != tt.want || got.Why != tt.why {
				t.Errorf("got %s %q, want %s %q", got.Status, got.Why, tt.want, tt.why)
			}
			if (got.Status == diagnose.Failed || got.Status == diagnose.Degraded) && got.Next == "" {
				t.Error("trouble without a next step")
			}
		})
	}
}

func TestTheCountsOfARow(t *testing.T) {
	e := healthy()
	rollingOut(&e, 0, 2)
	for i := range 7 {
		died(&e, "ecs-svc/2", time.Duration(i+1)*time.Minute, 1)
	}
	died(&e, "ecs-svc/1", 50*time.Minute, 1)
	died(&e, "ecs-svc/1", 70*time.Minute, 1)
	e.Stopped = append(e.Stopped, awsx.Task{StopCode: "ServiceSchedulerInitiated", StoppedReason: "Scaling activity initiated by (deployment ecs-svc/1)", StoppedAt: ago(time.Minute)})
	e.Groups[0].Targets = append(e.Groups[0].Targets, awsx.TargetHealth{ID: "i-9", Port: 1, State: "draining"})

	got := diagnose.Service(e)
	want := diagnose.Finding{
		Status: diagnose.Failed, Severity: 499, Since: ago(7 * time.Minute),
		Why: "exit 1, breaker off", Next: "read its last lines",
		Reason:  reason.Reason{Stage: reason.Exit, Text: "Essential container in task exited"},
		Breaker: "breaker off: will retry for ever",
		Rollout: diagnose.Rollout{Active: true, Running: 0, Desired: 4, Failed: 7},
		Targets: diagnose.Targets{Healthy: 4, Total: 4, Groups: 1},
		Died:    diagnose.Died{Count: 8, Last: ago(time.Minute)},
		Changed: ago(11 * time.Minute), Until: now.Add(10 * time.Minute),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for setting, word := range map[awsx.Breaker]string{
		{Enabled: true}:                 "breaker will stop it",
		{Enabled: true, Rollback: true}: "breaker will roll back",
	} {
		e.Service.Breaker = setting
		if got := diagnose.Service(e).Breaker; got != word {
			t.Errorf("%+v: %q, want %q", setting, got, word)
		}
	}
}

func TestThePanelShowsTheEvidence(t *testing.T) {
	e := healthy()
	rollingOut(&e, 0, 0)
	for i := range 3 {
		died(&e, "ecs-svc/2", time.Duration(i+1)*time.Minute, 1)
	}
	event(&e, 2*time.Minute, "has started 1 tasks: (task 12).")
	event(&e, time.Minute, "is unable to consistently start tasks successfully.")
	e.Definition = func(arn string) *awsx.TaskDefinition {
		tag := map[string]string{oldRevision: "v2.31.0", newRevision: "v2.32.0"}[arn]
		return &awsx.TaskDefinition{RegisteredBy: "arn:aws:sts::1:assumed-role/ci/ci-deploy", Containers: []awsx.ContainerDefinition{{Name: "app", Image: "registry/api:" + tag}}}
	}
	want := []diagnose.Line{
		{At: ago(11 * time.Minute), Text: "api:7 (v2.31.0) -> api:8 (v2.32.0), registered by ci-deploy, breaker off: will retry for ever"},
		{About: diagnose.OfDeath, At: ago(time.Minute), Text: "task 5ec1d2e3 exit 1 (app)"},
		{About: diagnose.OfEvents, At: ago(time.Minute), Text: "is unable to consistently start tasks successfully."},
	}
	if diff := cmp.Diff(want, diagnose.Panel(e)); diff != "" {
		t.Error(diff)
	}
}

func TestRowsSortWorstFirst(t *testing.T) {
	whole, half := healthy(), healthy()
	sick(&whole, 4)
	sick(&half, 2)
	none, quarter := healthy(), healthy()
	none.Groups = nil
	sick(&quarter, 1)
	pending, ok := healthy(), healthy()
	pending.Service.Desired = 3
	var order []int
	for _, e := range []diagnose.Evidence{whole, half, quarter, pending, none, ok} {
		order = append(order, diagnose.Service(e).Severity)
	}
	if !slices.IsSortedFunc(order, func(a, b int) int { return b - a }) || order[1] == order[2] {
		t.Errorf("severities %v do not fall", order)
	}
}

// drawEvidence makes any mixture of counts, rollouts, deaths and targets.
func drawEvidence(t *rapid.T) diagnose.Evidence {
	e := healthy()
	e.Service.Desired = rapid.IntRange(1, 4).Draw(t, "desired")
	e.Service.Running = rapid.IntRange(0, 4).Draw(t, "running")
	e.Service.Pending = rapid.IntRange(0, 2).Draw(t, "pending")
	if rapid.Bool().Draw(t, "rollout") {
		rollingOut(&e, rapid.IntRange(0, 4).Draw(t, "new"), rapid.IntRange(0, 4).Draw(t, "failed"))
	}
	for range rapid.IntRange(0, 4).Draw(t, "deaths") {
		died(&e, rapid.SampledFrom([]string{"ecs-svc/1", "ecs-svc/2", ""}).Draw(t, "of"), time.Duration(rapid.IntRange(0, 90).Draw(t, "ago"))*time.Minute, rapid.IntRange(-1, 2).Draw(t, "exit"))
	}
	for i := range e.Groups[0].Targets {
		e.Groups[0].Targets[i].State = rapid.SampledFrom([]string{"healthy", "initial", "unhealthy", "draining", "unused"}).Draw(t, "state")
	}
	return e
}

func TestWhatIsUnreadIsNeverOK(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := healthy()
		if rapid.Bool().Draw(t, "troubled") {
			e = drawEvidence(t)
		}
		switch rapid.IntRange(0, 3).Draw(t, "hole") {
		case 0:
			e.RunningRead = false
		case 1:
			e.StoppedRead = false
		case 2:
			e.Groups[0].Read = false
		case 3:
			e.Groups = nil
		}
		if got := diagnose.Service(e); got.Status == diagnose.OK {
			t.Fatalf("ok on unread evidence: %+v", got)
		}
	})
}

func TestAServiceThatLacksTasksOrTargetsIsNeverOK(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEvidence(t)
		got := diagnose.Service(e)
		bad := e.Service.Running < e.Service.Desired
		for _, x := range e.Groups[0].Targets {
			bad = bad || x.State == "unhealthy"
		}
		if bad && got.Status == diagnose.OK {
			t.Fatalf("ok: %+v", got)
		}
		if got.Severity/100 != int(diagnose.OK)-int(got.Status) {
			t.Fatalf("severity %d of %s", got.Severity, got.Status)
		}
	})
}

func TestAFindingHoldsUntilItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEvidence(t)
		e.RunningRead = rapid.Bool().Draw(t, "running read")
		for range rapid.IntRange(0, 3).Draw(t, "events") {
			event(&e, time.Duration(rapid.IntRange(0, 80).Draw(t, "event"))*time.Minute, rapid.SampledFrom([]string{
				"has reached a steady state.", "was unable to place a task. Reason: no container instance met all of its requirements.",
			}).Draw(t, "says"))
		}
		slices.SortStableFunc(e.Service.Events, func(a, b awsx.ServiceEvent) int { return b.At.Compare(a.At) })
		first := diagnose.Service(e)
		e.Now = e.Now.Add(time.Duration(rapid.IntRange(0, 7200).Draw(t, "seconds later")) * time.Second)
		later := diagnose.Service(e)
		if (first.Until.IsZero() || e.Now.Before(first.Until)) && first != later {
			t.Fatalf("%+v was to hold until %v and became %+v", first, first.Until, later)
		}
	})
}

func TestTasksThatComeAndGoSetAFindingNoEnd(t *testing.T) {
	e := healthy()
	e.Service.Events = nil
	for i := range 50 {
		event(&e, time.Duration(i)*time.Minute, "has started 1 tasks: (task 5ec1d2e3f4a55ec1d2e3f4a55ec1d2e3).")
	}
	if f := diagnose.Service(e); f.Status != diagnose.OK || !f.Until.IsZero() {
		t.Errorf("%v holds until %v, for ever expected", f.Status, f.Until)
	}
}

func BenchmarkService300Rows(b *testing.B) {
	rows := make([]diagnose.Evidence, 300)
	for i := range rows {
		rows[i] = healthy()
		if i%10 == 0 {
			rollingOut(&rows[i], 0, 3)
			died(&rows[i], "ecs-svc/2", time.Minute, 1)
		}
		for range 99 {
			event(&rows[i], 10*time.Minute, "has started 1 tasks: (task 5ec1d2e3f4a55ec1d2e3f4a55ec1d2e3).")
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, e := range rows {
			diagnose.Service(e)
		}
	}
}
