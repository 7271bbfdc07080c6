package cloudwatch

import (
	"context"
	"slices"
	"sync"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
)

const (
	// askAgain is how long a stream that does not exist is left out: a container
	// makes its stream when it starts.
	askAgain = 5 * time.Second
	// namesKept is how long the names of log groups are remembered.
	namesKept = time.Minute
)

// existence remembers which log streams there are. FilterLogEvents refuses a
// request that names one that does not exist, though it names others that do.
type existence struct {
	mu      sync.Mutex
	streams map[StreamID]sighting
}

// sighting is what was found when a stream was looked for.
type sighting struct {
	exists bool
	until  time.Time // when to look again
}

// known returns what is remembered of a stream.
func (x *existence) known(id StreamID) (exists, ok bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	s, ok := x.streams[id]
	return s.exists, ok && (s.exists || time.Now().Before(s.until))
}

func (x *existence) learn(id StreamID, exists bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.streams == nil {
		x.streams = map[StreamID]sighting{}
	}
	x.streams[id] = sighting{exists, time.Now().Add(askAgain)}
}

func (x *existence) forget(ids []StreamID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, id := range ids {
		delete(x.streams, id)
	}
}

// answered remembers which log groups the service let these credentials read when it was
// asked last. A refusal after that is asked about once more before it is believed: a
// permission that is being changed, or a node of the service that has not heard of it,
// refuses one request among others that are answered, also the first of a tail.
type answered struct {
	mu     sync.Mutex
	groups map[GroupID]bool
}

// once takes in what came of a request, and reports whether to make it once more.
func (a *answered) once(g GroupID, err error) bool {
	class := fault.ClassOf(err)
	refused := err != nil && (class == fault.Denied || class == fault.Expired)
	if err != nil && !refused {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.groups[g]
	if a.groups == nil {
		a.groups = map[GroupID]bool{}
	}
	a.groups[g] = err == nil
	return refused && before
}

func (t target) ids() []StreamID {
	ids := make([]StreamID, len(t.streams))
	for i, name := range t.streams {
		ids[i] = StreamID{t.group, name}
	}
	return ids
}

// existing scans a target without the log streams that it names and that do not
// exist.
func (s *Source) existing(ctx context.Context, t target, scan func(target) (logs.Page, error)) (logs.Page, error) {
	if len(t.streams) == 0 {
		return scan(t)
	}
	present := slices.DeleteFunc(slices.Clone(t.streams), func(name string) bool {
		exists, ok := s.exist.known(StreamID{t.group, name})
		return ok && !exists
	})
	if len(present) == 0 {
		return logs.Page{}, nil
	}
	t.streams = present
	page, err := scan(t)
	if fault.ClassOf(err) != fault.NotFound {
		return page, err
	}
	// One that was there is gone, or one was not there yet.
	s.exist.forget(t.ids())
	if t.streams, err = s.look(ctx, t); err != nil || len(t.streams) == 0 {
		return logs.Page{}, err
	}
	return scan(t)
}

// look returns the named streams that exist. The error is of class not found when
// the group does not.
func (s *Source) look(ctx context.Context, t target) ([]string, error) {
	var present []string
	for _, id := range t.ids() {
		exists, ok := s.exist.known(id)
		if !ok {
			found, err := s.port.Streams(ctx, id.Group, id.Name, 1)
			if err != nil {
				return nil, err
			}
			// In the order of the names, the one that equals the prefix is the first.
			exists = len(found) > 0 && found[0].Name == id.Name
			s.exist.learn(id, exists)
		}
		if exists {
			present = append(present, id.Name)
		}
	}
	return present, nil
}

// groupNames remembers the log groups that begin with a prefix.
type groupNames struct {
	mu    sync.Mutex
	lists map[GroupID]groupList // by region and prefix
}

type groupList struct {
	names []string
	until time.Time
}

func (g *groupNames) find(ctx context.Context, port Port, region, prefix string) ([]string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	id := GroupID{region, prefix}
	if l, ok := g.lists[id]; ok && time.Now().Before(l.until) {
		return l.names, nil
	}
	groups, err := port.Groups(ctx, region, prefix)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, g := range groups {
		names = append(names, g.Name)
	}
	if g.lists == nil {
		g.lists = map[GroupID]groupList{}
	}
	g.lists[id] = groupList{names, time.Now().Add(namesKept)}
	return names, nil
}
