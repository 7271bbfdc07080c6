package body

import (
	"hash/maphash"
	"sync"
	"time"
)

// keptKnown is how long an element that no answer brings any longer is kept at least.
const keptKnown = 3 * time.Minute

// Known keeps what the elements of answers were made into. A listing that is read again and
// again brings mostly the bytes that it brought before: these are not decoded a second time,
// and whoever compares finds the same pointer. The zero value is ready for use, by several
// answers at once.
type Known[T any] struct {
	mu          sync.Mutex
	seeds       [2]maphash.Seed
	now, before map[digest]*T
	turned      time.Time // when before was last now
}

// Of returns what bytes were made into before, and otherwise makes it of them.
func (k *Known[T]) Of(raw []byte, made func() (*T, error)) (*T, error) {
	d, item := k.find(raw)
	if item != nil {
		return item, nil
	}
	item, err := made()
	if err == nil {
		k.keep(d, item)
	}
	return item, err
}

// digest stands for an element's bytes. Its 128 bits are seeded anew in each run.
type digest [2]uint64

// find returns the digest of an element and what it was made into, nil when it is new.
func (k *Known[T]) find(raw []byte) (digest, *T) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	if k.now == nil {
		k.seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
		k.now, k.turned = map[digest]*T{}, now
	}
	if now.Sub(k.turned) > keptKnown {
		k.before, k.now, k.turned = k.now, map[digest]*T{}, now
	}
	d := digest{maphash.Bytes(k.seeds[0], raw), maphash.Bytes(k.seeds[1], raw)}
	item := k.now[d]
	if item == nil {
		if item = k.before[d]; item != nil {
			k.now[d] = item
		}
	}
	return d, item
}

// keep notes what an element was made into.
func (k *Known[T]) keep(d digest, item *T) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now[d] = item
}
