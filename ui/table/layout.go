package table

import (
	"slices"

	"gantry/ui/text"
)

const (
	gutter = 2 // cells before the first column: the cursor's marker and the mark
	gap    = 1 // cells between columns
	least  = 3 // cells below which a column says nothing
)

// measured says which rows the remembered widths account for.
type measured struct {
	done     bool
	from, to int
}

// placed is a column and its width in a frame.
type placed[T any] struct {
	*Column[T]
	width int
}

// measure raises the remembered widths to what the rows on screen need, with a screen
// above and below, so that moving the cursor seldom changes a width. Widths do not
// shrink while the terminal keeps its size: a column that breathes with its data
// would redraw the whole table each time.
func (t *Table[T]) measure() {
	from, to := max(t.top-t.page, 0), min(t.top+2*t.page, len(t.shown))
	if t.seen.done && t.seen.from <= t.top && t.seen.to >= min(t.top+t.page, len(t.shown)) {
		return
	}
	known := t.seen
	t.seen = measured{done: true, from: from, to: to}
	for c := range t.opts.Columns {
		col := &t.opts.Columns[c]
		if t.hidden(col) {
			continue
		}
		w := t.widths[c]
		for at := from; at < to; at++ {
			if known.done && at >= known.from && at < known.to {
				at = known.to - 1 // what was measured before this page is not measured again
				continue
			}
			w = max(w, text.Width(col.Cell(t.rows[t.shown[at]]).Text))
		}
		t.widths[c] = w
	}
}

// hides reports whether a column is not for now.
func (t *Table[T]) hides(i int) bool {
	c := &t.opts.Columns[i]
	return t.hidden(c) || c.Sparse && t.widths[i] == 0
}

// wanted returns the width that a column asks for, and the least it accepts.
func (t *Table[T]) wanted(i int) (want, low int) {
	c := &t.opts.Columns[i]
	title := text.Width(c.Title)
	if c.ID == t.sort {
		title++
	}
	want = max(t.widths[i], title, c.Min)
	if c.Grow {
		want = max(c.Min, title)
	}
	if c.Max > 0 {
		want = min(want, max(c.Max, title))
	}
	if c.Min == 0 {
		return want, want
	}
	return want, min(want, c.Min)
}

// Fit returns how many cells, w at most, a frame of h rows needs to cut nothing. It is for
// a table that shares its screen: a View of that width goes on from the frame before.
func (t *Table[T]) Fit(w, h int) int {
	t.resize(w, h)
	need := gutter - gap
	for i := range t.opts.Columns {
		c := &t.opts.Columns[i]
		if t.hides(i) {
			continue
		}
		want, _ := t.wanted(i)
		if c.Grow {
			want = max(want, t.widths[i])
		}
		need += want + gap
	}
	t.fitted = min(need, w)
	return t.fitted
}

// resize makes the table ready for a frame of h rows on a screen that gives it w cells.
func (t *Table[T]) resize(w, h int) {
	if w != t.frameW && w != t.fitted {
		// Another size redraws everything anyway: the moment to forget old widths.
		t.frameW, t.fitted, t.seen = w, 0, measured{}
		clear(t.widths)
	}
	t.page = max(h-1, 1)
	t.reveal()
	t.measure()
}

// layout chooses the columns that fit w cells and their widths, and returns how many
// were left out.
func (t *Table[T]) layout(w int) (cols []placed[T], left int) {
	var low []int
	frozen := 0
	for i := range t.opts.Columns {
		c := &t.opts.Columns[i]
		if t.hides(i) {
			continue
		}
		want, least := t.wanted(i)
		cols = append(cols, placed[T]{c, want})
		low = append(low, least)
		if c.Frozen || i == 0 {
			frozen++
		}
	}
	avail := w - gutter
	if t.scroll > 0 {
		t.scroll = min(t.scroll, max(len(cols)-frozen-1, 0))
		left = t.scroll
		cols, low = slices.Delete(cols, frozen, frozen+t.scroll), slices.Delete(low, frozen, frozen+t.scroll)
	} else {
		for total(low) > avail {
			leaving := -1
			for i, c := range cols {
				if c.Priority > 0 && (leaving < 0 || c.Priority >= cols[leaving].Priority) {
					leaving = i
				}
			}
			if leaving < 0 {
				break
			}
			cols, low = slices.Delete(cols, leaving, leaving+1), slices.Delete(low, leaving, leaving+1)
			left++
		}
	}
	squeeze(cols, low, avail)
	return clip(cols, avail), left
}

// total returns the cells that columns of these widths take.
func total(widths []int) int {
	sum := -gap
	for _, w := range widths {
		sum += w + gap
	}
	return max(sum, 0)
}

// squeeze takes from the columns what is too much, from the last on and down to their
// least, or gives the growing ones what is left over.
func squeeze[T any](cols []placed[T], low []int, avail int) {
	free := avail + gap
	for _, c := range cols {
		free -= c.width + gap
	}
	for i := len(cols) - 1; i >= 0 && free < 0; i-- {
		take := min(cols[i].width-low[i], -free)
		cols[i].width -= take
		free += take
	}
	for i := range cols {
		if free <= 0 {
			return
		}
		if cols[i].Grow {
			give := free
			if cols[i].Max > 0 {
				give = min(give, max(cols[i].Max-cols[i].width, 0))
			}
			cols[i].width += give
			free -= give
		}
	}
}

// clip drops the columns that begin beyond the edge and cuts the one across it.
func clip[T any](cols []placed[T], avail int) []placed[T] {
	for i := range cols {
		if cols[i].width > avail {
			cols[i].width = avail
			if avail <= 0 || avail < least && i > 0 {
				return cols[:i]
			}
			return cols[:i+1]
		}
		avail -= cols[i].width + gap
	}
	return cols
}

// ScrollColumns moves the columns behind the frozen ones n to the left, which brings
// those that did not fit into view; a negative n moves them back.
func (t *Table[T]) ScrollColumns(n int) {
	last := -1
	for i := range t.opts.Columns {
		if i > 0 && !t.opts.Columns[i].Frozen && !t.hides(i) {
			last++
		}
	}
	t.scroll = max(min(t.scroll+n, last), 0)
}
