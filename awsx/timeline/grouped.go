package timeline

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/past"
	"gantry/internal/words"
)

// What is alike and follows one another within apart is told together, for together at most:
// what goes on for hours is told again, so that it stands near its end too.
const (
	apart    = 15 * time.Minute
	together = 30 * time.Minute
)

// runs cuts things that are alike into those that are told together, the oldest first. Those
// without a time are together.
func runs[T any](all []T, at func(T) time.Time, key func(T) string) (out [][]T) {
	slices.SortStableFunc(all, func(a, b T) int { return at(a).Compare(at(b)) })
	open := map[string]int{}
	for _, x := range all {
		k := key(x)
		if i, ok := open[k]; ok {
			run := out[i]
			if at(x).Sub(at(run[len(run)-1])) <= apart && at(x).Sub(at(run[0])) <= together {
				out[i] = append(run, x)
				continue
			}
		}
		open[k] = len(out)
		out = append(out, []T{x})
	}
	return out
}

// death is a task that stopped, read.
type death struct {
	task awsx.Task
	at   time.Time
	reason.Stopped
}

// Deaths are the tasks that stopped, those of one service that are of one revision and stopped
// for the same reason together. Service names the service of a task's group; a task of none is
// of the cluster. Definition returns a revision by its ARN, nil where it was not read: without
// it a helper of the task may be blamed for its end.
func Deaths(tasks []past.Stopped, service func(awsx.Task) awsx.Ref, definition func(arn string) *awsx.TaskDefinition) []Entry {
	seen := make(map[string]bool, len(tasks))
	all := make([]death, 0, len(tasks))
	for _, s := range tasks {
		if seen[s.Task.Ref.ARN] {
			continue
		}
		seen[s.Task.Ref.ARN] = true
		at := reason.StoppedAt(s.Task)
		if at.IsZero() {
			at = s.Seen
		}
		all = append(all, death{s.Task, at, reason.StoppedTask(s.Task, definition(s.Task.TaskDefinition))})
	}
	slices.SortFunc(all, func(a, b death) int { return cmp.Compare(a.task.Ref.ARN, b.task.Ref.ARN) })
	var out []Entry
	key := func(d death) string {
		return d.task.Group + "\x00" + d.task.TaskDefinition + "\x00" + d.Why() + fmt.Sprint(d.Failure)
	}
	for _, run := range runs(all, func(d death) time.Time { return d.at }, key) {
		first, last := run[0], run[len(run)-1]
		of := service(first.task)
		e := Entry{
			ID: fmt.Sprintf("tasks %s %s %s %d", of.ARN, first.task.TaskDefinition, first.Why(), first.at.UnixNano()),
			At: first.at, Kind: Task, Service: of, Subject: of.Name(), Count: len(run),
		}
		if of.ARN == "" {
			e.Subject = first.task.Group
		}
		if len(run) > 1 {
			e.Until = last.at
		}
		if first.Failure {
			e.Severity = Failure
		}
		e.Text = fmt.Sprintf("%s of %s stopped: %s", words.Count(len(run), "task"), awsx.ARNName(first.task.TaskDefinition), first.Why())
		for _, d := range run {
			e.Tasks = append(e.Tasks, d.task.Ref.ARN)
			e.Facts = append(e.Facts, Fact{d.at, "task " + reason.ShortID(d.task.ID), cmp.Or(d.Text, d.Why())})
		}
		if next := first.Next(); next != "" {
			e.Facts = append([]Fact{{Name: "next", Text: next}}, e.Facts...)
		}
		out = append(out, e)
	}
	return out
}

// Targets are the steps of targets from one state to another, those of one group that took the
// same step for the same reason together. Service is that which a group serves.
func Targets(changes []past.TargetChange, service func(group string) awsx.Ref) []Entry {
	all := slices.Clone(changes)
	slices.SortFunc(all, func(a, b past.TargetChange) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(address(a), address(b)))
	})
	step := func(c past.TargetChange) string {
		return cmp.Or(c.From.State, "new") + " -> " + cmp.Or(c.To.State, "gone")
	}
	var out []Entry
	key := func(c past.TargetChange) string { return c.Group + "\x00" + step(c) + "\x00" + c.To.Reason }
	for _, run := range runs(all, func(c past.TargetChange) time.Time { return c.At }, key) {
		first := run[0]
		of := service(first.Group)
		e := Entry{
			ID: fmt.Sprintf("targets %s %s %s %s %d", first.Group, address(first), step(first), first.To.Reason, first.At.UnixNano()),
			At: first.At, Kind: Target, Service: of, Subject: cmp.Or(of.Name(), awsx.GroupName(first.Group)), Count: len(run),
		}
		if len(run) > 1 {
			e.Until = run[len(run)-1].At
		}
		e.Text = words.Count(len(run), "target") + " " + step(first)
		if len(run) == 1 {
			e.Text = address(first) + " " + step(first)
		}
		switch state := reason.Target(first.To, awsx.HealthCheck{}); {
		case first.To.State == "healthy":
			e.Severity = Good
		case first.To.State == "":
		case !state.Routine:
			e.Severity, e.Text = Failure, e.Text+": "+cmp.Or(first.To.Reason, first.To.Description)
			e.Facts = append(e.Facts, Fact{Name: "next", Text: state.Next})
		}
		for _, c := range run {
			e.Facts = append(e.Facts, Fact{c.At, address(c), cmp.Or(c.To.Description, step(c))})
		}
		out = append(out, e)
	}
	return out
}

func address(c past.TargetChange) string {
	h := c.To
	if h.ID == "" {
		h = c.From
	}
	return awsx.Address{ID: h.ID, Port: h.Port}.String()
}
