package follow

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

func ofCount(seconds, desired, running int) Observation {
	o := seen(seconds, deployment(7, "PRIMARY", 7, rollout("COMPLETED", "")))
	o.Service.Desired, o.Service.Running, o.Service.Pending = desired, running, 0
	return o
}

func counts(lacked int) Spec {
	return Spec{Service: awsx.Ref{ARN: followedService}, Count: 6, PreviousCount: 4, Lacked: lacked, Started: began, Timeout: 10 * time.Minute}
}

func TestAFollowThatCanReadNothingClaimsNothing(t *testing.T) {
	denied := errors.New("not allowed to read services")
	at := func(seconds int, o Observation) Observation {
		o.At, o.Err = began.Add(time.Duration(seconds)*time.Second), denied
		return o
	}
	going := seen(30, deployment(8, "PRIMARY", 8, tasks(1, 2, 0)))
	going.ReadAt = going.At
	for name, c := range map[string]struct {
		spec   Spec
		seen   []Observation
		text   string
		counts string
	}{
		"a deployment of which nothing is read": {spec(), []Observation{at(2, Observation{}), at(601, Observation{})}, "nothing could be read in 10m0s: what became of the change is not known", "nothing was read yet"},
		"a deployment that is lost from sight":  {spec(), []Observation{going, at(60, going), at(601, going)}, "nothing could be read since 03:00:30 UTC", "1 of 4 running"},
		"a count of which nothing is read":      {counts(0), []Observation{at(2, Observation{}), at(601, Observation{})}, "nothing could be read in 10m0s", "nothing was read yet"},
		"tasks of which nothing is read":        {Spec{Tasks: []awsx.Ref{{ARN: "a"}}, Exits: true, Started: began, Timeout: 10 * time.Minute}, []Observation{at(601, Observation{})}, "nothing could be read in 10m0s", "0 of 1 running"},
	} {
		p := observe(c.spec, c.seen...)
		if p.Verdict == nil || p.Verdict.Outcome != TimedOut || !strings.Contains(p.Verdict.Text, c.text) || strings.Contains(p.Verdict.Text, "goes on") {
			t.Errorf("%s: %+v, want %q", name, p.Verdict, c.text)
		}
		if lines := p.Lines(); !strings.Contains(lines[0], c.counts) {
			t.Errorf("%s: %q", name, lines)
		}
	}
}

func TestTargetsThatWereNotReadQualifyASuccess(t *testing.T) {
	group := "arn:aws:elasticloadbalancing:r:1:targetgroup/api-tg/0a1"
	unread := func(seconds int, err error) Observation {
		o := ofCount(seconds, 6, 6)
		o.Unread = []UnreadGroup{{group, err}}
		return o
	}
	denied := fault.Errorf(fault.Denied, "elasticloadbalancing:DescribeTargetHealth", group, "not allowed")
	if p := NewFollower(counts(0)).Observe(unread(30, denied)); p.Verdict == nil || p.Verdict.Outcome != SucceededBut || !strings.Contains(p.Verdict.Text, "the targets of api-tg were not read: ") {
		t.Errorf("who may not read them is told %+v", p.Verdict)
	}
	f := NewFollower(counts(0))
	if p := f.Observe(unread(30, nil)); p.Verdict != nil {
		t.Errorf("before anybody looked: %+v", p.Verdict)
	}
	if p := f.Observe(unread(41, errors.New("throttled"))); p.Verdict == nil || p.Verdict.Outcome != SucceededBut {
		t.Errorf("once it took too long: %+v", p.Verdict)
	}
	stale := withTargets(ofCount(30, 6, 6), "healthy")
	stale.GroupsAt = began.Add(-time.Second)
	fresh := withTargets(ofCount(32, 6, 6), "healthy")
	fresh.GroupsAt = began.Add(31 * time.Second)
	f = NewFollower(counts(0))
	if p := f.Observe(stale); p.Verdict != nil {
		t.Errorf("by targets as they were before the change: %+v", p.Verdict)
	}
	if p := f.Observe(fresh); p.Verdict == nil || p.Verdict.Outcome != Succeeded {
		t.Errorf("once they were read: %+v", p.Verdict)
	}
}

// TestStoppedTasksThatWereNotReadQualifyASuccess: what could not be looked at is said, at
// once where it is refused, and else once it took too long.
func TestStoppedTasksThatWereNotReadQualifyASuccess(t *testing.T) {
	unread := func(seconds int, err error) Observation {
		o := seen(seconds, deployment(8, "PRIMARY", 8, tasks(4, 0, 0), rollout("COMPLETED", "")))
		o.StoppedErr = err
		return o
	}
	denied := fault.Errorf(fault.Denied, "ecs:ListTasks", followedService, "not allowed")
	if p := NewFollower(spec()).Observe(unread(60, denied)); p.Verdict == nil || p.Verdict.Outcome != SucceededBut || !strings.Contains(p.Verdict.Text, "the tasks that stopped were not read: ecs:ListTasks") {
		t.Errorf("who may not list them is told %+v", p.Verdict)
	}
	throttled := fault.Errorf(fault.Throttled, "ecs:ListTasks", followedService, "rate exceeded")
	f := NewFollower(spec())
	if p := f.Observe(unread(60, throttled)); p.Verdict != nil {
		t.Errorf("before the next look: %+v", p.Verdict)
	}
	if p := f.Observe(unread(71, throttled)); p.Verdict == nil || p.Verdict.Outcome != SucceededBut || !strings.Contains(p.Verdict.Text, "rate exceeded") {
		t.Errorf("once it took too long: %+v", p.Verdict)
	}
	f = NewFollower(spec())
	f.Observe(unread(60, throttled))
	if p := f.Observe(unread(64, nil)); p.Verdict == nil || p.Verdict.Outcome != Succeeded {
		t.Errorf("once they were read: %+v", p.Verdict)
	}
}

func TestACountIsNotBlamedForWhatWasSickBefore(t *testing.T) {
	sick := withTargets(ofCount(1, 6, 4), "unhealthy")
	sick.Groups[0].Targets[0].ID = "10.0.0.7"
	end := withTargets(ofCount(60, 6, 6), "unhealthy", "healthy")
	end.Groups[0].Targets[0].ID = "10.0.0.7"
	p := observe(counts(0), sick, end)
	if p.Verdict == nil || p.Verdict.Outcome != Succeeded || !slices.Contains(p.Verdict.Details, "1 target unhealthy in api-tg since before the change") {
		t.Errorf("verdict is %+v", p.Verdict)
	}
	end.Groups[0].Targets[0].ID = "10.0.0.8"
	if p := observe(counts(0), sick, end); p.Verdict == nil || p.Verdict.Outcome != SucceededBut {
		t.Errorf("another target's fault is %+v", p.Verdict)
	}
	if p := observe(counts(1), ofCount(5, 6, 5), ofCount(601, 6, 5)); !slices.Contains(p.Verdict.Details, "3 of 4 tasks ran before the change") {
		t.Errorf("verdict is %+v", p.Verdict)
	}
}

func TestARunTellsHowManyOfItsTasksRun(t *testing.T) {
	run := Spec{Tasks: []awsx.Ref{{ARN: "a"}}, Exits: true, Started: began, Timeout: time.Minute}
	p := observe(run, Observation{At: began.Add(time.Minute), Tasks: []awsx.Task{{Ref: awsx.Ref{ARN: "a"}, LastStatus: "RUNNING"}}})
	if p.Verdict == nil || p.Verdict.Outcome != TimedOut || !strings.Contains(p.Verdict.Text, "1 of 1 task run after 1m0s") {
		t.Errorf("verdict is %+v", p.Verdict)
	}
}

func TestASuccessIsNotToldBesideAStageThatIsOver(t *testing.T) {
	o := recorded(seen(60, deployment(8, "PRIMARY", 8, tasks(4, 0, 0), rollout("COMPLETED", ""))), record("IN_PROGRESS", func(r *awsx.ServiceDeployment) {
		r.Strategy, r.Stage = "CANARY", "BAKE_TIME"
	}))
	if p := NewFollower(spec()).Observe(o); p.Verdict == nil || !p.Verdict.Good() || p.Stage != "" || len(p.Shares) > 0 || p.InProgress {
		t.Errorf("%+v", p)
	}
}

func TestSupersededTakesTwoReadings(t *testing.T) {
	going := seen(10, deployment(8, "PRIMARY", 8, tasks(1, 2, 0)))
	other := seen(20, deployment(9, "PRIMARY", 9), deployment(8, "ACTIVE", 8))
	other.ReadAt = other.At
	again := other
	again.At = other.At.Add(time.Second) // the same reading, looked at once more
	f := NewFollower(spec())
	for _, o := range []Observation{going, other, again} {
		if p := f.Observe(o); p.Verdict != nil {
			t.Fatalf("by one reading: %+v", p.Verdict)
		}
	}
	if p := f.Observe(seen(24, deployment(8, "PRIMARY", 8, tasks(4, 0, 0), rollout("COMPLETED", "")))); p.Verdict == nil || !p.Verdict.Good() {
		t.Errorf("what one answer said stays: %+v", p.Verdict)
	}
}
