package views

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/uitest"
)

// mark marks the services of a services table whose names match.
func mark(f *shopfloor, expr string) *shopfloor {
	f.Press("/").Type(expr).Press("enter")
	f.keys("g", "space", "G", "ctrl+space")
	return f.keys("esc")
}

func TestMarkedServicesAreRestartedByOnePlanAndOneAnswer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 120, H: 40}, tables).read()
		mark(f, "^api|^front").Shows("3 marked")
		f.keys("r").Shows("restart 3 services of payments", "Targets", "api-checkout", "api-orders", "front", "all tasks started anew", "Checks",
			"asks for the number of services and the cluster's name, then makes 3 calls", "force a new deployment")
		f.keys("enter").Shows("restart 3 services of payments in main/eu-west-1?", "type the number of services and the cluster's name: 3 payments")
		f.answer("2 payments").Shows("this is not the number of services")
		f.keys("ctrl+u")
		f.answer("3 payments").Shows("TARGET", "VERDICT", "~ rolling", "0 of 3 ended, esc leaves them running")
		f.account.FinishRollout("api-orders")
		f.read().Shows("+ succeeded", "1 of 3 ended")
		f.account.FailRollout("front", false)
		f.account.FinishRollout("api-checkout")
		f.read().Shows("all have ended", "x failed")
		if n := f.account.Count(awsxtest.UpdateService); n != 3 {
			t.Errorf("%d services were updated", n)
		}
		f.keys("G", "enter").Shows("follow", "x failed").Press("esc")
		f.keys("esc").Shows("SERVICE").Hides("marked")
	})
}

func TestMarkedServicesAreScaledAndThoseWithoutAPlanLeftOut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 120, H: 40}, tables).read()
		mark(f, "^api|^front").keys("s").Shows("Scale 3 services of payments")
		f.answer("4").Shows("no plan for 2 of 3 services (x leaves them out)", "the desired count is 4 already")
		f.keys("enter").Shows("carry out: there is no plan for api-checkout: leave it out")
		f.keys("x").Shows("scale 1 service of payments", "2 tasks -> 4 tasks").Hides("already")
		f.keys("enter", "y").Shows("VERDICT", "rolling")
	})
}

func TestMarksThatAFilterHidesAreRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, tables).read()
		mark(f, "^api")
		f.Press("/").Type("^front").Press("enter")
		f.keys("r").Shows("restart 2 marked: marked and hidden by the filter: api-checkout, api-orders", "SERVICE")
		if f.account.Count(awsxtest.UpdateService) != 0 {
			t.Error("a service was updated")
		}
	})
}

func TestMoreThanARuleAdmitsAreRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, tables).read()
		mark(f, ".").keys("r").Shows("there is no plan", "admits 5 targets at a", "the batch has 6: in small steps", "fix", "take at most 5 at a time")
		f.keys("enter").Shows("carry out: there is no plan")
	})
}

// several opens the plan of one intent for some services.
func several(intent deploy.Intent, names ...string) func(*Changes, awsx.Ref) ui.Screen {
	return func(c *Changes, s awsx.Ref) ui.Screen {
		var targets []awsx.Ref
		for _, name := range names {
			targets = append(targets, s.In(strings.Replace(s.ARN, "api-orders", name, 1)))
		}
		return newBulkPlan(c, targets, intent, nil)
	}
}

func TestOneThatEndsBadlyKeepsTheRestFromBeginning(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 120, H: 40}, several(deploy.Restart{}, "api-checkout", "api-orders", "front", "legacy", "worker")).read()
		f.Shows("4 side by side; once one ends badly the rest is not begun")
		f.keys("enter").answer("5 payments")
		f.Shows("0 of 5 ended", "~ waiting")
		f.account.FailRollout("front", false)
		f.read().Shows("x failed", "- not begun", "2 of 5 ended")
		if n := f.account.Count(awsxtest.UpdateService); n != 4 {
			t.Errorf("%d services were updated", n)
		}
	})
}

// TestAFailedCheckBlocksAllUntilItIsOverridden, as one answer is for all.
func TestAFailedCheckBlocksAllUntilItIsOverridden(t *testing.T) {
	bubble(t, func(t *testing.T) {
		v9 := func(name string) deploy.SetImages { return deploy.SetImages{Images: map[string]string{name: ":v9"}} }
		f := orders(t, uitest.Look{W: 120, H: 40}, several(v9(""), "front", "worker")).read()
		f.Shows("x image of front: not in its repository", "overrides it for all", "x 1 failed (image)")
		f.keys("enter").Shows("carry out: the check image of front failed")
		f.keys("O").Shows("Go on although the check image failed?")
		f.answer("image").Shows("asks for the number of services").Hides("x image")
	})
}

func TestTheBatchIsCopiedAsCommandsAndSaved(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, several(deploy.Restart{}, "front", "worker")).read()
		f.Press("c")
		if n := strings.Count(f.Clipboard, "aws ecs update-service"); n != 2 {
			t.Errorf("%d commands in %q", n, f.Clipboard)
		}
		if got := f.saved(t); !strings.Contains(got, "restart 2 services of payments") || !strings.Contains(got, "Checks") {
			t.Errorf("the file says %s", got)
		}
	})
}

func TestFrameOfABulkPlan(t *testing.T) {
	changeFrame(t, untouched, several(deploy.Restart{}, "api-checkout", "api-orders", "front"), leave)
}

func TestFrameOfVerdicts(t *testing.T) {
	changeFrame(t, untouched, several(deploy.Restart{}, "api-checkout", "api-orders", "front", "legacy", "worker"), func(f *shopfloor) {
		f.keys("enter").answer("5 payments")
		f.account.FinishRollout("api-orders")
	})
}
