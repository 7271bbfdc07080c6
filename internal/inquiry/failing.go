package inquiry

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/logs"
	"gantry/logs/ecslog"
)

// Written is what one container of a task wrote last.
type Written struct {
	Task      awsx.Task
	Container awsx.Container
	Entries   []logs.Entry
}

// Bounds of what Failing reads.
const (
	failingTasks = 50
	failingLines = 200 // of each container
)

// Failing reads what the containers of tasks that failed wrote last: of those that
// stopped by themselves, could not start, or were stopped for their health, the newest. The errors are of containers
// whose lines were not read.
func (l Lines) Failing(ctx context.Context, tasks []awsx.Task) (all []Written, partial []error) {
	failed := slices.DeleteFunc(slices.Clone(tasks), func(t awsx.Task) bool {
		stage := reason.StoppedTask(t, nil).Stage
		return t.StopCode != "EssentialContainerExited" && t.StopCode != "TaskFailedToStart" && stage != reason.BalancerCheck && stage != reason.ContainerCheck
	})
	slices.SortFunc(failed, func(a, b awsx.Task) int {
		return cmp.Or(reason.StoppedAt(b).Compare(reason.StoppedAt(a)), cmp.Compare(a.ID, b.ID))
	})
	for _, t := range failed[:min(len(failed), failingTasks)] {
		for _, c := range t.Containers {
			if c.RuntimeID != "" {
				all = append(all, Written{Task: t, Container: c})
			}
		}
	}
	var mu sync.Mutex
	EachPlace(len(all), func(i int) {
		var err error
		if all[i].Entries, err = l.wrote(ctx, all[i].Task, all[i].Container.Name); err != nil {
			mu.Lock()
			defer mu.Unlock()
			partial = append(partial, err)
		}
	})
	return all, partial
}

// wrote reads the last lines of one container.
func (l Lines) wrote(ctx context.Context, t awsx.Task, container string) ([]logs.Entry, error) {
	td, _ := l.Store.TaskDefinition(ctx, t.Ref.Context, t.TaskDefinition) // without it the driver is assumed
	d, err := l.Drivers.Derive(ecslog.OfContainer(t, container, td))
	if err != nil || d.Query.MatchesNothing() {
		return nil, err
	}
	source, err := l.Open(ctx, t.Ref.Context)
	if err != nil {
		return nil, err
	}
	page, err := logs.Newest(ctx, source, d.Query, logs.Range{From: t.CreatedAt}, failingLines)
	return slices.DeleteFunc(page.Entries, func(e logs.Entry) bool { return e.Gap != nil }), err
}
