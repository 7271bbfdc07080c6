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

func change() []diffview.Line {
	return diffview.Compare(
		definition("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/api-orders:v2.31.0", "info"),
		definition("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/api-orders:v2.32.0", "debug\x1b[2J"),
	)
}

func TestFrames(t *testing.T) {
	coloured := theme.New(theme.Options{Profile: colorprofile.ANSI, Dark: true})
	bare := theme.New(theme.Options{Profile: colorprofile.Ascii, ASCII: true})
	for name, c := range map[string]struct {
		th *theme.Theme
		w  int
	}{"80x24": {coloured, 80}, "200x50": {coloured, 200}, "60x15 bare": {bare, 60}} {
		t.Run(name, func(t *testing.T) {
			rows, _ := diffview.Draw(c.th, change(), c.w)
			golden.RequireEqual(t, strings.Join(rows, "\n"))
		})
	}
}

func TestTheSummaryCountsLines(t *testing.T) {
	if got := diffview.Summary(change()); got != "2 added, 2 removed" {
		t.Errorf("got %q", got)
	}
	same := diffview.Compare("a\nb", "a\nb\n")
	if len(same) > 0 || diffview.Summary(same) != "no difference" {
		t.Errorf("the same lines differ: %v", same)
	}
}

func TestTheEndOfALongLineIsShown(t *testing.T) {
	rows, starts := diffview.Draw(theme.New(theme.Options{}), change(), 40)
	got := ansi.Strip(strings.Join(rows, "\n"))
	for _, tag := range []string{"v2.31.0", "v2.32.0"} {
		if !strings.Contains(got, tag) {
			t.Errorf("%s is not on screen:\n%s", tag, got)
		}
	}
	for i, line := range change() {
		if row := ansi.Strip(rows[starts[i]]); !strings.HasPrefix(row, line.Kind.Sign()+" ") {
			t.Errorf("line %d begins at %q", i, row)
		}
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
				if after[l.Number-1] != l.Text {
					t.Fatalf("line %d of after is %q, not %q", l.Number, after[l.Number-1], l.Text)
				}
				got = append(got, l.Text)
			default:
				if before[at] != l.Text {
					t.Fatalf("line %d is %q, not %q", at, before[at], l.Text)
				}
				if l.Kind == diffview.Removed && l.Number != at+1 {
					t.Fatalf("line %d is numbered %d", at+1, l.Number)
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
		lines := diffview.Compare(rapid.String().Draw(t, "before"), rapid.String().Draw(t, "after"))
		w := rapid.IntRange(0, 60).Draw(t, "w")
		rows, _ := diffview.Draw(th, lines, w)
		for _, row := range rows {
			if ansi.StringWidthWc(row) > w {
				t.Fatalf("%d cells on a screen of %d: %q", ansi.StringWidthWc(row), w, row)
			}
			for _, r := range ansi.Strip(row) {
				if unicode.In(r, unicode.C) {
					t.Fatalf("%U on screen in %q", r, row)
				}
			}
		}
	})
}
