package diffview

import (
	"fmt"
	"strings"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// View is a difference that can be scrolled through. Long lines are broken and never
// cut: what changes in an image's name is its end. A View belongs to the loop.
type View struct {
	lines          []Line
	added, removed int

	rows []row // the lines as they were laid out for width w
	w, h int   // of the last frame
	top  int   // first row on screen
}

// row is what one row of the screen shows of a line.
type row struct {
	line  int // index in lines
	text  string
	later bool // not the first row of its line
}

// New shows what changes from before to after.
func New(before, after string) *View {
	v := &View{lines: Compare(before, after)}
	for _, l := range v.lines {
		switch l.Kind {
		case Added:
			v.added++
		case Removed:
			v.removed++
		}
	}
	return v
}

// Stat returns how many lines are added and removed.
func (v *View) Stat() (added, removed int) { return v.added, v.removed }

// Empty reports whether nothing changes.
func (v *View) Empty() bool { return len(v.lines) == 0 }

// Summary says what changes in one line: "3 added, 1 removed".
func (v *View) Summary() string {
	if v.Empty() {
		return "no difference"
	}
	return fmt.Sprintf("%d added, %d removed", v.added, v.removed)
}

// View draws at most h rows of at most w cells.
func (v *View) View(th *theme.Theme, w, h int) string {
	v.h = h
	if w <= 0 || h <= 0 {
		return ""
	}
	more := th.Glyphs().Ellipsis
	if v.Empty() {
		return th.Paint(theme.Dim, text.Truncate(v.Summary(), w, more))
	}
	v.layout(w)
	v.clamp()
	var b strings.Builder
	for i, r := range v.rows[v.top:min(v.top+h, len(v.rows))] {
		if i > 0 {
			b.WriteByte('\n')
		}
		kind, margin := v.lines[r.line].Kind, " "
		if r.later {
			margin = more
		}
		b.WriteString(th.Paint(kind.role(), text.Truncate(kind.sign()+margin+r.text, w, more)))
	}
	return b.String()
}

// layout breaks the lines into rows of w cells, behind a sign and a margin. The line
// at the top of the screen stays there.
func (v *View) layout(w int) {
	if v.w == w {
		return
	}
	v.w = w
	at := 0
	if v.top < len(v.rows) {
		at = v.rows[v.top].line
	}
	v.rows, v.top = nil, 0
	for i, l := range v.lines {
		if i == at {
			v.top = len(v.rows)
		}
		for n, s := range text.Hardwrap(l.Text, max(w-2, 1)) {
			v.rows = append(v.rows, row{line: i, text: s, later: n > 0})
		}
	}
}

func (v *View) clamp() { v.top = max(min(v.top, len(v.rows)-max(v.h, 1)), 0) }

// Move scrolls n rows down, up if negative.
func (v *View) Move(n int) {
	v.top += n
	v.clamp()
}

// Page scrolls n screens down, up if negative.
func (v *View) Page(n int) { v.Move(n * max(v.h-1, 1)) }

// Top goes to the first row.
func (v *View) Top() { v.top = 0 }

// Bottom goes to the last row.
func (v *View) Bottom() { v.Move(len(v.rows)) }

// NextHunk scrolls to the n-th hunk below the first row, or above it if negative.
func (v *View) NextHunk(n int) {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for at := v.top + step; at >= 0 && at < len(v.rows) && n > 0; at += step {
		if r := v.rows[at]; v.lines[r.line].Kind == Hunk && !r.later {
			v.top = at
			n--
		}
	}
	v.clamp()
}

// Key scrolls as a key asks, by the names that Bubble Tea gives to keys, and reports
// whether the key means anything to a difference. A program with its own key map
// calls the methods instead.
func (v *View) Key(key string) bool {
	switch key {
	case "j", "down":
		v.Move(1)
	case "k", "up":
		v.Move(-1)
	case "pgdown", "ctrl+f":
		v.Page(1)
	case "pgup", "ctrl+b":
		v.Page(-1)
	case "g", "home":
		v.Top()
	case "G", "end":
		v.Bottom()
	case "n":
		v.NextHunk(1)
	case "N":
		v.NextHunk(-1)
	default:
		return false
	}
	return true
}
