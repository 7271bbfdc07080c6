package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/cause"
	"gantry/awsx/diagnose/reason"
	"gantry/internal/words"
)

// stalled reports whether a rollout that loses no task has not moved for long: nothing of it
// started, nothing was told of it. One that shifts traffic waits for what it was told to.
func (f *facts) stalled() bool {
	s := f.Service
	if !f.rollout.Active || !f.byECS() || s.Strategy != "" && s.Strategy != "ROLLING" || f.rollout.Running >= f.rollout.Desired || !f.RunningRead {
		return false
	}
	moved := f.primary.CreatedAt
	later := func(at time.Time) {
		if at.After(moved) {
			moved = at
		}
	}
	later(f.primary.UpdatedAt)
	if len(s.Events) > 0 {
		later(s.Events[0].At)
	}
	for _, t := range f.Running {
		later(t.CreatedAt)
		later(t.StartedAt)
	}
	return !moved.IsZero() && f.age(moved, backoff) > backoff
}

// waiting are the tasks that were made long ago and do not run yet.
func (f *facts) waiting() (all []awsx.Task) {
	for _, t := range f.Running {
		if (t.LastStatus == "PENDING" || t.LastStatus == "PROVISIONING" || t.LastStatus == "ACTIVATING") && !t.CreatedAt.IsZero() && f.age(t.CreatedAt, stuckAfter) > stuckAfter {
			all = append(all, t)
		}
	}
	return all
}

// neverStart tells of tasks that found a place and do not come to run there.
func (x *inquest) neverStart() {
	waiting := x.facts.waiting()
	if len(waiting) == 0 || len(x.found) > 0 {
		return
	}
	t := Trouble{Kind: cause.StartsHang, Sure: Unexplained, Since: waiting[0].CreatedAt, rolls: x.facts.rollout.Active, later: x.served()}
	for i, task := range waiting {
		if task.CreatedAt.Before(t.Since) {
			t.Since = task.CreatedAt
		}
		if i < maxEvents {
			on := ""
			if host, ok := x.hostOf(task); ok {
				on = " on " + host.Address()
			}
			t.Evidence = append(t.Evidence, Proof{task.CreatedAt, "task " + reason.ShortID(task.Ref.ARN) + " was made and is " + strings.ToLower(task.LastStatus) + on, InTasks})
		}
	}
	t.Short = words.Count(len(waiting), "task") + " does not come to run"
	if len(waiting) > 1 {
		t.Short = words.Count(len(waiting), "task") + " do not come to run"
	}
	t.Cause = t.Short + ": pulling, mounting or the agent of their instance takes for ever, and ECS does not say which"
	x.add(t)
}

func (x *inquest) hostOf(t awsx.Task) (awsx.Instance, bool) {
	i := slices.IndexFunc(x.Instances, func(i awsx.Instance) bool { return t.ContainerInstance != "" && i.Ref.ARN == t.ContainerInstance })
	if i < 0 {
		return awsx.Instance{}, false
	}
	return x.Instances[i], true
}

// drains tells of tasks that cannot leave an instance that is being drained, since the
// service's percentages or the room elsewhere let none take their place.
func (x *inquest) drains() {
	f := x.facts
	var on []awsx.Instance
	n := 0
	for _, t := range f.Running {
		if host, ok := x.hostOf(t); ok && host.Status == "DRAINING" && t.LastStatus == "RUNNING" {
			n++
			if !slices.ContainsFunc(on, func(i awsx.Instance) bool { return i.Ref == host.Ref }) {
				on = append(on, host)
			}
		}
	}
	if n == 0 || f.Service.SchedulingStrategy == "DAEMON" || f.rollout.Active {
		return
	}
	t := Trouble{Kind: cause.NeverDrains, Sure: Certain, on: refsOf(on)}
	what := fmt.Sprintf("%s cannot leave %s, which drains", words.Count(n, "task"), on[0].Address())
	if len(on) > 1 {
		what = fmt.Sprintf("%s cannot leave %s, which drain", words.Count(n, "task"), words.Count(len(on), "instance"))
	}
	if f.deadlocked() {
		t.Cause, t.Short = what+x.percentages(), what+": minimum and maximum percent"
		t.Evidence = []Proof{{Text: fmt.Sprintf("minimum %d%%, maximum %d%% of %s: none may stop before another runs, and none may run beside them", f.Service.MinHealthyPercent, f.Service.MaxPercent, words.Count(f.Service.Desired, "task")), Where: InRevisions}}
	}
	for e := range x.lately {
		if e.Kind == reason.CannotPlace && t.Cause == "" {
			t.Cause, t.Short, t.Reason, t.Since = what+": no task can be placed elsewhere: "+e.Why(), what+": "+e.Why(), said(e), e.at
			t.Evidence = []Proof{{e.at, e.Body, InEvents}}
		}
	}
	if t.Cause == "" || x.has(cause.Lacks...) {
		return
	}
	for _, i := range on[:min(len(on), maxEvents)] {
		t.Evidence = append(t.Evidence, Proof{Text: i.Address() + " is draining", Where: InInstances})
	}
	x.add(t)
}

func refsOf(instances []awsx.Instance) (arns []string) {
	for _, i := range instances {
		arns = append(arns, i.Ref.ARN)
	}
	return arns
}

// amiOf is the machine image of a container instance (ECS, built-in attributes).
func amiOf(i awsx.Instance) string { return i.Attributes["ecs.ami-id"] }

// otherMachines is the change of the instances' image that explains what befalls some of
// them: all of these have the newest one, and others have another.
func (x *inquest) otherMachines(on []string) *Change {
	if !x.InstancesRead || len(on) == 0 {
		return nil
	}
	var newest awsx.Instance
	for _, i := range x.Instances {
		if amiOf(i) != "" && i.RegisteredAt.After(newest.RegisteredAt) {
			newest = i
		}
	}
	ami, before, at := amiOf(newest), "", newest.RegisteredAt
	for _, i := range x.Instances {
		switch {
		case amiOf(i) == ami && !i.RegisteredAt.IsZero() && i.RegisteredAt.Before(at):
			at = i.RegisteredAt
		case amiOf(i) != ami && amiOf(i) != "":
			before = amiOf(i)
			if slices.Contains(on, i.Ref.ARN) {
				return nil
			}
		}
	}
	known := func(arn string) bool {
		return slices.ContainsFunc(x.Instances, func(i awsx.Instance) bool { return i.Ref.ARN == arn && amiOf(i) == ami })
	}
	if ami == "" || before == "" || !slices.ContainsFunc(on, known) {
		return nil
	}
	return &Change{Part: cause.PartInstances, Name: ami, At: at, Text: "instances' image " + before + " -> " + ami + ", and only instances with the new one are hit"}
}
