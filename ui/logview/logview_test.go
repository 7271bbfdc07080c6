package logview_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"gantry/internal/clean"
	"gantry/ui/logview"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"pgregory.net/rapid"
)

func TestFrames(t *testing.T) {
	for name, c := range map[string]struct {
		w, h int
		do   func(*logview.Log)
	}{
		"80x24":      {80, 24, func(l *logview.Log) {}},
		"200x50":     {200, 50, func(l *logview.Log) { l.SetWrap(true); _ = l.SetSearch("orders") }},
		"80x24 wrap": {80, 24, func(l *logview.Log) { l.SetWrap(true); l.SetTime(false); l.View(coloured(), 80, 24); l.Move(-3) }},
		"80x24 top":  {80, 24, func(l *logview.Log) { l.Top(); l.ScrollColumns(1) }},
	} {
		t.Run(name, func(t *testing.T) {
			b := &buffer{max: 100}
			b.add(lines(0, 140)...)
			b.add(logview.Line{Gap: true, Message: "more lines came than could be read"})
			late := lines(141, 1)[0]
			late.Late = true
			b.add(late, logview.Line{Message: "Authorization: Bearer abc\x1b[2J\tpassword=hunter2"})
			l := logview.New(b)
			c.do(l)
			golden.RequireEqual(t, l.View(coloured(), c.w, c.h))
		})
	}
}

func TestTheNewestLineIsFollowed(t *testing.T) {
	l, b := newLog(100)
	if got := numbers(l, 3); !slices.Equal(got, []int{97, 98, 99}) {
		t.Fatalf("shown %v", got)
	}
	b.add(lines(100, 2)...)
	l.Changed(nil)
	if got := numbers(l, 3); !slices.Equal(got, []int{99, 100, 101}) {
		t.Errorf("shown %v", got)
	}
	if l.Status() != "following" {
		t.Errorf("status %q", l.Status())
	}
}

func TestScrollingPausesAndCountsWhatComes(t *testing.T) {
	l, b := newLog(100)
	numbers(l, 5)
	l.Move(-1)
	before := rows(l, 80, 5)
	b.add(lines(100, 312)...)
	l.Changed(nil)
	if after := rows(l, 80, 5); !slices.Equal(before, after) {
		t.Errorf("the view moved:\n%q\n%q", before, after)
	}
	if l.Status() != "paused +312 new" {
		t.Errorf("status %q", l.Status())
	}
	l.Bottom()
	if got := numbers(l, 2); !slices.Equal(got, []int{410, 411}) || l.New() != 0 {
		t.Errorf("after G: %v, %d new", got, l.New())
	}
}

func TestNothingMovesUnderAPausedView(t *testing.T) {
	l, b := newLog(100)
	l.Top()
	l.Move(50)
	before := numbers(l, 10)
	pos, _ := l.Selected()
	b.insert(20, logview.Line{Message: "late one", Late: true})
	b.insert(95, logview.Line{Message: "late two", Late: true})
	l.Changed([]uint64{20, 95})
	if after := numbers(l, 10); !slices.Equal(before, after) {
		t.Errorf("late lines moved the view from %v to %v", before, after)
	}
	if now, _ := l.Selected(); now != pos+1 {
		t.Errorf("the cursor is at %d, want its line at %d", now, pos+1)
	}
	if l.New() != 2 {
		t.Errorf("%d new, want the late ones counted", l.New())
	}
	b.max = 80
	b.add(lines(200, 5)...)
	l.Changed(nil)
	if after := numbers(l, 10); !slices.Equal(before, after) {
		t.Errorf("eviction moved the view from %v to %v", before, after)
	}
}

func TestEvictionOfWhatIsReadGoesOnAtTheOldestLineAndSaysSo(t *testing.T) {
	l, b := newLog(100)
	l.Top()
	b.max = 50
	b.add(lines(100, 10)...)
	l.Changed(nil)
	got := rows(l, 80, 4)
	if !strings.Contains(got[0], "60 older lines") || !strings.Contains(got[1], "line 60 ") {
		t.Errorf("got %q", got)
	}
}

func TestSearchKeepsTheContext(t *testing.T) {
	l, _ := newLog(100)
	if err := l.SetSearch("line [37]3 "); err != nil {
		t.Fatal(err)
	}
	if !l.FindPrevious() || !slices.Contains(numbers(l, 5), 73) {
		t.Errorf("shown %v, want line 73", numbers(l, 5))
	}
	if l.Following() {
		t.Error("still following")
	}
	if got := numbers(l, 5); len(got) != 5 {
		t.Errorf("the lines around are gone: %v", got)
	}
	if !l.FindPrevious() || !slices.Contains(numbers(l, 5), 33) {
		t.Errorf("shown %v, want line 33", numbers(l, 5))
	}
	if l.FindPrevious() {
		t.Error("found a match that is not there")
	}
	if !l.FindNext() || !slices.Contains(numbers(l, 5), 73) {
		t.Errorf("shown %v, want line 73", numbers(l, 5))
	}
}

func TestABadPatternKeepsTheLastGoodOne(t *testing.T) {
	l, _ := newLog(10)
	_ = l.SetFilter("line 1")
	_ = l.SetSearch("line")
	if err := l.SetFilter("["); err == nil || l.Filter() != "line 1" {
		t.Errorf("filter %q, error %v", l.Filter(), err)
	}
	if err := l.SetSearch("("); err == nil || l.Search() != "line" {
		t.Errorf("search %q, error %v", l.Search(), err)
	}
}

func TestAGapIsShownWhateverTheFilterSays(t *testing.T) {
	l, b := newLog(5)
	b.add(logview.Line{Gap: true, Message: "too many lines"})
	l.Changed(nil)
	_ = l.SetFilter("line 2")
	if got := strings.Join(rows(l, 80, 5), "\n"); !strings.Contains(got, "too many lines") || strings.Contains(got, "line 3") {
		t.Errorf("got %s", got)
	}
}

func TestSecretsAreMaskedUntilRevealed(t *testing.T) {
	b := &buffer{max: 10}
	b.add(logview.Line{Message: "login password=hunter2 ok"})
	l := logview.New(b)
	if got := rows(l, 80, 1)[0]; strings.Contains(got, "hunter2") || !strings.Contains(got, clean.Mask) {
		t.Errorf("got %q", got)
	}
	l.SetReveal(true)
	if got := rows(l, 80, 1)[0]; !strings.Contains(got, "password=hunter2") {
		t.Errorf("got %q", got)
	}
}

func TestALongLineIsCutOnScreenAndSaysHowLongItIs(t *testing.T) {
	b := &buffer{max: 10}
	b.add(logview.Line{Message: strings.Repeat("é", 20<<10)})
	l := logview.New(b)
	l.SetWrap(true)
	got := strings.Join(rows(l, 200, 100), "")
	if n := strings.Count(got, "é"); n != 4<<10 {
		t.Errorf("%d characters drawn", n)
	}
	if !strings.Contains(got, "cut: 40 KiB in all") {
		t.Error("the cut is silent")
	}
}

// press does to a log what a key does in the console.
func press(l *logview.Log, key string) {
	map[string]func(){
		"j": func() { l.Move(1) }, "k": func() { l.Move(-1) }, "up": func() { l.Move(-1) },
		"pgdown": func() { l.Page(1) }, "ctrl+f": func() { l.Page(1) }, "pgup": func() { l.Page(-1) },
		"g": l.Top, "G": l.Bottom, "left": func() { l.ScrollColumns(-1) }, "right": func() { l.ScrollColumns(1) },
		"s": func() { l.SetFollowing(!l.Following()) }, "w": func() { l.SetWrap(!l.Wrap()) }, "t": func() { l.SetTime(false) },
		"n": func() { l.FindNext() }, "N": func() { l.FindPrevious() },
	}[key]()
}

func TestKeysMoveTheView(t *testing.T) {
	l, _ := newLog(100)
	numbers(l, 10)
	for _, c := range []struct {
		key  string
		want uint64
	}{{"k", 98}, {"j", 99}, {"pgup", 90}, {"ctrl+f", 99}, {"g", 0}, {"up", 0}, {"pgdown", 9}, {"G", 99}, {"s", 99}, {"left", 99}} {
		press(l, c.key)
		numbers(l, 10)
		if pos, _ := l.Selected(); pos != c.want {
			t.Errorf("after %s the cursor is at %d, want %d", c.key, pos, c.want)
		}
	}
}

func TestAnEmptyLogBearsEveryKey(t *testing.T) {
	l := logview.New(&buffer{max: 1})
	for _, key := range []string{"j", "k", "g", "G", "pgup", "pgdown", "n", "N", "s", "w", "t", "left", "right"} {
		press(l, key)
		l.View(coloured(), 0, 0)
		l.View(coloured(), 20, 3)
	}
	if _, ok := l.Selected(); ok {
		t.Error("a line is selected")
	}
}

// TestTheFilterShowsExactlyWhatMatches compares the index that grows line by line
// with a plain look at the buffer, while lines come, come late and go.
func TestTheFilterShowsExactlyWhatMatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := &buffer{max: 40}
		l := logview.New(b)
		typed := rapid.SampledFrom([]string{"7", "!7", "Line [0-4]", ""}).Draw(t, "filter")
		if err := l.SetFilter(typed); err != nil {
			t.Fatal(err)
		}
		next := 0
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			switch {
			case len(b.lines) > 0 && rapid.IntRange(0, 3).Draw(t, "replace") == 0:
				at := b.first + uint64(rapid.IntRange(0, len(b.lines)-1).Draw(t, "gap"))
				b.lines = slices.Delete(b.lines, int(at-b.first), int(at-b.first)+1)
				e := logview.Edit{Removed: []uint64{at}, Asked: rapid.Bool().Draw(t, "asked")}
				for range rapid.IntRange(0, min(3, b.max-len(b.lines))).Draw(t, "fetched") {
					if int(at-b.first) < len(b.lines) {
						e.Inserted = append(e.Inserted, at)
					}
					b.insert(at, lines(next, 1)[0])
					next, at = next+1, at+1
				}
				if drop := rapid.IntRange(0, 2).Draw(t, "drop"); drop < len(b.lines) && e.Asked {
					b.lines = b.lines[:len(b.lines)-drop]
				}
				l.Edited(e)
			case len(b.lines) > 0 && len(b.lines) < b.max && rapid.Bool().Draw(t, "late"):
				at := b.first + uint64(rapid.IntRange(0, len(b.lines)-1).Draw(t, "at"))
				b.insert(at, lines(next, 1)[0])
				next++
				l.Changed([]uint64{at})
			default:
				n := rapid.IntRange(0, 30).Draw(t, "n")
				b.add(lines(next, n)...)
				next += n
				l.Changed(nil)
			}
			l.Move(rapid.IntRange(-3, 3).Draw(t, "move"))
			numbers(l, 5)
		}
		fresh := logview.New(b)
		_ = fresh.SetFilter(typed)
		l.Top()
		fresh.Top()
		if got, want := numbers(l, 60), numbers(fresh, 60); !slices.Equal(got, want) || l.Shown() != fresh.Shown() {
			t.Fatalf("shown %v (%d), want %v (%d)", got, l.Shown(), want, fresh.Shown())
		}
	})
}

func TestEveryRowIsExactlyAsWideAsTheScreenAndObeysNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := &buffer{max: 20}
		l := logview.New(b)
		for range rapid.IntRange(0, 12).Draw(t, "n") {
			b.add(logview.Line{
				Message: rapid.String().Draw(t, "message"), Label: rapid.StringN(0, 30, -1).Draw(t, "label"),
				Late: rapid.Bool().Draw(t, "late"), Gap: rapid.IntRange(0, 9).Draw(t, "gap") == 0,
			})
		}
		l.Changed(nil)
		l.SetWrap(rapid.Bool().Draw(t, "wrap"))
		_ = l.SetSearch(rapid.SampledFrom([]string{"", "a", "."}).Draw(t, "search"))
		for range 4 {
			w, h := rapid.IntRange(1, 100).Draw(t, "w"), rapid.IntRange(1, 30).Draw(t, "h")
			l.Move(rapid.IntRange(-5, 5).Draw(t, "move"))
			l.ScrollColumns(rapid.IntRange(-1, 2).Draw(t, "scroll"))
			view := strings.Split(l.View(coloured(), w, h), "\n")
			if len(view) != h {
				t.Fatalf("%d rows on a screen of %d", len(view), h)
			}
			for _, row := range view {
				if ansi.StringWidthWc(row) != w {
					t.Fatalf("%d cells on a screen of %d: %q", ansi.StringWidthWc(row), w, row)
				}
				for _, r := range ansi.Strip(row) {
					if unicode.In(r, unicode.C) {
						t.Fatalf("%U on screen in %q", r, row)
					}
				}
			}
		}
	})
}

func TestAStackTraceIsOneRowThatSaysWhatHappened(t *testing.T) {
	for name, c := range map[string]struct{ message, want string }{
		"python": {"Traceback (most recent call last):\n  File \"settings.py\", line 27, in load_settings\n    url = os.environ[\"DB_URL\"]\nKeyError: 'DB_URL'", "Traceback (most recent call last): …+3 KeyError: 'DB_URL'"},
		"java":   {"java.lang.IllegalStateException: cannot start\n\tat Main.main(Main.java:3)\nCaused by: NoSuchElement: DB_URL\n\tat Env.get(Env.java:9)", "java.lang.IllegalStateException: cannot start …+3 Caused by: NoSuchElement: DB_URL"},
		"plain":  {"one\n  two", `one\n  two`},
	} {
		t.Run(name, func(t *testing.T) {
			b := &buffer{max: 10}
			b.add(logview.Line{Message: c.message})
			l := logview.New(b)
			l.SetTime(false)
			if got := strings.Join(rows(l, 120, 1), ""); !strings.HasSuffix(strings.TrimSpace(got), c.want) {
				t.Errorf("the row is %q", got)
			}
			l.SetWrap(true)
			wrapped := rows(l, 120, 5)
			for i, line := range strings.Split(c.message, "\n") {
				if want := strings.TrimSpace(line); !strings.Contains(wrapped[i], want) {
					t.Errorf("wrapped row %d is %q, want %q in it", i, wrapped[i], want)
				}
			}
		})
	}
}

// TestAMatchIsScrolledIntoView: one beyond the row's end, and one in what is folded;
// other lines stay where they are.
func TestAMatchIsScrolledIntoView(t *testing.T) {
	l, b := newLog(1)
	b.add(
		logview.Line{Message: strings.Repeat("before ", 40) + "needle " + strings.Repeat("after ", 20)},
		logview.Line{Message: "Traceback\n  in hidden frame\nKeyError: x"},
		logview.Line{Message: "the last one, " + strings.Repeat("far ", 40) + "needle"},
	)
	l.Changed(nil)
	rows(l, 60, 4)
	for _, expr := range []string{"needle after", "hidden"} {
		if err := l.SetSearch(expr); err != nil || !l.FindPrevious() {
			t.Fatalf("%s is not found (%v)", expr, err)
		}
		all := rows(l, 60, 4)
		if at := slices.IndexFunc(all, func(row string) bool { return strings.Contains(row, expr) }); at < 0 || !strings.HasPrefix(all[at], ">") {
			t.Errorf("the match of %s is not in view:\n%s", expr, strings.Join(all, "\n"))
		}
		if !strings.Contains(strings.Join(all, "\n"), "the last one") {
			t.Errorf("another line was scrolled:\n%s", strings.Join(all, "\n"))
		}
		l.SetFollowing(true)
	}
}

// TestAFilterThatIsStillBeingSetShowsExactlyWhatMatchesInTheEnd: what comes, comes late or
// leaves while the older lines are held against it is neither missed nor shown twice.
func TestAFilterThatIsStillBeingSetShowsExactlyWhatMatchesInTheEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := &buffer{max: rapid.IntRange(1000, 3000).Draw(t, "held")}
		b.add(lines(0, 3000)...)
		l := logview.New(b)
		const typed = `\d*[37]\b`
		if err := l.SetFilter(typed); err != nil {
			t.Fatal(err)
		}
		if percent, all := l.Sifted(); all || percent <= 0 || percent >= 100 {
			t.Fatalf("%d %% of %d lines were sifted at once", percent, len(b.lines))
		}
		next := 3000
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			at := b.first + uint64(rapid.IntRange(0, len(b.lines)-1).Draw(t, "at"))
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				if len(b.lines) < b.max {
					b.insert(at, lines(next, 1)[0])
					next++
					l.Changed([]uint64{at})
				}
			case 1:
				b.lines = slices.Delete(b.lines, int(at-b.first), int(at-b.first)+1)
				l.Edited(logview.Edit{Removed: []uint64{at}, Asked: true})
			case 2:
				n := rapid.IntRange(0, 700).Draw(t, "n")
				b.add(lines(next, n)...)
				next += n
				l.Changed(nil)
			default:
				l.Sift()
			}
			numbers(l, 5)
		}
		for n := 0; ; n++ {
			if _, all := l.Sifted(); all {
				break
			}
			if l.Sift(); n > 10 {
				t.Fatal("it never ends")
			}
		}
		fresh := logview.New(b)
		_ = fresh.SetFilter(typed)
		for _, all := fresh.Sifted(); !all; _, all = fresh.Sifted() {
			fresh.Sift()
		}
		l.Top()
		fresh.Top()
		if got, want := numbers(l, 700), numbers(fresh, 700); !slices.Equal(got, want) || l.Shown() != fresh.Shown() {
			t.Fatalf("shown %v (%d), want %v (%d)", got, l.Shown(), want, fresh.Shown())
		}
	})
}
