package views

import (
	"strings"

	"gantry/awsx/deploy"
	"gantry/ui/diffview"
	"gantry/ui/text"
)

// difference is what a plan changes in the document, in hunks. Each is headed by
// where in the document it stands, since line numbers of a normal form tell
// nobody anything, and loses the indentation that all its lines share.
func difference(p deploy.Plan) []diffview.Line {
	lines := diffview.Compare(p.Old, p.New)
	before, after := strings.Split(p.Old, "\n"), strings.Split(p.New, "\n")
	for from := 0; from < len(lines); {
		to := from + 1
		for to < len(lines) && lines[to].Kind != diffview.Hunk {
			to++
		}
		for _, l := range lines[from+1 : to] {
			switch l.Kind {
			case diffview.Removed:
				lines[from].Text = place(before, l.Number-1)
			case diffview.Added:
				lines[from].Text = place(after, l.Number-1)
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

// place names what the i-th line of laid-out JSON lies in, from the outside in:
// members by their name, items of a list by the name they carry.
func place(lines []string, i int) string {
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

// plainDifference is a difference as text, for a file.
func plainDifference(lines []diffview.Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.Kind.Sign() + " " + text.Line(l.Text) + "\n")
	}
	return b.String()
}
