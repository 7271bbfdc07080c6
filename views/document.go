package views

import (
	"regexp"
	"strings"

	"gantry/internal/clean"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// para is one paragraph of a description or of the evidence below a table:
// an optional label, and raw text that is cleaned where it is laid out.
type para struct {
	label string
	text  string
	role  theme.Role // of the text
	depth int        // indentation, in steps
}

// document is a text in paragraphs, built from top to bottom.
type document struct{ paras []para }

// heading starts a section.
func (d *document) heading(s string) {
	if len(d.paras) > 0 {
		d.paras = append(d.paras, para{})
	}
	d.paras = append(d.paras, para{text: s, role: theme.Title})
}

// field adds a labelled value; one that is empty is left out.
func (d *document) field(label, value string) {
	d.fieldAs(theme.Text, label, value)
}

func (d *document) fieldAs(role theme.Role, label, value string) {
	if value != "" {
		d.paras = append(d.paras, para{label: label, text: value, role: role, depth: 1})
	}
}

// line adds free text.
func (d *document) line(role theme.Role, s string) {
	d.paras = append(d.paras, para{text: s, role: role, depth: 1})
}

const (
	depthStep = 2
	maxLabel  = 22
)

// layout draws paragraphs as painted lines.
type layout struct {
	theme  *theme.Theme
	width  int            // cells a line may take
	wrap   bool           // long text goes on below itself; it is cut otherwise
	search *regexp.Regexp // what to mark; nil for nothing
}

// lines draws paragraphs, and tells at which line each begins. Labels of one
// section are aligned; an empty paragraph separates sections.
func (l layout) lines(paras []para) (out []string, starts []int) {
	if l.width <= 0 {
		return nil, make([]int, len(paras))
	}
	column := 0
	for i, p := range paras {
		if i == 0 || paras[i-1] == (para{}) {
			column = labelWidth(paras[i:])
		}
		starts = append(starts, len(out))
		if p == (para{}) {
			out = append(out, "")
			continue
		}
		out = l.append(out, p, column)
	}
	return out, starts
}

// labelWidth is the width of the column that the labels of the first section
// need.
func labelWidth(paras []para) int {
	width := 0
	for _, p := range paras {
		if p == (para{}) {
			break
		}
		if p.label != "" {
			width = max(width, text.Width(p.label)+2)
		}
	}
	return min(width, maxLabel)
}

// append draws one paragraph with its label in a column of the given width.
func (l layout) append(out []string, p para, column int) []string {
	if p.label == "" {
		column = 0
	}
	column = min(column, l.width/2)
	margin := text.Spaces(min(p.depth*depthStep, l.width/4))
	room := max(1, l.width-len(margin)-column)
	ellipsis := l.theme.Glyphs().Ellipsis
	rows := []string{text.Truncate(p.printable(), room, ellipsis)}
	if l.wrap {
		rows = text.Wrap(p.printable(), room)
	}
	for i, row := range rows {
		label := text.Spaces(column)
		if i == 0 && column > 0 {
			label = l.paint(theme.Dim, text.Fit(p.label, column-1, ellipsis)) + " "
		}
		out = append(out, margin+label+l.paint(p.role, row))
	}
	return out
}

// paint styles clean text, with the matches of the search in their own style.
func (l layout) paint(role theme.Role, s string) string {
	if l.search == nil {
		return l.theme.Paint(role, s)
	}
	var b strings.Builder
	at := 0
	for _, m := range l.search.FindAllStringIndex(s, -1) {
		b.WriteString(l.theme.Paint(role, s[at:m[0]]))
		b.WriteString(l.theme.Paint(theme.Match, s[m[0]:m[1]]))
		at = m[1]
	}
	b.WriteString(l.theme.Paint(role, s[at:]))
	return b.String()
}

// printable is the text as it may be shown or saved.
func (p para) printable() string { return clean.Redact(text.Line(p.text)) }

// matches tells whether the search finds something in the paragraph.
func (p para) matches(re *regexp.Regexp) bool {
	return re.MatchString(p.printable()) || re.MatchString(text.Line(p.label))
}

// plainText is what paragraphs say, without colours and without breaks.
func plainText(paras []para) string {
	var b strings.Builder
	for _, p := range paras {
		b.WriteString(text.Spaces(p.depth * depthStep))
		if p.label != "" {
			b.WriteString(text.Line(p.label) + ": ")
		}
		b.WriteString(p.printable() + "\n")
	}
	return b.String()
}
