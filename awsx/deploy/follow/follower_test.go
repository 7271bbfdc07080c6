package follow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
)

// The service that is followed.
const (
	followedCluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/prod"
	followedService = "arn:aws:ecs:eu-west-1:123456789012:service/prod/api"
)

func definition(n int) string {
	return fmt.Sprintf("arn:aws:ecs:eu-west-1:123456789012:task-definition/api:%d", n)
}

var began = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

// Deployments as a service lists them: the new one by id 8, the old one by 7.
type dep func(*awsx.Deployment)

func deployment(id int, status string, revision int, more ...dep) awsx.Deployment {
	d := awsx.Deployment{ID: fmt.Sprintf("ecs-svc/%d", id), Status: status, TaskDefinition: definition(revision),
		Desired: 4, RolloutState: "IN_PROGRESS", CreatedAt: began}
	for _, f := range more {
		f(&d)
	}
	return d
}

func rollout(state, reason string) dep {
	return func(d *awsx.Deployment) { d.RolloutState, d.RolloutReason = state, reason }
}

func tasks(running, pending, failed int) dep {
	return func(d *awsx.Deployment) { d.Running, d.Pending, d.Failed = running, pending, failed }
}

func spec() Spec {
	return Spec{
		Service: awsx.Ref{Cluster: followedCluster, ARN: followedService}, Deployment: "ecs-svc/8", TaskDefinition: definition(8),
		Previous: deployment(7, "PRIMARY", 7), Started: began, Timeout: 10 * time.Minute,
	}
}

// seen makes an observation after some seconds.
func seen(seconds int, list ...awsx.Deployment) Observation {
	return Observation{
		At: began.Add(time.Duration(seconds) * time.Second),
		Service: awsx.Service{Ref: awsx.Ref{Cluster: followedCluster, ARN: followedService}, Name: "api", Status: "ACTIVE", Desired: 4, Running: 4,
			Breaker: awsx.Breaker{Enabled: true, Rollback: true}, Deployments: list},
	}
}

func withEvents(o Observation, messages ...string) Observation {
	for i, m := range messages {
		o.Service.Events = append([]awsx.ServiceEvent{{ID: fmt.Sprint("e", i), At: began.Add(time.Duration(i) * time.Second), Message: m}}, o.Service.Events...)
	}
	return o
}

func withTargets(o Observation, states ...string) Observation {
	g := awsx.GroupHealth{TargetGroup: "arn:aws:elasticloadbalancing:r:1:targetgroup/api-tg/0a1"}
	for _, s := range states {
		g.Targets = append(g.Targets, awsx.TargetHealth{State: s})
	}
	o.Groups = append(o.Groups, g)
	return o
}

func TestVerdictsOfADeployment(t *testing.T) {
	old := deployment(7, "ACTIVE", 7, tasks(4, 0, 0))
	going := deployment(8, "PRIMARY", 8, tasks(1, 2, 0))
	done := deployment(8, "PRIMARY", 8, tasks(4, 0, 0), rollout("COMPLETED", "done"))
	gaveUp := deployment(8, "ACTIVE", 8, tasks(0, 0, 3), rollout("FAILED", "ECS deployment circuit breaker: tasks failed to start."))
	back := deployment(9, "PRIMARY", 7, tasks(2, 2, 0), rollout("IN_PROGRESS", "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/7."))
	backDone := deployment(9, "PRIMARY", 7, tasks(4, 0, 0), rollout("COMPLETED", "ECS deployment ecs-svc/9 completed."))
	stopped := seen(60, going)
	stopped.Record = &awsx.ServiceDeployment{Status: "STOPPED", StatusReason: "by hand", CreatedAt: began.Add(time.Second)}
	before := seen(10, going, old) // the record of the deployment before is the newest still
	before.Record = &awsx.ServiceDeployment{ARN: "sd/7", Status: "STOPPED", CreatedAt: began.Add(-20 * time.Second), StoppedAt: began.Add(-time.Second)}
	others := seen(10, going, old)
	others.Record = &awsx.ServiceDeployment{ARN: "sd/7", Status: "STOPPED", CreatedAt: began.Add(-20 * time.Second), Target: awsx.RevisionShare{ARN: "rev/7"}}
	others.Revisions = map[string]awsx.ServiceRevision{"rev/7": {TaskDefinition: definition(7)}}
	returning := seen(60, deployment(8, "PRIMARY", 8, rollout("FAILED", "tasks failed to start")), old)
	returning.Record = &awsx.ServiceDeployment{ARN: "sd/8", Status: "ROLLBACK_REQUESTED", CreatedAt: began}
	gone := seen(60, going)
	gone.Service.Status = "INACTIVE"
	goes := seen(50, going)
	goes.Service.Status = "DRAINING"

	cases := []struct {
		name    string
		seen    []Observation
		outcome Outcome // empty while there is none
		phase   Phase
		text    string
	}{
		{"not visible yet", []Observation{seen(1, deployment(7, "PRIMARY", 7, rollout("COMPLETED", "")))}, "", PhaseWaiting, ""},
		{"nothing read yet", []Observation{{At: began, Err: errors.New("throttled")}}, "", PhaseWaiting, ""},
		{"rolling", []Observation{seen(10, going, old)}, "", PhaseRolling, ""},
		{"old tasks stop", []Observation{seen(10, deployment(8, "PRIMARY", 8, tasks(4, 0, 0)), old)}, "", PhaseDraining, ""},
		{"succeeded", []Observation{seen(10, going, old), seen(60, done)}, Succeeded, PhaseEnded, "api runs api:8"},
		{"succeeded with an unhealthy target", []Observation{withTargets(seen(60, done), "healthy", "unhealthy", "draining")}, SucceededBut, PhaseEnded, "but 1 target unhealthy in api-tg"},
		{"succeeded while old tasks drain", []Observation{seen(60, done, deployment(7, "ACTIVE", 7, tasks(1, 0, 0)))}, SucceededBut, PhaseEnded, "1 old task still draining"},
		{"succeeded with fewer tasks", []Observation{seen(60, deployment(8, "PRIMARY", 8, tasks(3, 1, 0), rollout("COMPLETED", "")))}, SucceededBut, PhaseEnded, "3 of 4 tasks run"},
		{"succeeded with a count of zero", []Observation{seen(60, deployment(8, "PRIMARY", 8, func(d *awsx.Deployment) { d.Desired = 0 }, rollout("COMPLETED", "")))}, SucceededBut, PhaseEnded, "nothing runs"},
		{"completed on another revision", []Observation{seen(60, deployment(8, "PRIMARY", 7, tasks(4, 0, 0), rollout("COMPLETED", "")))}, Failed, PhaseEnded, "runs api:7, not api:8"},
		{"failed without roll back", []Observation{seen(60, deployment(8, "PRIMARY", 8, tasks(0, 0, 3), rollout("FAILED", "tasks failed to start")), old)}, Failed, PhaseEnded, "did not roll back: tasks failed to start"},
		{"rolling back", []Observation{seen(60, back, gaveUp)}, "", PhaseRollingBack, ""},
		{"rolled back", []Observation{seen(10, going, old), seen(60, back, gaveUp), seen(90, backDone)}, RolledBack, PhaseEnded, "ECS gave api:8 up and runs api:7 again"},
		{"rolled back, seen only at its end, by the event", []Observation{
			withEvents(seen(300, backDone), "(service api) (deployment ecs-svc/8) deployment failed: tasks failed to start.", "(service api) rolling back to deployment ecs-svc/9.")}, RolledBack, PhaseEnded, ""},
		{"rolled back, known by the new primary's words alone", []Observation{seen(10, going, old), seen(60, back), seen(90, backDone)}, RolledBack, PhaseEnded, ""},
		{"rolled back to the deployment before", []Observation{seen(10, going, old), seen(60, gaveUp, deployment(7, "PRIMARY", 7, tasks(4, 0, 0), rollout("COMPLETED", "")))}, RolledBack, PhaseEnded, ""},
		{"the roll back failed too", []Observation{seen(60, deployment(9, "PRIMARY", 7, rollout("FAILED", "")), gaveUp)}, Failed, PhaseEnded, "and so did the roll back to api:7"},
		{"failed, then somebody's next attempt", []Observation{seen(60, deployment(9, "PRIMARY", 9), gaveUp)}, Failed, PhaseEnded, "ecs-svc/9 deploys api:9 now"},
		{"another id with another event failed", []Observation{
			withEvents(seen(60, done), "(service api) (deployment ecs-svc/80) deployment failed: tasks failed to start.")}, Succeeded, PhaseEnded, ""},
		{"superseded", []Observation{seen(10, going, old), seen(60, deployment(9, "PRIMARY", 9), deployment(8, "ACTIVE", 8))}, Superseded, PhaseEnded, "lost its place: ecs-svc/9 deploys api:9 since 03:00:00 UTC"},
		{"vanished", []Observation{seen(10, going, old), seen(60, deployment(9, "PRIMARY", 9))}, Superseded, PhaseEnded, "vanished: ecs-svc/9"},
		{"superseded by the same revision", []Observation{seen(10, going, old), seen(60, deployment(9, "PRIMARY", 8), deployment(8, "ACTIVE", 8))}, Superseded, PhaseEnded, ""},
		{"back to the old revision by somebody", []Observation{seen(10, going, old), seen(60, deployment(9, "PRIMARY", 7), deployment(8, "ACTIVE", 8))}, Superseded, PhaseEnded, "deploys api:7"},
		{"stopped", []Observation{stopped}, Stopped, PhaseEnded, "by hand"},
		{"the one before was stopped", []Observation{before, seen(60, done)}, Succeeded, PhaseEnded, ""},
		{"another revision's was stopped", []Observation{others, seen(60, done)}, Succeeded, PhaseEnded, ""},
		{"failed, and the roll back is not to be seen yet", []Observation{returning, seen(70, back, gaveUp), seen(90, backDone)}, RolledBack, PhaseEnded, ""},
		{"the service goes by one reading", []Observation{seen(10, going, old), gone}, "", PhaseRolling, ""},
		{"the service goes", []Observation{goes, gone}, Failed, PhaseEnded, "being deleted"},
		{"timed out", []Observation{seen(10, going, old), seen(600, going, old)}, TimedOut, PhaseEnded, "goes on in ECS"},
		{"done at the last moment", []Observation{seen(10, going, old), seen(600, done)}, Succeeded, PhaseEnded, ""},
		{"without rollout states", []Observation{seen(10, deployment(8, "PRIMARY", 8, tasks(4, 0, 0), rollout("", "")), old)}, "", PhaseDraining, ""},
		{"without rollout states, alone", []Observation{seen(10, deployment(8, "PRIMARY", 8, tasks(4, 0, 0), rollout("", "")))}, Succeeded, PhaseEnded, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := NewFollower(spec())
			var p Progress
			for i, o := range c.seen {
				if p.Verdict != nil {
					t.Fatalf("there is a verdict after %d of %d observations: %+v", i, len(c.seen), *p.Verdict)
				}
				p = f.Observe(o)
			}
			if c.outcome == Superseded {
				p = f.Observe(later(c.seen[len(c.seen)-1]))
			}
			if p.Phase != c.phase {
				t.Errorf("phase is %s, want %s", p.Phase, c.phase)
			}
			if c.outcome == "" {
				if p.Verdict != nil {
					t.Errorf("there is a verdict: %+v", *p.Verdict)
				}
				return
			}
			if p.Verdict == nil || p.Verdict.Outcome != c.outcome || !strings.Contains(p.Verdict.Text, c.text) {
				t.Fatalf("verdict is %+v, want %s with %q", p.Verdict, c.outcome, c.text)
			}
			if good := c.outcome == Succeeded || c.outcome == SucceededBut; p.Verdict.Good() != good {
				t.Errorf("%s counts as good: %v", c.outcome, p.Verdict.Good())
			}
			if again := f.Observe(seen(900, going, old)); again.Verdict.Outcome != c.outcome {
				t.Errorf("the verdict moved to %+v", again.Verdict)
			}
		})
	}
}

func TestARestartThatFailsIsARollBackAlthoughTheRevisionIsTheSame(t *testing.T) {
	s := spec()
	s.TaskDefinition = definition(7)
	f := NewFollower(s)
	f.Observe(seen(10, deployment(8, "PRIMARY", 7), deployment(7, "ACTIVE", 7)))
	p := f.Observe(seen(60, deployment(9, "PRIMARY", 7, tasks(4, 0, 0), rollout("COMPLETED", "")), deployment(8, "ACTIVE", 7, rollout("FAILED", "breaker"))))
	if p.Verdict == nil || p.Verdict.Outcome != RolledBack {
		t.Errorf("verdict is %+v", p.Verdict)
	}
}

func TestVerdictsOfACount(t *testing.T) {
	counted := func(seconds, desired, running, pending int) Observation {
		o := seen(seconds, deployment(7, "PRIMARY", 7, rollout("COMPLETED", "")))
		o.Service.Desired, o.Service.Running, o.Service.Pending = desired, running, pending
		return o
	}
	cases := []struct {
		name    string
		seen    []Observation
		outcome Outcome
		text    string
	}{
		{"not visible yet", []Observation{counted(1, 4, 4, 0)}, "", ""},
		{"starting", []Observation{counted(1, 6, 4, 2)}, "", ""},
		{"reached", []Observation{counted(1, 4, 4, 0), counted(5, 6, 4, 2), counted(30, 6, 6, 0)}, Succeeded, "api runs 6 tasks"},
		{"reached, with an unhealthy target", []Observation{withTargets(counted(30, 6, 6, 0), "unhealthy")}, SucceededBut, "1 target unhealthy"},
		{"moved by somebody", []Observation{counted(5, 6, 4, 2), counted(30, 9, 6, 0)}, Superseded, "the desired count is 9"},
		{"moved back by somebody", []Observation{counted(5, 6, 4, 2), counted(30, 4, 6, 0)}, Superseded, "the desired count is 4"},
		{"never reached", []Observation{counted(5, 6, 4, 0), counted(601, 6, 5, 0)}, TimedOut, "5 of 6 tasks run after 10m0s"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := NewFollower(Spec{Service: awsx.Ref{ARN: followedService}, Count: 6, PreviousCount: 4, Started: began, Timeout: 10 * time.Minute})
			var p Progress
			for _, o := range c.seen {
				p = f.Observe(o)
			}
			if c.outcome == Superseded {
				p = f.Observe(later(c.seen[len(c.seen)-1]))
			}
			switch {
			case c.outcome == "" && p.Verdict != nil:
				t.Errorf("there is a verdict: %+v", *p.Verdict)
			case c.outcome != "" && (p.Verdict == nil || p.Verdict.Outcome != c.outcome || !strings.Contains(p.Verdict.Text, c.text)):
				t.Errorf("verdict is %+v, want %s with %q", p.Verdict, c.outcome, c.text)
			}
		})
	}
}

func stop(id, deployment, code, reason string, containers ...awsx.Container) awsx.Task {
	return awsx.Task{ID: id, StartedBy: deployment, StopCode: code, StoppedReason: reason, Containers: containers, StoppedAt: began.Add(time.Minute)}
}

func TestStoppedTasksAreGroupedAndScaleInIsNoFailure(t *testing.T) {
	list := []awsx.Task{
		stop("a", "ecs-svc/8", "EssentialContainerExited", "Essential container in task exited", awsx.Container{Name: "web", ExitCode: 1}),
		stop("b", "ecs-svc/8", "EssentialContainerExited", "Essential container in task exited", awsx.Container{Name: "proxy", ExitCode: 0}, awsx.Container{Name: "web", ExitCode: 1}),
		stop("c", "ecs-svc/8", "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/8)"),
		stop("d", "ecs-svc/7", "EssentialContainerExited", "Essential container in task exited", awsx.Container{Name: "web", ExitCode: 137}),
		stop("e", "ecs-svc/8", "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/api-tg/0a1)"),
		stop("f", "ecs-svc/8", "TaskFailedToStart", "", awsx.Container{Name: "web", ExitCode: awsx.Unset, Reason: "CannotPullContainerError: web:9 not found"}),
		stop("g", "ecs-svc/8", "", "Host EC2 (instance i-0123456789abcdef0) terminated."),
	}
	var got []string
	for _, s := range stopReasons(list, "ecs-svc/8") {
		got = append(got, s.String())
	}
	want := []string{
		"2 tasks stopped: web exited with code 1",
		"1 task stopped: Host EC2 (instance …) terminated.",
		"1 task stopped: Task failed ELB health checks in (target-group api-tg)",
		"1 task stopped: web: CannotPullContainerError: web:9 not found",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestProgressCountsSeconds: a deployment that began elsewhere began at a fraction of one.
func TestProgressCountsSeconds(t *testing.T) {
	p := Progress{Phase: PhaseRolling, Expected: 286400 * time.Millisecond, Timeout: 11*time.Minute + 38091745444, Elapsed: 2100 * time.Millisecond}
	for _, read := range []time.Time{{}, began} {
		p.ReadAt = read
		if got := p.Lines()[0]; strings.Contains(got, ".") || !strings.HasSuffix(got, " of at most 11m38s") {
			t.Errorf("progress is told as %q", got)
		}
	}
}

func TestProgressTellsWhatAPersonWatches(t *testing.T) {
	f := NewFollower(spec())
	o := withEvents(withTargets(seen(65, deployment(8, "PRIMARY", 8, tasks(1, 2, 2)), deployment(7, "ACTIVE", 7, tasks(3, 0, 0))), "healthy", "initial", "initial", "draining"),
		"(service api) has started 2 tasks")
	o.Stopped = []awsx.Task{stop("a", "ecs-svc/8", "", "Essential container in task exited", awsx.Container{Name: "web", ExitCode: 1})}
	o.Service.Events = append(o.Service.Events, awsx.ServiceEvent{ID: "old", At: began.Add(-time.Hour), Message: "from before"})
	want := []string{
		"rolling: 1 of 4 running, 2 pending, 2 failed; 3 old still running; breaker 2/3; 1m5s of at most 10m0s",
		"targets of api-tg: 2 initial, 1 healthy, 1 draining",
		"1 task stopped: web exited with code 1",
		"03:00:00 (service api) has started 2 tasks",
	}
	if diff := cmp.Diff(want, f.Observe(o).Lines()); diff != "" {
		t.Error(diff)
	}
	if again := f.Observe(o); len(again.Events) > 0 {
		t.Errorf("an event is told twice: %+v", again.Events)
	}
	o.Service.Breaker.Enabled = false
	o.Err = errors.New("throttled")
	if lines := f.Observe(o).Lines(); !strings.Contains(lines[0], "breaker off") || lines[len(lines)-1] != "not read since 03:01:05 UTC: throttled" {
		t.Errorf("lines are %q", lines)
	}
}

func TestTheBreakersThreshold(t *testing.T) {
	share := awsx.Breaker{Enabled: true, Threshold: 20, Percent: true}
	unbounded := share
	unbounded.Unbounded = true
	for _, c := range []struct {
		breaker awsx.Breaker
		n, want int
	}{
		{awsx.Breaker{}, 0, 3}, {awsx.Breaker{}, 1, 3}, {awsx.Breaker{}, 6, 3}, {awsx.Breaker{}, 7, 4}, {awsx.Breaker{}, 25, 13}, {awsx.Breaker{}, 1000, 200},
		{awsx.Breaker{Threshold: 5}, 1000, 5}, {awsx.Breaker{Threshold: 1}, 1000, 1},
		{share, 16, 4}, {share, 1, 3}, {share, 2000, 200}, {unbounded, 16, 4}, {unbounded, 1, 1}, {unbounded, 2000, 400},
	} {
		if got := breakerThreshold(c.breaker, c.n); got != c.want {
			t.Errorf("%d tasks with %+v: %d, want %d", c.n, c.breaker, got, c.want)
		}
	}
}

func TestTheRecordRefinesTheGaugeOnlyWhenItIsOurs(t *testing.T) {
	o := seen(10, deployment(8, "PRIMARY", 8, tasks(0, 0, 1)))
	o.Record = &awsx.ServiceDeployment{CreatedAt: began, BreakerFailures: 4, BreakerThreshold: 5}
	if got := NewFollower(spec()).Observe(o).Breaker.String(); got != "4/5" {
		t.Errorf("gauge is %s", got)
	}
	o.Record.CreatedAt = began.Add(-time.Hour)
	if got := NewFollower(spec()).Observe(o).Breaker.String(); got != "1/3" {
		t.Errorf("with another deployment's record the gauge is %s", got)
	}
}

func TestADeploymentInProgressIsPickedUpAgain(t *testing.T) {
	svc := seen(0, deployment(8, "PRIMARY", 8), deployment(7, "ACTIVE", 7)).Service
	now := began.Add(time.Hour)
	got, ok := Resume(svc, nil, nil, nil, now)
	if !ok || got.Deployment != "ecs-svc/8" || got.Previous.ID != "ecs-svc/7" || got.Started != began {
		t.Fatalf("resumed %+v (%v)", got, ok)
	}
	f := NewFollower(got)
	if p := f.Observe(Observation{At: now, Service: svc}); p.Verdict != nil || p.Elapsed != time.Hour {
		t.Errorf("a deployment found after an hour gives %+v", p)
	}
	svc.Deployments = svc.Deployments[1:]
	svc.Deployments[0].Status, svc.Deployments[0].RolloutState = "PRIMARY", "COMPLETED"
	if _, ok := Resume(svc, nil, nil, nil, now); ok {
		t.Error("a quiet service has something to follow")
	}
}

// scripted is a source that tells one observation after the other.
type scripted struct {
	changed chan struct{}

	mu  sync.Mutex
	now Observation
	ok  bool
}

func (s *scripted) Changed() <-chan struct{} { return s.changed }

func (s *scripted) Observe() (Observation, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now, s.ok
}

func (s *scripted) tell(o Observation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.ok = o, true
	s.changed <- struct{}{}
}

func TestWatchEndsWithTheVerdictTheTimeOrTheContext(t *testing.T) {
	going := deployment(8, "PRIMARY", 8, tasks(1, 2, 0))
	t.Run("verdict", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			src := &scripted{changed: make(chan struct{}, 1)}
			s := spec()
			s.Started = time.Now()
			var phases []Phase
			go func() {
				for _, o := range []Observation{seen(5, going), seen(60, deployment(8, "PRIMARY", 8, tasks(4, 0, 0), rollout("COMPLETED", "")))} {
					time.Sleep(time.Second)
					o.At = time.Now()
					src.tell(o)
					synctest.Wait()
				}
			}()
			v, err := Watch(t.Context(), src, s, func(p Progress) { phases = append(phases, p.Phase) })
			if err != nil || v.Outcome != Succeeded {
				t.Errorf("verdict is %+v (%v)", v, err)
			}
			if diff := cmp.Diff([]Phase{PhaseRolling, PhaseEnded}, phases); diff != "" {
				t.Error(diff)
			}
		})
	})
	t.Run("time, although nothing is ever read", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := spec()
			s.Started = time.Now()
			v, err := Watch(t.Context(), &scripted{changed: make(chan struct{})}, s, func(Progress) {})
			if err != nil || v.Outcome != TimedOut || time.Since(s.Started) != s.Timeout {
				t.Errorf("verdict is %+v (%v) after %s", v, err, time.Since(s.Started))
			}
		})
	})
	t.Run("context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		src := &scripted{changed: make(chan struct{}), now: seen(5, going), ok: true}
		s := spec()
		s.Timeout = 0
		_, err := Watch(ctx, src, s, func(Progress) { cancel() })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}
