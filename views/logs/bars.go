package logs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/logs"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views/logs/whose"
	"gantry/views/wording"
)

const (
	axisCells  = 8  // of the counts beside the bars
	leastApart = 16 // cells from one time under the bars to the next
	minBars    = 10 // asked for however narrow the screen is
	belowBars  = 5  // rows under the bars: axis, deployments, times, legend, the cursor's bar
)

// barDrawing is a histogram on a screen of w by h cells.
type barDrawing struct {
	th        *theme.Theme
	w, h      int
	zone      *time.Location
	histogram logs.Histogram
	cursor    int
	changes   []whose.Rollout
}

// edge is the cell that a bar begins in, of so many that share the width among them: they
// are not all alike wide, so that the last ends where the screen does.
func (d barDrawing) edge(bar, of int) int { return bar * max(of, d.w-axisCells) / of }

// wide is how many cells a bar has.
func (d barDrawing) wide(bar, of int) int { return d.edge(bar+1, of) - d.edge(bar, of) }

func (d barDrawing) draw() string {
	from, bars := d.visible()
	most := 1
	for _, b := range bars {
		most = max(most, b.Lines)
	}
	rows := max(1, d.h-belowBars)
	var lines []string
	for row := rows; row >= 1; row-- {
		lines = append(lines, d.row(bars, from, row, rows, most))
	}
	lines = append(lines, d.axis(bars, from), d.rollouts(bars), d.times(bars), d.legend(), d.words())
	return strings.Join(lines[:min(len(lines), d.h)], "\n")
}

// visible are the bars that fit, the cursor among them. A narrower screen than the
// bars were asked for shows the latest.
func (d barDrawing) visible() (from int, bars []logs.Bar) {
	bars = d.histogram.Bars
	room := max(1, d.w-axisCells)
	if len(bars) <= room {
		return 0, bars
	}
	from = min(len(bars)-room, d.cursor)
	return from, bars[from : from+room]
}

// row draws one row of cells; 1 is the lowest of so many.
func (d barDrawing) row(bars []logs.Bar, from, row, rows, most int) string {
	label := ""
	switch row {
	case rows:
		label = short(most)
	case 1:
		label = "0"
	}
	var b strings.Builder
	b.WriteString(d.th.Paint(theme.Dim, text.FitRight(label, axisCells-1, "")) + " ")
	for i, bar := range bars {
		glyph, role := d.cell(stack(bar, rows, most), row)
		if from+i == d.cursor {
			role = theme.Selected
		}
		b.WriteString(d.th.Paint(role, strings.Repeat(glyph, d.wide(i, len(bars)))))
	}
	return b.String()
}

// cell is what a bar shows in one row: errors below, warnings on them, then the rest.
func (d barDrawing) cell(heights [3]int, row int) (string, theme.Role) {
	shades := d.th.Glyphs().Shades
	switch {
	case row <= heights[0]:
		return shades[2], theme.LogError
	case row <= heights[1]:
		return shades[1], theme.LogWarn
	case row <= heights[2]:
		return shades[0], theme.Accent
	}
	return " ", theme.Text
}

// stack is how high the errors of a bar reach, the warnings on them, and all of it.
// What is there at all has a row: one error among thousands of lines must be seen.
func stack(b logs.Bar, rows, most int) [3]int {
	scale := func(n, least int) int {
		if n == 0 {
			return 0
		}
		return max(least, (n*rows+most/2)/most)
	}
	errors := scale(b.Errors, 1)
	warnings := 0
	if b.Warnings > 0 {
		warnings = max(1, scale(b.Warnings, 1))
	}
	rest := 0
	if b.Lines > b.Errors+b.Warnings {
		rest = 1
	}
	all := max(scale(b.Lines, 1), errors+warnings+rest)
	return [3]int{min(errors, rows), min(errors+warnings, rows), min(all, rows)}
}

// axis is the line under the bars, with the cursor on it.
func (d barDrawing) axis(bars []logs.Bar, from int) string {
	g := d.th.Glyphs()
	n, at := len(bars), d.cursor-from
	rule := strings.Repeat(g.Rule, d.edge(at, n)) + strings.Repeat("|", d.wide(at, n)) + strings.Repeat(g.Rule, d.edge(n, n)-d.edge(at+1, n))
	return text.Spaces(axisCells) + d.th.Paint(theme.Dim, rule)
}

// rollouts marks the bars in which deployments began.
func (d barDrawing) rollouts(bars []logs.Bar) string {
	cells := slices.Repeat([]string{" "}, d.edge(len(bars), len(bars)))
	for _, c := range d.changes {
		if i := d.barOf(bars, c.At); i >= 0 {
			cells[d.edge(i, len(bars))] = d.th.Paint(theme.Marked, d.th.Glyphs().Ascending)
		}
	}
	return text.Spaces(axisCells) + strings.Join(cells, "")
}

// barOf is the bar that a moment falls in, -1 for none.
func (d barDrawing) barOf(bars []logs.Bar, at time.Time) int {
	return slices.IndexFunc(bars, func(b logs.Bar) bool {
		return !at.Before(b.Start) && at.Before(b.Start.Add(d.histogram.Interval))
	})
}

// times names the first bar, the last one, and between them as many as fit.
func (d barDrawing) times(bars []logs.Bar) string {
	layout := "15:04:05"
	if span := bars[len(bars)-1].Start.Sub(bars[0].Start); span >= 24*time.Hour {
		layout = "01-02 15:04"
	} else if d.histogram.Interval >= time.Minute {
		layout = "15:04"
	}
	n := len(bars)
	var b strings.Builder
	for i := 0; i < n; {
		next := i + 1
		for next < n && d.edge(next, n)-d.edge(i, n) < leastApart {
			next++
		}
		b.WriteString(text.Fit(bars[i].Start.In(d.zone).Format(layout), d.edge(next, n)-d.edge(i, n), ""))
		i = next
	}
	return text.Spaces(axisCells) + d.th.Paint(theme.Dim, text.Truncate(strings.TrimRight(b.String(), " "), d.w-axisCells, ""))
}

// legend tells the shades apart.
func (d barDrawing) legend() string {
	g := d.th.Glyphs()
	parts := []string{
		d.th.Paint(theme.LogError, g.Shades[2]) + " errors", d.th.Paint(theme.LogWarn, g.Shades[1]) + " warnings",
		d.th.Paint(theme.Accent, g.Shades[0]) + " other lines", d.th.Paint(theme.Marked, g.Ascending) + " deployment",
		"one bar is " + text.Span(d.histogram.Interval),
	}
	if d.histogram.Estimated {
		parts = append(parts, "levels by fields and words, of more lines than are read")
	}
	return text.TruncatePainted(text.Spaces(axisCells)+strings.Join(parts, "   "), d.w, g.Ellipsis)
}

// words say what is in the bar under the cursor.
func (d barDrawing) words() string {
	if d.cursor < 0 || d.cursor >= len(d.histogram.Bars) {
		return ""
	}
	bar := d.histogram.Bars[d.cursor]
	parts := []string{
		bar.Start.In(d.zone).Format("2006-01-02 15:04:05"), wording.Count(bar.Lines, "line"), wording.Count(bar.Errors, "error"), wording.Count(bar.Warnings, "warning"),
	}
	for _, c := range d.changes {
		if d.barOf([]logs.Bar{bar}, c.At) == 0 {
			parts = append(parts, rolloutWords(c, d.zone))
		}
	}
	g := d.th.Glyphs()
	return d.th.Paint(theme.Marker, g.Marker) + text.Truncate(strings.Join(parts, "  "), d.w-1, g.Ellipsis)
}

// short is a count in at most six cells.
func short(n int) string {
	switch {
	case n >= 10_000_000:
		return fmt.Sprintf("%dM", n/1_000_000)
	case n >= 100_000:
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprint(n)
}
