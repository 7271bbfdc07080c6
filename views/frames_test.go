package views

import (
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"gantry/awsx/awsxtest"
	"gantry/ui"
	"gantry/ui/uitest"
)

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

// drawing is what the terminal shows, with its colours if the look has any.
func (d *desk) drawing(look uitest.Look) string {
	if look.Plain || look.ASCII {
		return d.Text()
	}
	return d.Render()
}

func TestFrameOfClusters(t *testing.T) {
	frame(t, uitest.Looks(), func(a *awsxtest.Account, _ *awsxtest.Cluster) func(*Deps) ui.Screen { return onClusters(a) })
}

func TestFrameOfServices(t *testing.T) {
	frame(t, uitest.MainLooks(), func(_ *awsxtest.Account, c *awsxtest.Cluster) func(*Deps) ui.Screen { return onServices(c) })
}

func TestFrameOfTasks(t *testing.T) {
	frame(t, uitest.MainLooks(), func(_ *awsxtest.Account, c *awsxtest.Cluster) func(*Deps) ui.Screen {
		return onTasks(c, "api-checkout")
	})
}

func TestFrameOfStoppedTasks(t *testing.T) {
	frame(t, uitest.Looks(), func(_ *awsxtest.Account, c *awsxtest.Cluster) func(*Deps) ui.Screen { return onTasks(c, "batch") })
}

func TestFrameOfATask(t *testing.T) {
	frame(t, uitest.Looks(), func(a *awsxtest.Account, c *awsxtest.Cluster) func(*Deps) ui.Screen {
		return firstTask(a, c, "api-orders")
	})
}

func TestFrameOfADescription(t *testing.T) {
	frame(t, uitest.Looks(), func(_ *awsxtest.Account, c *awsxtest.Cluster) func(*Deps) ui.Screen { return onServices(c) }, "d")
}

func TestFrameOfJSON(t *testing.T) {
	frame(t, uitest.Looks(), func(_ *awsxtest.Account, c *awsxtest.Cluster) func(*Deps) ui.Screen { return onServices(c) }, "y")
}
