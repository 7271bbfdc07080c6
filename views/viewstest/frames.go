package viewstest

import (
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"gantry/awsx/awsxtest"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
)

// Standard is the terminal that gantry is made for at the least.
var Standard = uitest.Look{W: 80, H: 24}

// Frame compares a screen with its golden files, after pressing keys. The
// screens live in a bubble, so the frame is taken in there.
func Frame(t *testing.T, looks []uitest.Look, root func(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen, keys ...string) {
	t.Helper()
	for _, look := range looks {
		t.Run(look.String(), func(t *testing.T) {
			var got string
			Bubble(t, func(t *testing.T) {
				a, cluster := Shop()
				d := Sit(t, a, look, root(a, cluster)).Read()
				d.Press(keys...)
				got = d.Read().Drawing(look)
			})
			golden.RequireEqual(t, got+"\n")
		})
	}
}

// Tall has room for a whole definition.
var Tall = uitest.Look{W: 120, H: 40}
