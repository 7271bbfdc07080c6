package app

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"gantry/internal/config"
	"gantry/ui"
	"gantry/ui/text"
	"gantry/ui/uitest"
	"gantry/views"
)

// states are what a row says of its states: a glyph and a word.
var states = regexp.MustCompile(`(^|\s)[+~!x?.-] [a-z]+`)

// colourAlone fails the test for each text of a screen that only its colour tells apart from
// the same text elsewhere on it. It returns how many texts were there in two colours.
func colourAlone(t *testing.T, screen string, rows []string, spans [][]uitest.Span) (compared int) {
	t.Helper()
	type place struct {
		uitest.Span
		y int
	}
	seen := map[string][]place{}
	said := func(y int) string { return strings.Join(states.FindAllString(rows[y], -1), "") }
	for y, row := range spans {
		for _, s := range row {
			if strings.ContainsFunc(s.Text, func(r rune) bool { return r >= '\u2800' && r < '\u2900' }) {
				continue // of a chart, which is drawn in other signs without colour
			}
			end := s.X + text.Width(s.Text)
			for _, other := range seen[s.Text] {
				if other.Colour == s.Colour || other.X != s.X && other.X+text.Width(other.Text) != end {
					continue // it is the same, or means something else in another column
				}
				compared++
				if other.Weight == s.Weight && said(y) == said(other.y) {
					t.Errorf("%s: only its colour tells apart %q in\n%s\n%s", screen, s.Text, rows[other.y], rows[y])
				}
				break
			}
			seen[s.Text] = append(seen[s.Text], place{s, y})
		}
	}
	return compared
}

var hinted = regexp.MustCompile(`<([^>]+)>([^<]*)`)

// TestWhatColourAndWidthTellIsToldWithout goes to every kind of screen in 200x50. A text
// that is there in two colours is told apart by more than them. In 80x24 its columns and
// what its row says are reached by scrolling or in the description, and what it hints at
// stands in the help.
func TestWhatColourAndWidthTellIsToldWithout(t *testing.T) {
	sit(t, setting{editor: "true", w: 200, h: 50}, func(t *testing.T, d *desk) {
		var last ui.Screen
		compared := 0
		for _, screen := range views.Catalog().Screens {
			if _, ok := walks[screen.Screen]; !ok {
				continue // is about what is being carried out
			}
			last = d.goTo(screen.Screen, last)
			rows := d.Screen()
			compared += colourAlone(t, screen.Screen, rows, d.Spans())
			titles, words, hints := d.titles(), d.words(), hinted.FindAllStringSubmatch(rows[len(rows)-1], -1)
			d.Resize(80, 24)
			d.reaches(screen.Screen, titles, words)
			help := d.help()
			for _, m := range hints {
				if name := strings.TrimSpace(m[2]); !strings.Contains(help, name) {
					t.Errorf("%s: %q is hinted at in 200 columns, and not in the help of 80:\n%s", screen.Screen, name, help)
				}
			}
			d.Resize(200, 50)
		}
		if compared < 20 {
			t.Errorf("only %d texts are there in two colours", compared)
		}
	})
}

// reaches fails the test unless keys of the screen that is shown lead to columns and words.
func (d *desk) reaches(screen string, titles, words []string) {
	d.t.Helper()
	if len(titles) == 0 {
		return
	}
	top, reached, seen := d.Shell.Top(), d.Text(), d.titles()
	scroll := func() {
		for before := ""; before != d.Text(); d.Press("right") {
			before = d.Text()
			reached, seen = reached+before, append(seen, d.titles()...)
		}
	}
	scroll()
	d.Press("ctrl+w")
	scroll()
	d.Press("ctrl+w")
	for _, title := range titles {
		if !slices.Contains(seen, title) {
			d.t.Errorf("%s: the column %s is not reached", screen, title)
		}
	}
	if d.Press("d"); d.Shell.Top() != top {
		for before := ""; before != d.Text(); d.Press("pgdown") {
			before = d.Text()
			reached += before
		}
		d.Press("esc")
	}
	for _, word := range words {
		if !strings.Contains(reached, word) {
			d.t.Errorf("%s: %q stands in the row, and is not reached", screen, word)
		}
	}
}

// words are those of the row under the cursor, as far as no cell of it is cut.
func (d *desk) words() (words []string) {
	for _, row := range d.Spans() {
		if len(row) < 2 || row[0].X != 0 || row[0].Text != ">" {
			continue
		}
		for _, s := range row[1:] {
			if s.Weight == row[1].Weight && !strings.Contains(s.Text, "…") {
				words = append(words, strings.Fields(s.Text)...)
			}
		}
	}
	return words
}

// titles are the words of the titles of columns that are seen.
func (d *desk) titles() (words []string) {
	spans := d.Spans()
	for y := 2; y < 5; y++ {
		for _, s := range spans[y] {
			if s.Weight != "" && strings.ToUpper(s.Text) == s.Text && strings.ContainsFunc(s.Text, unicode.IsUpper) {
				words = append(words, strings.Fields(strings.Trim(s.Text, "↑↓^v"))...)
			}
		}
		if len(words) > 1 {
			return words
		}
		words = nil
	}
	return nil
}

// help is all that the help of a screen says.
func (d *desk) help() string {
	d.Press("?")
	all := d.Text()
	for before := ""; before != d.Text(); {
		before = d.Text()
		all += "\n" + d.Press("pgdown").Text()
	}
	d.Press("esc")
	return all
}

// spans are those of the first row that shows a text.
func (d *desk) spans(part string) []uitest.Span {
	d.t.Helper()
	for y, row := range d.Screen() {
		if strings.Contains(row, part) {
			return d.Spans()[y]
		}
	}
	d.t.Fatalf("the screen does not show %q:\n%s", part, d.Text())
	return nil
}

// weighted reports whether a text in the row that shows it is painted in another way than
// ordinary text, which stays without colour.
func (d *desk) weighted(part, word string) bool {
	return slices.ContainsFunc(d.spans(part), func(s uitest.Span) bool { return strings.Contains(s.Text, word) && s.Weight != "" })
}

// TestStatesAreToldIn80ColumnsWithoutColour goes through what the console can be in, and
// finds each told by a sign, a word or a weight.
func TestStatesAreToldIn80ColumnsWithoutColour(t *testing.T) {
	plain := func(c *config.Config) { c.Screen.NoColor = true }
	sit(t, setting{editor: "true", configure: plain}, func(t *testing.T, d *desk) {
		is := func(what string, ok bool) {
			t.Helper()
			if !ok {
				t.Errorf("%s is not told:\n%s", what, d.Text())
			}
		}
		begins := func(name, sign string) bool { return strings.HasPrefix(d.Row(name+"  "), sign) }
		d.goTo("services", nil)
		is("production", strings.HasPrefix(d.Screen()[0], "PROD ") && d.weighted("PROD", "PROD"))
		is("that writing is locked", d.Row("READ-ONLY (W arms)") != "")
		is("how fresh it is", d.Row("live") != "")
		is("the row under the cursor", begins("catalog", "> "))
		d.take("space", "k")
		is("a mark", begins("catalog", ">*") && d.Row("1 marked") != "")
		d.take(`ctrl+\`, "shift+right")
		titles := d.spans("SERVICE")
		is("the chosen column", slices.ContainsFunc(titles, func(s uitest.Span) bool { return s.Weight != titles[0].Weight }))
		d.take("/", "^(", "enter")
		is("an invalid filter", d.Row("(") != "" && strings.Contains(d.Text(), "missing closing"))
		d.take("esc", "W")
		is("that writing is armed", d.Row("ARMED 15m") != "")
		d.take("W", "?")
		is("why a key does nothing", d.Row("no deployment is in progress") != "")
		d.take("esc")
		d.wire.answer(func(_ string, r *http.Request) *http.Response { return refuses(r, "ServerException", "no") })
		d.wait(2 * time.Minute)
		is("that rows are old", d.Row(" old") != "" || d.Row("OFFLINE") != "" || d.Row("retry") != "")
		d.wire.answer(nil)
		d.wait(2 * time.Minute)
		d.goTo("logs", nil)
		is("a line's level", d.Row(" INFO ") != "")
		d.take("/")
		d.Type("depth")
		d.take("enter")
		is("what a search found", d.weighted("queue depth", "depth"))
		d.take("esc", "k", "v", "k")
		is("the selected lines", d.Row("copy the selection") != "" && d.Row("*0") != "")
		d.goTo("compare", nil)
		is("what was taken away", strings.HasPrefix(strings.TrimSpace(d.Row("v2.31.0\"")), "- "))
		is("what was added", strings.HasPrefix(strings.TrimSpace(d.Row("v2.32.0\"")), "+ "))
	})
}
