package metrics

import (
	"cmp"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx/metrics"
	"gantry/ui"
	"gantry/ui/chart"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// charts is what is common to the screens that draw charts: one of them is in focus, and
// may be shown alone.
type charts struct {
	all   []chart.Chart
	focus int
	zoom  bool
	over  metrics.Range
	cols  int // of the last drawing
}

// defaultRange is how far back charts go until another range is chosen.
func defaultRange() metrics.Range { return metrics.Ranges()[2] }

// set takes charts anew. The focus stays on the chart of its title.
func (c *charts) set(all []chart.Chart) {
	title := ""
	if c.focus < len(c.all) {
		title = c.all[c.focus].Title
	}
	c.all = all
	for i := range all {
		if all[i].Title == title {
			c.focus = i
		}
	}
	c.focus = max(0, min(c.focus, len(all)-1))
}

// Move, Page, Top and Bottom move the focus by rows of charts.
func (c *charts) Move(n int) { c.step(n * max(1, c.cols)) }

// Page moves the focus by so many screens, which are taken for two rows.
func (c *charts) Page(n int) { c.Move(2 * n) }

// Top goes to the first chart.
func (c *charts) Top() { c.focus = 0 }

// Bottom goes to the last chart.
func (c *charts) Bottom() { c.focus = max(0, len(c.all)-1) }

func (c *charts) step(n int) {
	if to := c.focus + n; to >= 0 && to < len(c.all) {
		c.focus = to
	}
}

// actions are moving, zooming and choosing a range, after which ranged is called.
func (c *charts) actions(ranged func() tea.Cmd) []ui.Action {
	zoom := actZoom.Does(func() { c.zoom = !c.zoom })
	if c.zoom {
		zoom.Name = "all of them"
	}
	if len(c.all) == 0 {
		zoom.Disabled = "no chart was read"
	}
	list := append(ui.Movement(c), zoom, actLeft.Does(func() { c.step(-1) }), actRight.Does(func() { c.step(1) }))
	for i, b := range rangeBindings() {
		r := metrics.Ranges()[i]
		a := b.Runs(func() tea.Cmd {
			c.over = r
			return ranged()
		})
		if r == c.over {
			a.Disabled = "this is the range shown"
		}
		list = append(list, a)
	}
	return list
}

// twoColumns and threeColumns are the widths from which charts stand beside each other.
const (
	twoColumns   = 58
	threeColumns = 240
	gutter       = 2
	chartRows    = 5 // the least that a chart among others has
)

// draw draws the charts that fit, the one in focus among them, or that alone.
func (c *charts) draw(th *theme.Theme, w, h int) []string {
	c.cols = 1
	switch {
	case w >= threeColumns:
		c.cols = 3
	case w >= twoColumns && len(c.all) > 1:
		c.cols = 2
	}
	if c.zoom {
		return c.alone(th, w, h)
	}
	lines := (len(c.all) + c.cols - 1) / c.cols
	if lines == 0 || h < 3 {
		return nil
	}
	fit := max(1, min(lines, h/chartRows))
	if lines*3 <= h && h < lines*chartRows {
		fit = lines // small, but all of them
	}
	first := max(0, min(c.focus/c.cols-fit/2, lines-fit))
	var rows []string
	for line := first; line < first+fit; line++ {
		// What does not divide goes to the upper ones.
		height := h / fit
		if line-first < h%fit {
			height++
		}
		width := (w - gutter*(c.cols-1)) / c.cols
		var beside [][]string
		for col := range c.cols {
			if i := line*c.cols + col; i < len(c.all) {
				one := c.all[i]
				one.Focus = i == c.focus && len(c.all) > 1
				beside = append(beside, one.Draw(th, width, height))
			}
		}
		for y := range height {
			row := ""
			for col, drawn := range beside {
				if col > 0 {
					row = text.PadPainted(row, col*(width+gutter))
				}
				if y < len(drawn) {
					row += drawn[y]
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// alone draws the chart in focus, and below it what each of its series comes to.
func (c *charts) alone(th *theme.Theme, w, h int) []string {
	if c.focus >= len(c.all) {
		return nil
	}
	one := c.all[c.focus]
	table := summaries(one)
	below := min(len(table), max(0, h-8))
	rows := one.Draw(th, w, h-below)
	for i, line := range table[:below] {
		role := theme.Dim
		if i > 0 {
			role = theme.TaskColour(i - 1)
		}
		rows = append(rows, th.Paint(role, text.Truncate(line, w, th.Glyphs().Ellipsis)))
	}
	return rows
}

// summaries are the series of a chart in a table.
func summaries(c chart.Chart) []string {
	wide := 6
	for _, s := range c.Series {
		wide = max(wide, text.Width(text.Line(s.Name)))
	}
	row := func(letter, name string, cells ...string) string {
		line := letter + " " + text.Pad(name, wide)
		for _, cell := range cells {
			line += "  " + text.FitRight(cell, 10, "")
		}
		return strings.TrimRight(line, " ")
	}
	rows := []string{row(" ", "", "last", "low", "mean", "high")}
	for i, s := range c.Series {
		sum := metrics.Summarize(s.Values)
		rows = append(rows, row(chart.Letter(i), text.Line(s.Name), c.Say(sum.Last), c.Say(sum.Low), c.Say(sum.Mean), c.Say(sum.High)))
	}
	return rows
}

// text is all charts as a table, for a file.
func (c *charts) text() string {
	var b strings.Builder
	for _, one := range c.all {
		b.WriteString(text.Line(one.Title) + "\n")
		for _, row := range summaries(one) {
			b.WriteString(row + "\n")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// drawing makes a chart of values over a window.
func drawing(d metrics.Drawn, from, to, now time.Time, marks []chart.Mark) chart.Chart {
	c := chart.Chart{
		Title: d.Title, Say: d.Unit.Say, Marks: marks, Empty: "no data",
		Begins: from.In(now.Location()).Format("15:04"), Ends: to.In(now.Location()).Format("15:04"),
	}
	for _, s := range d.Series {
		c.Series = append(c.Series, chart.Series{Name: s.Name, Values: s.Values})
		if s.Trouble != "" {
			c.Empty = cmp.Or(text.Line(s.Trouble), c.Empty)
		}
	}
	return c
}

// letters are how marks are told on the axis.
func letters(k metrics.MarkKind) (letter string, role theme.Role) {
	switch k {
	case metrics.RolledBack:
		return "B", theme.Degraded
	case metrics.Changed:
		return "C", theme.Warn
	case metrics.Chosen:
		return "@", theme.Title
	}
	return "D", theme.Accent
}

// marked puts marks on an axis; what happened since the last value stands at its end.
func marked(marks []metrics.Mark, from, to time.Time) (all []chart.Mark) {
	span := to.Sub(from)
	for _, m := range marks {
		letter, role := letters(m.Kind)
		all = append(all, chart.Mark{At: min(1, float64(m.At.Sub(from))/float64(span)), Letter: letter, Role: role})
	}
	return all
}
