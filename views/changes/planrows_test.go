package changes_test

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views/changes"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

// mark marks the services of a services table whose names match.
func mark(f *changestest.Shopfloor, expr string) *changestest.Shopfloor {
	f.Press("/").Type(expr).Press("enter")
	f.Keys("g", "space", "G", "ctrl+space")
	return f.Keys("esc")
}

func TestMarkedServicesAreRestartedByOnePlanAndOneAnswer(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 120, H: 40}, changestest.Tables).Read()
		mark(f, "^api|^front").Shows("3 marked")
		f.Keys("r").Shows("restart 3 services of payments", "TARGET", "+ ready", "api-checkout", "api-orders", "front", "leaves at least 2 of 2 tasks; front:1", "Checks",
			"asks for the number of services and the cluster's name, then makes 3 calls", "force a new deployment")
		f.Keys("C").Shows("restart 3 services of payments in main/eu-west-1?", "type the number of services and the cluster's name: 3 payments")
		f.Answer("2 payments").Shows("this is not the number of services")
		f.Keys("ctrl+u")
		f.Answer("3 payments").Shows("TARGET", "VERDICT", "~ rolling", "0 of 3 ended, esc leaves them running")
		f.Account.Settle("api-orders")
		f.Read().Shows("+ succeeded", "1 of 3 ended")
		f.FailRollout("front", false)
		f.Account.Settle("api-checkout")
		f.Read().Shows("all have ended", "x failed")
		if n := f.Account.Count(awsxtest.UpdateService); n != 3 {
			t.Errorf("%d services were updated", n)
		}
		f.Keys("G", "enter").Shows("follow", "x failed").Press("esc")
		f.Keys("esc").Shows("SERVICE").Hides("marked")
	})
}

func TestMarkedServicesAreScaledAndThoseWithoutAPlanLeftOut(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Living(t, uitest.Look{W: 120, H: 40}, changestest.Tables).Read()
		mark(f, "^api|^front").Keys("s").Shows("Scale 3 services of payments")
		f.Answer("4").Shows("no plan for 2 of 3 services (x leaves them out)", "the desired count is 4 already")
		f.Keys("C").Shows("carry out: there is no plan for api-checkout: leave it out")
		f.Keys("x").Shows("scale payments/front", "2 tasks", "4 tasks").Hides("already", "TARGET")
		f.Keys("enter", "y").Shows("Rollout", "rolling")
	})
}

func TestMarksThatAFilterHidesAreRefused(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Tables).Read()
		mark(f, "^api")
		f.Press("/").Type("^front").Press("enter")
		f.Keys("r").Shows("restart 2 marked: marked and hidden by the filter: api-checkout, api-orders", "SERVICE")
		if f.Account.Count(awsxtest.UpdateService) != 0 {
			t.Error("a service was updated")
		}
	})
}

func TestMoreThanARuleAdmitsAreRefused(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Tables).Read()
		mark(f, ".").Keys("r").Shows("there is no plan", "admits 5 targets at a", "the batch has 6: in small steps", "fix", "take at most 5 at a time")
		f.Keys("C").Shows("carry out: there is no plan")
	})
}

// several opens the plan of one intent for some services.
func several(intent deploy.Intent, names ...string) func(*changes.Changes, awsx.Ref) ui.Screen {
	return func(c *changes.Changes, s awsx.Ref) ui.Screen {
		var targets []awsx.Ref
		for _, name := range names {
			targets = append(targets, s.In(strings.Replace(s.ARN, "api-orders", name, 1)))
		}
		return changes.NewPlan(c, intent, nil, targets...)
	}
}

func TestOneThatEndsBadlyKeepsTheRestFromBeginning(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 120, H: 40}, several(deploy.Restart{}, "api-checkout", "api-orders", "front", "legacy", "worker")).Read()
		f.Shows("4 side by side; once one ends badly the rest is not begun")
		f.Keys("C").Answer("5 payments")
		f.Shows("0 of 5 ended", "~ waiting")
		f.Keys("%").Shows("restart worker", "~ waiting").Press("esc")
		f.FailRollout("front", false)
		f.Read().Shows("x failed", "- not begun", "2 of 5 ended")
		if n := f.Account.Count(awsxtest.UpdateService); n != 4 {
			t.Errorf("%d services were updated", n)
		}
		f.Keys("%").Shows("CHANGE", "- not begun")
	})
}

// TestAFailedCheckBlocksAllUntilItIsOverridden, as one answer is for all.
func TestAFailedCheckBlocksAllUntilItIsOverridden(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		v9 := func(name string) deploy.SetImages { return deploy.SetImages{Images: map[string]string{name: ":v9"}} }
		f := changestest.Orders(t, uitest.Look{W: 120, H: 40}, several(v9(""), "front", "worker")).Read()
		f.Shows("x image of front: not in its repository", "overrides it for all", "x 1 failed (image)")
		f.Shows("x blocked", "image: not in its repository")
		f.Keys("C").Shows("carry out: the check image of front failed")
		f.Keys("O").Shows("Go on although the check image failed?")
		f.Answer("image").Shows("asks for the number of services").Hides("x image")
	})
}

// TestOneOfSeveralIsLookedAtAndCarriedOutAlone: enter opens what one target's plan is,
// and one that is carried out there is not done again with the others.
func TestOneOfSeveralIsLookedAtAndCarriedOutAlone(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 120, H: 40}, several(deploy.Restart{}, "api-checkout", "front", "worker")).Read()
		f.Keys("j", "enter").Shows("restart payments/front", "meanwhile", "asks yes or no", "PROD ").Hides("TARGET")
		f.Keys("esc").Shows("restart 3 services of payments")
		if row := f.Row("front"); !strings.HasPrefix(row, "> ") {
			t.Errorf("the cursor left its row: %q", row)
		}
		f.Keys("enter", "enter", "y").Shows("Rollout")
		f.Keys("esc").Shows("restart 2 services of payments", "tasks; api-checkout:1", "tasks; worker:1").Hides("deployment; front:1")
		f.Keys("C").Answer("2 payments").Shows("VERDICT")
		if n := f.Account.Count(awsxtest.UpdateService); n != 3 {
			t.Errorf("%d services were updated", n)
		}
	})
}

// TestTheCursorGoesOverTheTargetsAndThenScrolls, so that all of a long plan is read.
func TestTheCursorGoesOverTheTargetsAndThenScrolls(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 80, H: 15}, several(deploy.Restart{}, "front", "worker")).Read()
		f.Shows("restart 2 services").Hides("update service worker")
		f.Keys("j").Shows("> worker")
		f.Keys("j", "j", "j", "j", "j", "j", "j", "j", "j", "j", "j", "j").Shows("update service worker").Hides("restart 2 services")
		f.Keys("g").Shows("restart 2 services", "> front")
		f.Keys("G").Shows("update service worker")
		f.Keys("k").Shows("> front")
	})
}

func TestTheBatchIsCopiedAsCommandsAndSaved(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, several(deploy.Restart{}, "front", "worker")).Read()
		f.Press("c")
		if n := strings.Count(f.Clipboard, "aws ecs update-service"); n != 2 {
			t.Errorf("%d commands in %q", n, f.Clipboard)
		}
		if got := f.Saved(t); !strings.Contains(got, "restart 2 services of payments") || !strings.Contains(got, "Checks") {
			t.Errorf("the file says %s", got)
		}
	})
}

func TestFrameOfABulkPlan(t *testing.T) {
	changestest.ChangeFrame(t, uitest.Looks(), changestest.Untouched, several(deploy.Restart{}, "api-checkout", "api-orders", "front"), changestest.Leave)
}

func TestFrameOfVerdicts(t *testing.T) {
	changestest.ChangeFrame(t, uitest.Looks(), changestest.Untouched, several(deploy.Restart{}, "api-checkout", "api-orders", "front", "legacy", "worker"), func(f *changestest.Shopfloor) {
		f.Keys("C").Answer("5 payments")
		f.Account.Settle("api-orders")
	})
}
