package logview

import (
	"strings"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// message paints s, which begins as m does, with what the search matches standing out.
func (d *drawing) message(m prepared, s string, base theme.Role) string {
	find := &d.log.find
	if len(m.runs) == 0 && !find.on() {
		return d.th.Paint(base, s)
	}
	var b strings.Builder
	at := 0
	for find.on() && at < len(s) {
		from, to := find.next(s[at:])
		if from < 0 || to == from {
			break
		}
		from, to = text.Whole(s[at:], from, to)
		d.styled(&b, m.runs, s[at:at+from], at, base)
		b.WriteString(d.th.Paint(theme.Match, s[at+from:at+to]))
		at += to
	}
	d.styled(&b, m.runs, s[at:], at, base)
	return b.String()
}

// styled writes a part of a message that begins at byte at.
func (d *drawing) styled(b *strings.Builder, runs []run, s string, at int, base theme.Role) {
	for _, r := range runs {
		if r.end <= at || s == "" {
			continue
		}
		// A run may end within a character where the row was cut.
		_, n := text.Whole(s, 0, min(r.end-at, len(s)))
		b.WriteString(d.paint(r, s[:n], base))
		s, at = s[n:], at+n
	}
	b.WriteString(d.th.Paint(base, s))
}

func (d *drawing) paint(r run, s string, base theme.Role) string {
	if r.pen != (pen{}) {
		if open := r.pen.open(d.th); open != "" && s != "" {
			return open + s + closing
		}
		return s
	}
	if r.role != theme.Text {
		base = r.role
	}
	return d.th.Paint(base, s)
}

// closing ends what a pen opened.
const closing = "\x1b[m"

// fields finds the names in a message that is JSON or holds name=value, which are
// painted fainter than what they say.
func fields(s string) []run {
	var runs []run
	name := func(from, to int) {
		runs = append(runs, run{end: from}, run{end: to, role: theme.Dim})
	}
	word, quote := 0, -1 // where the word began, and the string before it
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' && quote < 0:
			quote = i
		case c == '\\' && quote >= 0:
			i++
		case c == '"':
			if i+1 < len(s) && s[i+1] == ':' && strings.HasPrefix(s, "{") {
				name(quote, i+2)
			}
			word, quote = i+1, -1
		case quote >= 0:
		case c == '=':
			if i > word && i+1 < len(s) && s[i+1] != '=' && s[i+1] != ' ' {
				name(word, i+1)
			}
			word = i + 1
		case !nameByte(c):
			word = i + 1
		}
	}
	return runs
}

func nameByte(c byte) bool {
	return c == '_' || c == '-' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
