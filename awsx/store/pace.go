package store

import (
	"math/rand/v2"
	"time"

	"gantry/internal/fault"
)

// pace is how often a kind is polled.
type pace struct {
	base  time.Duration // while somebody looks and asks for nothing special
	floor time.Duration // as fast as anybody may ask for
}

// idleFactor stretches the interval of what is covered by another screen.
const idleFactor = 4

// The limits of the waits after a failure.
const (
	maxThrottled = 5 * time.Minute
	maxAsked     = 40 * time.Second // when somebody asked for that poll
	maxOffline   = 30 * time.Second
	minOffline   = 2 * time.Second
	denied       = 5 * time.Minute
	minFailed    = 5 * time.Second
	maxFailed    = time.Minute
)

// How many contexts are read together as often as one alone, and how much rarer each is read
// at most where there are more.
const (
	fewTogether = 5
	mostRare    = 4
)

// shared is how long data may get old for one watcher who asks for nothing special.
func (p pace) shared(n Need) time.Duration {
	return p.base * time.Duration(min(max(n.Together, fewTogether), fewTogether*mostRare)) / fewTogether
}

// interval returns how long data may get old for one watcher.
func (p pace) interval(n Need) time.Duration {
	d := p.shared(n)
	if n.MaxAge > 0 {
		d = max(n.MaxAge, p.floor)
	}
	if n.Idle {
		d = max(d, p.base) * idleFactor
	}
	return d
}

// outcome is how a poll ended.
type outcome struct {
	// err means that the poll brought nothing.
	err error
	// partial is what failed beside what it brought.
	partial []error
	// next replaces the interval until the next poll; zero keeps it.
	next time.Duration
	// until is when another poller tries again, if err is only what that one met.
	until time.Time
	// ceiling is the longest wait after throttling that the service did not ask for; zero
	// leaves it to the plan.
	ceiling time.Duration
	// rest is how long the account is left alone at least after the poll.
	rest time.Duration
	// pause is how long only a part is looked at after a poll that looked at all.
	pause time.Duration
	// glance means that the poll looked at a few items only: what is known of all of them
	// is as old as it was.
	glance bool
	// patient means that next only is as long as it is because nothing that is visible was due.
	patient bool
	// quiet means that there is nothing to publish.
	quiet bool
	// aborted means that the poll was cancelled: it counts for nothing.
	aborted bool
}

// worst returns the error that decides how to go on: the class that needs the
// most restraint.
func worst(errs []error) error {
	rank := func(err error) int {
		switch fault.ClassOf(err) {
		case fault.Expired:
			return 4
		case fault.Throttled:
			return 3
		case fault.Offline:
			return 2
		case fault.Denied:
			return 1
		}
		return 0
	}
	var w error
	for _, err := range errs {
		if w == nil || rank(err) > rank(w) {
			w = err
		}
	}
	return w
}

// plan decides when to poll next from how polling went.
type plan struct {
	start, end time.Time
	last       outcome
	failures   int           // polls in a row that failed or were throttled, since somebody asked for one
	asked      bool          // somebody asked for the last poll
	sweep      time.Duration // what the last poll took that looked at all, or its pause
	whole      bool          // one looked at all of it
	jitter     float64       // drawn once a poll, in [0, 1)
}

// decisive returns the error that widens the interval: a poll's failure, or
// throttling of a part of it.
func (o outcome) decisive() error {
	if o.err != nil {
		return o.err
	}
	if w := worst(o.partial); w != nil && (fault.ClassOf(w) == fault.Throttled || fault.ClassOf(w) == fault.Expired) {
		return w
	}
	return nil
}

func (p *plan) ended(start, end time.Time, o outcome, asked bool) {
	p.start, p.end, p.last, p.asked, p.jitter = start, end, o, asked, rand.Float64()
	if !o.glance {
		p.sweep = max(end.Sub(start), o.pause)
	}
	if asked || o.decisive() == nil {
		p.failures = 0
	}
	p.whole = p.whole || !o.glance && o.decisive() == nil
	if o.decisive() != nil {
		p.failures++
	}
}

// due returns when to poll next at an interval; ok is false when polling has
// stopped until somebody resumes it. Waits are jittered by a tenth, so that
// pollers started together do not stay together, and after throttling by half.
func (p *plan) due(interval time.Duration) (at time.Time, ok bool) {
	err := p.last.decisive()
	if p.start.IsZero() {
		return p.start, true
	}
	if p.last.next > 0 {
		interval = p.last.next
	}
	if err == nil {
		if p.last.next > 0 {
			return p.end.Add(interval), true
		}
		at = p.start.Add(p.spread(interval, 0.2) - interval/10)
		// A sweep that takes longer than its interval still leaves a pause.
		if pause := p.end.Add(max(interval/4, p.last.rest)); at.Before(pause) {
			at = pause
		}
		return at, true
	}
	switch class := fault.ClassOf(err); {
	case class == fault.Expired:
		return time.Time{}, false
	case !p.last.until.IsZero():
		if at = p.last.until; at.Before(p.end) {
			at = p.end
		}
		return at.Add(tick), true
	case class == fault.Throttled:
		limit := maxThrottled
		if p.asked {
			limit = maxAsked
		}
		if p.last.ceiling > 0 {
			limit = min(limit, p.last.ceiling)
		}
		if !p.whole { // somebody waits for the first rows
			interval = min(interval, minFailed)
		}
		wait := p.spread(doubled(interval, p.failures, limit), 0.5)
		return p.end.Add(max(wait, fault.RetryAfter(err))), true
	case class == fault.Offline:
		return p.end.Add(p.spread(doubled(minOffline, p.failures-1, maxOffline), 0.1)), true
	case class == fault.Denied:
		return p.end.Add(p.spread(max(interval, denied), 0.1)), true
	}
	return p.end.Add(p.spread(doubled(minFailed, p.failures-1, max(interval, maxFailed)), 0.1)), true
}

// sooner returns when to poll next though nothing was due before, since something else is
// looked at now.
func (p *plan) sooner(due time.Time) time.Time {
	if first := p.end.Add(tick); p.last.patient && first.Before(due) {
		return first
	}
	return due
}

func (p *plan) spread(d time.Duration, share float64) time.Duration {
	return d + time.Duration(p.jitter*share*float64(d))
}

// doubled returns d doubled n times, at most limit.
func doubled(d time.Duration, n int, limit time.Duration) time.Duration {
	for range n {
		if d *= 2; d >= limit {
			break
		}
	}
	return min(d, max(limit, 0))
}
