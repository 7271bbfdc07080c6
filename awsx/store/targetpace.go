package store

import (
	"time"

	"gantry/internal/fault"
)

// How target groups are read. Elastic Load Balancing grants 40 calls at once and 10 a
// second to everything that the account runs, ECS among it; this stays below.
const (
	atOnce      = 20 // when the screen opens, and of what is urgent later
	urgentFirst = 8  // a second, of suspects and visible groups that were never read
	urgentAgain = 5  // a second, of those that were
	restFirst   = 3  // a second, of groups that nobody looks at and that were never read
	restAgain   = 1  // a second, of those that were
	restFresh   = .2 // a second, of either while something urgent was never read
	// An account that turns calls away gets half as many, down to a sixteenth, and twice
	// as many again for each while that it turns none away.
	leastShare = 1.0 / 16
	easeAfter  = 30 * time.Second
	// atATime is how long the groups that are chosen together may take: what scrolls into
	// view waits for them.
	atATime = 2 * time.Second
)

// targetPace says how many target groups may be read now.
type targetPace struct {
	urgent, rest float64 // calls saved up
	opening      int     // calls that are left of those at once
	share        float64 // of the full rate
	at           time.Time
	turned       time.Time // when a call was turned away, or the share last grew
	fresh        bool      // something urgent was never read
	most         float64   // groups that may be chosen together
	owed         float64   // and of the rest beyond that
}

func newTargetPace() targetPace {
	return targetPace{urgent: atOnce, opening: atOnce, share: 1, most: atOnce + restFirst}
}

// refill saves up calls since the last time. Need is how many calls a second what is
// visible takes at the least: no throttling brings the rate below it. Fresh is true while
// something urgent was never read, and then the rest nearly stands still; idle while nobody looks.
func (p *targetPace) refill(now time.Time, need float64, fresh, idle bool) {
	if p.at.IsZero() {
		p.at = now
	}
	passed := now.Sub(p.at).Seconds()
	p.at = now
	if p.share < 1 && now.Sub(p.turned) >= easeAfter {
		p.share, p.turned = min(1, 2*p.share), now
	}
	urgent, rest := urgentAgain*p.share, restFirst*p.share
	if p.fresh = fresh; fresh {
		urgent, rest = urgentFirst*p.share, restFresh*p.share
	}
	if idle {
		rest /= 15
	}
	p.urgent = min(atOnce, p.urgent+max(urgent, need)*passed)
	p.rest = min(restFirst, p.rest+rest*passed)
}

// fits reports whether a group may be chosen beside so many others. Where calls wait for their
// turn what is urgent takes most of it, and every fifth is of the rest.
func (p *targetPace) fits(c candidate, chosen int) bool {
	return chosen < int(p.most) || !c.urgent && p.owed >= 1
}

// affords reports whether what is saved up is enough to read a group.
func (p *targetPace) affords(c candidate, idle bool) bool {
	if c.urgent {
		return p.urgent >= 1
	}
	return p.opens(c, idle) || p.rest >= c.cost()
}

// opens reports whether a group that nobody looks at is read with what is read at once when
// the screen opens.
func (p *targetPace) opens(c candidate, idle bool) bool {
	return p.opening > 0 && c.tried.IsZero() && !idle
}

// cost is what a group that nobody looks at takes of what is saved up for the rest.
func (c candidate) cost() float64 {
	if c.tried.IsZero() {
		return 1
	}
	return restFirst / restAgain
}

// spend takes what reading a group costs, which fits beside so many others and is affordable.
func (p *targetPace) spend(c candidate, chosen int, idle bool) {
	if !c.urgent && chosen >= int(p.most) {
		p.owed--
	}
	switch {
	case c.urgent:
		p.urgent--
		p.opening--
		if !p.fresh {
			p.owed = min(1, p.owed+0.25)
		}
	case p.opens(c, idle):
		p.opening--
		p.urgent--
	default:
		p.rest -= c.cost()
	}
}

// learns takes what calls came to: one that was turned away halves the rate. Where calls
// wait for their turn, fewer are made together.
func (p *targetPace) learns(errs []error, calls int, took time.Duration, now time.Time) {
	if took > atATime {
		p.most = max(1, min(p.most, float64(calls))*atATime.Seconds()/took.Seconds())
	} else {
		p.most = min(atOnce+restFirst, 1.5*p.most)
	}
	for _, err := range errs {
		if fault.ClassOf(err) == fault.Throttled {
			p.share, p.turned = max(leastShare, p.share/2), now
			p.urgent, p.rest, p.opening = min(p.urgent, 1), 0, 0
			return
		}
	}
}
