package store

import (
	"context"
	"sync"
	"time"
)

// failureAge is how long a failed call is not made again, whoever looks: a denied one, say,
// for which a screen would ask at each of its rounds.
const failureAge = time.Minute

// memo keeps the answers to calls that are asked for one at a time, each for as long as it
// is believed. Its zero value is ready for use.
type memo[K comparable, V any] struct {
	asking flights[K, V]

	mu   sync.Mutex
	kept map[K]remembered[V]
}

// remembered is an answer; one that failed keeps what was read before.
type remembered[V any] struct {
	value  V
	readAt time.Time // of the value, zero when it was never read
	err    error     // of the last attempt
	at     time.Time // of the last attempt
}

// get returns what is kept; read is false when nothing ever was.
func (m *memo[K, V]) get(key K) (value V, read bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.kept[key]
	return r.value, !r.readAt.IsZero(), r.err
}

// due reports whether a call for the key has to be made: believed is how long an answer
// holds, zero for ever.
func (m *memo[K, V]) due(key K, believed time.Duration) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, tried := m.kept[key]
	switch {
	case !tried:
		return true
	case r.err != nil:
		return wall().Sub(r.at) >= failureAge
	}
	return believed > 0 && wall().Sub(r.readAt) >= believed
}

// put keeps an answer, or why there is none.
func (m *memo[K, V]) put(key K, value V, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil {
		m.kept = map[K]remembered[V]{}
	}
	r := m.kept[key]
	r.err, r.at = err, wall()
	if err == nil {
		r.value, r.readAt = value, r.at
	}
	m.kept[key] = r
}

// read makes the call for a key if it is due, and returns what is then kept. News is true
// when the call was made. A call whose context ended says nothing.
func (m *memo[K, V]) read(ctx context.Context, s *Store, key K, believed time.Duration, call func(context.Context) (V, error)) (value V, news bool, err error) {
	if m.due(key, believed) {
		v, err := m.asking.do(ctx, s, key, call)
		m.asking.forget(key)
		if ctx.Err() != nil {
			return value, false, ctx.Err()
		}
		m.put(key, v, err)
		news = true
	}
	value, _, err = m.get(key)
	return value, news, err
}
