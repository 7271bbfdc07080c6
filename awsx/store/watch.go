package store

import (
	"context"
	"slices"
	"time"
)

// Need is what a watcher wants of its poller.
type Need struct {
	// Visible holds the keys (ARNs) now on screen; where cells cost a call each,
	// those are read before others.
	Visible []string
	// MaxAge is how old the data may get; zero leaves it to the store.
	MaxAge time.Duration
	// Together is how many contexts one screen shows. So many cannot each be read as often as
	// one alone: of 5 each is read as often as that, of 20 a quarter as often.
	Together int
	// Idle is true while the screen is covered: the poller slows down unless
	// somebody else looks.
	Idle bool
}

// Watch is one watcher's share of a poller. Its methods do no I/O and wait for
// nothing but a short lock.
type Watch[T any] struct {
	p       *poller[T]
	changed chan struct{}
	need    Need // guarded by p.mu
}

// Snapshot returns the newest snapshot: never nil, never changed afterwards.
func (w *Watch[T]) Snapshot() *Snapshot[T] {
	w.p.polls.Raise()
	return w.p.snap.Load()
}

// Changed receives once after any number of newer snapshots. A reader that is
// away misses nothing: the slot stays full until it comes back. The channel is
// never closed; select on a context beside it.
func (w *Watch[T]) Changed() <-chan struct{} { return w.changed }

// Need replaces what this watcher needs.
func (w *Watch[T]) Need(n Need) {
	w.p.mu.Lock()
	shown := slices.Equal(n.Visible, w.need.Visible)
	same := shown && n.MaxAge == w.need.MaxAge && n.Together == w.need.Together && n.Idle == w.need.Idle
	if !same {
		n.Visible = slices.Clone(n.Visible)
		w.need = n
	}
	w.p.scrolled = w.p.scrolled || !shown
	w.p.mu.Unlock()
	if !same {
		w.p.kick()
	}
}

// Refresh reads now, whatever the interval or the last failure says. During a
// poll it makes another one follow, since that one may have read before.
func (w *Watch[T]) Refresh() {
	w.p.askAnew()
	w.p.kick()
}

// Close gives the watch up. The poller stops after the last one, but keeps its
// snapshot for some minutes, so that coming back shows something at once.
func (w *Watch[T]) Close() {
	w.p.mu.Lock()
	delete(w.p.watches, w)
	w.p.mu.Unlock()
	w.p.kick()
}

// Await waits for a snapshot that satisfies a condition. The error is the
// context's.
func (w *Watch[T]) Await(ctx context.Context, ok func(*Snapshot[T]) bool) (*Snapshot[T], error) {
	for {
		if s := w.Snapshot(); ok(s) {
			return s, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-w.Changed():
		}
	}
}
