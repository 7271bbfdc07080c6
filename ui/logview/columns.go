package logview

import (
	"strings"

	"gantry/internal/clean"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// Column is one field of the lines, shown under its name.
type Column struct {
	Name string
	// Width is in cells; zero takes all that is left, for the last column.
	Width int
}

// Columns show fields of structured lines in place of the message. A line without
// any of them shows its message.
type Columns struct {
	Columns []Column
	// Cells returns the raw values of the line at a position, in the order of the
	// columns; false for a line that has none.
	Cells func(pos uint64) ([]string, bool)
}

// SetColumns shows fields in columns; nil shows messages again.
func (l *Log) SetColumns(c *Columns) {
	l.columns, l.left = c, 0
	clear(l.ready)
}

// InColumns reports whether fields are shown in columns.
func (l *Log) InColumns() bool { return l.columns != nil }

// columnEllipsis stands where a cell was cut; it is ASCII, since the cells are laid
// out without a theme.
const columnEllipsis = "~"

// row lays out the cells of one line.
func (c *Columns) row(pos uint64, reveal bool) (prepared, bool) {
	cells, ok := c.Cells(pos)
	if !ok {
		return prepared{}, false
	}
	var m prepared
	var b strings.Builder
	for i, column := range c.Columns {
		if i > 0 {
			b.WriteByte(' ')
		}
		value := cell(column.Name, cells[i], reveal)
		role := cellRole(column.Name, value)
		if column.Width > 0 {
			value = text.Fit(value, column.Width, columnEllipsis)
		}
		m.runs = append(m.runs, run{end: b.Len()})
		b.WriteString(value)
		m.runs = append(m.runs, run{end: b.Len(), role: role})
	}
	m.text = b.String()
	return m, true
}

// cell is a value as it is drawn in one line. A field's name gives a secret away that its
// value alone does not.
func cell(name, value string, reveal bool) string {
	value = clean.Plain(cut(value, maxMessage+lookAhead))
	if !reveal {
		value = clean.Field(name, value)
	}
	return clean.Line(cut(value, maxMessage))
}

// cellRole makes numbers stand out, and the statuses of failed requests more so.
func cellRole(name, value string) theme.Role {
	if value == "" || strings.Trim(value, "-.0123456789") != "" {
		return theme.Text
	}
	if len(value) == 3 && strings.Contains(strings.ToLower(name), "status") {
		switch value[0] {
		case '5':
			return theme.Failed
		case '4':
			return theme.Degraded
		}
	}
	return theme.Accent
}

// headings is the row of the columns' names, if there are columns.
func (d *drawing) headings() []string {
	l := d.log
	if l.columns == nil {
		return nil
	}
	_, used := d.prefix(Line{})
	if d.w-1-used < minMessage {
		used = 0
	}
	var b strings.Builder
	for _, c := range l.columns.Columns {
		name := strings.ToUpper(c.Name)
		if c.Width > 0 {
			name = text.Fit(name, c.Width, columnEllipsis)
		}
		b.WriteString(clean.Line(name) + " ")
	}
	row := text.Window(b.String(), l.left, d.w-1-used)
	return []string{text.Spaces(1+used) + d.th.Paint(theme.Header, row)}
}
