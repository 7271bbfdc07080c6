package form

import (
	"cmp"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/internal/clean"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// blockRows is how tall the field for a block is.
const blockRows = 8

// Move goes n rows down, up if negative.
func (e *Editor) Move(n int) { e.at = max(0, min(e.at+n, len(e.rows())-1)) }

// Page goes n screens down, up if negative.
func (e *Editor) Page(n int) { e.Move(n * max(1, e.height-1)) }

// Top goes to the first row.
func (e *Editor) Top() { e.at = 0 }

// Bottom goes to the last row.
func (e *Editor) Bottom() { e.at = max(0, len(e.rows())-1) }

// View draws the groups, and below them what is being typed.
func (e *Editor) View(w, h int) (string, *tea.Cursor) {
	if w <= 0 || h <= 0 {
		return "", nil
	}
	th := e.opts.Theme
	foot, cursor := e.foot(th, w, h)
	e.height = max(0, h-len(foot))
	rows := e.rows()
	e.at = max(0, min(e.at, len(rows)-1))
	e.top = max(0, min(e.top, e.at, max(0, len(rows)-e.height)))
	if e.height > 0 && e.at >= e.top+e.height {
		e.top = e.at - e.height + 1
	}
	names := 0
	for _, r := range rows {
		if r.line != nil {
			names = max(names, text.Width(r.line.pair.Name))
		}
	}
	names = min(names, w/2)
	var lines []string
	for i := e.top; i < min(e.top+e.height, len(rows)); i++ {
		lines = append(lines, e.drawRow(th, rows[i], i == e.at, names, w))
	}
	if len(rows) == 0 && e.height > 0 && !e.filter.Empty() {
		lines = append(lines, th.Paint(theme.Dim, text.Truncate("  the filter hides all (esc shows them)", w, th.Glyphs().Ellipsis)))
	}
	for len(lines) < e.height {
		lines = append(lines, "")
	}
	if cursor != nil {
		cursor.Y += len(lines)
	}
	return strings.Join(append(lines, foot...), "\n"), cursor
}

// drawRow draws a group's title or one of its lines, with its state as glyph and
// colour.
func (e *Editor) drawRow(th *theme.Theme, r row, selected bool, names, w int) string {
	g := th.Glyphs()
	marker := "  "
	if selected {
		marker = g.Marker + " "
	}
	if r.line == nil {
		title := fmt.Sprintf("%s (%d)", r.group.Name, len(r.group.lines))
		return marker + th.Paint(theme.Header, text.Truncate(title, w-2, g.Ellipsis))
	}
	l := r.line
	sign, role := " ", theme.Text
	switch l.state() {
	case Added:
		sign, role = "+", theme.Added
	case Changed:
		sign, role = "~", theme.Pending
	case Removed:
		sign, role = "-", theme.Removed
	case Kept:
	}
	name := text.Fit(l.pair.Name, names, g.Ellipsis)
	room := max(0, w-names-6)
	value := e.shown(l.pair, l.revealed)
	if l.state() == Changed && l.pair.Value != l.before.Value {
		value += "   was " + e.shown(l.before, l.revealed)
	}
	if l.renamed() {
		value += "   was called " + l.before.Name
	}
	value = text.Truncate(value, room, g.Ellipsis)
	if selected {
		return marker + th.Paint(role, sign+" ") + th.Paint(theme.Selected, name) + "  " + th.Paint(role, value)
	}
	return marker + th.Paint(role, sign+" "+name+"  "+value)
}

// shown is a value as it may be seen: a secret one with what is secret in it masked,
// and one that took the place of a secret as a whole.
func (e *Editor) shown(p Pair, revealed bool) string {
	if p.Secret && !revealed {
		if e.secret(p.Name, p.Value) {
			return e.opts.Shown(p.Name, p.Value)
		}
		return clean.Mask
	}
	return cmp.Or(p.Value, `""`)
}

// foot is the field of what is being typed, and what is wrong with it.
func (e *Editor) foot(th *theme.Theme, w, h int) ([]string, *tea.Cursor) {
	if e.mode == browsing {
		return nil, nil
	}
	tail := th.Glyphs().Ellipsis
	title := map[mode]string{
		naming:   "name of the new " + e.noun() + " in " + e.groupName(),
		renaming: "new name of " + e.name,
		valuing:  "value of " + e.name,
		pasting:  "lines of NAME=value for " + e.groupName() + ", ctrl+d takes them",
	}[e.mode]
	if e.mode == valuing && e.escaped {
		title += ` (escaped: \n is a line break, \\ a backslash)`
	}
	lines := []string{th.Paint(theme.Title, text.Truncate(" "+title, w, tail))}
	var cursor *tea.Cursor
	if e.mode == pasting {
		e.area.SetWidth(max(1, w-2))
		e.area.SetHeight(max(1, min(blockRows, h-3)))
		for _, l := range strings.Split(e.area.View(), "\n") {
			lines = append(lines, " "+l)
		}
		cursor = e.area.Cursor()
	} else {
		e.input.SetWidth(max(1, w-3))
		lines = append(lines, " "+e.input.View())
		cursor = e.input.Cursor()
	}
	if cursor != nil {
		cursor.X++
		cursor.Y++
	}
	if e.wrong != "" {
		lines = append(lines, th.Wrap(theme.Failed, e.wrong, 1, w)...)
	}
	if len(lines) > h {
		lines = lines[:h]
	}
	return lines, cursor
}

func (e *Editor) groupName() string {
	if e.into == nil {
		return ""
	}
	return e.into.Name
}

func (e *Editor) noun() string {
	if e.into == nil || e.into.Noun == "" {
		return "variable"
	}
	return e.into.Noun
}

// Hints are the keys while something is typed.
func (e *Editor) Hints() []struct{ Key, Name string } {
	if e.mode == pasting {
		return []struct{ Key, Name string }{{"ctrl+d", "take the lines"}, {"esc", "cancel"}}
	}
	hints := []struct{ Key, Name string }{{"enter", "take"}, {"esc", "cancel"}}
	if e.mode == valuing && e.hidden() {
		hints = append(hints, struct{ Key, Name string }{"ctrl+r", "show or hide"})
	}
	return hints
}
