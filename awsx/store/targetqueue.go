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

// before orders candidates: what was never read, then what is overdue the most, and among
// equals what is on screen.
func (c candidate) before(o candidate) bool {
	if c.overdue != o.overdue {
		return c.overdue > o.overdue
	}
	return c.visible && !o.visible
}

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
	urgent, rest := t.due(d, now)
	fresh := len(urgent) > 0 && urgent[0].tried.IsZero()
	t.pace.refill(now, float64(len(d.visible))/t.visibleAge(d).Seconds(), fresh, d.idle)
	var chosen []string
	t.waiting = t.waiting[:0]
	for _, c := range slices.Concat(urgent, rest) {
		switch {
		case t.pace.fits(c, len(chosen)) && t.pace.takes(c, d.idle):
			chosen = append(chosen, c.arn)
		default:
			t.waiting = append(t.waiting, c.arn)
		}
	}
	return chosen
}

// visibleAge is how old the readings of groups on screen may get that give no reason to look.
func (t *targetSource) visibleAge(d demand) time.Duration {
	return min(d.interval, max(t.store.round(), calmAge))
}

// due returns the first of the groups to read.
func (t *targetSource) due(d demand, now time.Time) (urgent, rest queue) {
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
			if c.urgent {
				urgent.put(c)
			} else {
				rest.put(c)
			}
		}
	})
	return urgent, rest
}
