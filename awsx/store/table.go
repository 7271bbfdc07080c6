package store

import (
	"cmp"
	"reflect"
	"slices"
)

// table holds the items of a listing while sweeps replace them batch by batch.
// Items keep their place: they are ordered by name, then by key.
type table[T any] struct {
	id      func(*T) (name, key string)
	entries map[string]*entry[T]
	sweep   uint64 // the current one
	dirty   bool   // entries differ from sorted
	sorted  []T    // published: never changed, only replaced
}

// entry is an item with the part of the listing and the sweep it was last in.
type entry[T any] struct {
	name, key string
	item      *T // in the published slice once there is one: never changed, only replaced
	part      int
	sweep     uint64
}

func newTable[T any](id func(*T) (name, key string)) *table[T] {
	return &table[T]{id: id, entries: map[string]*entry[T]{}, dirty: true}
}

// put stores an item, which must not change afterwards, and returns the one it
// replaced, nil for a new one. An equal item costs no new snapshot, and the old
// one's memory is kept.
func (t *table[T]) put(part int, item *T) (old *T) {
	name, key := t.id(item)
	e := t.entries[key]
	if e == nil {
		t.entries[key] = &entry[T]{name, key, item, part, t.sweep}
		t.dirty = true
		return nil
	}
	old = e.item
	e.part, e.sweep = part, t.sweep
	if !reflect.DeepEqual(old, item) {
		e.item, t.dirty = item, true
	}
	return old
}

// drop removes the items of a part that the current sweep did not bring. The
// caller knows that the sweep of that part was complete.
func (t *table[T]) drop(part int) {
	for key, e := range t.entries {
		if e.part == part && e.sweep != t.sweep {
			delete(t.entries, key)
			t.dirty = true
		}
	}
}

// items returns all items in order, the same slice while nothing changed.
func (t *table[T]) items() (items []T, changed bool) {
	if !t.dirty {
		return t.sorted, false
	}
	order := make([]*entry[T], 0, len(t.entries))
	for _, e := range t.entries {
		order = append(order, e)
	}
	slices.SortFunc(order, func(a, b *entry[T]) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.key, b.key))
	})
	out := make([]T, len(order))
	for i, e := range order {
		out[i] = *e.item
		e.item = &out[i]
	}
	t.sorted, t.dirty = out, false
	return out, true
}
