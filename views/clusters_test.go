package views

import (
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/ui"
)

func onClusters(a *awsxtest.Account) func(*Deps) ui.Screen {
	return func(d *Deps) ui.Screen { return NewClusters(d, a.ID) }
}

func TestClustersTellOfTheirInsideOnlyWhatWasSeen(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, _ := shop()
		d := sit(t, a, standard, onClusters(a)).read()
		d.Shows("main/eu-west-1", "2: +2")
		if n := a.Count(awsxtest.Services); n != 0 {
			t.Fatalf("the list of clusters read services %d times", n)
		}
		d.Press("enter")
		d.read().Shows("PROD")
		d.Press("esc").Shows("2/2 x api-checkout: wrong")
		if row := d.Row("staging"); row == "" || row[len(row)-3:] != "? ?" {
			t.Errorf("nobody read staging: %q", row)
		}
		d.Advance(glimpseAge + time.Hour)
		d.Press("ctrl+r")
		d.read().Hides("api-checkout")
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
