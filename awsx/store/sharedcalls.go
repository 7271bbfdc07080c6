package store

import (
	"context"
	"sync"

	"gantry/internal/crash"
)

// flights lets callers that want the same thing at the same time share one call
// and keeps its result. The call belongs to the store, so that a caller who
// leaves does not fail the others. Its zero value is ready for use.
type flights[K comparable, V any] struct {
	mu    sync.Mutex
	under map[K]*flight[V]
	kept  map[K]V
}

type flight[V any] struct {
	done  chan struct{}
	v     V
	err   error
	fault crash.Keeper
}

// do returns the kept value, joins the call under way, or starts one.
func (f *flights[K, V]) do(ctx context.Context, s *Store, key K, call func(context.Context) (V, error)) (V, error) {
	f.mu.Lock()
	if v, ok := f.kept[key]; ok {
		f.mu.Unlock()
		return v, nil
	}
	x := f.under[key]
	if x == nil {
		x = &flight[V]{done: make(chan struct{})}
		if f.under == nil {
			f.under = map[K]*flight[V]{}
		}
		f.under[key] = x
		f.mu.Unlock()
		if !s.start(func() { f.fly(s.ctx, key, x, call) }) {
			x.err = context.Canceled
			f.land(key, x)
		}
	} else {
		f.mu.Unlock()
	}
	select {
	case <-x.done:
		x.fault.Raise()
		return x.v, x.err
	case <-ctx.Done():
		var zero V
		return zero, ctx.Err()
	}
}

func (f *flights[K, V]) fly(ctx context.Context, key K, x *flight[V], call func(context.Context) (V, error)) {
	x.err = errAtFault
	defer f.land(key, x)
	defer x.fault.Catch("a call that is shared")
	x.v, x.err = call(ctx)
}

// land keeps a good result, forgets a failed one and wakes the callers.
func (f *flights[K, V]) land(key K, x *flight[V]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.under[key] == x {
		delete(f.under, key)
		if x.err == nil {
			if f.kept == nil {
				f.kept = map[K]V{}
			}
			f.kept[key] = x.v
		}
	}
	close(x.done)
}

// forget drops a kept result; a call under way lands, but is not kept.
func (f *flights[K, V]) forget(key K) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.kept, key)
	delete(f.under, key)
}
