package past

import (
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
	moreEvents    = 4 // that room is made for at a time
	maxChanges    = 2000
	// stoppedFor is how long stopped tasks are remembered: as long as ECS does.
	stoppedFor = time.Hour
	// most is how many bytes all services take together, as they are estimated.
	most = 16 << 20
	// alive is for how long a container that was seen is taken to run: more than a sweep.
	alive = 5 * time.Minute
	// retold is after how long it is told again of a container that it still runs.
	retold = 15 * time.Minute
)

// Memory is a Keeper that keeps a bounded past in memory. Its zero value is
// ready for use, from any goroutine.
type Memory struct {
	// Next is told of what is news to this memory, and of each container every quarter of
	// an hour; nil is nobody.
	Next Observer

	mu       sync.Mutex
	clusters map[clusterKey]*clusterKey
	services map[serviceKey]*past
	ring     []*past // of all services
	hand     int     // in ring: the service that is looked at next when room is short
	bytes    int     // of all services
	changes  []TargetChange
}

// groupOfService is what the group of a task begins with that a service runs.
const groupOfService = "service:"

// clusterKey names a cluster. A memory has one of each, to which all of its services point.
type clusterKey struct {
	context awsx.ContextID
	name    string // ARN forms differ between callers
}

// serviceKey names a service by what a task tells of it: its ARN is not there.
type serviceKey struct {
	cluster *clusterKey
	name    string
}

// key is how a memory names a service of a cluster. The caller holds the lock.
func (m *Memory) key(cluster awsx.Ref, name string) serviceKey {
	k := clusterKey{cluster.Context, cluster.ClusterName()}
	if m.clusters[k] == nil {
		if m.clusters == nil {
			m.clusters = map[clusterKey]*clusterKey{}
		}
		m.clusters[k] = &k
	}
	return serviceKey{m.clusters[k], name}
}

// past is what was seen of one service.
type past struct {
	key     serviceKey
	arn     string // of the service; empty while only its tasks were seen
	cluster string // ARN
	ids     map[string]*container
	stopped map[string]Stopped  // nil while none did
	events  []awsx.ServiceEvent // newest last
	last    time.Time           // when anything of it was seen
	bytes   int
}

// ref is the reference of something of the service's cluster, by its ARN.
func (p *past) ref(arn string) awsx.Ref {
	return awsx.Ref{Context: p.key.cluster.context, Cluster: p.cluster, ARN: arn}
}

// container is a Seen without what all of a service have in common.
type container struct {
	task, name, family, revision string
	first, last                  time.Time
	told                         time.Time // when Next was told of it last
}

// of returns the past of a service of which something was seen at a moment.
func (m *Memory) of(key serviceKey, at time.Time) *past {
	if m.services == nil {
		m.services = map[serviceKey]*past{}
	}
	p := m.services[key]
	if p == nil {
		p = &past{key: key, ids: map[string]*container{}}
		m.services[key] = p
		m.ring = append(m.ring, p)
	}
	if at.After(p.last) {
		p.last = at
	}
	return p
}

// grow notes that what is known of a service takes more bytes, or fewer. When room is
// short the services are looked at one after the other, two for each that grows: what was
// not seen for long is forgotten, and the others keep no more than their share each. So no
// service is forgotten because there are many, and no sweep looks at all of them at once.
func (m *Memory) grow(p *past, bytes int, now time.Time) {
	p.bytes += bytes
	m.bytes += bytes
	for range 2 {
		if m.bytes <= most || len(m.ring) == 0 {
			return
		}
		m.hand %= len(m.ring)
		q := m.ring[m.hand]
		if now.Sub(q.last) > stoppedFor {
			m.bytes -= q.bytes
			delete(m.services, q.key)
			m.ring[m.hand] = m.ring[len(m.ring)-1]
			m.ring = m.ring[:len(m.ring)-1]
			continue
		}
		m.bytes -= q.shrink(most/len(m.ring), now)
		m.hand++
	}
}

// shrink drops the oldest of what is known of a service until that takes three quarters of
// its share, and returns how many bytes that freed. Containers that run stay: the next sweep
// would bring them back as news.
func (p *past) shrink(share int, now time.Time) (freed int) {
	if p.bytes <= share {
		return 0
	}
	type piece struct {
		at    time.Time
		bytes int
		drop  func()
	}
	var pieces []piece
	for id, c := range p.ids {
		if now.Sub(c.last) > alive {
			pieces = append(pieces, piece{c.last, c.bytes(id), func() { delete(p.ids, id) }})
		}
	}
	for arn, s := range p.stopped {
		pieces = append(pieces, piece{s.At(), s.bytes(), func() { delete(p.stopped, arn) }})
	}
	for _, e := range p.events { // they are in the order of time, as the pieces will be
		pieces = append(pieces, piece{e.At, bytesOf(e), func() { p.events = p.events[1:] }})
	}
	slices.SortStableFunc(pieces, func(a, b piece) int { return a.at.Compare(b.at) })
	for _, x := range pieces {
		if p.bytes-freed <= share*3/4 {
			break
		}
		x.drop()
		freed += x.bytes
	}
	p.events = slices.Clone(p.events) // what was cut off its front is let go
	p.bytes -= freed
	return freed
}

// What things take in memory, about: their texts and what holds these.
func (c *container) bytes(id string) int {
	return 250 + len(id) + len(c.task)
}

func (s Stopped) bytes() int {
	n := 700 + len(s.Task.StoppedReason)
	for _, c := range s.Task.Containers {
		n += 300 + len(c.Image) + len(c.RuntimeID) + len(c.Reason)
	}
	return n
}

func bytesOf(e awsx.ServiceEvent) int { return 80 + len(e.ID) + len(e.Message) }

// SeenStoppedTask remembers a stopped task of a service.
func (m *Memory) SeenStoppedTask(t awsx.Task, at time.Time) {
	name, ok := strings.CutPrefix(t.Group, groupOfService)
	if !ok {
		return
	}
	if m.rememberStopped(name, Stopped{t, at}) && m.Next != nil {
		m.Next.SeenStoppedTask(t, at)
	}
}

func (m *Memory) rememberStopped(service string, s Stopped) (news bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, at := m.of(m.key(s.Task.Ref, service), s.Seen), s.Seen
	if p.stopped == nil {
		p.stopped = map[string]Stopped{}
	}
	old, known := p.stopped[s.Task.Ref.ARN]
	p.stopped[s.Task.Ref.ARN] = s
	if known && alike(old.Task, s.Task) {
		return false
	}
	grown := s.bytes()
	if known {
		grown -= old.bytes()
	}
	for arn, s := range p.stopped {
		if at.Sub(s.At()) > stoppedFor {
			grown -= s.bytes()
			delete(p.stopped, arn)
		}
	}
	m.grow(p, grown-trim(p.stopped, maxStopped, Stopped.At, func(_ string, s Stopped) int { return s.bytes() }), at)
	return true
}

// alike reports whether two readings of a task that stops say the same of its end.
func alike(a, b awsx.Task) bool {
	return a.LastStatus == b.LastStatus && a.StoppedReason == b.StoppedReason && a.StopCode == b.StopCode && a.StoppedAt.Equal(b.StoppedAt) &&
		slices.EqualFunc(a.Containers, b.Containers, func(x, y awsx.Container) bool {
			return x.LastStatus == y.LastStatus && x.ExitCode == y.ExitCode && x.Reason == y.Reason && x.RuntimeID == y.RuntimeID
		})
}

// trim deletes the oldest entries above a limit and returns how many bytes that freed.
func trim[V any](m map[string]V, limit int, at func(V) time.Time, bytes func(string, V) int) (freed int) {
	for len(m) > limit {
		var oldest string
		for key, v := range m {
			if oldest == "" || at(v).Before(at(m[oldest])) {
				oldest = key
			}
		}
		freed += bytes(oldest, m[oldest])
		delete(m, oldest)
	}
	return freed
}

// SeenEvent remembers a service's event.
func (m *Memory) SeenEvent(service awsx.Ref, e awsx.ServiceEvent) {
	if m.rememberEvent(service, e) && m.Next != nil {
		m.Next.SeenEvent(service, e)
	}
}

func (m *Memory) rememberEvent(service awsx.Ref, e awsx.ServiceEvent) (news bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.of(m.key(service, service.Name()), e.At)
	p.arn, p.cluster = service.ARN, service.Cluster
	if slices.ContainsFunc(p.events, func(x awsx.ServiceEvent) bool { return x.ID == e.ID }) {
		return false
	}
	// A new poller tells old events again: they go where they belong in time.
	i := len(p.events)
	for i > 0 && p.events[i-1].At.After(e.At) {
		i--
	}
	if len(p.events) == cap(p.events) { // doubled, what thousands of services do not use would be megabytes
		p.events = append(make([]awsx.ServiceEvent, 0, len(p.events)+moreEvents), p.events...)
	}
	p.events = slices.Insert(p.events, i, e)
	grown := bytesOf(e)
	if len(p.events) > maxEvents {
		grown -= bytesOf(p.events[0])
		p.events = slices.Delete(p.events, 0, 1)
	}
	m.grow(p, grown, p.last)
	return true
}

// SeenRuntimeID remembers a container, from when it was first to when it was
// last seen.
func (m *Memory) SeenRuntimeID(s Seen) {
	if m.rememberContainer(s) && m.Next != nil {
		m.Next.SeenRuntimeID(s)
	}
}

func (m *Memory) rememberContainer(s Seen) (news bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.of(m.key(s.Cluster, s.Service), s.Last)
	if old := p.ids[s.ID]; old != nil {
		old.last = s.Last
		if news = s.Last.Sub(old.told) >= retold; news {
			old.told = s.Last
		}
		return news
	}
	p.cluster = s.Cluster.Cluster
	c := &container{s.Task, s.Container, s.Family, s.Revision, s.First, s.Last, s.Last}
	p.ids[s.ID] = c
	m.grow(p, c.bytes(s.ID)-trim(p.ids, maxRuntimeIDs, func(c *container) time.Time { return c.last }, func(id string, c *container) int { return c.bytes(id) }), s.Last)
	return true
}

// SeenTargetChange remembers a target's change of state.
func (m *Memory) SeenTargetChange(c TargetChange) {
	m.mu.Lock()
	m.changes = append(m.changes, c)
	if len(m.changes) >= 2*maxChanges { // moving them for each would cost
		m.changes = slices.Delete(m.changes, 0, maxChanges)
	}
	m.mu.Unlock()
	if m.Next != nil {
		m.Next.SeenTargetChange(c)
	}
}

// each calls f with what was seen of a service, or of those of a cluster.
func (m *Memory) each(of awsx.Ref, f func(*past)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if of.ARN != of.Cluster {
		if p := m.services[m.key(of, of.Name())]; p != nil {
			f(p)
		}
		return
	}
	for key, p := range m.services {
		if *key.cluster == (clusterKey{of.Context, of.ClusterName()}) {
			f(p)
		}
	}
}

// Containers returns the containers seen of a service since a time, the last seen first.
func (m *Memory) Containers(_ context.Context, of awsx.Ref, since time.Time) (out []Seen, _ error) {
	m.each(of, func(p *past) {
		for id, c := range p.ids {
			if !c.last.Before(since) {
				out = append(out, Seen{
					Cluster: p.ref(p.cluster), Service: p.key.name, ID: id, Task: c.task, Container: c.name,
					Family: c.family, Revision: c.revision, First: c.first, Last: c.last,
				})
			}
		}
	})
	slices.SortFunc(out, Seen.Compare)
	return out, nil
}

// Stopped returns the tasks of a service that stopped since a time, the newest first.
// No more than an hour is remembered.
func (m *Memory) Stopped(_ context.Context, of awsx.Ref, since time.Time) (out []Stopped, _ error) {
	m.each(of, func(p *past) {
		for _, s := range p.stopped {
			if !s.At().Before(since) {
				out = append(out, s)
			}
		}
	})
	slices.SortFunc(out, Stopped.Compare)
	return out, nil
}

// Events returns the events seen of a service since a time, the newest first.
func (m *Memory) Events(_ context.Context, of awsx.Ref, since time.Time) (out []Event, _ error) {
	m.each(of, func(p *past) {
		for _, e := range p.events {
			if !e.At.Before(since) {
				out = append(out, Event{p.ref(p.arn), e})
			}
		}
	})
	slices.SortFunc(out, Event.Compare)
	return out, nil
}

// TargetChanges returns the changes seen in target groups since a time, the newest first.
func (m *Memory) TargetChanges(_ context.Context, id awsx.ContextID, since time.Time, groups ...string) (out []TargetChange, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range slices.Backward(m.changes[max(0, len(m.changes)-maxChanges):]) {
		if c.Context == id && !c.At.Before(since) && (len(groups) == 0 || slices.Contains(groups, c.Group)) {
			out = append(out, c)
		}
	}
	return out, nil
}
