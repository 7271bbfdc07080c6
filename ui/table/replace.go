package table

import (
	"cmp"
	"slices"
	"sort"
)

// Identical is the Same of rows that are pointers.
func Identical[T comparable](old, new T) bool { return old == new }

// replaced returns the positions of the rows that are not those set before; ok is
// false when the keys are others too, or when it is not known which rows changed.
func (t *Table[T]) replaced(rows []T) (changed []int, ok bool) {
	if t.opts.Same == nil || len(rows) != len(t.rows) {
		return nil, false
	}
	for i, row := range rows {
		if t.opts.Same(t.rows[i], row) {
			continue
		}
		if t.opts.Key(row) != t.keys[i] {
			return nil, false
		}
		changed = append(changed, i)
	}
	return changed, true
}

// replace takes rows with the keys of those before, of which some changed: only
// these are moved to where they belong now, and searched anew.
func (t *Table[T]) replace(rows []T, changed []int) {
	t.rows = rows
	if len(changed) == 0 {
		return
	}
	for _, i := range changed {
		if t.hay != nil {
			t.hay[i] = ""
		}
		if t.hits != nil {
			t.hits[i] = unseen
		}
	}
	switch c := t.column(t.sort); {
	case t.held || c == nil:
	case len(changed) > len(rows)/8:
		t.sorted = slices.Clone(t.sorted)
		t.order()
	default:
		t.reorder(changed)
	}
}

// reorder moves single rows to their places among the others, whose order stands.
// Positions that snapshots of the order hold stay valid: the order is a new one.
func (t *Table[T]) reorder(moved []int) {
	compare := t.comparison()
	moved = slices.Clone(moved)
	slices.SortFunc(moved, compare)
	moving := make([]bool, len(t.rows))
	for _, i := range moved {
		moving[i] = true
	}
	stay := slices.DeleteFunc(slices.Clone(t.sorted), func(i int) bool { return moving[i] })
	sorted := make([]int, 0, len(t.sorted))
	for _, i := range moved {
		at := sort.Search(len(stay), func(at int) bool { return compare(stay[at], i) > 0 })
		sorted = append(append(sorted, stay[:at]...), i)
		stay = stay[at:]
	}
	t.sorted = append(sorted, stay...)
}

// comparison orders the positions of rows by the sorted column. Ties are ordered by
// key, which makes the order total: rows that compare equal keep their places from
// one snapshot to the next.
func (t *Table[T]) comparison() func(i, j int) int {
	c := t.column(t.sort)
	if c == nil {
		return cmp.Compare[int]
	}
	sign := 1
	if t.descending {
		sign = -1
	}
	return func(i, j int) int {
		if n := c.Compare(t.rows[i], t.rows[j]); n != 0 {
			return sign * n
		}
		return cmp.Compare(t.keys[i], t.keys[j])
	}
}
