package body

import (
	"bytes"
	"hash/maphash"
	"io"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
)

// keptKnown is how long what no answer brings any longer is kept at least.
const keptKnown = 3 * time.Minute

// How many buffers for answers are kept, and up to which size.
const (
	spareBuffers = 2
	spareBytes   = 512 << 10
)

// Known keeps what answers, and the elements of answers, were made into. A listing that is
// read again and again brings mostly the bytes that it brought before: these are not decoded
// a second time, and whoever compares finds the same pointer. The zero value is ready for
// use, by several answers at once.
type Known[T any] struct {
	mu       sync.Mutex
	seeds    [2]maphash.Seed
	elements generations[*T]
	answers  generations[*answered[T]]
	turned   time.Time // when the generations last did
	spare    []*bytes.Buffer
}

// answered is what an answer was made into, and the digests of its elements.
type answered[T any] struct {
	page awsx.Page[T]
	of   []digest
}

// generations are what was of use since they last turned, and before that.
type generations[V any] struct{ now, before map[digest]V }

func (g *generations[V]) turn() { g.now, g.before = map[digest]V{}, g.now }

// find returns what is known by a digest, and keeps it for the generation to come. Late is
// true for what only the one before knew.
func (g *generations[V]) find(d digest) (v V, ok, late bool) {
	if v, ok = g.now[d]; ok {
		return v, true, false
	}
	if v, ok = g.before[d]; ok {
		g.now[d] = v
	}
	return v, ok, ok
}

// Of returns what bytes were made into before, and otherwise makes it of them.
func (k *Known[T]) Of(raw []byte, made func() (*T, error)) (*T, error) {
	item, _, err := k.element(raw, made)
	return item, err
}

func (k *Known[T]) element(raw []byte, made func() (*T, error)) (*T, digest, error) {
	k.mu.Lock()
	d := k.digest(raw)
	item, ok, _ := k.elements.find(d)
	k.mu.Unlock()
	if ok {
		return item, d, nil
	}
	item, err := made()
	if err == nil {
		k.mu.Lock()
		k.elements.now[d] = item
		k.mu.Unlock()
	}
	return item, d, err
}

// answer returns what a whole answer was made into before, and otherwise has it decoded. Each
// element is then made by element, which tells the digest of it.
func (k *Known[T]) answer(r io.Reader, decode func(raw []byte) (*answered[T], error)) (awsx.Page[T], error) {
	b := k.buffer()
	defer k.giveBack(b)
	if _, err := b.ReadFrom(r); err != nil {
		return awsx.Page[T]{}, err
	}
	k.mu.Lock()
	d := k.digest(b.Bytes())
	a, ok, late := k.answers.find(d)
	if late { // what an answer goes on bringing stays known by itself, for the next that differs
		for i, of := range a.of {
			k.elements.now[of] = a.page.Items[i]
		}
	}
	k.mu.Unlock()
	if ok {
		return a.page, nil
	}
	a, err := decode(b.Bytes())
	if err != nil {
		return awsx.Page[T]{}, err
	}
	a.page.Items = slices.Clip(a.page.Items) // whoever appends to it makes a list of his own
	k.mu.Lock()
	k.answers.now[d] = a
	k.mu.Unlock()
	return a.page, nil
}

// digest stands for bytes. Its 128 bits are seeded anew in each run.
type digest [2]uint64

// digest returns that of bytes, after it let the generations turn. The caller holds the lock.
func (k *Known[T]) digest(raw []byte) digest {
	now := time.Now()
	if k.elements.now == nil {
		k.seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
		k.turned = now.Add(-2 * keptKnown)
	}
	if now.Sub(k.turned) > keptKnown {
		k.elements.turn()
		k.answers.turn()
		k.turned = now
	}
	return digest{maphash.Bytes(k.seeds[0], raw), maphash.Bytes(k.seeds[1], raw)}
}

// buffer returns an empty one: an answer has up to some 200 KB, which would be garbage at each poll.
func (k *Known[T]) buffer() *bytes.Buffer {
	k.mu.Lock()
	defer k.mu.Unlock()
	if n := len(k.spare); n > 0 {
		b := k.spare[n-1]
		k.spare = k.spare[:n-1]
		return b
	}
	return new(bytes.Buffer)
}

func (k *Known[T]) giveBack(b *bytes.Buffer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if b.Cap() <= spareBytes && len(k.spare) < spareBuffers {
		b.Reset()
		k.spare = append(k.spare, b)
	}
}
