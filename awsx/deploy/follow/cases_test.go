package follow

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
)

// record makes the service deployment of the followed deployment.
func record(status string, edit ...func(*awsx.ServiceDeployment)) *awsx.ServiceDeployment {
	r := &awsx.ServiceDeployment{ARN: "sd/8", Status: status, CreatedAt: began.Add(time.Second), Strategy: "ROLLING"}
	for _, f := range edit {
		f(r)
	}
	return r
}

func recorded(o Observation, r *awsx.ServiceDeployment) Observation {
	o.Record = r
	return o
}

// observe feeds observations to a follower and returns what the last one gave.
func observe(spec Spec, seen ...Observation) Progress {
	f := NewFollower(spec)
	var p Progress
	for _, o := range seen {
		p = f.Observe(o)
	}
	if p.Verdict == nil && len(seen) > 0 { // the next reading says the same
		p = f.Observe(later(seen[len(seen)-1]))
	}
	return p
}

// later is an observation as the next reading repeats it.
func later(o Observation) Observation {
	o.At = o.At.Add(2 * time.Second)
	return o
}

func TestACancelledRolloutSucceedsWhenTheOldRevisionRunsAgain(t *testing.T) {
	cancel := spec()
	cancel.Cancels = true
	going := deployment(8, "PRIMARY", 8, tasks(1, 2, 0))
	back := func(more ...dep) awsx.Deployment { return deployment(9, "PRIMARY", 7, more...) }
	for name, c := range map[string]struct {
		seen    []Observation
		outcome Outcome
	}{
		"asked for":            {[]Observation{recorded(seen(2, going), record("ROLLBACK_REQUESTED"))}, ""},
		"returning":            {[]Observation{recorded(seen(5, back(tasks(1, 0, 0)), deployment(8, "ACTIVE", 8)), record("ROLLBACK_IN_PROGRESS"))}, ""},
		"returned":             {[]Observation{seen(9, back(tasks(4, 0, 0), rollout("COMPLETED", "")))}, Succeeded},
		"returned, unhealthy":  {[]Observation{withTargets(seen(9, back(tasks(4, 0, 0), rollout("COMPLETED", ""))), "unhealthy")}, SucceededBut},
		"came too late":        {[]Observation{seen(9, deployment(8, "PRIMARY", 8, tasks(4, 0, 0), rollout("COMPLETED", "")))}, Failed},
		"the way back failed":  {[]Observation{seen(9, back(rollout("FAILED", "")))}, Failed},
		"somebody's next":      {[]Observation{seen(9, deployment(9, "PRIMARY", 9))}, Superseded},
		"the same by somebody": {[]Observation{seen(9, back(tasks(1, 0, 0))), seen(20, deployment(10, "PRIMARY", 7, tasks(4, 0, 0), rollout("COMPLETED", "")))}, Superseded},
		"stopped, not removed": {[]Observation{recorded(seen(9, going), record("STOPPED"))}, Stopped},
	} {
		p := observe(cancel, c.seen...)
		got := Outcome("")
		if p.Verdict != nil {
			got = p.Verdict.Outcome
		}
		if got != c.outcome {
			t.Errorf("%s: %q, want %q", name, got, c.outcome)
		}
	}
}

func TestABadVerdictWaitsForTheReasonsOfItsTasks(t *testing.T) {
	failed := seen(60, deployment(8, "PRIMARY", 8, tasks(0, 0, 3), rollout("FAILED", "tasks failed to start")))
	failed.StoppedAt = began.Add(50 * time.Second)
	later := failed
	later.At, later.StoppedAt = failed.At.Add(2*time.Second), failed.At.Add(time.Second)
	later.Stopped = []awsx.Task{stop("a", "ecs-svc/8", "EssentialContainerExited", "Essential container in task exited", awsx.Container{Name: "web", ExitCode: 1})}
	if p := observe(spec(), failed); p.Verdict != nil {
		t.Errorf("without a look at the stopped tasks: %+v", p.Verdict)
	}
	p := observe(spec(), failed, later)
	if p.Verdict == nil || !slices.Contains(p.Verdict.Details, "1 task stopped: web exited with code 1") {
		t.Errorf("verdict is %+v", p.Verdict)
	}
	never := failed
	never.At = failed.At.Add(settleTime)
	if p := observe(spec(), failed, never); p.Verdict == nil || p.Verdict.Outcome != Failed {
		t.Error("a verdict waits for ever for tasks that cannot be read")
	}
}

func TestARecordStaysOursOnceItWasLinked(t *testing.T) {
	going := deployment(8, "PRIMARY", 8, tasks(1, 2, 0))
	gone := deployment(7, "PRIMARY", 7, tasks(4, 0, 0), rollout("COMPLETED", ""))
	p := observe(spec(), recorded(seen(10, going), record("IN_PROGRESS")), recorded(seen(60, gone),
		record("ROLLBACK_SUCCESSFUL", func(r *awsx.ServiceDeployment) { r.Rollback = &awsx.RollbackRecord{Reason: "alarm fired"} })))
	if p.Verdict == nil || p.Verdict.Outcome != RolledBack || !slices.Contains(p.Verdict.Details, "alarm fired") {
		t.Errorf("verdict is %+v", p.Verdict)
	}
}

func TestTrafficIsToldByRevisionAndTargetsByRole(t *testing.T) {
	blue, green := "arn:aws:elasticloadbalancing:r:1:targetgroup/blue/1", "arn:aws:elasticloadbalancing:r:1:targetgroup/green/1"
	o := recorded(seen(60, deployment(8, "PRIMARY", 8, tasks(4, 0, 0)), deployment(7, "ACTIVE", 7, tasks(4, 0, 0))),
		record("IN_PROGRESS", func(r *awsx.ServiceDeployment) {
			r.Strategy, r.Stage = "CANARY", "PRODUCTION_TRAFFIC_SHIFT"
			r.Target = awsx.RevisionShare{ARN: "rev/8", Requested: 4, Running: 4, Production: 10, Test: 100}
			r.Sources = []awsx.RevisionShare{{ARN: "rev/7", Requested: 4, Running: 4, Production: 90, Test: 0}}
			r.Hooks = []awsx.LifecycleHook{{ID: "h", Status: "AWAITING_ACTION", TimeoutAction: "ROLLBACK", ExpiresAt: began.Add(time.Hour)}}
		}))
	o.Revisions = map[string]awsx.ServiceRevision{
		"rev/8": {TaskDefinition: definition(8), TargetGroups: []string{green}},
		"rev/7": {TaskDefinition: definition(7), TargetGroups: []string{blue}},
	}
	o.Groups = []awsx.GroupHealth{
		{TargetGroup: blue, Targets: []awsx.TargetHealth{{State: "healthy"}}},
		{TargetGroup: green, Targets: []awsx.TargetHealth{{State: "initial"}}},
	}
	p := observe(spec(), o)
	want := []string{
		"stage: PRODUCTION_TRAFFIC_SHIFT",
		"new api:8: 4/4 running, 10% of production traffic, 100% of test traffic",
		"old api:7: 4/4 running, 90% of production traffic",
		"paused: waits to be continued until 04:00:00 UTC, then rollback",
		"targets of blue (old): 1 healthy",
		"targets of green (new): 1 initial",
	}
	if diff := cmp.Diff(want, p.Lines()[1:]); diff != "" {
		t.Error(diff)
	}
	if p.Phase != PhasePaused || p.Record != "sd/8" {
		t.Errorf("phase %s of record %s", p.Phase, p.Record)
	}
	o.Record.Strategy = "ROLLING"
	if p := observe(spec(), o); len(p.Shares) > 0 || p.Groups[0].Role != "" {
		t.Errorf("a rolling deployment shows %+v", p.Shares)
	}
}

func TestTasksThatWereRunEndWithTheirExitCodes(t *testing.T) {
	run := Spec{Tasks: []awsx.Ref{{ARN: "a"}, {ARN: "b"}}, Exits: true, Started: began, Timeout: time.Hour}
	task := func(id, status string, code int) awsx.Task {
		return awsx.Task{ID: id, Ref: awsx.Ref{ARN: id}, LastStatus: status, StoppedReason: "CannotPullContainerError: x",
			Containers: []awsx.Container{{Name: "job", ExitCode: code}}}
	}
	at := func(list ...awsx.Task) Observation { return Observation{At: began.Add(time.Minute), Tasks: list} }
	for name, c := range map[string]struct {
		seen    []Observation
		exits   bool
		outcome Outcome
		text    string
	}{
		"not seen yet":     {[]Observation{at()}, true, "", ""},
		"one runs":         {[]Observation{at(task("a", "STOPPED", 0), task("b", "RUNNING", awsx.Unset))}, true, "", ""},
		"both well":        {[]Observation{at(task("a", "STOPPED", 0), task("b", "STOPPED", 0))}, true, Succeeded, "2 tasks ended with exit code 0"},
		"one failed":       {[]Observation{at(task("a", "STOPPED", 0), task("b", "STOPPED", 3))}, true, Failed, "task b: container job ended with exit code 3"},
		"never ran":        {[]Observation{at(task("a", "STOPPED", awsx.Unset), task("b", "STOPPED", 0))}, true, Failed, "CannotPullContainerError"},
		"told to stop":     {[]Observation{at(task("a", "STOPPED", 143), task("b", "STOPPED", 137))}, false, Succeeded, "2 tasks stopped"},
		"forgotten by ECS": {[]Observation{at(task("a", "RUNNING", awsx.Unset)), at()}, true, Failed, "no longer knows"},
		"one failed, forgotten before the other's end": {[]Observation{
			at(task("a", "STOPPED", 3), task("b", "RUNNING", awsx.Unset)), at(task("b", "RUNNING", awsx.Unset)), at(task("b", "STOPPED", 0))}, true, Failed, "task a: container job ended with exit code 3"},
		"one ended unseen": {[]Observation{
			at(task("a", "RUNNING", awsx.Unset), task("b", "RUNNING", awsx.Unset)), at(task("b", "STOPPED", 0))}, true, Failed, "no longer knows 1 of 2 tasks"},
		"one not listed for a moment": {[]Observation{at(task("b", "RUNNING", awsx.Unset)), at(task("a", "STOPPED", 0), task("b", "STOPPED", 0))}, true, Succeeded, ""},
		"not readable for now":        {[]Observation{at(task("a", "RUNNING", awsx.Unset)), {At: began, Err: errors.New("throttled")}}, true, "", ""},
	} {
		run.Exits = c.exits
		p := observe(run, c.seen...)
		switch {
		case c.outcome == "" && p.Verdict != nil:
			t.Errorf("%s: verdict %+v", name, p.Verdict)
		case c.outcome != "" && (p.Verdict == nil || p.Verdict.Outcome != c.outcome || !strings.Contains(p.Verdict.Text, c.text)):
			t.Errorf("%s: %+v, want %s with %q", name, p.Verdict, c.outcome, c.text)
		}
	}
}

func TestADrainEndsWhenNoServiceHasATaskThere(t *testing.T) {
	drain := Spec{Instance: awsx.Ref{ARN: "instance/1"}, Started: began, Timeout: time.Hour}
	at := func(status string, groups ...string) Observation {
		o := Observation{At: began.Add(time.Minute), Instance: awsx.Instance{Ref: drain.Instance, EC2ID: "i-1", Status: status}}
		for _, g := range groups {
			o.Tasks = append(o.Tasks, awsx.Task{Group: g})
		}
		return o
	}
	for name, c := range map[string]struct {
		seen    []Observation
		outcome Outcome
	}{
		"moving":            {[]Observation{at("DRAINING", "service:api", "family:job")}, ""},
		"empty":             {[]Observation{at("DRAINING")}, Succeeded},
		"a batch job stays": {[]Observation{at("DRAINING", "family:job")}, SucceededBut},
		"read too early":    {[]Observation{at("ACTIVE", "service:api")}, ""},
		"activated again":   {[]Observation{at("DRAINING", "service:api"), at("ACTIVE", "service:api")}, Superseded},
	} {
		p := observe(drain, c.seen...)
		if got := p.Verdict; (got == nil) != (c.outcome == "") || got != nil && got.Outcome != c.outcome {
			t.Errorf("%s: %+v, want %q", name, got, c.outcome)
		}
	}
}

func TestTheExpectedDurationIsTheMedianOfWhatSucceeded(t *testing.T) {
	took := func(status string, minutes int) awsx.ServiceDeployment {
		return awsx.ServiceDeployment{Status: status, StartedAt: began, FinishedAt: began.Add(time.Duration(minutes) * time.Minute)}
	}
	history := []awsx.ServiceDeployment{took("SUCCESSFUL", 9), took("SUCCESSFUL", 4), took("ROLLBACK_SUCCESSFUL", 60), took("SUCCESSFUL", 5), took("IN_PROGRESS", 0)}
	if got := Expected(history); got != 5*time.Minute {
		t.Errorf("expected %s", got)
	}
	if got := Expected(nil); got != 0 {
		t.Errorf("without a record %s are expected", got)
	}
}

func TestASidecarThatIsKilledFailsNoRun(t *testing.T) {
	task := awsx.Task{ID: "a", Ref: awsx.Ref{ARN: "a"}, LastStatus: "STOPPED", Containers: []awsx.Container{{Name: "proxy", ExitCode: 137}, {Name: "job"}}}
	run := Spec{Tasks: []awsx.Ref{{ARN: "a"}}, Exits: true, Essential: []string{"job"}, Started: began}
	if p := observe(run, Observation{At: began, Tasks: []awsx.Task{task}}); p.Verdict == nil || p.Verdict.Outcome != Succeeded {
		t.Errorf("verdict is %+v", p.Verdict)
	}
	task.Containers[1].ExitCode = 2
	if p := observe(run, Observation{At: began, Tasks: []awsx.Task{task}}); p.Verdict == nil || p.Verdict.Outcome != Failed {
		t.Errorf("verdict is %+v", p.Verdict)
	}
}
