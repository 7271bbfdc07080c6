package whose

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/past"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/internal/words"
	"gantry/logs/ecslog"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/wording"
)

// Finder derives from what is known of scopes which lines are theirs. It is used by
// commands and never changes.
type Finder struct {
	Scopes Scopes
	Store  *store.Store
	// Drivers are the log drivers whose lines can be found.
	Drivers ecslog.Registry

	ctx     context.Context                    // ends with the screen
	watches []*store.Watch[store.ServiceState] // of each scope; nil for a task of no service
	builds  *atomic.Uint64
}

// one is what is known of a single scope at one moment.
type one struct {
	name       string
	scope      views.LogScope
	known      bool // there is something to derive a query from
	subject    ecslog.Subject
	derivation ecslog.Derivation
	err        error            // why the lines cannot be found
	status     livetable.Status // of the service's watch
	unread     string           // ARN of the task definition that was not read
	stopped    []awsx.Task      // of the service, those that ECS has forgotten too
	reason     string           // why the task stopped, for a task's scope
	ended      time.Time        // when it did, zero while it has not
	rollouts   []Rollout        // of the service
}

// Rollout is when a deployment of a service began.
type Rollout struct {
	At   time.Time
	What string // the revision
}

// Found is a subject on its way to the screen.
type Found struct {
	subject Subject
	woken   int // the scope whose change brought it, which has to be waited for anew; -1 for none
}

// DefinitionRead tells that a task definition was read, or could not be.
type DefinitionRead struct{}

// keep ends the watches with the screen.
func (f Finder) keep(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		<-ctx.Done()
		for _, w := range f.watches {
			if w != nil {
				w.Close()
			}
		}
		return nil
	}
}

// now derives from what is known.
func (f Finder) now() tea.Cmd {
	return func() tea.Msg { return Found{f.find(), -1} }
}

// next derives once the watch of a scope has something newer.
func (f Finder) next(ctx context.Context, i int) tea.Cmd {
	if f.watches[i] == nil {
		return nil
	}
	return func() tea.Msg {
		select {
		case <-ctx.Done():
			return nil
		case <-f.watches[i].Changed():
			return Found{f.find(), i}
		}
	}
}

// readDefinition reads a task definition: it names the log driver.
func (f Finder) readDefinition(ctx context.Context, arn string) tea.Cmd {
	return func() tea.Msg {
		// A failure leaves the driver assumed, and the derivation says so.
		_, _ = f.Store.TaskDefinition(ctx, f.Scopes.Context(), arn)
		return DefinitionRead{}
	}
}

// find derives the query from the newest snapshots.
func (f Finder) find() Subject {
	build := f.builds.Add(1)
	all, names := make([]one, len(f.Scopes)), f.Scopes.Names()
	for i, scope := range f.Scopes {
		all[i] = f.one(scope, f.watches[i])
		all[i].name = names[i]
	}
	s := joined(f.Scopes, all)
	s.build = build
	return s
}

// one derives the query for one of the scopes.
func (f Finder) one(scope views.LogScope, watch *store.Watch[store.ServiceState]) one {
	o := one{scope: scope}
	snap := &store.Snapshot[store.ServiceState]{}
	if watch != nil {
		snap = watch.Snapshot()
		o.status = livetable.StatusOf(snap)
	}
	if len(snap.Items) > 0 {
		state := *snap.Items[0]
		o.stopped, o.rollouts = slices.Clone(state.Stopped), rolloutsOf(state)
		o.stopped = append(o.stopped, f.gone(scope.Service, slices.Concat(state.Running, state.Stopped))...)
	}
	if scope.Task != nil {
		task, _ := store.NewestTask(snap, *scope.Task)
		o.reason, o.ended = task.StoppedReason, task.StoppedAt
		o.subject = ecslog.OfContainer(task, scope.Container, f.definition(task.TaskDefinition, &o))
	} else {
		service, tasks := f.service(scope.Service, snap)
		if service.TaskDefinition == "" && len(tasks) == 0 {
			return o
		}
		o.subject = ecslog.OfService(service, tasks, f.definition(service.TaskDefinition, &o))
	}
	o.known = true
	o.derivation, o.err = f.Drivers.Derive(o.subject)
	return o
}

// definition returns a task definition that was read before.
func (f Finder) definition(arn string, o *one) *awsx.TaskDefinition {
	if arn == "" {
		return nil
	}
	td, ok := f.Store.CachedTaskDefinition(f.Scopes.Context(), arn)
	if !ok {
		o.unread = arn
		return nil
	}
	return td
}

// service returns a service with all tasks that are known of it, running, stopped
// and remembered. Before its own watch has read it, it is what the list of
// services knew, so that the search need not wait.
func (f Finder) service(ref awsx.Ref, snap *store.Snapshot[store.ServiceState]) (awsx.Service, []awsx.Task) {
	service := awsx.Service{Ref: ref, Name: ref.Name()}
	var tasks []awsx.Task
	if len(snap.Items) > 0 {
		state := snap.Items[0]
		service = state.Service
		tasks = slices.Concat(state.Running, state.Stopped)
	} else {
		for _, s := range f.Store.KnownServices(ref.ClusterRef()) {
			if s.Ref == ref {
				service = *s
			}
		}
	}
	tasks = append(tasks, f.gone(ref, tasks)...)
	// A steady order keeps the query the same while nothing changes.
	slices.SortFunc(tasks, func(a, b awsx.Task) int { return cmp.Compare(a.Ref.ARN, b.Ref.ARN) })
	return service, tasks
}

// gone are the tasks of a service that were seen and that are not among those that ECS
// lists. What cannot be read of them is missing, as it was before anything was kept.
func (f Finder) gone(service awsx.Ref, listed []awsx.Task) []awsx.Task {
	gone, _ := past.Gone(f.ctx, f.Store.Past(), service, listed, time.Time{})
	return past.TasksOf(gone)
}

// before is the task that stopped before a scope's task; for a service it is the one that
// stopped last.
func (o one) before() (views.LogScope, time.Time, bool) {
	task, ok := past.Predecessor(o.stopped, o.scope.Task)
	return views.LogScope{Service: o.scope.Service, Task: &task, Container: o.scope.Container}, task.StoppedAt, ok
}

// lacking says why the lines of one of several are not among those that are shown; empty
// when they are.
func (o one) lacking() string {
	var e *fault.Error
	switch {
	case errors.As(o.err, &e) && e.Err != nil:
		return e.Err.Error()
	case o.err != nil:
		return o.err.Error()
	case !o.known && o.status.Err != nil:
		return "its tasks could not be read: " + o.status.Err.Error()
	}
	return ""
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

// rolloutsOf are the deployments that a service's state tells of, oldest first.
func rolloutsOf(state store.ServiceState) []Rollout {
	var out []Rollout
	for _, d := range state.Service.Deployments {
		known := slices.ContainsFunc(out, func(r Rollout) bool { return r.At.Equal(d.CreatedAt) })
		if !d.CreatedAt.IsZero() && !known {
			out = append(out, Rollout{d.CreatedAt, cmp.Or(awsx.ARNName(d.TaskDefinition), "the service")})
		}
	}
	slices.SortFunc(out, func(a, b Rollout) int { return a.At.Compare(b.At) })
	return out
}

// driversOf names the log drivers of a subject's containers.
func driversOf(s ecslog.Subject) []string {
	if s.Definition == nil {
		return []string{"driver not read"}
	}
	var names []string
	for _, c := range s.Definition.Containers {
		name := cmp.Or(c.LogDriver, "no driver")
		if (s.Container == "" || s.Container == c.Name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// briefOf says whose lines are searched for, and which driver wrote them.
func briefOf(o one) string {
	s := o.subject
	what := "task " + wording.ShortID(s.Name)
	switch {
	case o.scope.Task == nil:
		what = words.Count(len(s.Tasks), "task") + " of " + s.Name
	case o.scope.Container != "":
		what = s.Container + " of task " + wording.ShortID(o.scope.Task.ID)
	}
	return what + ", " + strings.Join(driversOf(s), ", ")
}
