package timeline

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/past"
	"gantry/awsx/store"
	"gantry/awsx/timeline"
	"gantry/internal/inquiry"
)

// Span is how far back a timeline goes unless somebody says so.
const Span = 6 * time.Hour

// again is how old what was read may be before it is read again.
const again = time.Minute

// Teller tells what happened to a service, or to a cluster. It may be asked from any
// goroutine.
type Teller struct {
	inquiry.Reader
	// Of is the service, or the cluster.
	Of awsx.Ref
	// Journal tells of the changes that were made from this machine; nil knows of none.
	Journal func(of awsx.Ref) ([]timeline.Made, error)
	// Kinds are those that somebody wants to see, none for all: what would tell of others
	// alone is not read.
	Kinds []timeline.Kind

	mu    sync.Mutex
	from  time.Time
	live  live
	told  map[string][]timeline.Entry // by the step that read them
	errs  map[string][]error
	steps []step // that are still to be taken
	began time.Time
	trail trail
	heard timeline.Heard
}

// live is what the store reads by itself.
type live struct {
	services []awsx.Service
	tasks    []awsx.Task // those that stopped
	// hosts are the container instances (ARN) on which tasks of the one service are, or were.
	hosts  map[string]bool
	unread []error
}

// Told is what is known.
type Told struct {
	From    time.Time
	Entries []timeline.Entry // the oldest first
	// Unread holds what could not be read; the rest is good.
	Unread []error
	// Reading reports whether more is to come.
	Reading bool
}

// whole reports whether all of a cluster is told of.
func (t *Teller) whole() bool { return t.Of.ARN == t.Of.Cluster }

// wants reports whether somebody wants to see entries of one of some kinds.
func (t *Teller) wants(kinds ...timeline.Kind) bool {
	return len(t.Kinds) == 0 || slices.ContainsFunc(kinds, func(k timeline.Kind) bool { return slices.Contains(t.Kinds, k) })
}

// Since sets from when on it is told. Going further back reads anew.
func (t *Teller) Since(from time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.from.IsZero() || from.Before(t.from) {
		t.began, t.steps, t.trail = time.Time{}, nil, trail{}
	}
	t.from = from
}

// From is from when on it is told.
func (t *Teller) From() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.from
}

// Services takes what the store has of all services of the cluster and of its tasks.
func (t *Teller) Services(services *store.Snapshot[awsx.Service], tasks *store.Snapshot[awsx.Task]) {
	l := live{services: services.Values(), unread: slices.Concat(services.Partial, tasks.Partial)}
	for _, err := range []error{services.Err, tasks.Err} {
		if err != nil {
			l.unread = append(l.unread, err)
		}
	}
	for _, x := range tasks.Values() {
		if x.DesiredStatus == "STOPPED" || x.LastStatus == "STOPPED" {
			l.tasks = append(l.tasks, x)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live = l
}

// Service takes what the store has of the one service.
func (t *Teller) Service(s *store.Snapshot[store.ServiceState]) {
	l := live{unread: slices.Clone(s.Partial), hosts: map[string]bool{}}
	if s.Err != nil {
		l.unread = append(l.unread, s.Err)
	}
	for _, state := range s.Items {
		for _, x := range slices.Concat(state.Running, state.Stopped) {
			l.hosts[x.ContainerInstance] = x.ContainerInstance != ""
		}
		l.services, l.tasks = append(l.services, state.Service), append(l.tasks, state.Stopped...)
		if state.StoppedErr != nil {
			l.unread = append(l.unread, state.StoppedErr)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live = l
}

// Tell puts together what is known. It makes no call.
func (t *Teller) Tell() Told {
	t.mu.Lock()
	defer t.mu.Unlock()
	keep := timeline.Filter{From: t.from, Kinds: t.Kinds}
	lists := [][]timeline.Entry{t.events(), t.deaths()}
	out := Told{From: t.from, Reading: t.began.IsZero() || len(t.steps) > 0}
	names := slices.Sorted(maps.Keys(t.told))
	recorded := map[awsx.Ref]bool{}
	for _, name := range names {
		lists = append(lists, t.told[name])
		for _, e := range t.told[name] {
			recorded[e.Service] = recorded[e.Service] || name == stepDeployments && e.Kind == timeline.Deployment
		}
	}
	lists = append(lists, t.changes())
	for _, s := range t.live.services {
		if !recorded[s.Ref] {
			lists = append(lists, timeline.Underway(s))
		}
	}
	for i := range lists {
		lists[i] = keep.Of(lists[i])
	}
	out.Entries = timeline.Merge(lists...)
	said := map[string]bool{}
	note := func(errs []error) {
		for _, err := range errs {
			if text := err.Error(); !said[text] {
				said[text] = true
				out.Unread = append(out.Unread, err)
			}
		}
	}
	note(t.live.unread)
	for _, name := range slices.Sorted(maps.Keys(t.errs)) {
		note(t.errs[name])
	}
	return out
}

// events are what services said, as they are listed and as they were seen before.
func (t *Teller) events() []timeline.Entry {
	if !t.wants(timeline.Event) {
		return nil
	}
	var all []past.Event
	for _, s := range t.live.services {
		for _, e := range s.Events {
			if e.At.Before(t.from) {
				break // they come newest first
			}
			all = append(all, past.Event{Service: s.Ref, ServiceEvent: e})
		}
	}
	return timeline.Said(append(all, t.trail.events...), &t.heard)
}

// deaths are the tasks that stopped, as they are listed and as they were seen before.
func (t *Teller) deaths() []timeline.Entry {
	if !t.wants(timeline.Task) {
		return nil
	}
	all := make([]past.Stopped, 0, len(t.live.tasks)+len(t.trail.stopped))
	for _, task := range t.live.tasks {
		all = append(all, past.Stopped{Task: task})
	}
	all = append(all, t.trail.stopped...)
	all = slices.DeleteFunc(all, func(s past.Stopped) bool { at := s.At(); return !at.IsZero() && at.Before(t.from) })
	byName := t.byName()
	return timeline.Deaths(all, func(task awsx.Task) awsx.Ref {
		return byName[serviceOf(task)]
	}, func(arn string) *awsx.TaskDefinition {
		td, _ := t.Store.CachedTaskDefinition(t.Of.Context, arn)
		return td
	})
}

// serviceOf is the name of the service that runs a task, empty for none.
func serviceOf(t awsx.Task) string {
	name, ok := reason.OfService(t)
	if !ok {
		return ""
	}
	return name
}

// byName are the services by their names.
func (t *Teller) byName() map[string]awsx.Ref {
	all := make(map[string]awsx.Ref, len(t.live.services))
	for _, s := range t.live.services {
		all[s.Name] = s.Ref
	}
	return all
}

// Next takes the next step of reading, and reports whether it took one. Once all are taken
// there is none for a minute.
func (t *Teller) Next(ctx context.Context) bool {
	t.mu.Lock()
	now := t.Now()
	if len(t.steps) == 0 && (t.began.IsZero() || now.Sub(t.began).Abs() >= again) && len(t.live.services) > 0 {
		t.began, t.steps = now, t.round()
	}
	if len(t.steps) == 0 {
		t.mu.Unlock()
		return false
	}
	s, from, l := t.steps[0], t.from, t.live
	t.mu.Unlock()
	r := &reading{Teller: t, ctx: ctx, from: from, now: now, live: l}
	s.read(r)
	if ctx.Err() != nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.steps) == 0 || t.steps[0].name != s.name || !t.from.Equal(from) {
		return true // somebody asked to go further back meanwhile
	}
	t.steps = t.steps[1:]
	t.take(s.name, r)
	return true
}

// take keeps what a step read. One that failed leaves what it read before.
func (t *Teller) take(name string, r *reading) {
	if t.told == nil {
		t.told, t.errs = map[string][]timeline.Entry{}, map[string][]error{}
	}
	if t.errs[name] = r.unread; len(r.entries) > 0 || len(r.unread) == 0 {
		t.told[name] = r.entries
	}
	if r.keep != nil {
		r.keep(&t.trail)
	}
}

// sources are the watches that the store fills by itself.
type sources struct {
	changed []<-chan struct{}
	take    func()
	await   func(context.Context) error
	close   func()
}

func (t *Teller) open() sources {
	if !t.whole() {
		w := t.Store.Service(t.Of)
		w.Need(store.Need{MaxAge: again / 6})
		return sources{
			changed: []<-chan struct{}{w.Changed(), nil}, close: w.Close, take: func() { t.Service(w.Snapshot()) },
			await: func(ctx context.Context) error {
				s, err := w.Await(ctx, func(s *store.Snapshot[store.ServiceState]) bool {
					return s.Err != nil || len(s.Items) > 0 && (!s.Items[0].StoppedAt.IsZero() || s.Items[0].StoppedErr != nil)
				})
				if err == nil && len(s.Items) == 0 {
					err = s.Err
				}
				return err
			},
		}
	}
	services, tasks := t.Store.Services(t.Of), t.Store.Tasks(t.Of)
	return sources{
		changed: []<-chan struct{}{services.Changed(), tasks.Changed()}, take: func() { t.Services(services.Snapshot(), tasks.Snapshot()) },
		close: func() {
			services.Close()
			tasks.Close()
		},
		await: func(ctx context.Context) error {
			s, err := services.Await(ctx, (*store.Snapshot[awsx.Service]).Ended)
			if err == nil && len(s.Items) == 0 {
				err = s.Err
			}
			if err != nil {
				return err
			}
			_, err = tasks.Await(ctx, (*store.Snapshot[awsx.Task]).Ended)
			return err
		},
	}
}

// All reads everything and tells it.
func (t *Teller) All(ctx context.Context) (Told, error) {
	w := t.open()
	defer w.close()
	if err := w.await(ctx); err != nil {
		return Told{}, err
	}
	w.take()
	for t.Next(ctx) {
	}
	return t.Tell(), ctx.Err()
}

// Follow tells everything, and again whenever there may be more, until ctx ends, which is no
// error.
func (t *Teller) Follow(ctx context.Context, tell func(Told) error) error {
	w := t.open()
	defer w.close()
	if err := w.await(ctx); err != nil {
		return err
	}
	tick := time.NewTicker(again)
	defer tick.Stop()
	for {
		w.take()
		for t.Next(ctx) {
		}
		if ctx.Err() != nil {
			return nil
		}
		if err := tell(t.Tell()); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-w.changed[0]:
		case <-w.changed[1]:
		}
	}
}
