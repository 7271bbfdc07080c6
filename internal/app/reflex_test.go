package app

import (
	"strings"
	"testing"
)

// TestNoReflexOfK9sIsLeftUnanswered: on every screen its keys do something, or say which
// key here does what they do there.
func TestNoReflexOfK9sIsLeftUnanswered(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		for _, way := range [][]string{{}, {"enter"}, {"enter", "enter"}, {"enter", "enter", "enter"}, {"enter", "o"}, {"enter", "Z"}, {"enter", "v"}, {"enter", "y"}, {"enter", "d"}, {"enter", "l"}, {"%"},
			{"enter", "i"}, {"enter", "r"}, {"enter", "l", "H"}, {"enter", "R"}, {"enter", "t"}, {"enter", "a"}, {"enter", "T"}, {"enter", "."}} { // ctrl+d asks on tasks, as it does there
			walk := func() string {
				d.command("clusters").filter("^prod$").press("esc").press(way...)
				return d.Shell.Top().Name()
			}
			name := walk()
			for _, key := range []string{"0", "h", "j", "k", "l", "x", "g", "g", "G", "ctrl+u", "z", "z", "ctrl+a"} {
				if d.Shell.Top().Name() != name {
					walk()
				}
				if d.press(key); d.showing("[ No ]") {
					d.press("n")
				}
				if text := d.Text(); strings.Contains(text, key+" does nothing here, ") {
					t.Errorf("after %v %s is not answered:\n%s", way, key, text)
				}
			}
		}
	})
}
