package logs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/logs"
	"gantry/logs/ecslog"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/wording"
)

// finder derives from what is known of a scope which lines are its own. It is
// used by commands and never changes.
type finder struct {
	scope      views.LogScope
	store      *store.Store
	watch      *store.Watch[store.ServiceState] // nil for a task of no service
	remembered func(awsx.Ref) []store.Seen
	drivers    ecslog.Registry
	builds     *atomic.Uint64
}

// subject is what is known of a scope at one moment.
type subject struct {
	build uint64
	// known is false while there is nothing to derive a query from.
	known      bool
	derivation ecslog.Derivation
	err        error            // why the lines cannot be found
	status     livetable.Status // of the service's watch
	fields     string           // of the store, that the query compares
	brief      string           // the query in a few words, apart from the fields
	several    bool             // there is more than one container in a task
	unread     string           // ARN of the task definition that was not read
	stopped    []awsx.Task      // of the service, those that ECS has forgotten too
	reason     string           // why the task stopped, for a task's scope
	ended      time.Time        // when it did, zero while it has not
	rollouts   []rollout        // of the service
}

// found is a subject on its way to the screen.
type found struct {
	subject subject
	woken   bool // it came from a change, whose wait has to be renewed
}

// definitionRead tells that a task definition was read, or could not be.
type definitionRead struct{}

// searchable tells that there is a query that may find lines. Containers that
// never started have no lines.
func (s subject) searchable() bool {
	return s.known && s.err == nil && !s.derivation.Query.MatchesNothing()
}

// keep ends the watch with the screen.
func (f finder) keep(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		<-ctx.Done()
		f.watch.Close()
		return nil
	}
}

// now derives from what is known.
func (f finder) now() tea.Cmd {
	return func() tea.Msg { return found{subject: f.find()} }
}

// next derives once the service's watch has something newer.
func (f finder) next(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		select {
		case <-ctx.Done():
			return nil
		case <-f.watch.Changed():
			return found{subject: f.find(), woken: true}
		}
	}
}

// readDefinition reads a task definition: it names the log driver.
func (f finder) readDefinition(ctx context.Context, arn string) tea.Cmd {
	return func() tea.Msg {
		// A failure leaves the driver assumed, and the derivation says so.
		_, _ = f.store.TaskDefinition(ctx, f.scope.Context(), arn)
		return definitionRead{}
	}
}

// find derives the query from the newest snapshots.
func (f finder) find() subject {
	s := subject{build: f.builds.Add(1)}
	snap := &store.Snapshot[store.ServiceState]{}
	if f.watch != nil {
		snap = f.watch.Snapshot()
		s.status = livetable.StatusOf(snap)
	}
	if len(snap.Items) > 0 {
		state := snap.Items[0]
		s.stopped, s.rollouts = slices.Clone(state.Stopped), rolloutsOf(state)
		if f.remembered != nil {
			s.stopped = append(s.stopped, store.Forgotten(f.scope.Service, slices.Concat(state.Running, state.Stopped), f.remembered(f.scope.Service))...)
		}
	}
	var subject ecslog.Subject
	if f.scope.Task != nil {
		task, _ := store.NewestTask(snap, *f.scope.Task)
		s.reason, s.ended = task.StoppedReason, task.StoppedAt
		subject = ecslog.OfContainer(task, f.scope.Container, f.definition(task.TaskDefinition, &s))
	} else {
		service, tasks := f.service(snap)
		if service.TaskDefinition == "" && len(tasks) == 0 {
			return s
		}
		subject = ecslog.OfService(service, tasks, f.definition(service.TaskDefinition, &s))
	}
	s.known = true
	s.several = severalContainers(subject)
	s.derivation, s.err = f.drivers.Derive(subject)
	if s.err == nil {
		names := logs.Fields(s.derivation.Query.Where)
		for _, name := range logs.Named(s.derivation.Query.Where) {
			if !slices.Contains(names, name.Raw()) {
				names = append(names, name.Raw())
			}
		}
		s.fields = strings.Join(names, ", ")
		s.brief = f.brief(subject)
	}
	return s
}

// definition returns a task definition that was read before.
func (f finder) definition(arn string, s *subject) *awsx.TaskDefinition {
	if arn == "" {
		return nil
	}
	td, ok := f.store.CachedTaskDefinition(f.scope.Context(), arn)
	if !ok {
		s.unread = arn
		return nil
	}
	return td
}

// service returns a service with all tasks that are known of it, running, stopped
// and remembered. Before its own watch has read it, it is what the list of
// services knew, so that the search need not wait.
func (f finder) service(snap *store.Snapshot[store.ServiceState]) (awsx.Service, []awsx.Task) {
	ref := f.scope.Service
	service := awsx.Service{Ref: ref, Name: ref.Name()}
	var tasks []awsx.Task
	if len(snap.Items) > 0 {
		state := snap.Items[0]
		service = state.Service
		tasks = slices.Concat(state.Running, state.Stopped)
	} else {
		for _, s := range f.store.KnownServices(ref.ClusterRef()) {
			if s.Ref == ref {
				service = s
			}
		}
	}
	if f.remembered != nil {
		tasks = append(tasks, store.Forgotten(ref, tasks, f.remembered(ref))...)
	}
	// A steady order keeps the query the same while nothing changes.
	slices.SortFunc(tasks, func(a, b awsx.Task) int { return cmp.Compare(a.Ref.ARN, b.Ref.ARN) })
	return service, tasks
}

// severalContainers tells that a task's lines come from more than one container.
func severalContainers(s ecslog.Subject) bool {
	if s.Container != "" {
		return false
	}
	if s.Definition != nil {
		return len(s.Definition.Containers) > 1
	}
	return slices.ContainsFunc(s.Tasks, func(t awsx.Task) bool { return len(t.Containers) > 1 })
}

// brief says whose lines are searched for, and which driver wrote them.
func (f finder) brief(s ecslog.Subject) string {
	what := "task " + wording.ShortID(s.Name)
	switch {
	case f.scope.Task == nil:
		what = wording.Count(len(s.Tasks), "task") + " of " + s.Name
	case f.scope.Container != "":
		what = fmt.Sprintf("%s of task %s", s.Container, wording.ShortID(f.scope.Task.ID))
	}
	return what + ", " + driversOf(s)
}

// driversOf names the log drivers of a subject's containers.
func driversOf(s ecslog.Subject) string {
	if s.Definition == nil {
		return "driver not read"
	}
	var names []string
	for _, c := range s.Definition.Containers {
		if s.Container == "" || s.Container == c.Name {
			name := cmp.Or(c.LogDriver, "no driver")
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return strings.Join(names, ", ")
}

// predecessor is the task that stopped before a scope's task; for a service it is
// the one that stopped last.
func (s subject) predecessor(scope views.LogScope) (awsx.Task, bool) {
	return store.Predecessor(s.stopped, scope.Task)
}
