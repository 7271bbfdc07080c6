package livetable

import (
	"strings"

	"gantry/ui"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views/prose"
)

// sideWidth is the screen width from which evidence stands at the right of the
// table and not below it.
const sideWidth = 160

// gutter separates the table from evidence beside it.
const gutter = 3

// panel draws the evidence about the row under the cursor. It lays lines out
// again only when something about them changed.
type panel struct {
	paras func(lines int) []prose.Para // nil for none

	lines []string
	theme *theme.Theme
	w, h  int
}

// set shows other evidence.
func (p *panel) set(paras func(lines int) []prose.Para) {
	p.paras, p.theme = paras, nil
}

// Roomy is the number of lines from which evidence is told in whole sentences, and in
// sections. In fewer lines each has to tell something of its own.
const Roomy = 16

// fit gives at most h lines of at most w cells: whole sentences where there is room for
// all or for many, else one line of each.
func (p *panel) fit(th *theme.Theme, w, h int) []string {
	if th != p.theme || w != p.w || h != p.h {
		p.theme, p.w, p.h = th, w, h
		var paras []prose.Para
		if p.paras != nil {
			paras = p.paras(h)
		}
		if p.lines = prose.Wrapped(th, w, paras); len(p.lines) > h && h < Roomy {
			p.lines, _ = prose.Lines(paras, ui.Drawing{Theme: th, Width: w})
		}
		p.lines = p.lines[:min(h, len(p.lines))]
	}
	return p.lines
}

// below is how many of h rows the evidence gets under a table of n rows: a few,
// and what a short table leaves. It does not depend on the evidence itself, so
// that the table keeps its height when the cursor moves.
func below(h, n int) int {
	few := min(max(h/5, 3), 8)
	return min(max(few, h-n-2), h/2+h/4)
}

// leastBeside is the width that evidence at the right of a table has at least.
const leastBeside = 60

// stack puts the evidence below the table. A line separates them where there is
// room.
func (p *panel) stack(th *theme.Theme, w, h, n int, table func(w, h int) string) string {
	foot := below(h, n)
	var b strings.Builder
	body := table(w, h-foot)
	b.WriteString(body)
	used := strings.Count(body, "\n") + 1
	b.WriteString(strings.Repeat("\n", max(0, h-foot-used)))
	for _, line := range p.fit(th, w, foot) {
		b.WriteByte('\n')
		b.WriteString(line)
	}
	return b.String()
}

// side puts the evidence at the right of the table, which takes left cells. Blank cells part them: a
// drawn line would be copied along with the text.
func (p *panel) side(th *theme.Theme, w, h, left int, table func(w, h int) string) string {
	lines := p.fit(th, w-left-gutter, h)
	rows := strings.Split(table(left, h), "\n")
	ellipsis := th.Glyphs().Ellipsis
	var b strings.Builder
	for i := range h {
		row := ""
		if i < len(rows) {
			row = rows[i]
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		if i >= len(lines) {
			b.WriteString(row)
			continue
		}
		b.WriteString(text.FitPainted(row, left, ellipsis))
		b.WriteString(text.Spaces(gutter))
		b.WriteString(lines[i])
	}
	return b.String()
}
