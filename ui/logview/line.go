package logview

import (
	"fmt"
	"strings"
	"time"

	"gantry/ui/text"
	"gantry/ui/theme"
)

const (
	maxLabel   = 24 // cells of a label
	minMessage = 8  // cells of a message, below which nothing stands before it
	timeLayout = "15:04:05.000"
)

// line draws one line in its rows.
func (d *drawing) line(pos uint64) []string {
	l := d.log
	line := l.src.At(pos)
	marker := d.marker(pos, line)
	if line.Gap || line.Mark {
		role := theme.Gap
		if line.Mark {
			role = theme.Marked
		}
		row := text.Fit(d.g.Rule+d.g.Rule+" "+oneLine(l.prepared(pos, line).text), d.w-1, d.g.Ellipsis)
		return []string{marker + d.th.Paint(role, row)}
	}
	prefix, used := d.prefix(line)
	room := d.w - 1 - used
	if room < minMessage {
		prefix, used, room = "", 0, d.w-1
	}
	pieces := d.pieces(pos, line, room)
	for i, piece := range pieces {
		head := marker + prefix
		if i > 0 {
			head = text.Spaces(1 + used)
		}
		pieces[i] = head + piece
	}
	return pieces
}

// marker is the first cell of a line: the cursor, a selection, or the line that the
// others are shown around.
func (d *drawing) marker(pos uint64, line Line) string {
	l := d.log
	if !l.following && pos == l.cursor && !d.onEnd() {
		return d.th.Paint(theme.Marker, d.g.Marker)
	}
	from, to, ok := l.selection()
	switch {
	case ok && pos >= from && pos <= to:
		return d.th.Paint(theme.Marked, d.g.Mark)
	case line.Anchor:
		return d.th.Paint(theme.Marked, d.g.To)
	}
	return " "
}

// onEnd reports whether the cursor stands on the row at one end.
func (d *drawing) onEnd() bool {
	l := d.log
	return l.beyond < 0 && (l.ends[0] != "" || l.src.First() > 0) || l.beyond > 0 && l.ends[1] != ""
}

// pieces draws a message in its rows of room cells each.
func (d *drawing) pieces(pos uint64, line Line, room int) []string {
	l := d.log
	m := l.prepared(pos, line)
	base := line.Level.role()
	if left, ok := d.toMatch(pos, m.text, room); ok {
		return []string{d.window(prepared{text: oneLine(m.text)}, left, room, base)}
	}
	if !l.wrap && (!strings.Contains(m.text, "\n") || !l.unfolded && !l.opened[pos]) {
		return []string{d.oneRow(m, room, base)}
	}
	var rows []string
	at := 0
	for part := range strings.SplitSeq(m.text, "\n") {
		if !l.wrap {
			rows = append(rows, d.cut(m.part(at, len(part)), room, base))
		} else {
			from := at
			for _, piece := range text.Hardwrap(part, room) {
				rows = append(rows, d.message(m.from(from), piece, base)+text.Spaces(room-text.WidthPainted(piece)))
				from += len(piece)
			}
		}
		at += len(part) + 1
	}
	return rows
}

// toMatch returns how far the line that the search went to is scrolled, so that the
// match is in view: it may lie beyond the row's end, or in what is folded. Lines that
// are wrapped or scrolled already stay as they are.
func (d *drawing) toMatch(pos uint64, message string, room int) (left int, ok bool) {
	l := d.log
	if l.wrap || l.left > 0 || !l.find.on() || l.following || pos != l.sought || pos != l.cursor || l.unfolded || l.opened[pos] {
		return 0, false
	}
	shown := message
	if strings.Contains(message, "\n") {
		shown, message = d.fold(message, room), oneLine(message)
	}
	if from, to := l.find.next(shown); from >= 0 && text.Width(shown[:to]) < room {
		return 0, false
	}
	from, to := l.find.next(message)
	switch {
	case from < 0:
		return 0, false
	case text.Width(message[:to]) < room:
		return 0, true
	}
	// A quarter of the row before the match tells where it stands.
	return max(0, text.Width(message[:from])-room/4), true
}

// oneRow draws a message in one row.
func (d *drawing) oneRow(m prepared, room int, base theme.Role) string {
	if strings.Contains(m.text, "\n") {
		// What is folded is another text: the styles do not fit it.
		if d.log.left == 0 {
			m = prepared{text: d.fold(m.text, room)}
		} else {
			m = prepared{text: oneLine(m.text)}
		}
	}
	return d.cut(m, room, base)
}

// cut draws what of one line of a message is in view in one row.
func (d *drawing) cut(m prepared, room int, base theme.Role) string {
	left := d.log.left
	if left == 0 {
		return d.message(m, text.Fit(m.text, room, d.g.Ellipsis), base)
	}
	return d.window(m, left, room, base)
}

// window draws what of a message lies beyond a number of cells.
func (d *drawing) window(m prepared, left, room int, base theme.Role) string {
	window := text.Window(m.text, left, room)
	return d.message(m.from(len(text.Truncate(m.text, left, ""))), window, base)
}

// fold puts a message of several lines, such as a stack trace, on one of w cells:
// how it begins and the line that says what happened. That is the last one that is
// not indented: Python's exception, and Java's innermost cause.
func (d *drawing) fold(message string, w int) string {
	head, rest, several := strings.Cut(message, "\n")
	if !several {
		return message
	}
	tail := ""
	for line := range strings.SplitSeq(rest, "\n") {
		if line != "" && line[0] != ' ' && line[0] != '\t' {
			tail = line
		}
	}
	if tail == "" {
		return oneLine(message)
	}
	between := fmt.Sprintf(" %s+%d ", d.g.Ellipsis, strings.Count(rest, "\n")+1)
	room := w - text.Width(between)
	tailRoom := min(text.Width(tail), room*3/4)
	if tailRoom <= 0 {
		return oneLine(message)
	}
	head = text.Truncate(head, room-tailRoom, d.g.Ellipsis)
	return head + between + text.Truncate(tail, tailRoom, d.g.Ellipsis)
}

// oneLine shows the line ends of a clean message as escapes.
func oneLine(message string) string { return strings.ReplaceAll(message, "\n", `\n`) }

// prefix draws what stands before the message, and returns its width.
func (d *drawing) prefix(line Line) (string, int) {
	l := d.log
	var b strings.Builder
	used := 0
	put := func(r theme.Role, s string, w int) {
		b.WriteString(d.th.Paint(r, s))
		b.WriteByte(' ')
		used += w + 1
	}
	if !l.noTime {
		stamp := text.Spaces(len(timeLayout))
		if line.Time != (time.Time{}) {
			stamp = line.Time.Format(timeLayout)
		}
		put(theme.Dim, stamp, len(timeLayout))
	}
	put(line.Level.role(), line.Level.word(), levelCells)
	if w := min(text.Width(line.Label), maxLabel); w > l.labelW {
		l.labelW = w
	}
	if l.labelW > 0 {
		put(theme.TaskColour(line.Colour), text.Fit(line.Label, l.labelW, d.g.Ellipsis), l.labelW)
	}
	switch {
	case line.Late:
		put(theme.Late, "late", len("late"))
	case line.Ahead:
		put(theme.Late, "ahead", len("ahead"))
	}
	return b.String(), used
}
