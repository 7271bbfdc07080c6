package table

import (
	"errors"
	"strings"

	"github.com/sahilm/fuzzy"

	"gantry/ui/filter"
)

// SetFilter hides the rows that a filter does not match. A filter that cannot be read
// returns an error that says why and leaves the last good one in force.
func (t *Table[T]) SetFilter(typed string) error {
	f, err := t.parse(typed)
	t.filterErr = err
	if err != nil {
		return err
	}
	before := t.shownKeys()
	t.filter = f
	t.refilter(before)
	return nil
}

// parse reads a filter of this table's rows.
func (t *Table[T]) parse(typed string) (filter.Filter, error) {
	switch {
	case t.opts.Tags != nil:
		return filter.ParseTagged(typed)
	case filter.AsksTags(typed):
		return filter.Filter{}, errors.New("filter: no tags are read of these rows")
	}
	return filter.Parse(typed)
}

// Filter returns the filter in force, as it was typed.
func (t *Table[T]) Filter() string { return t.filter.Typed }

// FilterError returns why the filter typed last is not in force, or nil.
func (t *Table[T]) FilterError() error { return t.filterErr }

// SetFaultsOnly hides the rows without a fault. It does nothing for a table that
// cannot tell them.
func (t *Table[T]) SetFaultsOnly(on bool) {
	if t.opts.Fault == nil || t.faults == on {
		return
	}
	before := t.shownKeys()
	t.faults = on
	t.refilter(before)
}

// FaultsOnly reports whether rows without a fault are hidden.
func (t *Table[T]) FaultsOnly() bool { return t.faults }

// refilter finds the rows to show and puts the cursor back on its row, or on one that
// stood next to it in the order before.
func (t *Table[T]) refilter(before shownKeys) {
	t.seen, t.taken, t.untold = measured{}, nil, 0
	if t.filter.Empty() && !t.filter.Tagged() && !t.faults {
		t.shown = t.sorted
	} else {
		t.shown = t.matching()
	}
	t.follow(before)
}

func (t *Table[T]) matching() []int {
	match := t.matcher()
	shown := make([]int, 0, len(t.sorted))
	for _, i := range t.sorted {
		if t.faults && !t.opts.Fault(t.rows[i]) {
			continue
		}
		if !match(i) {
			continue
		}
		if t.filter.Tagged() {
			keeps, read := t.filter.KeepsTags(t.opts.Tags(t.rows[i]))
			if !read {
				t.untold++
			}
			if !keeps {
				continue
			}
		}
		shown = append(shown, i)
	}
	return shown
}

// matcher returns a function that reports whether the row at a position matches.
func (t *Table[T]) matcher() func(i int) bool {
	f := &t.filter
	switch {
	case f.Empty():
		return func(int) bool { return true }
	case f.Fuzzy != "":
		hits := make(map[int]struct{})
		for _, m := range fuzzy.FindFromNoSort(f.Fuzzy, names[T]{t}) {
			hits[m.Index] = struct{}{}
		}
		return func(i int) bool { _, ok := hits[i]; return ok != f.Invert }
	}
	t.buildHay()
	return func(i int) bool { return f.Matches(t.hay[i]) }
}

// buildHay joins the searched text of each row, in lower case, a cell a line.
func (t *Table[T]) buildHay() {
	if t.hay != nil {
		return
	}
	t.hay = make([]string, len(t.rows))
	for i, row := range t.rows {
		t.hay[i] = t.searched(row)
	}
}

// searched is the text of a row that filters look at.
func (t *Table[T]) searched(row T) string {
	var b strings.Builder
	for c := range t.opts.Columns {
		if c > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(t.opts.Columns[c].text(row))
	}
	return strings.ToLower(b.String())
}

// names lets the fuzzy search read the rows' names.
type names[T any] struct{ t *Table[T] }

func (n names[T]) Len() int            { return len(n.t.rows) }
func (n names[T]) String(i int) string { return n.t.opts.Columns[0].text(n.t.rows[i]) }
