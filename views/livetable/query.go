package livetable

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"gantry/awsx/store"
	"gantry/internal/crash"
	"gantry/internal/fault"
)

// Answer is what a query has brought so far.
type Answer[T any] struct {
	Value T
	Read  bool // some of it is there
	Done  bool // the load has ended
	Err   error
}

// Query is a read behind a table of what no poller watches, such as the images of a
// repository. It is a watch, so that a screen treats both alike.
type Query[T any] struct {
	load    func(ctx context.Context, publish func(T)) error
	every   time.Duration // how often it reads by itself; zero reads once
	changed chan struct{}
	now     atomic.Pointer[Answer[T]]

	mu     sync.Mutex
	closed bool
	cancel context.CancelFunc
	wg     crash.Group
}

var _ Watch = (*Query[int])(nil)

// Ask starts a query. Load publishes what it has whenever that is worth showing;
// what it published must not be changed any more.
func Ask[T any](load func(ctx context.Context, publish func(T)) error) *Query[T] {
	return ask(0, load)
}

// askedAgain is how often what runs where is read again under a table that shows it.
const askedAgain = time.Minute

// AskAgain starts a query that reads again by itself, once a minute. What is read again
// is shown when it is whole: until then, and where it fails, the last answer stays.
func AskAgain[T any](load func(ctx context.Context, publish func(T)) error) *Query[T] {
	return ask(askedAgain, load)
}

func ask[T any](every time.Duration, load func(ctx context.Context, publish func(T)) error) *Query[T] {
	q := &Query[T]{load: load, every: every, changed: make(chan struct{}, 1)}
	q.now.Store(&Answer[T]{})
	q.Refresh()
	return q
}

// Answer is what has been read; it never waits.
func (q *Query[T]) Answer() Answer[T] {
	q.wg.Raise()
	return *q.now.Load()
}

// Changed is sent one value when there is a newer answer.
func (q *Query[T]) Changed() <-chan struct{} { return q.changed }

// Need is for watches that poll; a query reads when it wants to.
func (q *Query[T]) Need(store.Need) {}

// Refresh reads again; the last answer stays until there is a newer one.
func (q *Query[T]) Refresh() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	if q.cancel != nil {
		q.cancel()
	}
	ctx, cancel := context.WithCancel(context.Background())
	q.cancel = cancel
	q.wg.Go(func() {
		defer q.wake() // whoever looks is told of a fault as well
		defer q.wg.Catch("a query")
		err := q.load(ctx, func(v T) { q.publish(ctx, Answer[T]{Value: v, Read: true}) })
		last := q.Answer()
		last.Done, last.Err = true, err
		q.publish(ctx, last)
		for q.every > 0 && pause(ctx, q.every) {
			next := last
			next.Err = q.load(ctx, func(v T) { next.Value, next.Read = v, true })
			if next.Err != nil {
				next.Value, next.Read = last.Value, last.Read
			}
			last = next
			q.publish(ctx, last)
		}
	})
}

// pause waits and reports whether the query still goes on.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// publish stores an answer unless a later read has taken over.
func (q *Query[T]) publish(ctx context.Context, a Answer[T]) {
	if ctx.Err() != nil {
		return
	}
	q.now.Store(&a)
	q.wake()
}

func (q *Query[T]) wake() {
	select {
	case q.changed <- struct{}{}:
	default:
	}
}

// Close ends the read and waits for it.
func (q *Query[T]) Close() {
	q.mu.Lock()
	q.closed = true
	if q.cancel != nil {
		q.cancel()
	}
	q.mu.Unlock()
	q.wg.Settle()
}

// AnswerStatus is how far a one-off read can be trusted.
func AnswerStatus(read, done bool, err error) Status {
	f := store.Freshness{State: store.Fresh, RetryIn: -1}
	st := Status{}
	switch {
	case err != nil && read:
		f.Partial, st.partial = true, []error{err}
	case err != nil:
		st.Err, f.State = err, store.StateOf(fault.ClassOf(err))
	case !done:
		f.State = store.Loading
	}
	st.at = func(time.Time) store.Freshness { return f }
	return st
}
