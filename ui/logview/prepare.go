package logview

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gantry/internal/clean"
	"gantry/ui/theme"
)

const (
	maxMessage = 8 << 10 // bytes of one message drawn; the record has the rest
	lookAhead  = 8 << 10 // bytes behind those that are read to recognise a secret
	maxReady   = 1024    // prepared messages kept
)

// prepared is a message as it is drawn: cut, redacted and clean but for its line ends,
// with the styles of its parts.
type prepared struct {
	text string
	runs []run // ascending; what is behind the last one has the line's own style
}

// run is the style of a message's bytes up to end.
type run struct {
	end  int
	role theme.Role
	pen  pen // the line's own colours, which are stronger than the role
}

// from is the message without its first n bytes.
func (m prepared) from(n int) prepared {
	out := prepared{text: m.text[min(n, len(m.text)):]}
	for _, r := range m.runs {
		if r.end > n {
			r.end -= n
			out.runs = append(out.runs, r)
		}
	}
	return out
}

// part is n bytes of the message.
func (m prepared) part(at, n int) prepared {
	out := m.from(at)
	out.text = out.text[:n]
	return out
}

// prepared returns a message as it is drawn. What is on screen is prepared once and
// not again in each frame.
func (l *Log) prepared(pos uint64, line Line) prepared {
	if m, ok := l.ready[pos]; ok {
		return m
	}
	if len(l.ready) >= maxReady {
		clear(l.ready)
	}
	m, ok := prepared{}, false
	if l.columns != nil && !line.Gap && !line.Mark {
		m, ok = l.columns.row(pos, l.reveal)
	}
	if !ok {
		m = printable(line.Message, l.reveal)
	}
	l.ready[pos] = m
	return m
}

// printable cuts a message to what is drawn of it. Secrets are hidden before the cut,
// since half a token is not recognised and still half a token, and after the colours
// are taken out, which could stand in the middle of one.
func printable(message string, reveal bool) prepared {
	whole := len(message)
	raw, runs := sgr(cut(strings.TrimRight(message, "\r\n"), maxMessage+lookAhead))
	raw = strings.TrimRight(raw, "\r\n") // which colours may have followed
	s := raw
	if !reveal {
		if s = clean.Redact(raw); s != raw {
			runs = nil // They no longer fit.
		}
	}
	more := ""
	if len(s) > maxMessage {
		s, more = cut(s, maxMessage), fmt.Sprintf(" (cut: %d KiB in all)", whole>>10)
	}
	if len(runs) == 0 {
		m := prepared{text: clean.Text(s)}
		m.runs = fields(m.text)
		m.text += more
		return m
	}
	var m prepared
	var b strings.Builder
	at := 0
	for _, r := range append(runs, run{end: len(s)}) {
		end := min(r.end, len(s))
		b.WriteString(clean.Text(s[at:end]))
		at, r.end = end, b.Len()
		m.runs = append(m.runs, r)
	}
	m.text = b.String() + more
	return m
}

// cut returns at most n bytes of s and splits no character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
