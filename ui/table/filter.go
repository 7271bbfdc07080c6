package table

import (
	"errors"
	"strings"

	"gantry/ui/filter"
)

// SetFilter hides the rows that a filter does not match. A filter that cannot be read
// returns an error that says why and leaves the last good one in force.
func (t *Table[T]) SetFilter(typed string) error {
	if err := t.take(typed); err != nil {
		return err
	}
	t.refilter(t.shownKeys())
	return nil
}

// Narrow is SetFilter for a filter that is being typed: of many rows it looks at a part, and
// NarrowOn at the parts that follow. Until all were looked at the rows of the filter before
// stay, and Narrowing says so.
func (t *Table[T]) Narrow(typed string) error {
	if err := t.take(typed); err != nil {
		return err
	}
	t.looked = 0
	t.narrowing = true
	t.NarrowOn()
	return nil
}

// Narrowing reports whether the rows shown are still those of the filter before.
func (t *Table[T]) Narrowing() bool { return t.narrowing }

// NarrowOn looks at the next part of the rows, and shows what the filter lets through once
// that was the last one.
func (t *Table[T]) NarrowOn() {
	if !t.narrowing {
		return
	}
	for left := t.part; t.looked < len(t.rows); t.looked++ {
		if left <= 0 {
			return
		}
		left -= t.look(t.looked)
	}
	t.Narrowed()
}

// Narrowed looks at all rows that are left at once, for whoever acts on what is shown.
func (t *Table[T]) Narrowed() {
	if t.narrowing {
		t.refilter(t.shownKeys())
	}
}

// take puts a filter in force.
func (t *Table[T]) take(typed string) error {
	f, err := t.parse(typed)
	t.filterErr = err
	if err != nil {
		return err
	}
	if !f.Within(&t.filter) {
		t.hits = nil
	}
	for i, h := range t.hits {
		if h == hit {
			t.hits[i] = unseen
		}
	}
	t.filter = f
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
	t.seen, t.taken, t.narrowing, t.untold = measured{}, nil, false, 0
	if t.filter.Empty() && !t.filter.Tagged() && !t.faults {
		t.shown = t.sorted
	} else {
		t.shown = t.matching()
	}
	t.follow(before)
}

func (t *Table[T]) matching() []int {
	shown := make([]int, 0, len(t.sorted))
	for _, i := range t.sorted {
		if t.faults && !t.opts.Fault(t.rows[i]) {
			continue
		}
		if t.look(i); !t.filter.Empty() && t.hits[i] != hit {
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

// found is whether the filter lets a row through.
type found uint8

const (
	unseen found = iota // it was not looked at
	hit
	miss
)

// What looking at a row costs, in units of some 50 ns, and how much of that is done between
// two frames: under a millisecond.
const (
	costText   = 1  // a text looked for, or what is known
	costFuzzy  = 3  // letters looked for in a name
	costSlow   = 33 // an expression that may match
	costGather = 15 // the text of a row gathered
	partCost   = 6_000
)

// look finds out whether the filter lets a row through, once, and returns what that cost.
func (t *Table[T]) look(i int) (cost int) {
	f := &t.filter
	if f.Empty() {
		return 0
	}
	if len(t.hits) != len(t.rows) {
		t.hits = make([]found, len(t.rows))
	}
	if t.hits[i] != unseen {
		return costText
	}
	matches := false
	switch {
	case f.Fuzzy != "":
		matches, cost = f.MatchesName(t.opts.Columns[0].text(t.rows[i])), costFuzzy
	default:
		if len(t.hay) != len(t.rows) {
			t.hay = make([]string, len(t.rows))
		}
		if t.hay[i] == "" {
			t.hay[i] = t.searched(t.rows[i])
			cost = costGather
		}
		matches = f.Matches(t.hay[i])
		if cost += costText; f.Slow() {
			cost += costSlow
		}
	}
	t.hits[i] = miss
	if matches {
		t.hits[i] = hit
	}
	return cost
}

// searched is the text of a row that filters look at: its cells in lower case, one a line.
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
