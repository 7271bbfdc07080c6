package changes_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

func TestAnImageIsChosenPlannedConfirmedAndFollowed(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Living(t, viewstest.Standard, changestest.Tables).Read()
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("i").Shows("TAG", "> v3", "v2", "in use", "PUSHED")
		f.Keys("enter").Shows("deploy payments/api-orders", " passed", "api-orders:1, api-orders api-orders:v2", "new revision, api-orders api-orders:v3",
			"Calls", "register a new revision of api-orders", "update service api-orders", "Difference: 1 added, 1 removed",
			"containerDefinitions / api-orders", `/api-orders:v2"`, `/api-orders:v3"`, "<enter>carry out")
		f.Keys("enter").Shows("type the service's name: api-orders")
		f.Answer("api-order").Shows("this is not the service's name", "> api-order")
		if n := f.World.Count("RegisterTaskDefinition"); n != 0 {
			t.Fatalf("the wrong name registered %d revisions", n)
		}
		f.Answer("s").Shows("~ rolling: 0 of 4 tasks running", "0/4 running", "breaker", "esc leaves it running")
		f.Advance(3*time.Minute).Shows("+ succeeded: api-orders runs api-orders:2", "4/4 running", "api-orders: 4 healthy", "has reached a steady state.")
		if got := f.Now().TaskDefinition; !strings.HasSuffix(got, "api-orders:2") {
			t.Errorf("the service runs %s", got)
		}
		f.Keys("esc").Shows("TAG")
		if row := f.Row("v3"); !strings.Contains(row, "in use") {
			t.Errorf("the table still shows what was: %q", row)
		}
		const image = " 123456789012.dkr.ecr.eu-west-1.amazonaws.com/api-orders:"
		want := []string{"begin api-orders:1, api-orders" + image + "v2 -> new revision, api-orders" + image + "v3", "call RegisterTaskDefinition", "call UpdateService", "end succeeded"}
		if strings.Join(f.Records, "|") != strings.Join(want, "|") {
			t.Errorf("the audit holds %q", f.Records)
		}
	})
}

func TestOutsideProductionYesIsEnoughAndNoHasTheFocus(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Web(t, changestest.Images).Read()
		f.Keys("enter", "enter").Shows("[ No ]", "deploy staging/web in main/eu-west-1?")
		f.Keys("enter").Shows("Difference").Hides("[ No ]")
		if f.Account.Count(awsxtest.UpdateService) != 0 {
			t.Fatal("enter alone agreed")
		}
		f.Keys("enter", "y").Shows("Rollout")
		if f.Account.Count(awsxtest.UpdateService) != 1 {
			t.Error("yes was not heard")
		}
	})
}

func TestScaleTakesACountAndSaysWhatIsWrongWithIt(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Tables).Read()
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("s").Shows("Scale payments/api-orders", "0 or more; 4 now")
		f.Answer("-2").Shows(`"-2": expected a whole number, 0 or more`, "-2")
		f.Keys("ctrl+u")
		f.Answer("6").Shows("scale payments/api-orders", "4 tasks", "6 tasks", "adds 2 tasks to 4", "asks yes or no", "set the desired count to 6").Hides("Difference")
		f.Keys("enter", "y").Shows("~ rolling: 4 of 6 tasks running").Hides("breaker")
		f.Edit(func(s *awsx.Service) { s.Running = 6 })
		f.Read().Shows("+ succeeded: api-orders runs 6 tasks")
		if f.Account.Count(awsxtest.RegisterTaskDefinition) != 0 {
			t.Error("scaling registered a definition")
		}
	})
}

func TestScalingDownAndToNothingAskForMore(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Tables).Read()
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("s")
		f.Answer("1").Shows("leaves 1 of 4 tasks")
		f.Keys("enter").Shows("type the service's name: api-orders")
		f.Keys("esc", "esc", "s")
		f.Answer("0").Keys("enter").Shows("the number of services and the cluster's name: 1 payments")
		f.Answer("1 payments").Shows("Rollout")
	})
}

func TestRestartIsPlannedWithoutADifference(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Tables).Read()
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("r").Shows("restart payments/api-orders", "force a new deployment", "asks yes or no").Hides("Difference")
	})
}

func TestReadOnlyPlansButDoesNotCarryOut(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Images)
		f.Armed.Armed = false
		f.Armed.Why = "gantry was started read-only"
		f.Read().Keys("enter").Shows("next       gantry was started read-only, so nothing is carried out; c copies", "Difference")
		f.Keys("enter").Shows("carry out: gantry was started read-only, so nothing is carried out").Hides("To go on")
		if f.Keys("c"); !strings.Contains(f.Clipboard, "aws ecs update-service") {
			t.Errorf("copied %q", f.Clipboard)
		}
	})
}

// TestArmingInTheDialogCarriesOutWhatWasShown: one dialog asks for the name and for arming;
// refused, it leaves the plan and the lock as they were.
func TestArmingInTheDialogCarriesOutWhatWasShown(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Images)
		f.Armed.Armed = false
		f.Read().Keys("enter").Shows("READ-ONLY (W arms)", "enter asks for the service's name and to arm for 15 minutes, then")
		f.Keys("enter").Shows("Arm for 15 minutes and go on?", "To go on, type the service's name: api-orders")
		f.Keys("esc").Shows("READ-ONLY (W arms)", "Difference").Hides("To go on")
		f.Keys("enter").Answer("api-order").Shows("this is not the service's name", "READ-ONLY")
		f.Keys("esc")
		if f.Armed.Armed || len(f.Records) > 0 {
			t.Fatalf("refused, it is armed (%v) and on record: %q", f.Armed.Armed, f.Records)
		}
		f.Keys("enter")
		f.Redefine(`api-orders:v2"`, `api-orders:other"`) // what is read later is not what was shown
		f.Answer("api-orders")
		if !f.Armed.Armed || !strings.HasPrefix(strings.Join(f.Records, "|"), "begin api-orders:1, api-orders") || !strings.Contains(f.Records[0], "api-orders:v3") {
			t.Errorf("agreed, it is armed (%v) and on record: %q", f.Armed.Armed, f.Records)
		}
	})
}
