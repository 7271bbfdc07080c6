package changestest

import (
	"regexp"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"gantry/awsx"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views/changes"
	"gantry/views/viewstest"
)

// ChangeFrame compares a screen of a change with its golden files, after acting
// on it.
func ChangeFrame(t *testing.T, looks []uitest.Look, change func(*Shopfloor), root func(*changes.Changes, awsx.Ref) ui.Screen, act func(*Shopfloor)) {
	t.Helper()
	for _, look := range looks {
		t.Run(look.String(), func(t *testing.T) {
			var got string
			viewstest.Bubble(t, func(t *testing.T) {
				f := Prepared(t, look, change, root).Read()
				act(f)
				got = f.Read().Drawing(look)
			})
			golden.RequireEqual(t, steady(got)+"\n")
		})
	}
}

// steady takes out what differs from run to run: ids are random, and polls have
// a jitter.
func steady(frame string) string {
	frame = regexp.MustCompile("chg-[0-9a-f]{16}").ReplaceAllString(frame, "chg-0123456789abcdef")
	return regexp.MustCompile("[0-9]+s( of at most [0-9ms]+) *").ReplaceAllString(frame, "11s$1")
}

// Leave does nothing with a screen before its frame is taken.
func Leave(*Shopfloor) {}
