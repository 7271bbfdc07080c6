package past

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"gantry/awsx"
)

// The bounds of a Memory, per service and in all; the oldest go first.
const (
	maxRuntimeIDs = 1000
	maxStopped    = 100
	maxEvents     = 50
	maxChanges    = 2000
	maxServices   = 2000
	// stoppedFor is how long stopped tasks are remembered: as long as ECS does.
	stoppedFor = time.Hour
)

// Memory is a Keeper that keeps a bounded past in memory. Its zero value is
// ready for use, from any goroutine.
type Memory struct {
	mu       sync.Mutex
	services map[serviceKey]*past
	changes  []TargetChange
}

// groupOfService is what the group of a task begins with that a service runs.
const groupOfService = "service:"

// serviceKey names a service by what a task tells of it: its ARN is not there.
type serviceKey struct {
	context awsx.ContextID
	cluster string // name: ARN forms differ between callers
	name    string
}

// past is what was seen of one service.
type past struct {
	service awsx.Ref // zero while only its tasks were seen
	cluster awsx.Ref
	ids     map[string]*container
	stopped map[string]Stopped
	events  []awsx.ServiceEvent // newest last
	last    time.Time           // when anything of it was seen
}

// container is a Seen without what all of a service have in common.
type container struct {
	task, name, family, revision string
	first, last                  time.Time
}

// of returns the past of a service of which something was seen at a moment.
func (m *Memory) of(key serviceKey, at time.Time) *past {
	if m.services == nil {
		m.services = map[serviceKey]*past{}
	}
	p := m.services[key]
	if p == nil {
		if len(m.services) >= maxServices {
			m.evict(at)
		}
		p = &past{ids: map[string]*container{}, stopped: map[string]Stopped{}}
		m.services[key] = p
	}
	if at.After(p.last) {
		p.last = at
	}
	return p
}

// evict drops a service: the one that was seen the longest ago, if nothing of it is
// worth keeping any more, else any. Sweeps see all services one after the other: if
// they are too many, the one seen the longest ago is the one that comes next, and
// dropping it would forget every service before it is seen again.
func (m *Memory) evict(now time.Time) {
	var any, oldest serviceKey
	for key, p := range m.services {
		any = key // the order of a map is random
		if o := m.services[oldest]; o == nil || p.last.Before(o.last) {
			oldest = key
		}
	}
	if now.Sub(m.services[oldest].last) > stoppedFor {
		any = oldest
	}
	delete(m.services, any)
}

// SeenStoppedTask remembers a stopped task of a service.
func (m *Memory) SeenStoppedTask(t awsx.Task, at time.Time) {
	name, ok := strings.CutPrefix(t.Group, groupOfService)
	if !ok {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.of(serviceKey{t.Ref.Context, t.Ref.ClusterName(), name}, at)
	p.stopped[t.Ref.ARN] = Stopped{t, at}
	for arn, s := range p.stopped {
		if at.Sub(s.At()) > stoppedFor {
			delete(p.stopped, arn)
		}
	}
	trim(p.stopped, maxStopped, Stopped.At)
}

// trim deletes the oldest entries above a limit.
func trim[V any](m map[string]V, limit int, at func(V) time.Time) {
	for len(m) > limit {
		var oldest string
		for key, v := range m {
			if oldest == "" || at(v).Before(at(m[oldest])) {
				oldest = key
			}
		}
		delete(m, oldest)
	}
}

// SeenEvent remembers a service's event.
func (m *Memory) SeenEvent(service awsx.Ref, e awsx.ServiceEvent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.of(keyOf(service), e.At)
	p.service = service
	if slices.ContainsFunc(p.events, func(x awsx.ServiceEvent) bool { return x.ID == e.ID }) {
		return
	}
	// A new poller tells old events again: they go where they belong in time.
	i := len(p.events)
	for i > 0 && p.events[i-1].At.After(e.At) {
		i--
	}
	p.events = slices.Insert(p.events, i, e)
	if over := len(p.events) - maxEvents; over > 0 {
		p.events = slices.Delete(p.events, 0, over)
	}
}

// SeenRuntimeID remembers a container, from when it was first to when it was
// last seen.
func (m *Memory) SeenRuntimeID(s Seen) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.of(serviceKey{s.Cluster.Context, s.Cluster.ClusterName(), s.Service}, s.Last)
	if old := p.ids[s.ID]; old != nil {
		old.last = s.Last
		return
	}
	p.cluster = s.Cluster
	p.ids[s.ID] = &container{s.Task, s.Container, s.Family, s.Revision, s.First, s.Last}
	trim(p.ids, maxRuntimeIDs, func(c *container) time.Time { return c.last })
}

// SeenTargetChange remembers a target's change of state.
func (m *Memory) SeenTargetChange(c TargetChange) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changes = append(m.changes, c)
	if over := len(m.changes) - maxChanges; over > 0 {
		m.changes = slices.Delete(m.changes, 0, over)
	}
}

func keyOf(service awsx.Ref) serviceKey {
	return serviceKey{service.Context, service.ClusterName(), service.Name()}
}

// each calls f with what was seen of a service, or of those of a cluster.
func (m *Memory) each(of awsx.Ref, f func(serviceKey, *past)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if of.ARN != of.Cluster {
		if p := m.services[keyOf(of)]; p != nil {
			f(keyOf(of), p)
		}
		return
	}
	for key, p := range m.services {
		if key.context == of.Context && key.cluster == of.ClusterName() {
			f(key, p)
		}
	}
}

// Containers returns the containers seen of a service since a time, the last seen first.
func (m *Memory) Containers(_ context.Context, of awsx.Ref, since time.Time) (out []Seen, _ error) {
	m.each(of, func(key serviceKey, p *past) {
		for id, c := range p.ids {
			if !c.last.Before(since) {
				out = append(out, Seen{
					Cluster: p.cluster, Service: key.name, ID: id, Task: c.task, Container: c.name,
					Family: c.family, Revision: c.revision, First: c.first, Last: c.last,
				})
			}
		}
	})
	slices.SortFunc(out, func(a, b Seen) int { return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// Stopped returns the tasks of a service that stopped since a time, the newest first.
// No more than an hour is remembered.
func (m *Memory) Stopped(_ context.Context, of awsx.Ref, since time.Time) (out []Stopped, _ error) {
	m.each(of, func(_ serviceKey, p *past) {
		for _, s := range p.stopped {
			if !s.At().Before(since) {
				out = append(out, s)
			}
		}
	})
	slices.SortFunc(out, func(a, b Stopped) int {
		return cmp.Or(b.At().Compare(a.At()), cmp.Compare(a.Task.Ref.ARN, b.Task.Ref.ARN))
	})
	return out, nil
}

// Events returns the events seen of a service since a time, the newest first.
func (m *Memory) Events(_ context.Context, of awsx.Ref, since time.Time) (out []Event, _ error) {
	m.each(of, func(_ serviceKey, p *past) {
		for _, e := range p.events {
			if !e.At.Before(since) {
				out = append(out, Event{p.service, e})
			}
		}
	})
	slices.SortFunc(out, func(a, b Event) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// TargetChanges returns the changes seen in target groups since a time, the newest first.
func (m *Memory) TargetChanges(_ context.Context, id awsx.ContextID, since time.Time, groups ...string) (out []TargetChange, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range slices.Backward(m.changes) {
		if c.Context == id && !c.At.Before(since) && (len(groups) == 0 || slices.Contains(groups, c.Group)) {
			out = append(out, c)
		}
	}
	return out, nil
}
