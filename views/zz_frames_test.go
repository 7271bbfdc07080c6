package views

import (
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"gantry/awsx/awsxtest"
	"gantry/ui"
	"gantry/ui/uitest"
)

var standard = uitest.Look{W: 80, H: 24}

// frame compares a screen with its golden files, after pressing keys. The
// screens live in a bubble, so the frame is taken in there.
func frame(t *testing.T, looks []uitest.Look, root func(a *awsxtest.Account, c *awsxtest.Cluster) func(*Deps) ui.Screen, keys ...string) {
	t.Helper()
	for _, look := range looks {
		t.Run(look.String(), func(t *testing.T) {
			var got string
			bubble(t, func(t *testing.T) {
				a, cluster := shop()
				d := sit(t, a, look, root(a, cluster)).read()
				d.Press(keys...)
				got = d.read().drawing(look)
			})
			golden.RequireEqual(t, got+"\n")
		})
	}
}

var tall = uitest.Look{W: 120, H: 40}
