package incident_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
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
		d.Shows("<enter>targets").Hides("<t>targets") // one key is hinted at for one thing
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

// TestATaskIsAskedAboutBesideItsService: what befell the one, and what befalls the other.
func TestATaskIsAskedAboutBesideItsService(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		viewstest.Crash(a, "api-checkout", strings.Repeat("c", 64), time.Minute)
		var died awsx.Task
		a.Edit(func(d *awsxtest.Data) {
			for _, task := range d.Tasks {
				if task.Group == "service:api-checkout" && task.LastStatus == "STOPPED" {
					died = task
				}
			}
		})
		of := func(a *awsxtest.Account, _ *awsxtest.Cluster) func(*views.Deps) ui.Screen {
			return func(deps *views.Deps) ui.Screen {
				return incident.NewOfTask(deps, viewstest.ServiceNamed(a, "api-checkout"), died)
			}
		}
		d := viewstest.Sit(t, a, uitest.Look{W: 200, H: 50}, of(a, cluster)).Read()
		d.Shows("task "+died.ID[:8]+" why", "OF")
		if own := d.Row("> exits"); !strings.Contains(own, "task") {
			t.Errorf("the task's own finding is first: %q", own)
		}
		if its := d.Row("  check answered wrongly"); !strings.Contains(its, "service") {
			t.Errorf("then its service's: %q", its)
		}
	})
}
