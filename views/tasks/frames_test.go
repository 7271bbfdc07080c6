package tasks_test

import (
	"testing"

	"gantry/awsx/awsxtest"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/viewstest"
)

func TestFrameOfTasks(t *testing.T) {
	viewstest.Frame(t, uitest.MainLooks(), func(_ *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
		return onTasks(c, "api-checkout")
	})
}

func TestFrameOfStoppedTasks(t *testing.T) {
	viewstest.Frame(t, uitest.Looks(), func(_ *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen { return onTasks(c, "batch") })
}

func TestFrameOfATask(t *testing.T) {
	viewstest.Frame(t, uitest.Looks(), func(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
		return firstTask(a, c, "api-orders")
	})
}
