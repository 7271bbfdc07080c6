package views

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/ui"
)

func onClusters(a *awsxtest.Account) func(*Deps) ui.Screen {
	return func(d *Deps) ui.Screen { return NewClusters(d, a.ID) }
}

func TestClustersTellTheirWorstService(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, _ := shop()
		d := sit(t, a, standard, onClusters(a)).read()
		// The services alone tell that one cannot be placed, not that targets fail.
		d.Shows("main/eu-west-1", "2: +2", "2/2 x batch: no instance fits")
		if n := a.Count(awsxtest.TargetHealth) + a.Count(awsxtest.Tasks); n != 0 {
			t.Errorf("the list of clusters made %d calls for tasks and targets", n)
		}
		if row := d.Row("staging"); !strings.HasSuffix(row, "2/2 ?") {
			t.Errorf("without tasks and targets read, staging cannot be well: %q", row)
		}
		d.Press("enter")
		d.read().Shows("PROD")
		d.Press("esc").Shows("2/2 x api-checkout: wrong")
	})
}

func TestALargeClusterIsNotReadForTheList(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		c := a.Cluster("prod")
		for i := range glimpseServices + 1 {
			c.Service(fmt.Sprintf("api-%d", i), awsxtest.Unbalanced())
		}
		d := sit(t, a, standard, onClusters(a)).read()
		if row := d.Row("prod"); !strings.HasSuffix(row, "?") {
			t.Errorf("the row is %q", row)
		}
		if n := a.Count(awsxtest.Services); n != 0 {
			t.Errorf("its services were read %d times", n)
		}
	})
}

func TestStagingIsNoProduction(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, _ := shop()
		d := sit(t, a, standard, onClusters(a)).read()
		d.Press("N", "G", "enter")
		d.read().Shows("NONPROD main/eu-west-1 staging").Hides("READ-ONLY")
	})
}

func TestContextWithoutClusters(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a := awsxtest.New(awsx.ContextID{Profile: "main"})
		sit(t, a, standard, onClusters(a)).read().Shows("there are no clusters here")
	})
}

func TestGoingBackKeepsTheState(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, cluster := shop()
		d := sit(t, a, standard, onServices(cluster)).read()
		d.Press("N", "/").Type("o").Press("enter", "j", "j")
		d.Advance(time.Second)
		before := d.Text()
		d.Press("enter")
		d.read().Shows("TASK")
		d.Press("esc")
		if after := d.Text(); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
		d.Press("]")
		d.read().Shows("TASK")
	})
}
