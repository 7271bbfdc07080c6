package prose

import (
	"regexp"
	"strings"

	"gantry/internal/clean"
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

// Layout draws paragraphs as painted lines.
type Layout struct {
	Theme  *theme.Theme
	Width  int            // cells a line may take
	Wrap   bool           // long text goes on below itself; it is cut otherwise
	search *regexp.Regexp // what to mark; nil for nothing
}

// Lines draws paragraphs, and tells at which line each begins. Labels of one
// section are aligned; an empty paragraph separates sections.
func (l Layout) Lines(paras []Para) (out []string, starts []int) {
	if l.Width <= 0 {
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
		out = l.append(out, p, column)
	}
	return out, starts
}

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

// append draws one paragraph with its label in a column of the given width.
func (l Layout) append(out []string, p Para, column int) []string {
	if p.Label == "" {
		column = 0
	}
	column = min(column, l.Width/2)
	margin := text.Spaces(min(p.Depth*depthStep, l.Width/4))
	room := max(1, l.Width-len(margin)-column)
	ellipsis := l.Theme.Glyphs().Ellipsis
	rows := []string{text.Truncate(p.printable(), room, ellipsis)}
	if l.Wrap {
		rows = text.Wrap(p.printable(), room)
	}
	for i, row := range rows {
		label := text.Spaces(column)
		if i == 0 && column > 0 {
			label = l.paint(theme.Dim, text.Fit(p.Label, column-1, ellipsis)) + " "
		}
		out = append(out, margin+label+l.paint(p.Role, row))
	}
	return out
}

// paint styles clean text, with the matches of the search in their own style.
func (l Layout) paint(role theme.Role, s string) string {
	if l.search == nil {
		return l.Theme.Paint(role, s)
	}
	var b strings.Builder
	at := 0
	for _, m := range l.search.FindAllStringIndex(s, -1) {
		b.WriteString(l.Theme.Paint(role, s[at:m[0]]))
		b.WriteString(l.Theme.Paint(theme.Match, s[m[0]:m[1]]))
		at = m[1]
	}
	b.WriteString(l.Theme.Paint(role, s[at:]))
	return b.String()
}

// printable is the text as it may be shown or saved.
func (p Para) printable() string { return clean.Shown(p.Text) }

// matches tells whether the search finds something in the paragraph.
func (p Para) matches(re *regexp.Regexp) bool {
	return re.MatchString(p.printable()) || re.MatchString(text.Line(p.Label))
}

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
