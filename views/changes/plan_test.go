package changes_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/edits"
	"gantry/internal/fault"
	"gantry/ui/uitest"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

func TestAFailedCheckBlocksUntilItsNameIsTyped(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.OnPlan(changestest.Image("v9"))).Read()
		f.Shows("x image: not in its repository", "O overrides it", "x 1 failed (image)", "<O>override a check")
		f.Keys("enter").Shows("carry out: the check image failed: mend it, or override it").Hides("To go on")
		f.Keys("O").Shows("Go on although the check image failed?", "To go on, type the check's name: image")
		f.Answer("yes").Shows("this is not the check's name")
		f.Keys("ctrl+u")
		f.Answer("image").Shows("! 1 to mind (image)", "asks for the service's name")
		f.Keys("enter").Shows("overridden")
		f.Answer("api-orders").Shows("Rollout")
	})
}

func TestPlanningThatFailsSaysWhyAndIsTriedAgain(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, func(f *changestest.Shopfloor) {
			f.Account.FailOnce(awsxtest.DescribeServices, &fault.Error{Class: fault.Denied, Op: "ecs:DescribeServices", Resource: "api-orders",
				Fix: "ask for it", Err: errors.New("AccessDeniedException")})
		}, changestest.OnPlan(changestest.Image("v3"))).Read()
		f.Shows("x there is no plan: ecs:DescribeServices api-orders: denied:", "AccessDeniedException (ask for it)", "nothing was changed", "ctrl+r plans anew", "○ denied")
		f.Keys("enter").Shows("carry out: there is no plan")
		f.Keys("ctrl+r").Shows("Difference", "<enter>carry out")
	})
}

func TestAPlanThatChangesNothingSaysSo(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.OnPlan(changestest.Image("v2"))).Read()
		f.Shows("x there is no plan: nothing changed: the service runs this image already", "fix   restart it to pull the same tag again")
	})
}

func TestPlanningTakesTimeAndSaysSo(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Images).Read()
		release := f.Account.Block(awsxtest.Identity)
		f.Keys("enter").Shows("reading api-orders and making a plan", "◐ planning")
		f.Keys("enter").Shows("carry out: the plan is being made")
		f.Keys("ctrl+r") // the first reading is overtaken
		release()
		f.Read().Shows("Difference")
	})
}

func TestAServiceThatMovedIsRefusedAndPlannedAnew(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.OnPlan(changestest.Image("v3"))).Read()
		f.Keys("enter")
		f.Edit(func(s *awsx.Service) { s.Deployments[0].ID = "ecs-svc/other" })
		f.Answer("api-orders").Shows("x refused: the deployment was ecs-svc/", "and is ecs-svc/other", "fix     look again and plan anew", "nothing was changed; ctrl+r plans anew", "<ctrl+r>plan anew")
		if f.Account.Count(awsxtest.UpdateService)+f.Account.Count(awsxtest.RegisterTaskDefinition) != 0 {
			t.Error("a call was made")
		}
		f.Keys("ctrl+r").Shows("Difference", "<enter>carry out")
	})
}

func TestAFullDiskRefusesTheChangeUnlessOverridden(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Living(t, viewstest.Standard, changestest.OnPlan(changestest.Image("v3"))).Read()
		f.Disk = errors.New("no space left on device")
		f.Keys("enter")
		f.Answer("api-orders").Shows("x refused: the audit record cannot be written: no space left on device", "deploy api-orders: refused")
		f.Keys("ctrl+r", "O").Shows("Go on even without an audit record?")
		f.Answer("audit").Keys("enter")
		f.Answer("api-orders").Shows("Rollout")
		f.Advance(3*time.Minute).Shows("succeeded", "the record is incomplete: no space left on device")
	})
}

func TestARevisionThatIsRegisteredAndNotUsedIsNamed(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.OnPlan(changestest.Image("v3"))).Read()
		f.Account.Fail(awsxtest.UpdateService, fault.Errorf(fault.Denied, "ecs:UpdateService", "api-orders", "AccessDeniedException"))
		f.Keys("enter")
		f.Answer("api-orders").Shows("x ecs:UpdateService api-orders: denied", "api-orders:2 was registered and is not in use").Hides("nothing was changed")
	})
}

func TestThePlanIsCopiedAsCommands(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.OnPlan(changestest.Image("v3"))).Read()
		f.Press("c")
		for _, want := range []string{"aws ecs register-task-definition", "aws ecs update-service", `--task-definition "$REVISION"`, "--profile main"} {
			if !strings.Contains(f.Clipboard, want) {
				t.Errorf("%q is missing in %q", want, f.Clipboard)
			}
		}
	})
}

func TestHunksAreGoneThrough(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		var filler strings.Builder
		for _, letter := range "ABCDEFGHIJ" {
			filler.WriteString(`{"name":"` + string(letter) + `","value":"1"},`)
		}
		const env = `"environment":[`
		intent := deploy.SetEnv{Containers: map[string]edits.Env{"": {Set: []awsx.EnvVar{{Name: "A", Value: "2"}, {Name: "J", Value: "2"}}}}}
		f := changestest.Prepared(t, uitest.Look{W: 80, H: 15}, func(f *changestest.Shopfloor) { f.Redefine(env, env+filler.String()) }, changestest.OnPlan(intent)).Read()
		top := func() string { return f.Screen()[2] }
		first := top()
		f.Press("n")
		if !strings.Contains(top(), "@ containerDefinitions / api-orders / environment") {
			t.Errorf("the first hunk is headed by %q", top())
		}
		f.Press("n").Shows(`-   {"name": "J", "value": "1"}`).Hides(`"A"`)
		if !strings.Contains(top(), "environment") {
			t.Errorf("the second hunk is headed by %q", top())
		}
		f.Press("N", "g")
		if top() != first {
			t.Errorf("the top is %q", top())
		}
	})
}

func TestThePlanIsSavedWhole(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.OnPlan(changestest.Image("v3"))).Read()
		got := f.Saved(t)
		for _, want := range []string{"deploy payments/api-orders", "+ \"image\"", "Checks", "load-balancer: + "} {
			if !strings.Contains(got, want) {
				t.Errorf("the file lacks %q:\n%s", want, got)
			}
		}
	})
}
