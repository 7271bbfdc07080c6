package livetable

import (
	"strconv"
	"strings"

	"gantry/ui/theme"
)

// Span is a piece of a line with its meaning. Its text is printable already.
type Span struct {
	Text string
	Role theme.Role
}

// PaintSpans joins pieces with two spaces between them.
func PaintSpans(th *theme.Theme, spans []Span) string {
	var b strings.Builder
	for i, s := range spans {
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(th.Paint(s.Role, s.Text))
	}
	return b.String()
}

// totals are the numbers of rows by state.
type totals struct {
	all   int
	state [theme.StatusFailed + 1]int
}

func totalsOf[T any](rows []T, status func(T) (theme.Status, bool)) totals {
	if status == nil {
		return totals{all: len(rows)}
	}
	var t totals
	for _, row := range rows {
		if s, ok := status(row); ok {
			t.all++
			t.state[s]++
		}
	}
	return t
}

// spans are the totals from the worst to what says nothing, only those that
// there are: "212: x1 !2 ~1 +148 ?60".
func (t totals) spans() []Span {
	var out []Span
	for _, s := range [...]theme.Status{
		theme.StatusFailed, theme.StatusDegraded, theme.StatusPending,
		theme.StatusOK, theme.StatusStopped, theme.StatusUnknown,
	} {
		if n := t.state[s]; n > 0 {
			out = append(out, Span{s.Glyph() + strconv.Itoa(n), s.Role()})
		}
	}
	return out
}

// paint draws the totals as one word after another.
func (t totals) paint(th *theme.Theme) string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(t.all))
	for i, s := range t.spans() {
		if i == 0 {
			b.WriteByte(':')
		}
		b.WriteString(" " + th.Paint(s.Role, s.Text))
	}
	return b.String()
}
