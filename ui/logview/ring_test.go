package logview_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/ui/logview"
	"gantry/ui/theme"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// buffer is the plainest buffer that a log can draw from.
type buffer struct {
	max   int
	first uint64
	lines []logview.Line
}

func (b *buffer) First() uint64              { return b.first }
func (b *buffer) End() uint64                { return b.first + uint64(len(b.lines)) }
func (b *buffer) At(pos uint64) logview.Line { return b.lines[pos-b.first] }

// add appends lines and evicts what is too many.
func (b *buffer) add(lines ...logview.Line) {
	b.lines = append(b.lines, lines...)
	if over := len(b.lines) - b.max; over > 0 {
		b.lines, b.first = b.lines[over:], b.first+uint64(over)
	}
}

// insert puts a late line in at a position.
func (b *buffer) insert(pos uint64, line logview.Line) {
	b.lines = slices.Insert(b.lines, int(pos-b.first), line)
}

func start() time.Time { return time.Date(2024, 5, 1, 3, 12, 0, 0, time.UTC) }

// lines makes n numbered lines of three tasks.
func lines(from, n int) []logview.Line {
	levels := []logview.Level{logview.LevelInfo, logview.LevelInfo, logview.LevelDebug, logview.LevelWarn, logview.LevelError, logview.LevelNone}
	out := make([]logview.Line, n)
	for i := range out {
		at := from + i
		out[i] = logview.Line{
			Time:  start().Add(time.Duration(at) * 137 * time.Millisecond),
			Level: levels[at%len(levels)], Label: []string{"api/5ec1", "api/77ab", "worker/0c"}[at%3], Colour: at % 3,
			Message: fmt.Sprintf("line %d GET /orders/%d 200 %s", at, at*31, strings.Repeat("took=12ms ", at%9)),
		}
	}
	return out
}

func newLog(n int) (*logview.Log, *buffer) {
	b := &buffer{max: 1 << 20}
	b.add(lines(0, n)...)
	return logview.New(b), b
}

func coloured() *theme.Theme {
	return theme.New(theme.Options{Profile: colorprofile.ANSI, Dark: true})
}

// rows returns the frame as a reader sees it, without blanks at the right.
func rows(l *logview.Log, w, h int) []string {
	var out []string
	for line := range strings.SplitSeq(ansi.Strip(l.View(coloured(), w, h)), "\n") {
		out = append(out, strings.TrimRight(line, " "))
	}
	return out
}

// numbers returns the numbers of the lines on screen.
func numbers(l *logview.Log, h int) []int {
	var out []int
	for _, row := range rows(l, 120, h) {
		var n int
		if _, rest, ok := strings.Cut(row, "line "); ok {
			if _, err := fmt.Sscan(rest, &n); err == nil {
				out = append(out, n)
			}
		}
	}
	return out
}
