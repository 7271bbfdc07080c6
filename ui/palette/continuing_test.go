package palette_test

import (
	"slices"
	"strings"
	"testing"

	"gantry/ui/palette"
)

// TestWhatWasTypedGoesOnInEachWay, one after another, and anew once something else was typed.
func TestWhatWasTypedGoesOnInEachWay(t *testing.T) {
	var c palette.Continuing
	asked := 0
	offer := func(typed string) []string {
		asked++
		return slices.DeleteFunc([]string{"sloe", "sorb", "spruce"}, func(s string) bool { return !strings.HasPrefix(s, typed) || s == typed })
	}
	typed := "s"
	for _, want := range []string{"sloe", "sorb", "spruce", "sloe"} {
		if typed = c.Next(typed, offer); typed != want {
			t.Fatalf("%s, want %s", typed, want)
		}
	}
	if asked != 1 {
		t.Errorf("it was asked %d times", asked)
	}
	if got := c.Next("so", offer); got != "sorb" {
		t.Errorf("so goes on as %s", got)
	}
	if got := c.Next("x", offer); got != "x" {
		t.Errorf("x goes on as %s", got)
	}
}
