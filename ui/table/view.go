package table

import (
	"strings"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// nameCells bounds how much of a name the cursor reverses, which bounds what a move
// of the cursor costs on the line.
const nameCells = 32

// View draws the header and the rows around the cursor in at most h lines of at most
// w cells.
func (t *Table[T]) View(th *theme.Theme, w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	t.resize(w, h)
	cols, left := t.layout(w)
	t.placed = t.placed[:0]
	for _, c := range cols {
		t.placed = append(t.placed, c.ID)
	}

	f := frame[T]{th: th, g: th.Glyphs(), w: w, stale: t.stale}
	f.b.Grow((w + 32) * h)
	f.header(t, cols, left)
	for at := t.top; at < min(t.top+h-1, len(t.shown)); at++ {
		i := t.shown[at]
		_, marked := t.marks[t.keys[i]]
		switch {
		case at == t.pos && t.whole:
			f.wholeRow(t.rows[i], cols, marked)
		default:
			f.row(t.rows[i], cols, at == t.pos, marked)
		}
	}
	return f.b.String()
}

// frame builds one frame.
type frame[T any] struct {
	b     strings.Builder
	th    *theme.Theme
	g     *theme.Glyphs
	w     int
	stale bool

	role   theme.Role // what is painted now; it ends where another begins
	blanks int        // cells behind it that were not written yet
}

func (f *frame[T]) header(t *Table[T], cols []placed[T], left int) {
	used := min(gutter, f.w)
	f.blanks = used
	for n, c := range cols {
		if n > 0 {
			f.blanks += gap
			used += gap
		}
		title := c.Title
		if c.ID == t.sort {
			arrow := f.g.Ascending
			if t.descending {
				arrow = f.g.Descending
			}
			title = text.Truncate(title, c.width-1, f.g.Ellipsis) + arrow
		}
		role := theme.Header
		if c.ID == t.chosen {
			role = theme.Selected
		}
		f.cell(Cell{title, role}, c.width, c.Right)
		f.unpaint() // it is drawn once, and titles are words of their own
		used += c.width
	}
	if left > 0 && used+gap < f.w {
		f.blanks += gap
		f.paint(theme.Dim, f.g.Right)
	}
	f.end()
}

func (f *frame[T]) row(row T, cols []placed[T], selected, marked bool) {
	f.b.WriteByte('\n')
	f.gutter(selected, marked)
	for n, c := range cols {
		if n > 0 {
			f.blanks += gap
		}
		cell := c.Cell(row)
		cell.Text = f.short(c, n, cell.Text)
		if f.stale {
			cell.Role = theme.Dim
		}
		if n == 0 && selected {
			f.name(cell, c.width)
			continue
		}
		f.cell(cell, c.width, c.Right)
	}
	f.end()
}

// wholeRow draws the row under the cursor reversed, from edge to edge: the eye finds its
// way along it. Its colours would make it hard to read.
func (f *frame[T]) wholeRow(row T, cols []placed[T], marked bool) {
	f.b.WriteByte('\n')
	f.gutter(true, marked)
	var b strings.Builder
	for n, c := range cols {
		if n > 0 {
			b.WriteByte(' ')
		}
		s := f.short(c, n, c.Cell(row).Text)
		pad := text.Spaces(c.width - text.Width(s))
		if c.Right {
			s = pad + s
		} else {
			s += pad
		}
		b.WriteString(s)
	}
	f.paint(theme.Selected, text.Pad(b.String(), f.w-gutter))
	f.end()
}

// short is a cell's text in the width of its column.
func (f *frame[T]) short(c placed[T], n int, s string) string {
	if n == 0 || c.Middle {
		return text.TruncateMiddle(s, c.width, f.g.Ellipsis)
	}
	short := text.Truncate(s, c.width, f.g.Ellipsis)
	if c.Figures {
		return wholeFigures(s, short, f.g.Ellipsis)
	}
	return short
}

func (f *frame[T]) gutter(selected, marked bool) {
	if selected {
		f.paint(theme.Marker, f.g.Marker)
	} else {
		f.blanks++
	}
	if f.w < gutter {
		return
	}
	if marked {
		f.paint(theme.Marked, f.g.Mark)
	} else {
		f.blanks++
	}
}

// name draws the name under the cursor, which is short enough: its text reversed, the rest
// of the row and of the cell as always.
func (f *frame[T]) name(cell Cell, w int) {
	s, start := cell.Text, cell.Text
	if text.Width(s) > nameCells {
		start = text.Truncate(s, nameCells, "")
	}
	f.paint(theme.Selected, start)
	f.paint(cell.Role, s[len(start):])
	f.blanks += w - text.Width(s)
}

// cell draws text in w cells. Only the text is painted.
func (f *frame[T]) cell(cell Cell, w int, right bool) {
	s := text.Truncate(cell.Text, w, f.g.Ellipsis)
	pad := w - text.Width(s)
	if right {
		f.blanks += pad
	}
	f.paint(cell.Role, s)
	if !right {
		f.blanks += pad
	}
}

// paint writes what stands in a role. Neighbours in the same role are painted as one, with
// the blanks between them, which costs the terminal less than two.
func (f *frame[T]) paint(r theme.Role, s string) {
	if s == "" {
		return
	}
	if r != f.role || !f.th.Blank(r) {
		f.unpaint()
		f.b.WriteString(text.Spaces(f.blanks))
		f.b.WriteString(f.th.Open(r))
	} else {
		f.b.WriteString(text.Spaces(f.blanks))
	}
	f.role, f.blanks = r, 0
	f.b.WriteString(s)
}

// unpaint ends what is painted.
func (f *frame[T]) unpaint() {
	f.b.WriteString(f.th.Close(f.role))
	f.role = theme.Text
}

// end ends a row, behind whose last text nothing is written.
func (f *frame[T]) end() {
	f.unpaint()
	f.blanks = 0
}

// wholeFigures takes from the end of a text that was cut the figure that was cut with it.
func wholeFigures(s, short, tail string) string {
	const digits, parts = "0123456789", "0123456789.,:"
	kept, cut := strings.CutSuffix(short, tail)
	rest, known := strings.CutPrefix(s, kept)
	if !cut || !known || rest == "" || !strings.ContainsAny(rest[:1], parts) {
		return short
	}
	whole := strings.TrimRight(kept, parts)
	if !strings.ContainsAny(kept[len(whole):], digits) {
		return short
	}
	return strings.TrimRight(whole, " ") + tail
}
