package views

import (
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"gantry/ui/theme"
)

func TestLayoutAlignsAndWraps(t *testing.T) {
	th := plainTheme()
	paras := []para{
		{text: "Head"},
		{label: "a", text: "one two three four", depth: 1},
		{label: "long", text: "x", depth: 1},
		{},
		{label: "b", text: "evil\x1b[31m\n", depth: 1},
	}
	got, starts := layout{theme: th, width: 18, wrap: true}.lines(paras)
	got = unpainted(got)
	want := []string{"Head", "  a     one two", "        three four", "  long  x", "", `  b  evil\x1b[31m\`, "     n"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q", got)
	}
	if len(starts) != len(paras) || starts[2] != 3 || starts[4] != 5 {
		t.Errorf("starts %v", starts)
	}
	cut, _ := layout{theme: th, width: 18}.lines(paras)
	if cut = unpainted(cut); cut[1] != "  a     one two t~" {
		t.Errorf("%q", cut)
	}
	for w := range 12 {
		for _, line := range unpainted(first(layout{theme: th, width: w, wrap: true}.lines(paras))) {
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

func first[A, B any](a A, _ B) A { return a }

func plainTheme() *theme.Theme {
	return theme.New(theme.Options{Profile: colorprofile.ASCII, ASCII: true})
}
