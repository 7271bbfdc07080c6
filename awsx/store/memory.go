package store

import (
	"cmp"
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

// Memory is an Observer that keeps a bounded past in memory. Its zero value is
// ready for use, from any goroutine.
type Memory struct {
	mu       sync.Mutex
	services map[serviceKey]*past
	changes  []TargetChange
}

// serviceKey names a service by what a task tells of it: its ARN is not there.
type serviceKey struct {
	context awsx.ContextID
	cluster string // name: ARN forms differ between callers
	name    string
}

// past is what was seen of one service.
type past struct {
	cluster awsx.Ref
	ids     map[string]*container
	stopped map[string]stoppedTask
	events  []awsx.ServiceEvent // newest last
	last    time.Time           // when anything of it was seen
}

// container is a Seen without what all of a service have in common.
type container struct {
	task, name, family, revision string
	first, last                  time.Time
}

type stoppedTask struct {
	task awsx.Task
	seen time.Time
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
		p = &past{ids: map[string]*container{}, stopped: map[string]stoppedTask{}}
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
	name, ok := strings.CutPrefix(t.Group, "service:")
	if !ok {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.of(serviceKey{t.Ref.Context, t.Ref.ClusterName(), name}, at)
	p.stopped[t.Ref.ARN] = stoppedTask{t, at}
	for arn, s := range p.stopped {
		if at.Sub(s.endedAt()) > stoppedFor {
			delete(p.stopped, arn)
		}
	}
	trim(p.stopped, maxStopped, stoppedTask.endedAt)
}

// endedAt returns when the task stopped, or when it was last seen stopping.
func (s stoppedTask) endedAt() time.Time {
	if !s.task.StoppedAt.IsZero() {
		return s.task.StoppedAt
	}
	return s.seen
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

// RuntimeIDs returns the containers seen of a service, the last seen first.
func (m *Memory) RuntimeIDs(service awsx.Ref) []Seen {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Seen
	if p := m.services[keyOf(service)]; p != nil {
		for id, c := range p.ids {
			out = append(out, Seen{
				Cluster: p.cluster, Service: service.Name(), ID: id, Task: c.task, Container: c.name,
				Family: c.family, Revision: c.revision, First: c.first, Last: c.last,
			})
		}
	}
	slices.SortFunc(out, func(a, b Seen) int { return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.ID, b.ID)) })
	return out
}

// StoppedTasks returns the tasks of a service that stopped since a time, the
// newest first. No more than an hour is remembered.
func (m *Memory) StoppedTasks(service awsx.Ref, since time.Time) []awsx.Task {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []stoppedTask
	if p := m.services[keyOf(service)]; p != nil {
		for _, s := range p.stopped {
			if !s.endedAt().Before(since) {
				all = append(all, s)
			}
		}
	}
	slices.SortFunc(all, func(a, b stoppedTask) int {
		return cmp.Or(b.endedAt().Compare(a.endedAt()), cmp.Compare(a.task.Ref.ARN, b.task.Ref.ARN))
	})
	out := make([]awsx.Task, len(all))
	for i, s := range all {
		out[i] = s.task
	}
	return out
}

// Events returns the events seen of a service, the newest first.
func (m *Memory) Events(service awsx.Ref) []awsx.ServiceEvent {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []awsx.ServiceEvent
	if p := m.services[keyOf(service)]; p != nil {
		out = slices.Clone(p.events)
	}
	slices.Reverse(out)
	return out
}

// TargetChanges returns the changes seen in a target group, the newest first.
func (m *Memory) TargetChanges(id awsx.ContextID, group string) []TargetChange {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []TargetChange
	for _, c := range slices.Backward(m.changes) {
		if c.Context == id && c.Group == group {
			out = append(out, c)
		}
	}
	return out
}
