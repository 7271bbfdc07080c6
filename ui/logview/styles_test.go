package logview_test

import (
	"slices"
	"strings"
	"testing"

	"gantry/internal/clean"
	"gantry/ui/logview"
	"gantry/ui/theme"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// logOf makes a log of messages.
func logOf(messages ...string) (*logview.Log, *buffer) {
	b := &buffer{max: 1 << 20}
	for _, m := range messages {
		b.add(logview.Line{Message: m})
	}
	l := logview.New(b)
	l.SetTime(false)
	return l, b
}

func TestColoursOfALineAreParsedAndNothingElsePassed(t *testing.T) {
	for message, want := range map[string]string{
		"\x1b[31mred\x1b[0m plain":         "\x1b[31mred\x1b[m plain",
		"\x1b[1;4mloud\x1b[22;24m quiet":   "\x1b[1;4mloud\x1b[m quiet",
		"\x1b[38;5;208morange\x1b[39m":     "\x1b[38;5;208morange\x1b[m",
		"\x1b[38:2:255:0:0mtrue\x1b[m":     "\x1b[38;2;255;0;0mtrue\x1b[m",
		"\x1b[97;41mboth\x1b[49;39m":       "\x1b[97;41mboth\x1b[m",
		"\x1b[2Jclear":                     `\x1b[2Jclear`,
		"\x1b[31":                          `\x1b[31`,
		"\x1b]0;title\x07":                 `\x1b]0;title\x07`,
		"\x1b[38;5;999mwrong":              "wrong",
		"\x1b[31mpassword=\x1b[0mhunter2 ": "password=\x1b[m" + clean.Mask,
	} {
		l, _ := logOf(message)
		th := theme.New(theme.Options{Profile: colorprofile.TrueColor, Dark: true})
		if got := l.View(th, 60, 1); !strings.Contains(got, want) {
			t.Errorf("%q is drawn as %q, want %q in it", message, got, want)
		}
	}
	l, _ := logOf("\x1b[31mred\x1b[0m")
	if got := l.View(theme.New(theme.Options{Profile: colorprofile.ASCII}), 60, 1); strings.Contains(got, "31m") {
		t.Errorf("without colour it is drawn as %q", got)
	}
	if got := clean.Plain("\x1b[31mred\x1b[0m \x1b[2J"); got != "red \x1b[2J" {
		t.Errorf("plain: %q", got)
	}
}

func TestNamesOfFieldsAreFainter(t *testing.T) {
	for message, want := range map[string]string{
		`{"a":"b=c","d":1}`: "{\x1b[2m\"a\":\x1b[m\"b=c\",\x1b[2m\"d\":\x1b[m1}",
		`took=12ms a == b`:  "\x1b[2mtook=\x1b[m12ms a == b",
	} {
		l, _ := logOf(message)
		if got := l.View(coloured(), 60, 1); !strings.Contains(got, want) {
			t.Errorf("%s is drawn as %q, want %q in it", message, got, want)
		}
	}
}

// TestStylesChangeNoCharacter: what is read is the same with and without colours in
// the line, however it is cut.
func TestStylesChangeNoCharacter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.StringMatching(`([a-z=" …世é]\x{301}?)*\n?`)).Draw(t, "parts")
		styled := strings.Join(parts, "\x1b[31m")
		a, _ := logOf(styled)
		b, _ := logOf(clean.Plain(styled))
		wrap, scroll := rapid.Bool().Draw(t, "wrap"), rapid.IntRange(0, 2).Draw(t, "scroll")
		search := rapid.SampledFrom([]string{"", "a", "界"}).Draw(t, "search")
		for _, l := range []*logview.Log{a, b} {
			l.SetWrap(wrap)
			l.ScrollColumns(scroll)
			_ = l.SetSearch(search)
		}
		w := rapid.IntRange(1, 60).Draw(t, "w")
		got, want := ansi.Strip(a.View(coloured(), w, 6)), ansi.Strip(b.View(coloured(), w, 6))
		if got != want {
			t.Fatalf("with colours %q, without %q", got, want)
		}
	})
}

func TestStructuredLinesInColumns(t *testing.T) {
	l, _ := logOf(`{"method":"GET","status":503,"msg":"no upstream"}`, "plain text", `{"method":"POST","status":200,"msg":"ok"}`)
	values := map[uint64][]string{0: {"GET", "503", "no upstream", "s3cr3t"}, 2: {"POST", "200", "ok", ""}}
	l.SetColumns(&logview.Columns{
		Columns: []logview.Column{{Name: "method", Width: 6}, {Name: "status", Width: 6}, {Name: "msg", Width: 12}, {Name: "api_token"}},
		Cells:   func(pos uint64) ([]string, bool) { v, ok := values[pos]; return v, ok },
	})
	got := rows(l, 60, 5)
	want := []string{"       METHOD STATUS MSG          API_TOKEN", "       GET    503    no upstream  (masked)", "       plain text", "       POST   200    ok", ""}
	if !slices.Equal(got, want) {
		t.Errorf("shown\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !l.InColumns() {
		t.Error("not in columns")
	}
	l.SetColumns(nil)
	if got := rows(l, 60, 3)[0]; !strings.Contains(got, `"status":503`) {
		t.Errorf("the message is drawn as %q", got)
	}
}

func TestAStackTraceIsUnfolded(t *testing.T) {
	trace := "Traceback (most recent call last):\n  File \"settings.py\"\nKeyError: 'DB_URL'"
	l, _ := logOf("before", trace, trace, "after")
	l.Goto(1)
	l.ToggleFold()
	got := strings.Join(rows(l, 70, 8), "\n")
	if strings.Count(got, "settings.py") != 1 || strings.Count(got, "…+2") != 1 {
		t.Errorf("one is unfolded:\n%s", got)
	}
	l.ToggleFold()
	if got := strings.Join(rows(l, 70, 8), "\n"); strings.Contains(got, "settings.py") {
		t.Errorf("folded again:\n%s", got)
	}
	l.SetUnfolded(true)
	if got := strings.Join(rows(l, 70, 8), "\n"); strings.Count(got, "settings.py") != 2 || !l.Unfolded() {
		t.Errorf("all are unfolded:\n%s", got)
	}
}

func TestLinesAreSelectedByMoving(t *testing.T) {
	l, _ := logOf("a", "b", "hide", "c", "d")
	_ = l.SetFilter("!hide")
	l.Goto(1)
	l.SetSelecting(true)
	l.Move(1)
	if got := slices.Collect(l.Selection()); !slices.Equal(got, []uint64{1, 3}) || !l.Selecting() {
		t.Errorf("selected %v", got)
	}
	if got := rows(l, 20, 4); got[1] != "*      b" || got[2] != ">      c" {
		t.Errorf("drawn as %q", got)
	}
	l.Move(-2)
	if got := slices.Collect(l.Selection()); !slices.Equal(got, []uint64{0, 1}) {
		t.Errorf("selected upwards %v", got)
	}
	if got := slices.Collect(l.All()); !slices.Equal(got, []uint64{0, 1, 3, 4}) {
		t.Errorf("shown %v", got)
	}
	l.SetSelecting(false)
	if got := slices.Collect(l.Selection()); got != nil {
		t.Errorf("given up, and still %v", got)
	}
	l.SetSelecting(true)
	l.Bottom()
	if l.Selecting() {
		t.Error("following ends a selection")
	}
}

func TestMovingFurtherThanTheLinesIsTold(t *testing.T) {
	l, _ := logOf("a", "b", "c")
	l.SetEnds("older lines", "newer lines")
	got := rows(l, 20, 6)
	if got[0] != " older lines" || got[4] != " newer lines" {
		t.Errorf("drawn as %q", got)
	}
	l.Move(-2)
	if l.Beyond() != 0 {
		t.Error("beyond at the first line")
	}
	l.Move(-1)
	if got := rows(l, 20, 6); l.Beyond() != -1 || got[0] != ">older lines" || got[1] != "       a" {
		t.Errorf("beyond %d, drawn as %q", l.Beyond(), got)
	}
	l.Move(1)
	l.Page(1)
	if got := rows(l, 20, 6); l.Beyond() != 1 || got[4] != ">newer lines" {
		t.Errorf("beyond %d, drawn as %q", l.Beyond(), got)
	}
	l.Top()
	if l.Beyond() != 0 {
		t.Error("g goes to the first line at first")
	}
	if l.Top(); l.Beyond() != -1 {
		t.Error("and beyond it at second")
	}
	small := rows(l, 20, 2)
	if small[0] != ">older lines" {
		t.Errorf("a small screen shows %q", small)
	}
	if l.SetFollowing(true); l.Beyond() != 0 {
		t.Error("following is not beyond")
	}
}

// TestLinesThatWereAskedForAreNotNew puts older lines before those that are read, takes
// one out, and holds the view still.
func TestLinesThatWereAskedForAreNotNew(t *testing.T) {
	l, b := newLog(20)
	l.Goto(5)
	before := numbers(l, 5)
	b.lines = append(lines(100, 3), b.lines...)
	l.Edited(logview.Edit{Inserted: []uint64{0, 1, 2}, Asked: true})
	if after := numbers(l, 5); !slices.Equal(before, after) || l.New() != 0 {
		t.Errorf("the view moved from %v to %v, %d new", before, after, l.New())
	}
	b.lines = slices.Delete(b.lines, 2, 3)
	l.Edited(logview.Edit{Removed: []uint64{2}, Asked: true})
	if after := numbers(l, 5); !slices.Equal(before, after) {
		t.Errorf("taking a line out moved the view from %v to %v", before, after)
	}
	b.lines = b.lines[:12]
	l.Edited(logview.Edit{Asked: true})
	l.Move(100)
	if got := numbers(l, 3); !slices.Equal(got, []int{7, 8, 9}) {
		t.Errorf("the end is at %v", got)
	}
}

func TestALineIsShownInTheMiddle(t *testing.T) {
	l, _ := newLog(100)
	l.GotoMiddle(50)
	if got := numbers(l, 11); got[5] != 50 {
		t.Errorf("shown %v", got)
	}
	l.GotoMiddle(1)
	if got := numbers(l, 11); got[1] != 1 {
		t.Errorf("shown %v", got)
	}
}
