// Package chart draws values over time as lines: in braille, or in ASCII where the theme
// wants that. Series are told apart by letters first: in the legend, at the end of each
// line, and on the lines themselves where there is no colour.
//
// A chart library for this generation of the terminal libraries was looked for: ntcharts
// is the one that is kept, and its version for them is not to be had as a module; neither
// does it draw in ASCII, nor leave gaps.
package chart

import (
	"math"
	"strconv"
	"strings"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// Series is one line of a chart.
type Series struct {
	Name string
	// Values are drawn from the left edge to the right one; NaN is a gap.
	Values []float64
}

// Mark is something that happened, on the axis.
type Mark struct {
	At     float64 // 0 is the left edge, 1 the right one
	Letter string  // one cell
	Role   theme.Role
}

// Chart is a chart before it is drawn.
type Chart struct {
	Title  string
	Series []Series
	Marks  []Mark
	// Begins and Ends are what stands at the ends of the axis, such as times.
	Begins, Ends string
	// Say puts a value in words, for the axis and the legend.
	Say func(float64) string
	// Empty is what to say when there is no value.
	Empty string
	// Focus is true for the chart that keys act on.
	Focus bool
}

const (
	labelCells = 9 // of the values beside the lines
	leastRows  = 3 // a title, a row of lines and the axis
	leastCells = labelCells + 6
)

// Letter is what tells the n-th series of a chart from others. Letters repeat.
func Letter(n int) string { return string(rune('a' + n%26)) }

// Draw draws the chart in h rows of w cells. It draws nothing in less than three rows, or
// in less than a few cells.
func (c Chart) Draw(th *theme.Theme, w, h int) []string {
	if w < leastCells || h < leastRows {
		return nil
	}
	rows := []string{c.legend(th, w)}
	top := ceiling(c.highest())
	plot := h - 2
	if top == 0 && !c.any() {
		for i := range plot {
			line := ""
			if i == plot/2 {
				line = text.Spaces(labelCells) + th.Paint(theme.Dim, text.Truncate(c.Empty, w-labelCells, th.Glyphs().Ellipsis))
			}
			rows = append(rows, line)
		}
		return append(rows, c.axis(th, w))
	}
	g := newGrid(w-labelCells-1, plot, th.Options().ASCII)
	// The first series is drawn last, so that it is seen where lines meet.
	for i := len(c.Series) - 1; i >= 0; i-- {
		g.draw(i, c.Series[i].Values, top)
	}
	if len(c.Series) > 1 && !th.Coloured() && !th.Options().ASCII {
		g.letter(c.Series, top)
	}
	ends := g.ends(c.Series, top)
	for y := range plot {
		label := ""
		switch {
		case y == 0 && top > 0:
			label = c.Say(top)
		case y == plot-1:
			label = c.Say(0)
		case plot >= 7 && y == (plot-1)/2:
			label = c.Say(top / 2)
		}
		var b strings.Builder
		b.WriteString(th.Paint(theme.Dim, text.FitRight(label, labelCells-1, th.Glyphs().Ellipsis)) + " ")
		g.paint(&b, th, y)
		if n := ends[y]; n >= 0 {
			b.WriteString(th.Paint(theme.TaskColour(n), Letter(n)))
		}
		rows = append(rows, b.String())
	}
	return append(rows, c.axis(th, w))
}

// legend names the chart and its series, each with its letter and its last value, as many
// as fit.
func (c Chart) legend(th *theme.Theme, w int) string {
	ellipsis := th.Glyphs().Ellipsis
	role := theme.Title
	title := text.Truncate(c.Title, w, ellipsis)
	if c.Focus {
		title, role = th.Glyphs().Marker+text.Truncate(c.Title, w-1, ellipsis), theme.Selected
	}
	var b strings.Builder
	b.WriteString(th.Paint(role, title))
	left := w - text.Width(title)
	for i, s := range c.Series {
		rest := len(c.Series) - i
		name, value := text.Line(s.Name), c.Say(last(s.Values))
		if len(c.Series) == 1 {
			name = ""
		}
		room := left - aside
		if c.crowded(i, left) {
			// Each has its share where names of that length still tell something; else as many
			// as fit are named.
			if room = left/rest - aside; room-text.Width(value)-1 < leastName {
				room = left - aside - len("  +") - len(strconv.Itoa(rest))
			}
		}
		if short := room - text.Width(value) - 1; short < text.Width(name) {
			if short < leastName {
				b.WriteString(th.Paint(theme.Dim, text.Truncate("  +"+strconv.Itoa(rest), left, ellipsis)))
				break
			}
			name = text.TruncateMiddle(name, short, ellipsis)
		}
		what := strings.TrimSpace(name + " " + value)
		b.WriteString("  " + th.Paint(theme.TaskColour(i), Letter(i)+" ") + what)
		left -= aside + text.Width(what)
	}
	return b.String()
}

const (
	aside     = 4 // cells of the legend around a name and its value: blanks and the letter
	leastName = 3 // cells of a name that still tells something
)

// crowded reports whether the series from one on need more than so many cells.
func (c Chart) crowded(from, cells int) bool {
	for _, s := range c.Series[from:] {
		cells -= aside + text.Width(text.Line(s.Name)) + 1 + text.Width(c.Say(last(s.Values)))
	}
	return cells < 0
}

// axis is the line under the chart, with what happened and between which ends.
func (c Chart) axis(th *theme.Theme, w int) string {
	cells := make([]string, w-labelCells-1)
	for i := range cells {
		cells[i] = th.Glyphs().Rule
	}
	roles := map[int]theme.Role{}
	for _, m := range c.Marks {
		if math.IsNaN(m.At) || m.At < 0 || m.At > 1 {
			continue
		}
		at := int(math.Round(m.At * float64(len(cells)-1)))
		cells[at], roles[at] = m.Letter, m.Role
	}
	// A label makes room for marks as far as it stays on its side.
	write := func(label string, from, by int) {
		letters := []rune(label)
		for at, tries := from, 0; tries+len(letters) < len(cells)/2; at, tries = at+by, tries+1 {
			free := true
			for i := range letters {
				_, marked := roles[at+i]
				free = free && !marked
			}
			if free {
				for i, r := range letters {
					cells[at+i] = string(r)
				}
				return
			}
		}
	}
	write(c.Begins, 0, 1)
	write(c.Ends, len(cells)-len([]rune(c.Ends)), -1)
	var b strings.Builder
	b.WriteString(text.Spaces(labelCells))
	run := 0
	flush := func(to int) {
		b.WriteString(th.Paint(theme.Dim, strings.Join(cells[run:to], "")))
		run = to
	}
	for i := range cells {
		if role, marked := roles[i]; marked {
			flush(i)
			b.WriteString(th.Paint(role, cells[i]))
			run = i + 1
		}
	}
	flush(len(cells))
	return b.String()
}

func (c Chart) any() bool {
	for _, s := range c.Series {
		for _, v := range s.Values {
			if !math.IsNaN(v) {
				return true
			}
		}
	}
	return false
}

// highest is the greatest value; zero when there is none above it. Nothing that is drawn
// here is negative.
func (c Chart) highest() float64 {
	high := 0.0
	for _, s := range c.Series {
		for _, v := range s.Values {
			if !math.IsInf(v, 0) {
				high = math.Max(high, zeroed(v))
			}
		}
	}
	return high
}

func zeroed(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}

// last is the last value that there is; NaN without any.
func last(values []float64) float64 {
	for i := len(values) - 1; i >= 0; i-- {
		if !math.IsNaN(values[i]) {
			return values[i]
		}
	}
	return math.NaN()
}

// ceiling is the end of an axis that holds a value: a number that is read at a glance.
func ceiling(v float64) float64 {
	if v <= 0 {
		return 0
	}
	size := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range [...]float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 8} {
		if v <= step*size*(1+1e-9) {
			return step * size
		}
	}
	return 10 * size
}
