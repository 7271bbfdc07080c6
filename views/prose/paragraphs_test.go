package prose

import (
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"gantry/ui"
	"gantry/ui/theme"
)

func TestLayoutAlignsAndWraps(t *testing.T) {
	th := plainTheme()
	paras := []Para{
		{Text: "Head"},
		{Label: "a", Text: "one two three four", Depth: 1},
		{Label: "long", Text: "x", Depth: 1},
		{},
		{Label: "b", Text: "evil\x1b[31m\n", Depth: 1},
	}
	got, starts := Lines(paras, ui.Drawing{Theme: th, Width: 18, Wrap: true})
	got = unpainted(got)
	want := []string{"Head", "  a     one two", "        three four", "  long  x", "", `  b  evil\x1b[31m\`, "     n"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q", got)
	}
	if len(starts) != len(paras) || starts[2] != 3 || starts[4] != 5 {
		t.Errorf("starts %v", starts)
	}
	cut, _ := Lines(paras, ui.Drawing{Theme: th, Width: 18})
	if cut = unpainted(cut); cut[1] != "  a     one two t~" {
		t.Errorf("%q", cut)
	}
	for w := range 12 {
		for _, line := range unpainted(Wrapped(th, w, paras)) {
			if len(line) > w {
				t.Errorf("%q is wider than %d", line, w)
			}
		}
	}
}

// unpainted strips what the theme added.
func unpainted(lines []string) []string {
	style := regexp.MustCompile("\x1b\\[[0-9;]*m")
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = strings.TrimRight(style.ReplaceAllString(line, ""), " ")
	}
	return out
}

func plainTheme() *theme.Theme {
	return theme.New(theme.Options{Profile: colorprofile.ASCII, ASCII: true})
}

func TestAnIndentedLineHangsUnderItsBeginning(t *testing.T) {
	got := unpainted(Wrapped(plainTheme(), 24, []Para{{Text: `    "value": "one two three four five"`}}))
	if len(got) < 2 {
		t.Fatalf("nothing was wrapped: %q", got)
	}
	for i, row := range got {
		if want := strings.Repeat(" ", 4); !strings.HasPrefix(row, want) || i > 0 && !strings.HasPrefix(row, want+"  ") || len(row) > 24 {
			t.Errorf("row %d is %q", i, row)
		}
	}
}
