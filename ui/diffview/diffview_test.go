package diffview_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"gantry/ui/diffview"
	"gantry/ui/theme"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"pgregory.net/rapid"
)

func definition(image, level string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "{\n  \"family\": \"api-orders\",\n  \"containerDefinitions\": [\n    {\n      \"image\": %q,\n", image)
	for i := range 40 {
		fmt.Fprintf(&b, "      \"portMappings.%d\": {\"containerPort\": %d, \"hostPort\": 0, \"protocol\": \"tcp\"},\n", i, 8000+i)
	}
	fmt.Fprintf(&b, "      \"environment\": [{\"name\": \"LOG_LEVEL\", \"value\": %q}]\n    }\n  ]\n}", level)
	return b.String()
}

func change() *diffview.View {
	return diffview.New(
		definition("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/api-orders:v2.31.0", "info"),
		definition("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/api-orders:v2.32.0", "debug\x1b[2J"),
	)
}

func TestFrames(t *testing.T) {
	coloured := theme.New(theme.Options{Profile: colorprofile.ANSI, Dark: true})
	bare := theme.New(theme.Options{Profile: colorprofile.Ascii, ASCII: true})
	for name, c := range map[string]struct {
		th   *theme.Theme
		w, h int
	}{"80x24": {coloured, 80, 24}, "200x50": {coloured, 200, 50}, "60x15 bare": {bare, 60, 15}} {
		t.Run(name, func(t *testing.T) {
			golden.RequireEqual(t, change().View(c.th, c.w, c.h))
		})
	}
}

func shown(v *diffview.View, w, h int) []string {
	return strings.Split(ansi.Strip(v.View(theme.New(theme.Options{}), w, h)), "\n")
}

func TestTheSummaryCountsLines(t *testing.T) {
	if got := change().Summary(); got != "2 added, 2 removed" {
		t.Errorf("got %q", got)
	}
	same := diffview.New("a\nb", "a\nb\n")
	if !same.Empty() || same.Summary() != "no difference" || shown(same, 80, 5)[0] != "no difference" {
		t.Errorf("the same lines differ: %q", same.Summary())
	}
}

func TestScrolling(t *testing.T) {
	v := change()
	first := shown(v, 40, 5)
	last := shown(v, 40, 1000)
	top := func(key string) string {
		if !v.Key(key) {
			t.Errorf("%s is not taken", key)
		}
		return shown(v, 40, 5)[0]
	}
	for _, c := range []struct{ key, want string }{
		{"k", first[0]}, {"j", first[1]}, {"down", first[2]}, {"up", first[1]}, {"g", first[0]},
		{"pgdown", first[4]}, {"pgup", first[0]}, {"N", first[0]}, {"n", "@ -43,7 +43,7"}, {"n", "@ -43,7 +43,7"},
		{"N", first[0]}, {"G", last[len(last)-5]}, {"j", last[len(last)-5]},
	} {
		if got := top(c.key); got != c.want {
			t.Errorf("after %s the first row is %q, want %q", c.key, got, c.want)
		}
	}
	if v.Key("q") {
		t.Error("q means nothing to a difference")
	}
}

func TestTheEndOfALongLineIsShown(t *testing.T) {
	got := strings.Join(shown(change(), 40, 1000), "\n")
	for _, tag := range []string{"v2.31.0", "v2.32.0"} {
		if !strings.Contains(got, tag) {
			t.Errorf("%s is not on screen:\n%s", tag, got)
		}
	}
}

func TestAnotherWidthKeepsTheLineAtTheTop(t *testing.T) {
	v := change()
	shown(v, 200, 5)
	v.NextHunk(1)
	want := shown(v, 200, 5)[0]
	if got := shown(v, 40, 5)[0]; got != want {
		t.Errorf("the first row is %q, want %q", got, want)
	}
}

// TestADifferenceLeadsFromBeforeToAfter takes the removed lines out and puts the
// added ones in, hunk by hunk.
func TestADifferenceLeadsFromBeforeToAfter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "", "d\tx"}), 0, 30)
		before, after := texts.Draw(t, "before"), texts.Draw(t, "after")
		var got []string
		at := 0
		for _, l := range diffview.Compare(joined(before), joined(after)) {
			switch l.Kind {
			case diffview.Hunk:
				var from int
				if _, err := fmt.Sscanf(l.Text, "-%d,", &from); err != nil {
					t.Fatalf("heading %q: %v", l.Text, err)
				}
				got = append(got, before[at:from-1]...)
				at = from - 1
			case diffview.Added:
				got = append(got, l.Text)
			default:
				if before[at] != l.Text {
					t.Fatalf("line %d is %q, not %q", at, before[at], l.Text)
				}
				if l.Kind == diffview.Same {
					got = append(got, l.Text)
				}
				at++
			}
		}
		if got = append(got, before[at:]...); !slices.Equal(got, after) && len(got)+len(after) > 0 {
			t.Fatalf("got %q, want %q", got, after)
		}
	})
}

func joined(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l + "\n")
	}
	return b.String()
}

func TestNoRowIsWiderThanTheScreenOrObeys(t *testing.T) {
	th := theme.New(theme.Options{})
	rapid.Check(t, func(t *rapid.T) {
		v := diffview.New(rapid.String().Draw(t, "before"), rapid.String().Draw(t, "after"))
		w, h := rapid.IntRange(0, 60).Draw(t, "w"), rapid.IntRange(0, 20).Draw(t, "h")
		v.View(th, w, h)
		v.Move(rapid.IntRange(-9, 9).Draw(t, "move"))
		view := v.View(th, w, h)
		rows := strings.Split(view, "\n")
		if view != "" && len(rows) > h {
			t.Fatalf("%d rows on a screen of %d", len(rows), h)
		}
		for _, row := range rows {
			if ansi.StringWidth(row) > w {
				t.Fatalf("%d cells on a screen of %d: %q", ansi.StringWidth(row), w, row)
			}
			for _, r := range ansi.Strip(row) {
				if unicode.In(r, unicode.C) {
					t.Fatalf("%U on screen in %q", r, row)
				}
			}
		}
	})
}
