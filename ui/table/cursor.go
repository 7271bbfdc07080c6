package table

import (
	"cmp"
	"slices"
)

// Selected returns the row under the cursor; false when no row is shown.
func (t *Table[T]) Selected() (row T, ok bool) {
	if len(t.shown) == 0 {
		return row, false
	}
	return t.rows[t.shown[t.pos]], true
}

// SelectedKey returns the key of the row under the cursor, empty when none is shown.
func (t *Table[T]) SelectedKey() string {
	if len(t.shown) == 0 {
		return ""
	}
	return t.keys[t.shown[t.pos]]
}

// Select moves the cursor to the row with a key and reports whether it is shown.
func (t *Table[T]) Select(key string) bool {
	at := slices.IndexFunc(t.shown, func(i int) bool { return t.keys[i] == key })
	if at < 0 {
		return false
	}
	t.choose(at)
	return true
}

// Move moves the cursor n rows down, up if negative, and stops at the ends.
func (t *Table[T]) Move(n int) {
	t.upward = n < 0
	t.choose(t.pos + n)
}

// SetWhole has all of the row under the cursor marked, or its name alone, which costs the
// line less while the cursor moves.
func (t *Table[T]) SetWhole(on bool) { t.whole = on }

// Page moves the cursor n screens down, up if negative.
func (t *Table[T]) Page(n int) {
	by := n * max(t.page, 1)
	t.top += by
	t.choose(t.pos + by)
}

// Top moves the cursor to the first row.
func (t *Table[T]) Top() {
	t.upward = false
	t.choose(0)
}

// Bottom moves the cursor to the last row.
func (t *Table[T]) Bottom() {
	t.upward = true
	t.choose(len(t.shown) - 1)
}

// choose moves the cursor because somebody asked for it.
func (t *Table[T]) choose(at int) {
	t.Pin()
	t.moveTo(at)
}

// Pin keeps the cursor on its row from now on. Until then, or until it is moved, it
// is on the first row, whatever sorts there: rows land in any order at first, and
// the worst is to be under the cursor, not whatever came first.
func (t *Table[T]) Pin() { t.pinned = true }

func (t *Table[T]) moveTo(at int) {
	t.pos = max(min(at, len(t.shown)-1), 0)
	t.cursor = t.SelectedKey()
	t.reveal()
}

// reveal scrolls as little as it takes to have the cursor on screen.
func (t *Table[T]) reveal() {
	if t.page == 0 {
		return
	}
	t.top = min(t.top, t.pos)
	t.top = max(t.top, t.pos-t.page+1)
	t.top = max(min(t.top, len(t.shown)-t.page), 0)
}

// follow puts the cursor back on its row after the rows shown have changed. The row
// keeps its line on the screen, except that a table at its top stays there as long as
// the row is on screen: what has sorted above it is what the operator wants to see.
func (t *Table[T]) follow(before shownKeys) {
	line := t.pos - t.top
	if !t.find(t.cursor) {
		t.cursor = t.neighbour(before)
		if !t.find(t.cursor) {
			t.moveTo(t.pos)
			return
		}
	}
	if t.top > 0 {
		t.top = t.pos - line
	}
	t.reveal()
}

// find sets the position of the row with a key.
func (t *Table[T]) find(key string) bool {
	if t.pos < len(t.shown) && t.keys[t.shown[t.pos]] == key {
		return true
	}
	at := slices.IndexFunc(t.shown, func(i int) bool { return t.keys[i] == key })
	if at < 0 {
		return false
	}
	t.pos = at
	return true
}

// neighbour returns the key nearest to the cursor's old place that is still shown,
// empty when there is none. Below comes before above.
func (t *Table[T]) neighbour(before shownKeys) string {
	if len(before.shown) == 0 || len(t.shown) == 0 {
		return ""
	}
	here := make(map[string]struct{}, len(t.shown))
	for _, i := range t.shown {
		here[t.keys[i]] = struct{}{}
	}
	from := min(t.pos, len(before.shown)-1)
	for d := range len(before.shown) {
		for _, at := range [...]int{from + d, from - d} {
			if at < 0 || at >= len(before.shown) {
				continue
			}
			if _, ok := here[before.at(at)]; ok {
				return before.at(at)
			}
		}
	}
	return ""
}

// ToggleMark marks the row under the cursor, or unmarks it.
func (t *Table[T]) ToggleMark() {
	key := t.SelectedKey()
	if key == "" {
		return
	}
	t.taken = nil
	if _, marked := t.marks[key]; marked {
		delete(t.marks, key)
	} else {
		t.marks[key] = struct{}{}
	}
	t.anchor = key
}

// MarkOn marks the row under the cursor, or unmarks it, and goes on to the next row in the
// direction of the last move, so that marking upward does not come back to what it marked.
func (t *Table[T]) MarkOn() {
	t.ToggleMark()
	if t.upward {
		t.Move(-1)
		return
	}
	t.Move(1)
}

// MarkRange marks every row shown between the one marked last and the cursor. When
// that one is not shown, it marks the row under the cursor alone.
func (t *Table[T]) MarkRange() {
	if len(t.shown) == 0 {
		return
	}
	from := slices.IndexFunc(t.shown, func(i int) bool { return t.keys[i] == t.anchor })
	if from < 0 {
		from = t.pos
	}
	lo, hi := min(from, t.pos), max(from, t.pos)
	for _, i := range t.shown[lo : hi+1] {
		t.marks[t.keys[i]] = struct{}{}
	}
	t.taken = nil
	t.anchor = t.SelectedKey()
}

// ClearMarks unmarks all rows.
func (t *Table[T]) ClearMarks() {
	clear(t.marks)
	t.anchor, t.taken = "", nil
}

// taken are the marked rows, all and those that are not shown, in the order of the table.
// They are asked for many times a frame, and found once for each change.
type taken[T any] struct{ all, hidden []T }

func (t *Table[T]) takes() *taken[T] {
	if t.taken != nil || len(t.marks) == 0 {
		return cmp.Or(t.taken, &taken[T]{})
	}
	t.taken = &taken[T]{}
	at := 0 // of the rows in their order those that are shown come in the same one
	for _, i := range t.sorted {
		shown := at < len(t.shown) && t.shown[at] == i
		if shown {
			at++
		}
		if _, marked := t.marks[t.keys[i]]; !marked {
			continue
		}
		t.taken.all = append(t.taken.all, t.rows[i])
		if !shown {
			t.taken.hidden = append(t.taken.hidden, t.rows[i])
		}
	}
	return t.taken
}

// Marked returns the marked rows in the order of the table, those that a filter hides
// included: whoever acts on marks has to show or refuse them (see Counts).
func (t *Table[T]) Marked() []T { return slices.Clone(t.takes().all) }

// HiddenMarks returns the marked rows that are not shown, in the order of the table.
func (t *Table[T]) HiddenMarks() []T { return slices.Clone(t.takes().hidden) }

// dropMarks forgets the marks of rows that are gone.
func (t *Table[T]) dropMarks() {
	if len(t.marks) == 0 {
		return
	}
	kept := make(map[string]struct{}, len(t.marks))
	for _, key := range t.keys {
		if _, ok := t.marks[key]; ok {
			kept[key] = struct{}{}
		}
	}
	t.marks = kept
}

// CellText returns the raw text of one cell of a row, empty when there is no such column.
func (t *Table[T]) CellText(row T, id string) string {
	c := t.column(id)
	if c == nil {
		return ""
	}
	return c.text(row)
}

// Chosen returns the ID of the column under the column cursor, of the sorted one when
// no column was chosen, and of the name otherwise.
func (t *Table[T]) Chosen() string {
	switch {
	case t.chosen != "":
		return t.chosen
	case t.sort != "" || len(t.opts.Columns) == 0:
		return t.sort
	}
	return t.opts.Columns[0].ID
}
