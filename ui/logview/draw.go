package logview

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gantry/internal/clean"
	"gantry/ui/text"
	"gantry/ui/theme"
)

const (
	maxMessage = 8 << 10 // bytes of one message drawn; the record has the rest
	lookAhead  = 8 << 10 // bytes behind those that are read to recognise a secret
	maxLabel   = 24      // cells of a label
	maxReady   = 1024    // prepared messages kept
	timeLayout = "15:04:05.000"
)

// View draws h rows of exactly w cells, which lets the renderer recognise rows that
// only moved and scroll them.
func (l *Log) View(th *theme.Theme, w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	d := drawing{log: l, th: th, g: th.Glyphs(), w: w}
	labels := l.labelW
	rows := d.frame(h)
	if l.labelW != labels {
		rows = d.frame(h) // A longer label came up after shorter ones were drawn.
	}
	var b strings.Builder
	b.Grow((w + 48) * h)
	for i := range h {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i < len(rows) {
			b.WriteString(rows[i])
		} else {
			b.WriteString(text.Spaces(w))
		}
	}
	return b.String()
}

// drawing is one frame in the making.
type drawing struct {
	log *Log
	th  *theme.Theme
	g   *theme.Glyphs
	w   int
}

// frame returns the rows of a frame, at most h, and remembers where it began, so
// that the view holds still from there when it stops following.
func (d *drawing) frame(h int) []string {
	l := d.log
	cursor, ok := l.Selected()
	if !ok {
		l.onScreen = 0
		return nil
	}
	if l.following {
		return d.upFrom(cursor, h)
	}
	l.cursor = cursor
	if l.top.pos > cursor || l.top.pos == cursor && l.top.skip > 0 {
		l.top = place{pos: cursor}
	}
	l.top.pos, _ = l.atOrAfter(l.top.pos)
	rows, last := d.downFrom(l.top, h)
	if cursor > last {
		return d.upFrom(cursor, h)
	}
	return rows
}

// downFrom draws from a row down and returns the last line that is drawn whole.
func (d *drawing) downFrom(from place, h int) (rows []string, last uint64) {
	l := d.log
	l.onScreen = 0
	if from.skip == 0 && h > 1 {
		rows = append(rows, d.evicted(from.pos)...)
	}
	last = from.pos
	for pos, ok := from.pos, true; ok && len(rows) < h; pos, ok = l.after(pos) {
		line := d.line(pos)
		if pos == from.pos {
			line = line[min(from.skip, len(line)-1):]
		}
		rows = append(rows, line...)
		if len(rows) <= h || pos == from.pos {
			last = pos
		}
		l.onScreen++
	}
	return rows[:min(len(rows), h)], last
}

// upFrom draws up from a line, which ends on the last row, and remembers the place of
// the first row.
func (d *drawing) upFrom(pos uint64, h int) []string {
	l := d.log
	l.onScreen = 0
	var blocks [][]string
	sum, top := 0, place{}
	for ok := true; ok && sum < h; pos, ok = l.before(pos) {
		line := d.line(pos)
		blocks = append(blocks, line)
		sum += len(line)
		top = place{pos: pos, skip: max(sum-h, 0)}
		l.onScreen++
	}
	rows := make([]string, 0, sum+1)
	if sum < h {
		rows = append(rows, d.evicted(top.pos)...)
	}
	for i := len(blocks) - 1; i >= 0; i-- {
		rows = append(rows, blocks[i]...)
	}
	l.top = top
	if len(blocks) == 1 && len(rows) > h {
		l.top.skip = 0
		return rows[:h] // A line taller than the screen is read from its start.
	}
	return rows[max(len(rows)-h, 0):]
}

// evicted returns the row that stands above the oldest line once others have left the
// buffer.
func (d *drawing) evicted(pos uint64) []string {
	gone := d.log.src.First()
	if first, ok := d.log.first(); gone == 0 || !ok || pos != first {
		return nil
	}
	note := fmt.Sprintf(" %d older lines have left the buffer", gone)
	return []string{d.th.Paint(theme.Dim, text.Fit(note, d.w, d.g.Ellipsis))}
}

// line draws one line in its rows.
func (d *drawing) line(pos uint64) []string {
	l := d.log
	line := l.src.At(pos)
	marker := " "
	if !l.following && pos == l.cursor {
		marker = d.g.Marker
	}
	if line.Gap {
		row := text.Fit(d.g.Rule+d.g.Rule+" "+oneLine(l.prepared(pos, line)), d.w-1, d.g.Ellipsis)
		return []string{d.th.Paint(theme.Marker, marker) + d.th.Paint(theme.Gap, row)}
	}
	prefix, used := d.prefix(line)
	room := d.w - 1 - used
	if room < 8 {
		prefix, used, room = "", 0, d.w-1
	}
	message := l.prepared(pos, line)
	first := d.th.Paint(theme.Marker, marker) + prefix
	if !l.wrap {
		if l.left == 0 {
			message = text.Fit(d.fold(message, room), room, d.g.Ellipsis)
		} else {
			message = text.Window(oneLine(message), l.left, room)
		}
		return []string{first + d.message(message, line.Level.role())}
	}
	var pieces []string
	for part := range strings.SplitSeq(message, "\n") {
		pieces = append(pieces, text.Hardwrap(part, room)...)
	}
	for i, piece := range pieces {
		head := first
		if i > 0 {
			head = text.Spaces(1 + used)
		}
		pieces[i] = head + d.message(text.PadPainted(piece, room), line.Level.role())
	}
	return pieces
}

// fold puts a message of several lines, such as a stack trace, on one of w cells:
// how it begins and the line that tells what happened. That is the last one that is
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
	put(line.Level.role(), line.Level.word(), 5)
	if w := min(text.Width(line.Label), maxLabel); w > l.labelW {
		l.labelW = w
	}
	if l.labelW > 0 {
		put(theme.TaskColour(line.Colour), text.Fit(line.Label, l.labelW, d.g.Ellipsis), l.labelW)
	}
	if line.Late {
		put(theme.Late, "late", 4)
	}
	return b.String(), used
}

// message paints clean text, with what the search matches standing out.
func (d *drawing) message(s string, r theme.Role) string {
	find := &d.log.find
	if !find.on() {
		return d.th.Paint(r, s)
	}
	var b strings.Builder
	for s != "" {
		from, to := find.next(s)
		if from < 0 || to == from {
			break
		}
		from, to = text.Whole(s, from, to)
		b.WriteString(d.th.Paint(r, s[:from]))
		b.WriteString(d.th.Paint(theme.Match, s[from:to]))
		s = s[to:]
	}
	b.WriteString(d.th.Paint(r, s))
	return b.String()
}

// prepared returns a message as it is drawn: cut, redacted and clean but for its line
// ends. What is on
// screen is prepared once and not again in each frame.
func (l *Log) prepared(pos uint64, line Line) string {
	if s, ok := l.ready[pos]; ok {
		return s
	}
	if len(l.ready) >= maxReady {
		clear(l.ready)
	}
	s := printable(line.Message, l.reveal)
	l.ready[pos] = s
	return s
}

// printable cuts a message to what is drawn of it. Secrets are hidden before the cut,
// since half a token is not recognised and still half a token.
func printable(message string, reveal bool) string {
	whole := len(message)
	s := cut(strings.TrimRight(message, "\r\n"), maxMessage+lookAhead)
	if !reveal {
		s = clean.Redact(s)
	}
	if len(s) <= maxMessage {
		return clean.Text(s)
	}
	return clean.Text(cut(s, maxMessage)) + fmt.Sprintf(" (cut: %d KiB in all)", whole>>10)
}

// cut returns at most n bytes of s and splits no character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
