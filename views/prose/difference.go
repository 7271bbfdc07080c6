package prose

import (
	"slices"
	"strings"

	"gantry/ui"
	"gantry/ui/diffview"
	"gantry/ui/pager"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// Hunks is a difference on a screen, gone through hunk by hunk.
type Hunks struct {
	Lines []diffview.Line
	rows  []int // of the pager, at which a hunk begins
}

// Below draws the difference under rows that are there already.
func (d *Hunks) Below(out []string, th *theme.Theme, w int) []string {
	d.rows = nil
	rows, starts := diffview.Draw(th, d.Lines, max(w-1, 0))
	for i, l := range d.Lines {
		if l.Kind == diffview.Hunk {
			d.rows = append(d.rows, len(out)+starts[i])
		}
	}
	for _, row := range rows {
		out = append(out, " "+row)
	}
	return out
}

// The actions on a difference.
var (
	actNextHunk = ui.ActFindNext.As("next hunk", 0)
	actPrevHunk = ui.ActFindPrev.As("previous hunk", 0)
)

// HunkBindings are those on a difference.
func HunkBindings() []ui.Binding { return []ui.Binding{actNextHunk, actPrevHunk} }

// Actions go from hunk to hunk.
func (d *Hunks) Actions(p *pager.Pager) []ui.Action {
	none := ""
	if len(d.Lines) == 0 {
		none = "there is no difference"
	}
	return []ui.Action{
		actNextHunk.Does(func() { d.show(p, 1) }).Unless(none),
		actPrevHunk.Does(func() { d.show(p, -1) }).Unless(none),
	}
}

// show goes to the next hunk, or the one before.
func (d *Hunks) show(p *pager.Pager, step int) {
	first, _, _ := p.Position()
	at, on := slices.BinarySearch(d.rows, first)
	switch {
	case step < 0:
		at--
	case on:
		at++
	}
	if at >= 0 && at < len(d.rows) {
		p.ShowTop(d.rows[at])
	}
}

// Difference is what changes from one document to another, in hunks. Each is
// headed by where in the document it stands, since line numbers of a normal form
// tell nobody anything, and loses the indentation that all its lines share.
func Difference(old, fresh string) []diffview.Line {
	lines := diffview.Compare(old, fresh)
	before, after := strings.Split(old, "\n"), strings.Split(fresh, "\n")
	for from := 0; from < len(lines); {
		to := from + 1
		for to < len(lines) && lines[to].Kind != diffview.Hunk {
			to++
		}
		for _, l := range lines[from+1 : to] {
			switch l.Kind {
			case diffview.Removed:
				lines[from].Text = placeOf(before, l.Number-1)
			case diffview.Added:
				lines[from].Text = placeOf(after, l.Number-1)
			default:
				continue
			}
			break
		}
		dedent(lines[from+1 : to])
		from = to
	}
	return lines
}

// placeOf names what the i-th line of laid-out JSON lies in, from the outside in:
// members by their name, items of a list by the name they carry.
func placeOf(lines []string, i int) string {
	var path []string
	depth := indentation(lines[i])
	for at := i - 1; at >= 0 && depth > 0; at-- {
		if d := indentation(lines[at]); d < depth {
			depth = d
			if name := openerName(lines, at); name != "" {
				path = append([]string{name}, path...)
			}
		}
	}
	if len(path) == 0 {
		return "the definition itself"
	}
	return strings.Join(path, " / ")
}

// openerName is what a line that opens an object or a list is known by.
func openerName(lines []string, at int) string {
	depth := indentation(lines[at])
	if name, _, ok := strings.Cut(strings.TrimSpace(lines[at]), ":"); ok {
		return strings.Trim(name, `"`)
	}
	for _, line := range lines[at+1:] {
		switch indentation(line) {
		case depth:
			return ""
		case depth + len(indent):
			if name, ok := strings.CutPrefix(strings.TrimSpace(line), `"name": `); ok {
				return strings.Trim(name, `",`)
			}
		}
	}
	return ""
}

// indent is one step of laid-out JSON.
const indent = "  "

func indentation(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// dedent takes away the indentation that all lines share.
func dedent(lines []diffview.Line) {
	if len(lines) == 0 {
		return
	}
	shared := indentation(lines[0].Text)
	for _, l := range lines {
		shared = min(shared, indentation(l.Text))
	}
	for i := range lines {
		lines[i].Text = lines[i].Text[shared:]
	}
}

// PlainDifference is a difference as text, for a file.
func PlainDifference(lines []diffview.Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.Kind.Sign() + " " + text.Line(l.Text) + "\n")
	}
	return b.String()
}
