package table

import (
	"cmp"
	"slices"
)

// Rank places what a cell knows: 0 for read and well, 1 for not read, 2 for read and
// not well. Columns compare by it first, so that an unread cell never sorts among the
// healthy ones.
func Rank(read, well bool) int {
	switch {
	case !read:
		return 1
	case well:
		return 0
	}
	return 2
}

// SortBy sorts by a column in its own first direction, or in the other one when it
// is the sorted column already. It reports whether the column exists and can be
// sorted by.
func (t *Table[T]) SortBy(id string) bool {
	c := t.column(id)
	if c == nil || c.Compare == nil {
		return false
	}
	if t.sort == id {
		return t.SetSort(id, !t.descending)
	}
	return t.SetSort(id, c.Descending)
}

// SetSort sorts by a column in a direction, as a saved setting does. It reports
// whether the column exists and can be sorted by.
func (t *Table[T]) SetSort(id string, descending bool) bool {
	if c := t.column(id); c == nil || c.Compare == nil {
		return false
	}
	t.sort, t.descending = id, descending
	t.Resort()
	return true
}

// Sort returns the ID of the sorted column, empty for the order that the rows were
// given in, and the direction.
func (t *Table[T]) Sort() (id string, descending bool) { return t.sort, t.descending }

// Hold keeps rows in their places from now on, new ones at the end, so that nothing
// moves under a cursor that is on its way. Resort ends it.
func (t *Table[T]) Hold() { t.held = true }

// Held reports whether rows keep their places.
func (t *Table[T]) Held() bool { return t.held }

// Resort puts the rows in order again and ends Hold.
func (t *Table[T]) Resort() {
	t.held = false
	before := t.shownKeys()
	t.sorted = slices.Clone(t.sorted)
	t.order()
	t.refilter(before)
}

// Choose moves the column cursor n sortable columns to the right among those in the last
// frame, to the left if negative. It starts from the sorted column.
func (t *Table[T]) Choose(n int) {
	var ids []string
	at := -1
	for i := range t.opts.Columns {
		c := &t.opts.Columns[i]
		if c.Compare == nil || len(t.placed) > 0 && !slices.Contains(t.placed, c.ID) {
			continue
		}
		if c.ID == t.chosen || t.chosen == "" && c.ID == t.sort {
			at = len(ids)
		}
		ids = append(ids, c.ID)
	}
	if len(ids) == 0 {
		return
	}
	if at < 0 && n > 0 {
		at = 0
		n--
	}
	t.chosen = ids[min(max(at+n, 0), len(ids)-1)]
}

// SortChosen sorts by the column under the column cursor, and turns the direction
// when it is sorted by already. Without a column cursor it turns the direction.
func (t *Table[T]) SortChosen() bool {
	if t.chosen == "" {
		return t.SortBy(t.sort)
	}
	return t.SortBy(t.chosen)
}

// arrange gives the positions of new rows an order to start from: the old one when
// the keys are the same, which leaves next to nothing to sort; the places that rows
// had while they are held; the given order otherwise.
func (t *Table[T]) arrange(rows []T, keys []string) {
	if slices.Equal(keys, t.keys) {
		if t.held || t.sort != "" {
			t.sorted = slices.Clone(t.sorted)
			return
		}
	}
	sorted := make([]int, len(rows))
	for i := range sorted {
		sorted[i] = i
	}
	if t.held {
		place := make(map[string]int, len(t.sorted))
		for at, i := range t.sorted {
			place[t.keys[i]] = at
		}
		slices.SortStableFunc(sorted, func(i, j int) int {
			a, known := place[keys[i]]
			b, alsoKnown := place[keys[j]]
			switch {
			case known && alsoKnown:
				return cmp.Compare(a, b)
			case known:
				return -1
			case alsoKnown:
				return 1
			}
			return 0
		})
	}
	t.sorted = sorted
}

// order sorts t.sorted in place.
func (t *Table[T]) order() { slices.SortFunc(t.sorted, t.comparison()) }
