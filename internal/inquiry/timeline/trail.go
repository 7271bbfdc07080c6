package timeline

import (
	"slices"
	"strconv"
	"time"

	"gantry/awsx"
	"gantry/awsx/past"
	"gantry/awsx/timeline"
	"gantry/internal/fault"
	"gantry/internal/words"
)

const (
	// lookups is how many names of calls are looked up in one step, and so many events of a
	// name are read at most.
	lookups    = 5
	eventsRead = 250
	// late is how long after an event CloudTrail may tell of it.
	late = 20 * time.Minute
)

// trail is what changes are told by: the journal, CloudTrail, and what calls may name; and
// what was seen before.
type trail struct {
	made     []timeline.Made
	calls    map[string]awsx.TrailEvent // by id
	upTo     map[string]time.Time       // by the name of a call: when it was looked up last
	groups   []string                   // Auto Scaling
	balanced map[string]awsx.Ref

	stopped []past.Stopped
	events  []past.Event
}

// steps are those that look calls up, some names at a time.
func (t *trail) steps() (steps []step) {
	i := 0
	for names := range slices.Chunk(timeline.Calls(), lookups) {
		i++
		steps = append(steps, step{stepTrail + strconv.Itoa(i), func(r *reading) { r.lookUp(names) }})
	}
	return steps
}

// lookUp reads the calls of some names since they were looked up last.
func (r *reading) lookUp(names []string) {
	account, ok := r.account()
	if !ok {
		return
	}
	r.mu.Lock()
	upTo := map[string]time.Time{}
	for _, name := range names {
		upTo[name] = r.trail.upTo[name]
	}
	r.mu.Unlock()
	var found []awsx.TrailEvent
	var read []string
	for _, name := range names {
		from := r.from
		if at := upTo[name]; !at.IsZero() && at.Add(-late).After(from) {
			from = at.Add(-late)
		}
		events, err := account.TrailEvents(r.ctx, name, from, r.now, eventsRead)
		found = append(found, events...)
		if r.failed(err) {
			break // the next would fare no better
		}
		if len(events) == eventsRead {
			r.unread = append(r.unread, fault.Errorf(fault.Invalid, "cloudtrail:LookupEvents", "",
				"of %s there are more than the %s that are read: those before %s were not", name, words.Count(eventsRead, "call"), events[len(events)-1].At.UTC().Format(time.RFC3339)))
		}
		read = append(read, name)
	}
	r.keep = func(t *trail) {
		if t.calls == nil {
			t.calls, t.upTo = map[string]awsx.TrailEvent{}, map[string]time.Time{}
		}
		for _, e := range found {
			t.calls[e.ID] = e
		}
		for _, name := range read {
			t.upTo[name] = r.now
		}
	}
	if slices.ContainsFunc(r.unread, func(err error) bool { return fault.ClassOf(err) == fault.Denied }) {
		r.mu.Lock()
		defer r.mu.Unlock()
		t := r.Teller
		t.steps = t.steps[:min(1, len(t.steps))] // nobody may look any name up
	}
}

// changes are the entries of what was changed.
func (t *Teller) changes() []timeline.Entry {
	if !t.wants(timeline.Change, timeline.Revision) {
		return nil
	}
	byName := t.byName()
	s := timeline.Scope{
		Cluster: t.Of.ClusterRef(), Services: byName, Whole: t.whole(), Families: map[string]awsx.Ref{}, Groups: map[string]awsx.Ref{}, Tasks: map[string]awsx.Ref{}, Balanced: t.trail.balanced,
	}
	for _, x := range t.live.services {
		family, _ := awsx.SplitRevision(x.TaskDefinition)
		s.Families[family] = x.Ref
		for _, d := range x.Deployments {
			family, _ := awsx.SplitRevision(d.TaskDefinition)
			s.Families[family] = x.Ref
		}
	}
	delete(s.Families, "")
	for _, g := range t.trail.groups {
		s.Groups[g] = awsx.Ref{}
	}
	for _, task := range t.live.tasks {
		s.Tasks[task.ID] = byName[serviceOf(task)]
	}
	for _, x := range t.trail.stopped {
		s.Tasks[x.Task.ID] = byName[serviceOf(x.Task)]
	}
	delete(s.Tasks, "")
	events := make([]awsx.TrailEvent, 0, len(t.trail.calls))
	for _, e := range t.trail.calls {
		events = append(events, e)
	}
	return timeline.Changes(t.trail.made, events, s)
}
