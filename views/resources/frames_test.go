package resources_test

import (
	"testing"

	"gantry/awsx/awsxtest"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/viewstest"
)

func TestFrameOfClusters(t *testing.T) {
	viewstest.Frame(t, uitest.Looks(), func(a *awsxtest.Account, _ *awsxtest.Cluster) func(*views.Deps) ui.Screen { return onClusters(a) })
}

func TestFrameOfServices(t *testing.T) {
	viewstest.Frame(t, uitest.MainLooks(), func(_ *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen { return onServices(c) })
}

func TestFrameOfADescription(t *testing.T) {
	viewstest.Frame(t, uitest.Looks(), func(_ *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen { return onServices(c) }, "d")
}

func TestFrameOfJSON(t *testing.T) {
	viewstest.Frame(t, uitest.Looks(), func(_ *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen { return onServices(c) }, "y")
}
