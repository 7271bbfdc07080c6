package incident_test

import (
	"testing"

	"gantry/awsx/awsxtest"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/incident"
	"gantry/views/viewstest"
)

// of opens what is wrong with a service of the shop.
func of(name string) func(*awsxtest.Account, *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	return viewstest.OnService(name, incident.New)
}

var looks = []uitest.Look{viewstest.Standard, {W: 200, H: 50}}

func TestWhyFrames(t *testing.T) { viewstest.Frame(t, looks, of("api-checkout")) }

// TestAFindingLeadsToWhatHelps: its cause, what shows it, the keys, and what they do.
func TestAFindingLeadsToWhatHelps(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, uitest.Look{W: 200, H: 50}, of("api-checkout")(a, cluster)).Read()
		d.Shows("check answered wrongly", "certain", "next", "<t> see the check and its path", "checked by")
		d.Press("enter")
		d.Read().Shows("TARGET", "unhealthy")
	})
}

// TestAServiceThatIsWellHasNoFinding says so rather than to show an empty table.
func TestAServiceThatIsWellHasNoFinding(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		viewstest.Sit(t, a, viewstest.Standard, of("front")(a, cluster)).Read().Shows("nothing is found: the service is ok")
	})
}
