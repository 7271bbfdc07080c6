package record

import (
	"slices"
	"strings"

	"gantry/internal/clean"
	"gantry/ui"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// Line is a log line as its record shows it. It never changes.
type Line struct{ parts []part }

var _ ui.Stepped = Line{}

// part is a stop of the cursor, or what stands between two of them. Its text may have
// several lines.
type part struct {
	indent int
	label  string // before the text
	role   theme.Role
	name   theme.Role // of the label
	text   string
	// field is the field of the store whose value this is; empty for none.
	field, value string
	stop         bool
}

// About adds what is known of the line; field is that of the store which has it, empty for
// none. A value that is empty is left out.
func (l *Line) About(role theme.Role, label, value, field, raw string) {
	if value != "" {
		l.parts = append(l.parts, part{indent: 1, label: text.Pad(label, labelCells), name: theme.Dim, role: role, text: value, field: field, value: raw, stop: true})
	}
}

// labelCells is the column of what is known of a line.
const labelCells = 11

// Message adds the text of the line, which may be shown, in the role of its level.
func (l *Line) Message(role theme.Role, shown, field, raw string) {
	l.parts = append(l.parts, part{}, part{role: role, text: shown, field: field, value: raw, stop: true})
}

// JSON adds a document that may be shown, indented as json.Indent does, with a line for each
// field. Raw are the values of the store's fields by their dotted names.
func (l *Line) JSON(shown string, raw map[string]string) {
	l.parts = append(l.parts, part{})
	var path []string
	for line := range strings.SplitSeq(shown, "\n") {
		body := strings.TrimLeft(line, " ")
		p := part{indent: len(line) - len(body), name: theme.JSONKey}
		p.label, p.text = cutKey(body)
		switch key := strings.TrimSuffix(strings.TrimPrefix(p.label, `"`), `": `); {
		case strings.HasSuffix(p.text, "{") || strings.HasSuffix(p.text, "["):
			path = append(path, key)
		case strings.HasPrefix(p.text, "}") || strings.HasPrefix(p.text, "]"):
			path = path[:max(0, len(path)-1)]
		default:
			p.role, p.stop = kindOf(p.text), true
			name := strings.Join(slices.DeleteFunc(append(slices.Clone(path), key), func(s string) bool { return s == "" }), ".")
			if value, ok := raw[name]; ok && key != "" {
				p.field, p.value = name, value
			}
		}
		l.parts = append(l.parts, p)
	}
}

// cutKey parts a line of a document into a key, with what stands between, and the value.
func cutKey(line string) (key, value string) {
	if !strings.HasPrefix(line, `"`) {
		return "", line
	}
	for i := 1; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '"':
			if strings.HasPrefix(line[i+1:], ": ") {
				return line[:i+3], line[i+3:]
			}
			return "", line
		}
	}
	return "", line
}

// kindOf is the role of a value: a text, or a number, true, false or null.
func kindOf(value string) theme.Role {
	if strings.HasPrefix(value, `"`) {
		return theme.JSONString
	}
	return theme.JSONNumber
}

// Field is the field of the store that a part shows, and its value as it is there; ok is
// false where it is none.
func (l Line) Field(part int) (name, value string, ok bool) {
	if part < 0 || part >= len(l.parts) {
		return "", "", false
	}
	p := l.parts[part]
	return p.field, p.value, p.field != ""
}

// Find is the part that shows a field, of several the last: in the document itself.
func (l Line) Find(field string) (part int, ok bool) {
	for i, p := range slices.Backward(l.parts) {
		if p.field == field && field != "" {
			return i, true
		}
	}
	return 0, false
}

// Stops reports whether the cursor stops at a part.
func (l Line) Stops(part int) bool { return l.parts[part].stop }

// Parts are the texts of the parts as a search reads them.
func (l Line) Parts() []string {
	out := make([]string, len(l.parts))
	for i, p := range l.parts {
		out[i] = text.Line(p.label + strings.ReplaceAll(p.text, "\n", " "))
	}
	return out
}

// Text is the record without colours.
func (l Line) Text() string {
	var b strings.Builder
	for _, p := range l.parts {
		b.WriteString(strings.Repeat(" ", p.indent) + p.label + clean.Text(p.text) + "\n")
	}
	return b.String()
}

// Draw draws the parts one below the other: a value that is too long goes on below its own
// beginning, and the part under the cursor has a mark before it.
func (l Line) Draw(d ui.Drawing) (rows []string, starts []int) {
	for i, p := range l.parts {
		starts = append(starts, len(rows))
		rows = append(rows, p.draw(d, i == d.Cursor)...)
	}
	return rows, starts
}

// hang is how far what goes on of a value stands in, where its key takes half of the width.
const hang = 2

func (p part) draw(d ui.Drawing, under bool) []string {
	mark, name, role := " ", p.name, p.role
	if under {
		mark, name = d.Theme.Paint(theme.Marker, d.Theme.Glyphs().Marker), theme.Selected
	}
	margin := text.Spaces(min(p.indent, d.Width/4))
	label := text.Line(p.label)
	key, room, wide := strings.TrimRight(label, " "), d.Width-1-len(margin), text.Width(label)
	first := mark + margin + d.Paint(name, key) + text.Spaces(len(label)-len(key))
	below := " " + margin + text.Spaces(wide)
	var rows []string
	if wide > room/2 {
		rows, below, wide = []string{first}, " "+margin+text.Spaces(hang), hang
	}
	for line := range strings.SplitSeq(p.text, "\n") {
		for _, row := range d.Rows(text.Line(line), max(1, room-wide)) {
			lead, as := below, role
			if len(rows) == 0 {
				if lead = first; under && key == "" {
					as = theme.Selected
				}
			}
			rows = append(rows, lead+d.Paint(as, row))
		}
	}
	return rows
}
