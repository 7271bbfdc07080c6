package resources_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/ui"
	"gantry/views"
	"gantry/views/resources"
	"gantry/views/viewstest"
)

func onClusters(a *awsxtest.Account) func(*views.Deps) ui.Screen {
	return func(d *views.Deps) ui.Screen { return resources.NewClusters(d, a.ID) }
}

func TestClustersTellTheirWorstService(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, _ := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onClusters(a)).Read()
		// Nobody opened a cluster: what tells how its services stand was read all the same.
		d.Shows("main/eu-west-1", "2: +2", "x api-checkout: wrong status c", "api-checkout  failed", "batch  failed")
		if row := d.Row("staging"); !strings.HasSuffix(row, "+ web") {
			t.Errorf("staging is well: %q", row)
		}
		calls := a.Count(awsxtest.TargetHealth) + a.Count(awsxtest.Tasks)
		d.Read()
		if more := a.Count(awsxtest.TargetHealth) + a.Count(awsxtest.Tasks) - calls; more != 0 {
			t.Errorf("it was read again at once, with %d calls", more)
		}
		d.Press("enter")
		d.Read().Shows("PROD")
		d.Press("esc").Shows("x api-checkout: wrong")
	})
}

func TestALargeClusterIsNotReadForTheList(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		c := a.Cluster("prod")
		for i := range resources.InsideServices + 1 {
			c.Service(fmt.Sprintf("api-%d", i), awsxtest.Unbalanced())
		}
		d := viewstest.Sit(t, a, viewstest.Standard, onClusters(a)).Read()
		if row := d.Row("prod"); !strings.HasSuffix(row, "?") {
			t.Errorf("the row is %q", row)
		}
		if n := a.Count(awsxtest.Services); n != 0 {
			t.Errorf("its services were read %d times", n)
		}
	})
}

func TestStagingIsNoProduction(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, _ := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onClusters(a)).Read()
		d.Press("N", "G", "enter")
		d.Read().Shows("NONPROD main/eu-west-1 staging").Hides("READ-ONLY")
	})
}

func TestContextWithoutClusters(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		viewstest.Sit(t, a, viewstest.Standard, onClusters(a)).Read().Shows("there are no clusters here")
	})
}

func TestGoingBackKeepsTheState(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, viewstest.Standard, onServices(cluster)).Read()
		d.Press("N", "/").Type("o").Press("enter", "j", "j")
		d.Advance(time.Second)
		before := d.Text()
		d.Press("enter")
		d.Read().Shows("TASK")
		d.Press("esc")
		if after := d.Text(); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
		d.Press("]")
		d.Read().Shows("TASK")
	})
}
