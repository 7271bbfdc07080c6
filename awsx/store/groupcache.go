package store

import (
	"context"
	"iter"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/past"
	"gantry/internal/fault"
)

const (
	// targetsForget is how old a health that can no longer be read may get
	// before it counts as unread.
	targetsForget = 10 * time.Minute
	// settingsAge is how long a group's settings are believed.
	settingsAge = 10 * time.Minute
	// settingsBatch is how many groups are described by one call.
	settingsBatch = 20
	// groupsForget is how long the reading of a group nobody asks about is kept.
	groupsForget = 30 * time.Minute
)

// readingsKept is how many readings of a group are told.
const readingsKept = 24

// GroupState is a target group of a service with what was last read of it.
type GroupState struct {
	awsx.Group
	// Services are the ARNs of the services that register targets in it.
	Services []string
	// ReadAt is when Targets was read; zero when it never was.
	ReadAt time.Time
	// Readings are when Targets was read before that and then, oldest first: the last
	// readingsKept of them.
	Readings []time.Time
	// Err is why the last reading failed; the targets are those of the one
	// before, and turn unread when they get too old.
	Err error

	rev uint64 // of the groupCache when the group last changed
}

// alike reports whether two readings of a group say the same.
func (g *GroupState) alike(o *GroupState) bool {
	return g.rev == o.rev && g.Read == o.Read && slices.Equal(g.Services, o.Services)
}

type groupKey struct {
	context awsx.ContextID
	arn     string
}

// groupCache shares the readings of target groups between pollers, since each
// costs a call out of the account's scarcest bucket.
type groupCache struct {
	observer past.Observer

	mu     sync.Mutex
	groups map[awsx.ContextID]map[string]*groupReading // by ARN
	rules  map[groupKey]ruleReading                    // by the rule's ARN
	rev    uint64                                      // grows with each reading that differs from the one before
	swept  time.Time                                   // when readings that nobody asks about were last forgotten
}

// groupReading is what is known of one group.
type groupReading struct {
	health     []awsx.TargetHealth
	readAt     time.Time   // of health
	readings   []time.Time // the last of readAt; never changed once it is here
	triedAt    time.Time   // of the last attempt
	err        error       // of the last attempt
	settings   awsx.TargetGroup
	settingsAt time.Time
	weights    map[string]int // never changed once it is here
	alone      bool           // describing it together with others failed
	busy       chan struct{}  // closed when the attempt under way ends
	troubled   bool           // health has targets that do not serve
	rev        uint64         // of the cache when this last changed
}

func newGroupCache(o past.Observer) *groupCache {
	return &groupCache{observer: o, groups: map[awsx.ContextID]map[string]*groupReading{}, rules: map[groupKey]ruleReading{}}
}

// reading returns the entry of a key. The caller holds the lock.
func (c *groupCache) reading(key groupKey) *groupReading {
	of := c.groups[key.context]
	if of == nil {
		of = map[string]*groupReading{}
		c.groups[key.context] = of
	}
	g := of[key.arn]
	if g == nil {
		now := wall()
		if now.Sub(c.swept) > groupsForget/10 {
			c.swept = now
			for _, of := range c.groups {
				maps.DeleteFunc(of, func(_ string, old *groupReading) bool {
					return old.busy == nil && !old.triedAt.IsZero() && now.Sub(old.triedAt) > groupsForget
				})
			}
		}
		g = &groupReading{}
		of[key.arn] = g
	}
	return g
}

// look shows the readings of a context, nil for a group that has none. They are not to be
// changed or kept, and look is not to call the cache.
func (c *groupCache) look(id awsx.ContextID, look func(of func(arn string) *groupReading)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	of := c.groups[id]
	look(func(arn string) *groupReading { return of[arn] })
}

// state returns a group as it is known now.
func (c *groupCache) state(key groupKey, now time.Time) GroupState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return *c.groups[key.context][key.arn].state(key.arn, now)
}

// state returns the group as it is known now; nothing is known of nil.
func (g *groupReading) state(arn string, now time.Time) *GroupState {
	s := &GroupState{Group: awsx.Group{ARN: arn}}
	if g == nil {
		return s
	}
	s.Settings, s.Weights, s.Err, s.ReadAt, s.Readings, s.rev = g.settings, g.weights, g.err, g.readAt, g.readings, g.rev
	if g.believed(now) {
		s.Read, s.Targets = true, g.health
	}
	return s
}

// believed reports whether what was read is still taken for so.
func (g *groupReading) believed(now time.Time) bool {
	return !g.readAt.IsZero() && (g.err == nil || now.Sub(g.readAt) <= targetsForget)
}

// stands reports whether a state is still all that is known.
func (g *groupReading) stands(s *GroupState, now time.Time) bool {
	if g == nil {
		return s.rev == 0
	}
	return s.rev == g.rev && s.ReadAt.Equal(g.readAt) && s.Read == g.believed(now)
}

// changed notes that what is known of a group is news. The caller holds the lock.
func (c *groupCache) changed(g *groupReading) {
	c.rev++
	g.rev = c.rev
}

// revision returns a number that grows when any reading brings something new.
func (c *groupCache) revision() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rev
}

// tried returns when a group was last read or tried; zero for never.
func (c *groupCache) tried(key groupKey) (at time.Time, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if g := c.groups[key.context][key.arn]; g != nil {
		return g.triedAt, g.err
	}
	return time.Time{}, nil
}

// read reads the health of a group unless it was read or tried within maxAge.
// Callers that want the same group at the same time share the call.
func (c *groupCache) read(ctx context.Context, r awsx.TargetReader, key groupKey, maxAge time.Duration) error {
	c.mu.Lock()
	g := c.reading(key)
	if !g.triedAt.IsZero() && time.Since(g.triedAt) < maxAge {
		defer c.mu.Unlock()
		return g.err
	}
	if busy := g.busy; busy != nil {
		c.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return ctx.Err()
		}
		_, err := c.tried(key)
		return err
	}
	done := make(chan struct{})
	g.busy = done
	c.mu.Unlock()

	health, err := r.TargetHealth(ctx, key.arn)

	c.mu.Lock()
	g.busy = nil
	var changes []past.TargetChange
	// A cancelled attempt says nothing about the group.
	if ctx.Err() == nil {
		now := wall()
		if g.triedAt.IsZero() || (err == nil) != (g.err == nil) {
			c.changed(g)
		}
		g.triedAt, g.err = now, err
		if err == nil {
			if !g.readAt.IsZero() {
				changes = targetChanges(key, g.health, health.Targets, now)
			}
			if sorted := sortedTargets(health.Targets); g.readAt.IsZero() || !slices.Equal(g.health, sorted) {
				g.health = sorted
				g.troubled = slices.ContainsFunc(sorted, func(h awsx.TargetHealth) bool { return h.State == "unhealthy" || h.State == "initial" })
				c.changed(g)
			}
			g.readAt = now
			g.readings = append(slices.Clone(g.readings[max(0, len(g.readings)-readingsKept+1):]), now)
		}
	}
	close(done)
	c.mu.Unlock()
	for _, x := range changes {
		c.observer.SeenTargetChange(x)
	}
	return err
}

// describe reads the settings of those of the groups that lack them, with one
// call. A group that was deleted fails the call for all, so the groups of a
// failed call are described one at a time from then on.
func (c *groupCache) describe(ctx context.Context, r awsx.TargetReader, id awsx.ContextID, arns iter.Seq[string]) error {
	now := wall()
	var batch []string
	c.mu.Lock()
	for arn := range arns {
		g := c.reading(groupKey{id, arn})
		if now.Sub(g.settingsAt) < settingsAge || slices.Contains(batch, arn) {
			continue
		}
		if g.alone && len(batch) > 0 {
			continue
		}
		batch = append(batch, arn)
		if g.alone || len(batch) == settingsBatch {
			break
		}
	}
	c.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	groups, err := r.TargetGroups(ctx, batch)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, arn := range batch {
		g := c.reading(groupKey{id, arn})
		switch {
		case err == nil:
			g.settingsAt, g.alone = now, false
		case fault.ClassOf(err) == fault.NotFound && len(batch) > 1:
			g.alone = true
		case fault.ClassOf(err) != fault.Throttled:
			g.settingsAt = now
		}
	}
	for _, x := range groups {
		if g := c.reading(groupKey{id, x.ARN}); !reflect.DeepEqual(g.settings, x) {
			g.settings = x
			c.changed(g)
		}
	}
	if fault.ClassOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// lacks reports whether one of the groups lacks its settings.
func (c *groupCache) lacks(id awsx.ContextID, arns []string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(arns, func(arn string) bool {
		g := c.groups[id][arn]
		return g == nil || g.settingsAt.IsZero()
	})
}

// targetChanges compares two readings of a group.
func targetChanges(key groupKey, old, now []awsx.TargetHealth, at time.Time) []past.TargetChange {
	var out []past.TargetChange
	was := make(map[awsx.Address]awsx.TargetHealth, len(old))
	for _, t := range old {
		was[awsx.Address{ID: t.ID, Port: t.Port}] = t
	}
	for _, t := range now {
		a := awsx.Address{ID: t.ID, Port: t.Port}
		if from := was[a]; from.State != t.State || from.Reason != t.Reason {
			out = append(out, past.TargetChange{Context: key.context, Group: key.arn, From: from, To: t, At: at})
		}
		delete(was, a)
	}
	for _, from := range old {
		if _, gone := was[awsx.Address{ID: from.ID, Port: from.Port}]; gone {
			out = append(out, past.TargetChange{Context: key.context, Group: key.arn, From: from, At: at})
		}
	}
	return out
}
