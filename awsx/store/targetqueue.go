package store

import (
	"math"
	"slices"
	"sort"
	"time"
)

// candidate is a group whose reading is due.
type candidate struct {
	arn     string
	urgent  bool // it is visible, or a suspect
	visible bool
	tried   time.Time
	// overdue is the time since the last reading by the time that it may last: whatever
	// waits longer than others comes before them in the end, so that nothing starves.
	overdue float64
}

// before orders candidates of a kind: what was never read, then what is overdue the most.
func (c candidate) before(o candidate) bool { return c.overdue > o.overdue }

// mostWaiting is how many candidates of a kind one tick can need: those that are read, and
// those that fill the call which describes.
const mostWaiting = atOnce + settingsBatch

// queue holds the first mostWaiting of the candidates that are put into it, in order; equal
// ones in the order in which they came.
type queue []candidate

func (q *queue) put(c candidate) {
	if len(*q) == mostWaiting {
		if !c.before((*q)[mostWaiting-1]) {
			return
		}
		*q = (*q)[:mostWaiting-1]
	}
	at := sort.Search(len(*q), func(i int) bool { return c.before((*q)[i]) })
	*q = slices.Insert(*q, at, c)
}

// choose picks the groups to read in this tick.
func (t *targetSource) choose(d demand) []string {
	now := wall()
	due := t.due(d, now)
	t.pace.refill(now, float64(len(d.visible))/t.visibleAge(d).Seconds(), due.visible.fresh() || due.suspect.fresh(), d.idle)
	var chosen []string
	t.waiting = t.waiting[:0]
	for c, more := due.next(t.ahead); more; c, more = due.next(t.ahead) {
		if !t.pace.fits(c, len(chosen)) || !t.pace.affords(c, d.idle) {
			t.waiting = append(t.waiting, c.arn)
			continue
		}
		t.pace.spend(c, len(chosen), d.idle)
		chosen = append(chosen, c.arn)
		switch {
		case c.visible:
			t.ahead++
		case c.urgent:
			t.ahead = 0
		}
	}
	return chosen
}

// mostAhead is how many visible groups in a row are read again while a suspect waits.
const mostAhead = 2

// dueGroups are the first of the groups to read: those on screen, those that others are in
// trouble with, and the rest.
type dueGroups struct{ visible, suspect, rest queue }

// fresh reports whether one of a queue was never read.
func (q queue) fresh() bool { return len(q) > 0 && q[0].tried.IsZero() }

// next takes the group out whose turn it is, when so many visible ones were read in a row. What
// is visible and was never read goes before all.
func (g *dueGroups) next(ahead int) (c candidate, ok bool) {
	from := &g.visible
	switch {
	case g.visible.fresh():
	case len(g.suspect) > 0 && (len(g.visible) == 0 || ahead >= mostAhead):
		from = &g.suspect
	case len(g.visible) == 0:
		from = &g.rest
	}
	if len(*from) == 0 {
		return c, false
	}
	c, *from = (*from)[0], (*from)[1:]
	return c, true
}

// visibleAge is how old the readings of groups on screen may get that give no reason to look.
func (t *targetSource) visibleAge(d demand) time.Duration {
	return min(d.interval, max(t.store.round(), calmAge))
}

// due returns the first of the groups to read.
func (t *targetSource) due(d demand, now time.Time) (due dueGroups) {
	t.mu.Lock()
	wanted := t.wanted
	t.mu.Unlock()
	t.store.groups.look(t.cluster.Context, func(of func(string) *groupReading) {
		for _, w := range wanted {
			var known groupReading
			if g := of(w.arn); g != nil {
				known = *g
			}
			c := candidate{arn: w.arn, tried: known.triedAt, overdue: math.Inf(1)}
			c.visible = d.visible[w.arn] || slices.ContainsFunc(w.services, func(arn string) bool { return d.visible[arn] })
			suspect := w.suspect || known.troubled && known.believed(now)
			c.urgent = c.visible || suspect
			age := restAge
			if suspect {
				age = suspectAge
			}
			if c.visible {
				age = min(age, t.visibleAge(d))
			}
			if d.idle {
				age *= idleFactor
			}
			own := known.err != nil && itsOwn(known.err)
			if own {
				age = max(age, failedAge)
			}
			waited := now.Sub(known.triedAt)
			if !known.triedAt.IsZero() {
				c.overdue = waited.Seconds() / age.Seconds()
			}
			// After a failure that is no group's own, the poller's pause is the wait.
			if c.overdue < 1 && (known.err == nil || own) && !(d.refresh && c.urgent) {
				continue
			}
			switch {
			case c.visible:
				due.visible.put(c)
			case c.urgent:
				due.suspect.put(c)
			default:
				due.rest.put(c)
			}
		}
	})
	return due
}
