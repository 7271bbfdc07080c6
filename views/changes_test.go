package views

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
)

func TestAnImageIsChosenPlannedConfirmedAndFollowed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, tables).read()
		f.Press("/").Type("api-orders").Press("enter")
		f.keys("i").Shows("TAG", "> v3", "v2", "in use", "PUSHED")
		f.keys("enter").Shows("deploy payments/api-orders", " passed", "api-orders:1, api-orders api-orders:v2", "new revision, api-orders api-orders:v3",
			"Calls", "register a new revision of api-orders", "update service api-orders", "Difference: 1 added, 1 removed",
			"containerDefinitions / api-orders", `/api-orders:v2"`, `/api-orders:v3"`, "<enter>carry out")
		f.keys("enter").Shows("type the service's name: api-orders")
		f.answer("api-order").Shows("this is not the service's name", "> api-order")
		if n := f.account.Count(awsxtest.RegisterTaskDefinition); n != 0 {
			t.Fatalf("the wrong name registered %d revisions", n)
		}
		f.answer("s").Shows("~ rolling: 0 of 4 tasks running", "0/4 running", "breaker", "esc leaves it running")
		f.account.FinishRollout("api-orders")
		f.read().Shows("+ succeeded: api-orders runs api-orders:2", "4/4 running", "api-orders: 4 healthy", "has reached a steady state.")
		if got := f.now().TaskDefinition; !strings.HasSuffix(got, "api-orders:2") {
			t.Errorf("the service runs %s", got)
		}
		f.keys("esc").Shows("TAG")
		if row := f.Row("v3"); !strings.Contains(row, "in use") {
			t.Errorf("the table still shows what was: %q", row)
		}
		const image = " 123456789012.dkr.ecr.eu-west-1.amazonaws.com/api-orders:"
		want := []string{"begin api-orders:1, api-orders" + image + "v2 -> new revision, api-orders" + image + "v3", "call RegisterTaskDefinition", "call UpdateService", "end succeeded"}
		if strings.Join(f.records, "|") != strings.Join(want, "|") {
			t.Errorf("the audit holds %q", f.records)
		}
	})
}

func TestOutsideProductionYesIsEnoughAndNoHasTheFocus(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := web(t, images).read()
		f.keys("enter", "enter").Shows("[ No ]", "deploy staging/web in main/eu-west-1?")
		f.keys("enter").Shows("Difference").Hides("[ No ]")
		if f.account.Count(awsxtest.UpdateService) != 0 {
			t.Fatal("enter alone agreed")
		}
		f.keys("enter", "y").Shows("Rollout")
		if f.account.Count(awsxtest.UpdateService) != 1 {
			t.Error("yes was not heard")
		}
	})
}

func TestScaleTakesACountAndSaysWhatIsWrongWithIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, tables).read()
		f.Press("/").Type("api-orders").Press("enter")
		f.keys("s").Shows("Scale payments/api-orders", "0 or more; 4 now")
		f.answer("-2").Shows(`"-2": expected a whole number, 0 or more`, "-2")
		f.keys("ctrl+u")
		f.answer("6").Shows("scale payments/api-orders", "4 tasks", "6 tasks", "adds 2 tasks to 4", "asks yes or no", "set the desired count to 6").Hides("Difference")
		f.keys("enter", "y").Shows("~ rolling: 4 of 6 tasks running").Hides("breaker")
		f.edit(func(s *awsx.Service) { s.Running = 6 })
		f.read().Shows("+ succeeded: api-orders runs 6 tasks")
		if f.account.Count(awsxtest.RegisterTaskDefinition) != 0 {
			t.Error("scaling registered a definition")
		}
	})
}

func TestScalingDownAndToNothingAskForMore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, tables).read()
		f.Press("/").Type("api-orders").Press("enter")
		f.keys("s")
		f.answer("1").Shows("leaves 1 of 4 tasks")
		f.keys("enter").Shows("type the service's name: api-orders")
		f.keys("esc", "esc", "s")
		f.answer("0").keys("enter").Shows("the number of services and the cluster's name: 1 payments")
		f.answer("1 payments").Shows("Rollout")
	})
}

func TestRestartIsPlannedWithoutADifference(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, tables).read()
		f.Press("/").Type("api-orders").Press("enter")
		f.keys("r").Shows("restart payments/api-orders", "force a new deployment", "asks yes or no").Hides("Difference")
	})
}

func TestReadOnlyPlansButDoesNotCarryOut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, images)
		f.armed.armed = false
		f.read().keys("enter").Shows("production starts read-only: W arms writing", "Difference")
		f.keys("enter").Shows("carry out: production starts read-only, W arms writing").Hides("To go on")
		f.keys("W").Shows("asks for the service's name")
		f.keys("enter").Shows("To go on")
	})
}
