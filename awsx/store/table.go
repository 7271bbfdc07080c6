package store

import (
	"cmp"
	"reflect"
	"slices"
)

// table holds the items of a poller while readings replace them batch by batch,
// and knows at which revision each of them last changed. Items keep their place:
// they are ordered by name, then by key.
type table[T any] struct {
	// id returns the name and the key of an item. The name of a key stays.
	id func(*T) (name, key string)
	// same reports whether an item brings nothing that the one before lacks.
	same func(old, new *T) bool
	// alike reports whether two items say the same, though one of them may have
	// been read later: the newer one is published, and is no change.
	alike func(old, new *T) bool

	entries map[string]*entry[T]
	order   []*entry[T] // what entries holds, sorted unless moved
	moved   bool        // order lacks the entries that came, or has some that left
	dirty   bool        // entries differ from what was published
	sweep   uint64      // the current one

	left  []string // keys of items that left since the last publication
	gone  []departure
	floor uint64 // changes up to this revision are not all known
}

// entry is an item with the part of the listing and the sweep it was last in.
type entry[T any] struct {
	name, key string
	item      *T // published as it is: never changed, only replaced
	part      int
	sweep     uint64
	rev       uint64 // at which the item last changed; zero until that is published
}

// departure is an item that left, and the revision at which it did.
type departure struct {
	key string
	rev uint64
}

// keptDepartures is how many departures a table remembers at least. A reader that
// is further behind takes the items anew.
const keptDepartures = 1024

func newTable[T any](id func(*T) (name, key string)) *table[T] {
	same := func(old, new *T) bool { return reflect.DeepEqual(old, new) }
	return &table[T]{
		id: id, same: same, alike: func(*T, *T) bool { return false },
		entries: map[string]*entry[T]{}, dirty: true,
	}
}

// put stores an item, which must not change afterwards, and returns the one it
// replaced, nil for a new one. An equal item costs no new snapshot, and the old
// one's memory is kept.
func (t *table[T]) put(part int, item *T) (old *T) {
	name, key := t.id(item)
	e := t.entries[key]
	if e == nil {
		e = &entry[T]{name: name, key: key, item: item, part: part, sweep: t.sweep}
		t.entries[key] = e
		t.order = append(t.order, e)
		t.dirty, t.moved = true, true
		return nil
	}
	old = e.item
	e.part, e.sweep = part, t.sweep
	if old == item || t.same(old, item) {
		return old
	}
	if !t.alike(old, item) {
		e.rev = 0
	}
	e.item, t.dirty = item, true
	return old
}

// held returns the item of a key, nil when there is none.
func (t *table[T]) held(key string) *T {
	if e := t.entries[key]; e != nil {
		return e.item
	}
	return nil
}

// stay counts the item of a key among those of the current sweep as it is.
func (t *table[T]) stay(part int, key string) {
	e := t.entries[key]
	e.part, e.sweep = part, t.sweep
}

// drop removes the items of a part that the current sweep did not bring. The
// caller knows that the sweep of that part was complete.
func (t *table[T]) drop(part int) {
	for key, e := range t.entries {
		if e.part == part && e.sweep != t.sweep {
			delete(t.entries, key)
			t.left = append(t.left, key)
			t.dirty, t.moved = true, true
		}
	}
}

// publish puts the items into a snapshot that is made from the one before, with
// what changed at this snapshot's Seq. Without a change it leaves it as it is.
func (t *table[T]) publish(s *Snapshot[T]) {
	if !t.dirty {
		return
	}
	if t.floor == 0 {
		t.floor = s.Seq // readers of a poller before this one start anew
	}
	changed := t.depart(s.Seq) || s.Items == nil
	if t.moved {
		t.order = slices.DeleteFunc(t.order, func(e *entry[T]) bool { return t.entries[e.key] != e })
		slices.SortFunc(t.order, func(a, b *entry[T]) int {
			return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.key, b.key))
		})
	}
	items, revs := make([]*T, len(t.order)), make([]uint64, len(t.order))
	for i, e := range t.order {
		if e.rev == 0 {
			e.rev, changed = s.Seq, true
		}
		items[i], revs[i] = e.item, e.rev
	}
	if changed {
		s.Rev = s.Seq
	}
	s.Items, s.revs, s.gone, s.floor = items, revs, t.gone, t.floor
	t.dirty, t.moved = false, false
}

// depart notes the items that left at a revision, forgets the oldest departures
// when there are many, and reports whether any item left.
func (t *table[T]) depart(rev uint64) bool {
	for _, key := range t.left {
		t.gone = append(t.gone, departure{key, rev})
	}
	some := len(t.left) > 0
	t.left = nil
	if over := len(t.gone) - max(keptDepartures, len(t.entries)); over > 0 {
		t.floor = t.gone[over-1].rev
		t.gone = t.gone[over:] // snapshots may still show what lies before
	}
	return some
}
