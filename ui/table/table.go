// Package table is a table of rows that have an identity. The cursor and the marks
// hold keys and not positions, so that rows may come, go and change places under
// them; a frame costs what is visible, whatever is loaded.
//
// A Table belongs to the loop: none of its methods may be called from a command.
package table

import (
	"iter"
	"slices"

	"gantry/ui/filter"
	"gantry/ui/theme"
)

// Cell is what one row shows in one column. Text is raw; the table cleans it.
type Cell struct {
	Text string
	Role theme.Role
}

// Column describes one column of rows of type T.
type Column[T any] struct {
	// ID names the column for sorting, copying and saved settings.
	ID string
	// Title is the heading.
	Title string
	// Cell gives what a row shows.
	Cell func(T) Cell
	// Compare orders two rows, ascending; nil makes the column unsortable. Rows it
	// calls equal are ordered by key.
	Compare func(a, b T) int
	// Descending is the direction that sorting by this column starts with.
	Descending bool
	// Text is what filters search and copies take; nil uses the cell's text.
	Text func(T) string

	// Min is the width in cells down to which the column may be squeezed; 0 keeps
	// it at what its text needs.
	Min int
	// Max limits the width; 0 does not.
	Max int
	// Grow gives the column the width that is left over; it asks for Min at most, and
	// the others give way first.
	Grow bool
	// Middle cuts what is too long in its middle, as the row's name always is: names
	// differ at their ends.
	Middle bool
	// Figures cuts before a figure that has no room, never within it: 13… is not 137.
	Figures bool
	// Priority is the order in which columns leave a narrow screen: the highest
	// first, 0 never.
	Priority int
	// Right aligns the cells to the right.
	Right bool
	// Frozen keeps the column in place when the others scroll. Frozen columns come
	// first. The first column of all is the row's name.
	Frozen bool
	// Wide shows the column in wide mode only.
	Wide bool
	// Sparse shows the column only where a row on screen, or a screen above or below, has
	// something in it.
	Sparse bool
	// Asked shows the column only once it was asked for, as one whose cells cost money.
	Asked bool
}

// Options describe a table.
type Options[T any] struct {
	// Key returns what identifies a row, such as its ARN. It must be unique.
	Key func(T) string
	// Columns are the columns from left to right, the name first.
	Columns []Column[T]
	// Sort is the ID of the column to sort by at first; empty keeps the given order.
	Sort string
	// Fault reports which rows stay in faults-only mode; nil has no such mode. A row
	// of which nothing is known is no healthy row.
	Fault func(T) bool
	// Same reports whether a row is the very one that was set before, such as by its
	// pointer: only rows that are not are put in order and searched anew, so that text
	// which tells an age is searched as it was when the row came. Without Same every
	// row is new.
	Same func(old, new T) bool
	// Tags are the tags of a row, by key, nil for a row whose tags were not read; without it
	// the rows have none, and filters that ask for them are refused.
	Tags func(T) iter.Seq2[string, string]
}

// Table shows rows of type T.
type Table[T any] struct {
	opts Options[T]

	rows   []T
	keys   []string // of rows, by position
	hay    []string // searched text of rows, gathered when a filter needs it
	sorted []int    // positions in rows, in order
	shown  []int    // those of sorted that no filter hides

	sort       string // column ID, empty for the given order
	descending bool
	chosen     string // column ID under the column cursor, empty for none
	held       bool   // rows keep their places until Resort

	filter    filter.Filter
	filterErr error
	untold    int     // rows that are hidden because nobody read their tags
	hits      []found // of rows, by position; nil while none was looked at
	narrowing bool    // not all rows were looked at since the filter changed
	looked    int     // rows were
	part      int     // cost of what is looked at at once
	faults    bool

	cursor string // key of the selected row
	pos    int    // its position in shown
	pinned bool   // it stays on its row
	upward bool   // it moved up last
	whole  bool   // all of its row is marked, and not its name alone
	anchor string // key of the row marked last, where a range begins
	marks  map[string]struct{}
	taken  *taken[T] // what they mark, nil until somebody asks

	wide   bool
	asked  bool
	stale  bool
	scroll int // columns scrolled away behind the frozen ones

	top    int // position in shown of the first row on screen
	page   int // rows on screen in the last frame, 0 before the first
	frameW int
	fitted int      // the width that Fit gave last
	widths []int    // remembered widths by column
	placed []string // IDs of the columns in the last frame
	seen   measured
}

// New makes an empty table.
func New[T any](o Options[T]) *Table[T] {
	t := &Table[T]{opts: o, marks: map[string]struct{}{}, part: partCost}
	t.widths = make([]int, len(o.Columns))
	t.SortBy(o.Sort)
	return t
}

// SetRows shows other rows. The table keeps the slice, which must not change any
// more. A cursor that is pinned stays on its row wherever that went; when it is gone, it goes to
// the nearest that was shown beside it. Marks of rows that are gone are dropped.
func (t *Table[T]) SetRows(rows []T) {
	before := t.shownKeys()
	if changed, ok := t.replaced(rows); ok {
		t.replace(rows, changed)
	} else {
		t.renew(rows)
	}
	t.seen = measured{}
	if len(rows) == 0 {
		clear(t.widths)
	}
	t.refilter(before)
	if !t.pinned {
		t.moveTo(0)
	}
}

// renew takes rows of which some came or left.
func (t *Table[T]) renew(rows []T) {
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = t.opts.Key(row)
	}
	t.arrange(rows, keys)
	t.rows, t.keys, t.hay, t.hits = rows, keys, nil, nil
	if !t.held {
		t.order()
	}
	t.dropMarks()
}

// Rows returns the rows last set, in the order they were given.
func (t *Table[T]) Rows() []T { return t.rows }

// Counts says how many rows there are.
type Counts struct {
	Total        int // rows set
	Shown        int // rows that neither filter nor faults-only mode hides
	Marked       int // rows marked, hidden ones included
	MarkedHidden int // rows marked and hidden
	Untold       int // rows hidden because their tags, for which the filter asks, were not read
}

// Counts returns the numbers of rows.
func (t *Table[T]) Counts() Counts {
	return Counts{Total: len(t.rows), Shown: len(t.shown), Marked: len(t.marks), MarkedHidden: len(t.takes().hidden), Untold: t.untold}
}

// Visible returns the keys of the rows that the last frame showed, from the top.
func (t *Table[T]) Visible() []string {
	end := min(t.top+t.page, len(t.shown))
	if t.top >= end {
		return nil
	}
	out := make([]string, 0, end-t.top)
	for _, i := range t.shown[t.top:end] {
		out = append(out, t.keys[i])
	}
	return out
}

// SetWide shows or hides the columns of wide mode.
func (t *Table[T]) SetWide(on bool) {
	if t.wide != on {
		t.wide, t.scroll, t.seen = on, 0, measured{}
	}
}

// SetAsked shows or hides the columns that have to be asked for.
func (t *Table[T]) SetAsked(on bool) {
	if t.asked != on {
		t.asked, t.scroll, t.seen = on, 0, measured{}
	}
}

// hidden reports whether a column is not shown in the mode that the table is in.
func (t *Table[T]) hidden(c *Column[T]) bool { return c.Wide && !t.wide || c.Asked && !t.asked }

// Wide reports whether the columns of wide mode are shown.
func (t *Table[T]) Wide() bool { return t.wide }

// Remeasure has the columns take what their cells need now, for cells that change
// with time though their rows stay.
func (t *Table[T]) Remeasure() { t.seen = measured{} }

// SetStale dims the rows, to say that their data is older than it should be.
func (t *Table[T]) SetStale(on bool) { t.stale = on }

// column returns the column with an ID, or nil.
func (t *Table[T]) column(id string) *Column[T] {
	if i := t.columnIndex(id); i >= 0 {
		return &t.opts.Columns[i]
	}
	return nil
}

func (t *Table[T]) columnIndex(id string) int {
	return slices.IndexFunc(t.opts.Columns, func(c Column[T]) bool { return c.ID == id })
}

// text returns the searched and copied text of a cell, raw.
func (c *Column[T]) text(row T) string {
	if c.Text != nil {
		return c.Text(row)
	}
	return c.Cell(row).Text
}

// shownKeys returns the keys of the rows shown now, for finding a neighbour later.
// The positions stay valid because rows and keys are replaced and never changed.
func (t *Table[T]) shownKeys() shownKeys { return shownKeys{keys: t.keys, shown: t.shown} }

// shownKeys is the order of rows at one moment.
type shownKeys struct {
	keys  []string
	shown []int
}

func (s shownKeys) at(i int) string { return s.keys[s.shown[i]] }
