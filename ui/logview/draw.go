package logview

import (
	"strings"

	"gantry/internal/words"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// View draws h rows of exactly w cells, which lets the renderer recognise rows that
// only moved and scroll them.
func (l *Log) View(th *theme.Theme, w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	d := drawing{log: l, th: th, g: th.Glyphs(), w: w}
	labels, above := l.labelW, d.headings()
	rows := d.frame(h - len(above))
	if l.labelW != labels {
		// A longer label came up after shorter ones were drawn.
		above = d.headings()
		rows = d.frame(h - len(above))
	}
	rows = append(above, rows...)
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
	if l.middle {
		l.middle, l.top = false, place{pos: cursor}
		for above := h / 2; above > 0; above-- {
			pos, ok := l.before(l.top.pos)
			if !ok {
				break
			}
			l.top.pos = pos
		}
	}
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
		rows = append(rows, d.head(from.pos)...)
	}
	last = from.pos
	for pos, ok := from.pos, true; ok && len(rows) < h; pos, ok = l.after(pos) {
		line := d.line(pos)
		if pos == from.pos {
			line = line[min(from.skip, len(line)-1):]
		}
		if rows = append(rows, line...); len(rows) <= h || pos == from.pos {
			last = pos
		}
		rows = append(rows, d.foot(pos)...)
		l.onScreen++
	}
	return rows[:min(len(rows), h)], last
}

// upFrom draws up from a line, which ends on the last row, and remembers the place of
// the first row.
func (d *drawing) upFrom(pos uint64, h int) []string {
	l := d.log
	l.onScreen = 0
	foot := d.foot(pos)
	h = max(h-len(foot), 1)
	var blocks [][]string
	sum, top := 0, place{}
	for ok := true; ok && sum < h; pos, ok = l.before(pos) {
		line := d.line(pos)
		blocks = append(blocks, line)
		sum += len(line)
		top = place{pos: pos, skip: max(sum-h, 0)}
		l.onScreen++
	}
	rows := make([]string, 0, sum+2)
	if sum < h {
		rows = append(rows, d.head(top.pos)...)
	}
	for i := len(blocks) - 1; i >= 0; i-- {
		rows = append(rows, blocks[i]...)
	}
	l.top = top
	if len(blocks) == 1 && len(rows) > h {
		l.top.skip = 0
		return rows[:h] // A line taller than the screen is read from its start.
	}
	return append(rows[max(len(rows)-h, 0):], foot...)
}

// head returns the row above the oldest line: how many left the buffer before it, and
// what the log's owner says there.
func (d *drawing) head(pos uint64) []string {
	l := d.log
	first, ok := l.first()
	if !ok || pos != first {
		return nil
	}
	var parts []string
	if gone := l.src.First(); gone > 0 {
		parts = append(parts, words.Count(int(gone), "older line")+" left the buffer")
	}
	if l.ends[0] != "" {
		parts = append(parts, l.ends[0])
	}
	return d.end(strings.Join(parts, ", "), -1)
}

// foot returns the row below the newest line.
func (d *drawing) foot(pos uint64) []string {
	if last, ok := d.log.last(); !ok || pos != last {
		return nil
	}
	return d.end(d.log.ends[1], 1)
}

// end draws the row at one end, which the cursor stands on when it went beyond.
func (d *drawing) end(words string, beyond int) []string {
	if words == "" {
		return nil
	}
	marker := " "
	if d.log.beyond == beyond && !d.log.following {
		marker = d.g.Marker
	}
	return []string{d.th.Paint(theme.Marker, marker) + d.th.Paint(theme.Dim, text.Fit(words, d.w-1, d.g.Ellipsis))}
}
