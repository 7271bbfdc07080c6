package prose

import (
	"strings"

	"gantry/internal/clean"
	"gantry/ui"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// Para is one paragraph of a description or of the evidence below a table:
// an optional label, and raw text that is cleaned where it is laid out.
type Para struct {
	Label string
	Text  string
	Role  theme.Role // of the text
	Depth int        // indentation, in steps
}

// Document is a text in paragraphs, built from top to bottom.
type Document struct{ Paras []Para }

// Heading starts a section.
func (d *Document) Heading(s string) {
	if len(d.Paras) > 0 {
		d.Paras = append(d.Paras, Para{})
	}
	d.Paras = append(d.Paras, Para{Text: s, Role: theme.Title})
}

// Field adds a labelled value; one that is empty is left out.
func (d *Document) Field(label, value string) {
	d.FieldAs(theme.Text, label, value)
}

// FieldAs is Field in the colours of a role.
func (d *Document) FieldAs(role theme.Role, label, value string) {
	if value != "" {
		d.Paras = append(d.Paras, Para{Label: label, Text: value, Role: role, Depth: 1})
	}
}

// Line adds free text.
func (d *Document) Line(role theme.Role, s string) {
	d.Paras = append(d.Paras, Para{Text: s, Role: role, Depth: 1})
}

const (
	depthStep = 2
	maxLabel  = 22
)

// Lines draws paragraphs, and tells at which line each begins. Labels of one
// section are aligned; an empty paragraph separates sections.
func Lines(paras []Para, d ui.Drawing) (out []string, starts []int) {
	if d.Width <= 0 {
		return nil, make([]int, len(paras))
	}
	column := 0
	for i, p := range paras {
		if i == 0 || paras[i-1] == (Para{}) {
			column = labelWidth(paras[i:])
		}
		starts = append(starts, len(out))
		if p == (Para{}) {
			out = append(out, "")
			continue
		}
		out = p.draw(out, d, column)
	}
	return out, starts
}

// Wrapped lays paragraphs out for a width, as many lines as that takes.
func Wrapped(th *theme.Theme, w int, paras []Para) []string {
	lines, _ := Lines(paras, ui.Drawing{Theme: th, Width: w, Wrap: true})
	return lines
}

// Draw draws the document.
func (d Document) Draw(how ui.Drawing) (rows []string, starts []int) { return Lines(d.Paras, how) }

// Parts are the paragraphs as a search reads them.
func (d Document) Parts() []string {
	parts := make([]string, len(d.Paras))
	for i, p := range d.Paras {
		parts[i] = text.Line(p.Label) + " " + p.printable()
	}
	return parts
}

// Text is what the document says, without colours and without breaks.
func (d Document) Text() string { return PlainText(d.Paras) }

// labelWidth is the width of the column that the labels of the first section
// need.
func labelWidth(paras []Para) int {
	width := 0
	for _, p := range paras {
		if p == (Para{}) {
			break
		}
		if p.Label != "" {
			width = max(width, text.Width(p.Label)+2)
		}
	}
	return min(width, maxLabel)
}

// draw draws one paragraph with its label in a column of the given width.
func (p Para) draw(out []string, d ui.Drawing, column int) []string {
	if p.Label == "" {
		column = 0
	}
	column = min(column, d.Width/2)
	margin := text.Spaces(min(p.Depth*depthStep, d.Width/4))
	for i, row := range p.rows(d, max(1, d.Width-len(margin)-column)) {
		label := text.Spaces(column)
		if i == 0 && column > 0 {
			label = d.Paint(theme.Dim, text.Fit(p.Label, column-1, d.Theme.Glyphs().Ellipsis)) + " "
		}
		out = append(out, margin+label+d.Paint(p.Role, row))
	}
	return out
}

// rows is the text in rows of a width. What is wrapped of an indented line, as JSON has
// them, hangs under its beginning.
func (p Para) rows(d ui.Drawing, width int) []string {
	s := p.printable()
	own := strings.TrimLeft(s, " ")
	hang := len(s) - len(own) + depthStep
	if !d.Wrap || hang == depthStep || hang > width/2 || text.Width(s) <= width {
		return d.Rows(s, width)
	}
	rows := d.Rows(own, width-hang)
	for i, row := range rows {
		rows[i] = text.Spaces(hang) + row
		if i == 0 {
			rows[i] = text.Spaces(hang-depthStep) + row
		}
	}
	return rows
}

// printable is the text as it may be shown or saved.
func (p Para) printable() string { return clean.Shown(p.Text) }

// PlainText is what paragraphs say, without colours and without breaks.
func PlainText(paras []Para) string {
	var b strings.Builder
	for _, p := range paras {
		b.WriteString(text.Spaces(p.Depth * depthStep))
		if p.Label != "" {
			b.WriteString(text.Line(p.Label) + ": ")
		}
		b.WriteString(p.printable() + "\n")
	}
	return b.String()
}

// JSONParas makes a paragraph of each line of laid-out JSON.
func JSONParas(s string) []Para {
	var out []Para
	for line := range strings.SplitSeq(s, "\n") {
		out = append(out, Para{Text: line})
	}
	return out
}
