package diagnose_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
)

// life is one task of a crash loop.
type life struct{ created, started, died time.Time }

// crashLoop has so many tasks at a time that start, run for a while and exit, for so
// long, from a moment on.
func crashLoop(t *rapid.T, from time.Time, slots int, span time.Duration) []life {
	seconds := func(name string, least, most int) time.Duration {
		return time.Duration(rapid.IntRange(least, most).Draw(t, name)) * time.Second
	}
	longest := rapid.IntRange(2, 120).Draw(t, "runs for at most")
	var all []life
	for range slots {
		for at := from; at.Before(from.Add(span)); {
			l := life{created: at}
			l.started = at.Add(seconds("starts in", 1, 20))
			l.died = l.started.Add(seconds("runs for", longest/2+1, longest))
			all = append(all, l)
			at = l.died.Add(seconds("waits", 0, 10))
		}
	}
	return all
}

// looped is the evidence of a service at a moment of a crash loop of its primary
// deployment: a rollout beside old tasks, or all that it has.
func looped(lives []life, at time.Time, slots int, rollout bool) diagnose.Evidence {
	e := healthy()
	e.Now, e.Groups, e.Service.LoadBalancers, e.Service.Events = at, nil, nil, nil
	e.Service.Desired, e.Service.Running, e.Running = slots, 0, nil
	primary := awsx.Deployment{ID: "ecs-svc/2", Status: "PRIMARY", TaskDefinition: newRevision, Desired: slots, RolloutState: "IN_PROGRESS", CreatedAt: now}
	if !rollout {
		primary.RolloutState, primary.CreatedAt = "COMPLETED", ago(90*time.Hour)
	}
	for i, l := range lives {
		task := awsx.Task{Ref: awsx.Ref{ARN: fmt.Sprintf("task/%d", i)}, StartedBy: primary.ID, TaskDefinition: newRevision, CreatedAt: l.created, LastStatus: "PENDING", DesiredStatus: "RUNNING"}
		switch {
		case at.Before(l.created):
			continue
		case !at.Before(l.died):
			task.LastStatus, task.DesiredStatus, task.StartedAt, task.StoppedAt = "STOPPED", "STOPPED", l.started, l.died
			task.StopCode, task.StoppedReason = "EssentialContainerExited", "Essential container in task exited"
			task.Containers = []awsx.Container{{Name: "app", ExitCode: 1}}
			if at.Sub(l.died) < time.Hour {
				e.Stopped = append(e.Stopped, task)
			}
			continue
		case !at.Before(l.started):
			task.LastStatus, task.StartedAt = "RUNNING", l.started
			primary.Running++
		}
		e.Running = append(e.Running, task)
	}
	e.Service.Running = primary.Running
	e.Service.Deployments = []awsx.Deployment{primary}
	if rollout {
		old := awsx.Deployment{ID: "ecs-svc/1", Status: "ACTIVE", TaskDefinition: oldRevision, Desired: slots, Running: slots, RolloutState: "COMPLETED", CreatedAt: ago(90 * time.Hour)}
		e.Service.Deployments = append(e.Service.Deployments, old)
		e.Service.Running += slots
		for i := range slots {
			e.Running = append(e.Running, awsx.Task{Ref: awsx.Ref{ARN: fmt.Sprintf("task/old%d", i)}, StartedBy: old.ID, TaskDefinition: oldRevision, LastStatus: "RUNNING", DesiredStatus: "RUNNING", StartedAt: ago(80 * time.Hour)})
		}
	}
	return e
}

// TestOneIncidentHasOneLevelAndOneBeginning polls crash loops for minutes: tasks that
// come up and are about to die as well turn nothing, and the incident never begins anew.
func TestOneIncidentHasOneLevelAndOneBeginning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slots, rollout := rapid.IntRange(1, 4).Draw(t, "tasks"), rapid.Bool().Draw(t, "rollout")
		lives := crashLoop(t, now, slots, 14*time.Minute)
		worst := diagnose.OK
		var since time.Time
		for at := now; at.Before(now.Add(14 * time.Minute)); at = at.Add(time.Duration(rapid.IntRange(2, 20).Draw(t, "poll")) * time.Second) {
			f := diagnose.Service(looped(lives, at, slots, rollout))
			if died := f.Died.Count >= 2*slots+3; died && f.Status != diagnose.Failed {
				t.Fatalf("%s after %s and %d deaths: %+v", f.Status, at.Sub(now), f.Died.Count, f)
			}
			worst = min(worst, f.Status)
			if worst > diagnose.Degraded || f.Status > diagnose.Degraded {
				continue
			}
			if since.IsZero() && !f.Since.IsZero() {
				since = f.Since
			}
			if f.Since.After(since) {
				t.Fatalf("after %s it is %s since %s, and was since %s", at.Sub(now), f.Status, f.Since, since)
			}
		}
		if worst != diagnose.Failed {
			t.Fatalf("never failed, but %s", worst)
		}
	})
}

// TestTasksThatDieByTheirTargetsBeganWithTheFirst: the next target that fails its checks is
// the incident that it was, whether or not ECS has told of it.
func TestTasksThatDieByTheirTargetsBeganWithTheFirst(t *testing.T) {
	e := healthy()
	for i, since := range []time.Duration{44 * time.Minute, 23 * time.Minute} {
		died(&e, "ecs-svc/1", since, 0)
		e.Stopped[i].StopCode, e.Stopped[i].StoppedReason = "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group "+webGroup+")"
	}
	sick(&e, 1)
	if f := diagnose.Service(e); f.Status != diagnose.Degraded || !f.Since.Equal(ago(44*time.Minute)) {
		t.Fatalf("before ECS tells of the next target it is %s since %s", f.Status, f.Since)
	}
	event(&e, 30*time.Second, "(port 32768) is unhealthy in (target-group "+webGroup+") due to (reason Health checks failed with these codes: [503]).")
	if f := diagnose.Service(e); f.Status != diagnose.Degraded || !f.Since.Equal(ago(44*time.Minute)) {
		t.Errorf("once ECS tells of the next target it is %s since %s", f.Status, f.Since)
	}
}

// TestARolloutThatFailsForHoursSaysSo: ECS forgets tasks after an hour.
func TestARolloutThatFailsForHoursSaysSo(t *testing.T) {
	var lives []life
	for at := now; at.Before(now.Add(5 * time.Hour)); at = at.Add(11 * time.Minute) {
		lives = append(lives, life{at, at.Add(20 * time.Second), at.Add(50 * time.Second)})
	}
	e := looped(lives, now.Add(5*time.Hour), 2, true)
	for i := range 30 {
		e.Service.Events = append(e.Service.Events, awsx.ServiceEvent{At: e.Now.Add(-time.Duration(i) * 5 * time.Minute), Message: "(service api) has started 1 tasks: (task 0c1d2e3f)."})
	}
	if f := diagnose.Service(e); f.Status != diagnose.Failed || !f.Since.Equal(now) {
		t.Errorf("%s since %s, want since %s", f.Status, f.Since, now)
	}
}

// TestARecoveryIsBelieved once a task has run for twice as long as those before it did.
func TestARecoveryIsBelieved(t *testing.T) {
	var lives []life
	for i := range 4 {
		at := now.Add(time.Duration(i) * time.Minute)
		lives = append(lives, life{at, at.Add(10 * time.Second), at.Add(40 * time.Second)})
	}
	began := now.Add(5 * time.Minute)
	lives = append(lives, life{began, began, began.Add(100 * time.Hour)})
	for after, want := range map[time.Duration]diagnose.Status{59 * time.Second: diagnose.Failed, 61 * time.Second: diagnose.Degraded, 2 * time.Hour: diagnose.OK} {
		if f := diagnose.Service(looped(lives, began.Add(after), 1, false)); f.Status != want {
			t.Errorf("after %s it is %s, want %s: %+v", after, f.Status, want, f)
		}
	}
}

// TestGreenTargetsAreBelievedSooner than tasks that only run: clearly longer than those
// that died is enough, and the words say that the loop is over.
func TestGreenTargetsAreBelievedSooner(t *testing.T) {
	var lives []life
	for i := range 6 {
		at := now.Add(time.Duration(i) * 4 * time.Minute)
		lives = append(lives, life{at, at.Add(10 * time.Second), at.Add(190 * time.Second)}) // they run for three minutes
	}
	began := now.Add(25 * time.Minute)
	lives = append(lives, life{began, began, began.Add(100 * time.Hour)})
	for after, want := range map[time.Duration]struct {
		green, plain diagnose.Status
	}{
		200 * time.Second: {diagnose.Failed, diagnose.Failed},
		230 * time.Second: {diagnose.Degraded, diagnose.Failed},
		301 * time.Second: {diagnose.Degraded, diagnose.Degraded},
	} {
		e := looped(lives, began.Add(after), 1, false)
		if f := diagnose.Service(e); f.Status != want.plain {
			t.Errorf("after %s without targets it is %s, want %s", after, f.Status, want.plain)
		}
		for state, status := range map[string]diagnose.Status{"healthy": want.green, "unhealthy": diagnose.Failed} {
			e.Service.LoadBalancers, e.Groups = healthy().Service.LoadBalancers, healthy().Groups
			e.Groups[0].Targets = []awsx.TargetHealth{{ID: "i-0a1", Port: 32768, State: state, Reason: "Target.Timeout"}}
			f := diagnose.Service(e)
			if f.Status != status {
				t.Errorf("after %s with %s targets it is %s, want %s: %+v", after, state, f.Status, status, f)
			}
			if f.Status == diagnose.Degraded && f.Why != "exit 1, all run again" {
				t.Errorf("after %s it says %q", after, f.Why)
			}
		}
	}
}

func TestATargetOfNoTaskThatServesNobodyIsTold(t *testing.T) {
	e := healthy()
	e.Groups[0].Targets = append(e.Groups[0].Targets,
		awsx.TargetHealth{ID: "i-0f9", Port: 8080, State: "unhealthy", Reason: "Target.Timeout"},
		awsx.TargetHealth{ID: "10.1.2.3", Port: 80, State: "unused"}, awsx.TargetHealth{ID: "i-0f9", Port: 8081, State: "draining"})
	e.Foreign = func(_ string, t awsx.TargetHealth) bool { return t.ID != "i-0a1" }
	f := diagnose.Service(e)
	if f.Status != diagnose.OK || f.Why != "target of no task: timeout /health i-0f9:8080 and 1 more" || f.Next == "" || f.Targets.String() != "4/4" {
		t.Errorf("%+v", f)
	}
	all := diagnose.Stand(e).Troubles
	if len(all) != 1 || all[0].Kind != cause.StrayTarget || all[0].Evidence[0].Text != "timeout /health i-0f9:8080 in web, of no task of the service" {
		t.Errorf("%+v", all)
	}
}

func TestTheLastChangeOfWhatRunsIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*diagnose.Evidence)
		want time.Duration
	}{
		"at rest":   {func(*diagnose.Evidence) {}, 96 * time.Hour},
		"a rollout": {func(e *diagnose.Evidence) { rollingOut(e, 1, 0) }, 11 * time.Minute},
		"ECS went back, and is done": {func(e *diagnose.Evidence) {
			event(e, 7*time.Minute, "rolling back to deployment ecs-svc/1.")
			event(e, 6*time.Minute, "(deployment ecs-svc/1) deployment completed.")
			event(e, 6*time.Minute, "has reached a steady state.")
		}, 7 * time.Minute},
		"ECS went back to another deployment": {func(e *diagnose.Evidence) {
			event(e, 7*time.Minute, "rolling back to deployment ecs-svc/0.")
		}, 96 * time.Hour},
		"the deployment before is the primary again": {func(e *diagnose.Evidence) {
			rollingOut(e, 1, 3)
			d := e.Service.Deployments
			d[0].Status, d[1].Status, d[1].UpdatedAt = "ACTIVE", "PRIMARY", ago(2*time.Minute)
			d[0], d[1] = d[1], d[0]
		}, 2 * time.Minute},
		"scaled, long after it was deployed": {func(e *diagnose.Evidence) { e.Service.Deployments[0].UpdatedAt = ago(time.Minute) }, 96 * time.Hour},
	} {
		e := healthy()
		c.edit(&e)
		if f := diagnose.Service(e); !f.Changed.Equal(ago(c.want)) {
			t.Errorf("%s: changed %s ago, want %s", name, now.Sub(f.Changed), c.want)
		}
	}
}

// TestATaskLastsForAsLongAsItWasSeenTo: between two readings time alone turns no verdict.
func TestATaskLastsForAsLongAsItWasSeenTo(t *testing.T) {
	var lives []life
	for i := range 6 {
		at := now.Add(time.Duration(i) * 10 * time.Second)
		lives = append(lives, life{at, at.Add(time.Second), at.Add(8 * time.Second)})
	}
	seen := lives[5].started.Add(3 * time.Second)
	e := looped(lives, seen, 1, true)
	for _, later := range []time.Duration{0, 20 * time.Second, 50 * time.Second} {
		e.RunningAt, e.Now = seen, seen.Add(later)
		if f := diagnose.Service(e); f.Status != diagnose.Failed {
			t.Errorf("%s after tasks were read it is %s", later, f.Status)
		}
	}
	e.RunningAt = seen.Add(40 * time.Second)
	if f := diagnose.Service(e); f.Status != diagnose.Degraded {
		t.Errorf("of a task that was seen to run for long it is %s", f.Status)
	}
}
