package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"gantry/awsx"
	"gantry/internal/crash"
	"gantry/internal/fault"
	"gantry/internal/wake"
)

const (
	// coalesce is the least time between two snapshots of one poll.
	coalesce = 100 * time.Millisecond
	// linger is how long a poll may go on after its last watcher left.
	linger = 10 * time.Second
	// mostSweep is how much older than their interval data may get because reading all of
	// it takes long, and the account is then left alone for as long.
	mostSweep = 3 * time.Minute
	// keep is how long a snapshot nobody watches is kept.
	keep = 5 * time.Minute
)

// source is what a poller reads. poll runs on a goroutine of its own; fill may
// be called while it runs.
type source[T any] interface {
	// poll reads once and calls landed whenever there is something to publish.
	poll(ctx context.Context, d demand, landed func()) outcome
	// fill puts what was read so far into a snapshot, which holds what the one
	// before did and has its own Seq.
	fill(s *Snapshot[T])
	// release gives up what the source holds of the store, until the next poll.
	// It is never called during one.
	release()
}

// demand is what all watchers of a poller need together.
type demand struct {
	watches  int
	idle     bool // nobody looks
	interval time.Duration
	looked   time.Duration // the interval while somebody looks
	visible  map[string]bool
	refresh  bool
	scrolled bool // since the last poll began
	// latest returns what they need by now, for a poll that waited before it chose.
	latest func() demand
}

// poller reads one kind in one scope for all its watchers. Its run loop alone
// publishes and starts polls, at most one at a time.
type poller[T any] struct {
	store  *Store
	key    pollKey
	pace   func() pace
	source source[T]
	snap   atomic.Pointer[Snapshot[T]]
	wake   chan struct{} // one slot: something about the demand changed
	landed chan struct{} // one slot: the poll under way has news
	turned atomic.Bool   // calls of the poll under way were turned away

	// polls are the goroutines of polls. What was at fault in one, or in the run loop, is
	// raised in whoever looks at the poller.
	polls crash.Group

	mu       sync.Mutex
	watches  map[*Watch[T]]struct{}
	refresh  bool
	scrolled bool // other items are visible than at the last poll
}

func newPoller[T any](s *Store, key pollKey, pace func() pace, src source[T]) *poller[T] {
	p := &poller[T]{
		store: s, key: key, pace: pace, source: src,
		wake: make(chan struct{}, 1), landed: make(chan struct{}, 1),
		watches: map[*Watch[T]]struct{}{},
	}
	p.snap.Store(&Snapshot[T]{})
	return p
}

func (p *poller[T]) attach() *Watch[T] {
	w := &Watch[T]{p: p, changed: make(chan struct{}, 1)}
	p.mu.Lock()
	p.watches[w] = struct{}{}
	p.mu.Unlock()
	p.kick()
	return w
}

// notify fills a one-slot channel without waiting for its reader.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (p *poller[T]) kick() { notify(p.wake) }

// expired reports whether polling has stopped for want of credentials.
func (p *poller[T]) expired() bool {
	s := p.snap.Load()
	return fault.ClassOf(s.Err) == fault.Expired || fault.ClassOf(worst(s.Partial)) == fault.Expired
}

// wanting reports whether what went wrong last may be mended by other credentials.
func (p *poller[T]) wanting() bool {
	s := p.snap.Load()
	return wanting(s.Err) || p.expired()
}

// credentialsChanged polls again what may have failed for want of credentials, and whose
// they are.
func (p *poller[T]) credentialsChanged() {
	if p.wanting() || p.key.kind == kindWhose {
		p.askAnew()
		p.kick()
	}
}

// askAnew has the next poll begin at once, after the one under way.
func (p *poller[T]) askAnew() {
	p.mu.Lock()
	p.refresh = true
	p.mu.Unlock()
}

// demand merges what the watchers need.
func (p *poller[T]) demand() demand {
	p.mu.Lock()
	defer p.mu.Unlock()
	pace := p.pace()
	d := demand{watches: len(p.watches), idle: true, refresh: p.refresh, scrolled: p.scrolled, interval: pace.base * idleFactor, looked: pace.base, visible: map[string]bool{}, latest: p.demand}
	first := true
	for w := range p.watches {
		interval, looked := pace.interval(w.need), pace.shared(w.need)
		if !first {
			interval, looked = min(d.interval, interval), min(d.looked, looked)
		}
		d.interval, d.looked, first = interval, looked, false
		if w.need.Idle {
			continue
		}
		d.idle = false
		for _, key := range w.need.Visible {
			d.visible[key] = true
		}
	}
	return d
}

func (p *poller[T]) takeDemand() {
	p.mu.Lock()
	p.refresh, p.scrolled = false, false
	p.mu.Unlock()
}

// attempt is a poll under way.
type attempt struct {
	start  time.Time
	asked  bool // somebody asked for it
	cancel context.CancelFunc
	done   chan outcome
}

func (p *poller[T]) begin(ctx context.Context, d demand) *attempt {
	p.takeDemand()
	if d.idle {
		ctx = awsx.WithPriority(ctx, awsx.Unattended)
	}
	p.turned.Store(false)
	ctx = awsx.OnTurnedAway(ctx, func() {
		if !p.turned.Swap(true) {
			notify(p.landed)
		}
	})
	ctx, cancel := context.WithCancel(ctx)
	a := &attempt{start: wall(), asked: d.refresh, cancel: cancel, done: make(chan outcome, 1)}
	p.polls.Go(func() {
		o := outcome{err: errAtFault}
		defer func() { a.done <- o }()
		defer p.polls.Catch("a poll") // before who watches is told that it ended
		o = p.source.poll(ctx, d, func() { notify(p.landed) })
		o.aborted = ctx.Err() != nil
	})
	return a
}

// errAtFault is what a poll came to that did not come to its end.
var errAtFault = errors.New("the poll is at fault")

// live runs the poller and wakes everybody should it be at fault, for whom it is to raise.
func (p *poller[T]) live(ctx context.Context) {
	defer p.wakeAll()
	defer p.polls.Catch("a poller")
	p.run(ctx)
}

// run is the poller's life. It ends with ctx, or when nobody has watched for so
// long that the snapshot is not worth keeping; a poll under way is waited for.
func (p *poller[T]) run(ctx context.Context) {
	var (
		plan      plan
		now       *attempt
		unwatched time.Time // when the last watcher left
		published time.Time
		flush     time.Time // when to publish what has landed; zero for nothing
	)
	timer := time.NewTimer(0)
	defer timer.Stop()
	defer p.source.release()
	machine := wake.NewWatch(p.store.clocks)
	for {
		if machine.Slept() {
			// Whoever looks, looks at what was read before the sleep, and credentials that
			// had expired may have been renewed.
			p.askAnew()
		}
		if now == nil && p.wanting() && p.store.renewed(p.key.context) {
			p.store.CredentialsChanged(p.key.context)
		}
		d, t := p.demand(), wall()
		var next time.Time
		switch {
		case d.watches > 0:
			unwatched = time.Time{}
			if now != nil {
				break
			}
			due, polling := plan.due(d.interval)
			if d.scrolled {
				due = plan.sooner(due)
			}
			if d.refresh || polling && !due.After(t) {
				now = p.begin(ctx, d)
			} else {
				next = due
			}
		case unwatched.IsZero():
			unwatched = t
			next = t.Add(linger)
		case now != nil:
			if next = unwatched.Add(linger); !next.After(t) {
				now.cancel()
				next = time.Time{}
			}
		default:
			p.source.release()
			if next = unwatched.Add(keep); !next.After(t) && forget(p.store, p) {
				return
			}
		}
		if !flush.IsZero() {
			if !flush.After(t) {
				p.publish(plan, d, nil)
				published, flush = t, time.Time{}
			} else if next.IsZero() || flush.Before(next) {
				next = flush
			}
		}
		if next.IsZero() && d.watches > 0 {
			next = t.Add(wake.Nap)
		}
		arm(timer, t, next)

		var done chan outcome
		if now != nil {
			done = now.done
		}
		select {
		case <-ctx.Done():
			if now != nil {
				now.cancel()
				<-now.done
			}
			return
		case <-p.wake:
		case <-timer.C:
		case <-p.landed:
			if flush.IsZero() {
				flush = published.Add(coalesce)
			}
		case o := <-done:
			now.cancel()
			select {
			case <-p.landed: // what landed last is published with the rest
			default:
			}
			if !o.aborted {
				plan.ended(now.start, wall(), o, now.asked)
				if last := p.snap.Load(); !o.quiet || last.Err != nil || last.turned {
					before := p.expired()
					p.publish(plan, p.demand(), &o)
					published, flush = wall(), time.Time{}
					if before && !p.expired() {
						p.store.gotThrough(p.key.context)
					}
				}
			}
			now = nil
		}
	}
}

// wall is the time by the clock on the wall. The clock that Go measures durations by
// stands still while a laptop sleeps, and would call what was read before it fresh.
func wall() time.Time { return time.Now().Round(0) }

// arm sets the timer for next, or for nothing when next is zero. Timers stand still with
// the machine: after a sleep the clocks are looked at soon.
func arm(timer *time.Timer, now, next time.Time) {
	if next.IsZero() {
		timer.Stop()
		return
	}
	timer.Reset(min(max(0, next.Sub(now)), wake.Nap))
}

// publish makes the next snapshot from what the source has and, when a poll
// ended, from how; then it wakes every watcher.
func (p *poller[T]) publish(pl plan, d demand, ended *outcome) {
	old := p.snap.Load()
	s := *old
	s.Seq = p.store.published.Add(1)
	p.source.fill(&s)
	// Covered data is stale by the measure of somebody who looks.
	s.staleAfter = min(d.interval, max(d.looked, p.pace().floor))*5/2 + 5*time.Second + min(2*pl.sweep, mostSweep)
	s.turned = ended == nil && p.turned.Load()
	if ended != nil {
		s.Err = ended.err
		if !ended.glance {
			s.Partial = ended.partial
		}
		if ended.err == nil && !ended.glance {
			s.At = pl.end
		}
		s.due, _ = pl.due(d.interval)
	}
	p.snap.Store(&s)
	p.wakeAll()
}

// wakeAll wakes every watcher without waiting for any.
func (p *poller[T]) wakeAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.watches {
		notify(w.changed)
	}
}
