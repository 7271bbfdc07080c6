package past

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
)

// mostGone is how many tasks are brought back of those that ECS no longer lists: whoever
// searches their lines names each of them.
const mostGone = 500

// Gone are the tasks of a service that were seen since a time and which ECS no longer lists,
// the last to stop first: those that stopped as they were seen last, and of the others what
// their containers tell. Listed has to be all that ECS lists of the service, running and
// stopped. An error says that some were not read.
func Gone(ctx context.Context, p Past, service awsx.Ref, listed []awsx.Task, since time.Time) ([]Stopped, error) {
	stopped, err := p.Stopped(ctx, service, since)
	containers, more := p.Containers(ctx, service, since)
	known := slices.Clone(listed)
	var gone []Stopped
	for _, s := range stopped {
		if !slices.ContainsFunc(listed, func(t awsx.Task) bool { return t.Ref == s.Task.Ref }) {
			gone, known = append(gone, s), append(known, s.Task)
		}
	}
	for _, t := range Forgotten(service, known, containers) {
		gone = append(gone, Stopped{Task: t, Seen: t.StoppedAt})
	}
	slices.SortFunc(gone, Stopped.Compare)
	return gone[:min(len(gone), mostGone)], errors.Join(err, more)
}

// TasksOf are the tasks of those that stopped.
func TasksOf(all []Stopped) []awsx.Task {
	tasks := make([]awsx.Task, len(all))
	for i, s := range all {
		tasks[i] = s.Task
	}
	return tasks
}

// Forgotten returns the tasks of a service whose containers were seen and which ECS
// no longer lists: it tells of a stopped task for about an hour (API reference,
// DescribeTasks). All that is known of them is their containers, their revision, and
// when they were first and last seen, which stand for when they were created and
// when they stopped. They have an order of their own, by ARN. Listed has to be all
// that ECS lists of the service, running and stopped.
func Forgotten(service awsx.Ref, listed []awsx.Task, seen []Seen) []awsx.Task {
	known := map[string]bool{}
	for _, t := range listed {
		known[t.Ref.ARN] = true
	}
	gone := map[string]*awsx.Task{}
	for _, c := range seen {
		if known[c.Task] {
			continue
		}
		t := gone[c.Task]
		if t == nil {
			t = &awsx.Task{
				Ref: service.In(c.Task), ID: awsx.ARNName(c.Task), TaskDefinition: revisionOf(c),
				Group: groupOfService + c.Service, LastStatus: "STOPPED", DesiredStatus: "STOPPED",
				CreatedAt: c.First, StoppedAt: c.Last,
			}
			gone[c.Task] = t
		}
		if c.First.Before(t.CreatedAt) {
			t.CreatedAt = c.First
		}
		if c.Last.After(t.StoppedAt) {
			t.StoppedAt = c.Last
		}
		t.Containers = append(t.Containers, awsx.Container{Name: c.Container, RuntimeID: c.ID, ExitCode: awsx.Unset})
	}
	tasks := make([]awsx.Task, 0, len(gone))
	for _, t := range gone {
		slices.SortFunc(t.Containers, func(a, b awsx.Container) int { return cmp.Compare(a.RuntimeID, b.RuntimeID) })
		tasks = append(tasks, *t)
	}
	slices.SortFunc(tasks, func(a, b awsx.Task) int { return cmp.Compare(a.Ref.ARN, b.Ref.ARN) })
	return tasks
}

// revisionOf is the ARN of the revision that a container ran, of the task's own account.
func revisionOf(c Seen) string {
	name := c.Family + ":" + c.Revision
	if _, _, resource, ok := awsx.ARNParts(c.Task); ok {
		return strings.TrimSuffix(c.Task, resource) + "task-definition/" + name
	}
	return name
}

// Predecessor returns the task that stopped before another: of one that runs, the
// last to stop of those that are older than it; of one that has stopped, the next
// one back. So all are reached, one after the other. Without another it is the one
// that stopped last. Tasks are a service's, in any order; those that run are passed
// over.
func Predecessor(tasks []awsx.Task, of *awsx.Task) (awsx.Task, bool) {
	var best awsx.Task
	var at time.Time
	for _, t := range tasks {
		end := endOf(t)
		switch {
		case end.IsZero():
			continue
		case of == nil:
		case t.Ref == of.Ref:
			continue
		case endOf(*of).IsZero() && !t.CreatedAt.Before(of.CreatedAt):
			continue
		case !endOf(*of).IsZero() && later(end, t, endOf(*of), *of):
			continue
		}
		if at.IsZero() || later(end, t, at, best) {
			best, at = t, end
		}
	}
	return best, !at.IsZero()
}

// endOf returns when a task stopped, or began to; zero while it runs.
func endOf(t awsx.Task) time.Time {
	if t.StoppedAt.IsZero() {
		return t.StoppingAt
	}
	return t.StoppedAt
}

// later orders tasks by their end, those of one moment by their ARN.
func later(aEnd time.Time, a awsx.Task, bEnd time.Time, b awsx.Task) bool {
	return cmp.Or(aEnd.Compare(bEnd), cmp.Compare(a.Ref.ARN, b.Ref.ARN)) > 0
}
