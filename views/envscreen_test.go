package views

import (
	"errors"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
)

// variables are what the service under test runs with, as NAME=value.
func variables(f *shopfloor) string {
	var out []string
	arn := f.now().TaskDefinition
	f.account.Edit(func(d *awsxtest.Data) {
		for _, td := range d.TaskDefinitions {
			if td.ARN == arn {
				for _, v := range td.Containers[0].Env {
					out = append(out, v.Name+"="+v.Value.Reveal())
				}
			}
		}
	})
	return strings.Join(out, " ")
}

func TestVariablesAreAddedChangedRemovedAndCarriedOut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 80, H: 30}, tables).read()
		f.Press("/").Type("api-orders").Press("enter")
		f.keys("v").Shows("api-orders (2)", "DB_PASSWORD  (masked)", "LOG_LEVEL    debug", "api-orders:1").Hides("hunter2")
		f.keys("a").answer("2 BAD").Shows("2 BAD", "contains")
		f.keys("ctrl+u")
		f.answer("REGION").answer("eu-west-1").Shows("+ REGION", "eu-west-1", "1 edit")
		f.keys("g", "j", "x").Shows("- DB_PASSWORD", "2 edits")
		f.keys("j", "enter", "ctrl+u")
		f.answer("warn").Shows("~ LOG_LEVEL", "warn   was debug", "3 edits")

		f.keys("w").Shows("env payments/api-orders", "unset DB_PASSWORD, set LOG_LEVEL, add", "containerDefinitions / api-orders / environment",
			`-   {"name": "DB_PASSWORD", "value": "(masked)"}`, `+   {"name": "LOG_LEVEL", "value": "warn"}`, `+   {"name": "REGION", "value": "eu-west-1"}`).Hides("hunter2")
		f.keys("esc").Shows("3 edits", "warn   was debug")
		f.keys("w", "enter")
		f.answer("api-orders").Shows("Rollout")
		if got := variables(f); got != "LOG_LEVEL=warn REGION=eu-west-1" {
			t.Errorf("the service runs with %q", got)
		}
		f.keys("esc").Shows("LOG_LEVEL", "warn", "api-orders:2").Hides("edit:", "was debug", "1 edit", "3 edits")
	})
}

func TestEditsSurviveAPlanThatIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, env).read()
		f.keys("a").answer("REGION").answer("eu-west-1")
		f.keys("w", "enter")
		f.edit(func(s *awsx.Service) { s.Deployments[0].ID = "ecs-svc/other" })
		f.answer("api-orders").Shows("x refused")
		f.keys("esc").Shows("+ REGION", "1 edit")
		f.keys("w", "enter")
		f.answer("api-orders").Shows("Rollout")
		f.keys("esc").Hides("1 edit")
		if got := variables(f); !strings.Contains(got, "REGION=eu-west-1") {
			t.Errorf("the service runs with %q", got)
		}
	})
}

func TestLeavingWithEditsAsksFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, tables).read()
		f.Press("/").Type("api-orders").Press("enter")
		f.keys("v", "a").answer("REGION").answer("x")
		f.keys("esc").Shows("Leave environment?", "1 edit not carried out")
		f.keys("n").Shows("+ REGION")
		f.keys("ctrl+r").Shows("read again: 1 edit not carried out: undo them first")
	})
}

func TestADotenvIsPastedAndABadOneStaysToBeCorrected(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, env).read()
		f.Advance(1)
		f.Paste("export REGION=eu-west-1\nGREETING=\"two\\nlines\" # said first\nAPI_TOKEN=canary-token\n")
		f.Shows("+ REGION", "+ GREETING", "+ API_TOKEN    (masked)", "3 edits").Hides("canary-token")
		f.Paste("FINE=1\nnot a variable\n")
		f.Shows("not a variable", "line 2").Hides("+ FINE")
		f.keys("esc").Shows("3 edits")
		f.Paste("DB_PASSWORD=(masked)\n")
		f.Shows("mask")
	})
}

func TestSecretsAreShownOnceThatIsConfirmedAndRecorded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, env).read()
		f.keys("r").Shows("Show secrets of payments/api-orders?", "type the service's name: api-orders").Hides("hunter2")
		f.answer("api-orders").Shows("hunter2")
		f.keys("r").Hides("hunter2", "To go on")
		f.keys("r").Shows("hunter2")
		if f.revealed != 1 {
			t.Errorf("%d records", f.revealed)
		}
	})
}

func TestWhatCannotBeRecordedIsNotShown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, env).read()
		f.disk = errors.New("no space left on device")
		f.keys("r")
		f.answer("api-orders").Shows("no space left on device").Hides("hunter2")
	})
}

func TestReadOnlyShowsNoSecretsAndLetsEditsBePlanned(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, env)
		f.armed.armed = false
		f.read().keys("r").Shows("reveal: production starts read-only").Hides("hunter2", "To go on")
		f.keys("a").answer("REGION").answer("x")
		f.keys("w").Shows("production starts read-only: W arms writing")
	})
}

func TestAnEnvironmentThatCannotBeReadSaysWhyAndIsTriedAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := prepared(t, standard, func(f *shopfloor) {
			f.account.FailOnce(awsxtest.TaskDefinition, fault.Errorf(fault.Denied, "ecs:DescribeTaskDefinition", "api-orders:1", "no"))
		}, env).read()
		f.Shows("the environment could not be read", "ecs:DescribeTaskDefinition", "○ denied")
		f.keys("ctrl+r").Shows("LOG_LEVEL")
	})
}

// TestSecretsReachNoScreen plants secrets where operators have them and walks
// through every screen of a change, with all that is copied and saved there.
func TestSecretsReachNoScreen(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const canary = "canary-8d1f"
		plant := func(f *shopfloor) {
			f.redefine(`"environment":[`, `"dockerLabels":{"deploy.token":"`+canary+`"},"environment":[{"name":"STRIPE_SECRET","value":"`+canary+`"},{"name":"DSN","value":"postgres://u:`+canary+`@db/x"},`,
				`"hunter2"`, `"`+canary+`"`)
			f.edit(func(s *awsx.Service) {
				s.Events = append([]awsx.ServiceEvent{{ID: "leak", At: awsxtest.Now.Add(5 * 60e9), Message: "failed: password=" + canary}}, s.Events...)
			})
		}
		f := prepared(t, standard, plant, func(c *Changes, s awsx.Ref) ui.Screen { return newEnvironment(c, s) }).read()
		check := func(where string) {
			t.Helper()
			if strings.Contains(f.Text(), canary) || strings.Contains(f.Clipboard, canary) {
				t.Errorf("%s shows a secret:\n%s", where, f.Text())
			}
			if strings.Contains(f.saved(t), canary) {
				t.Errorf("%s saves a secret", where)
			}
		}
		check("the editor")
		f.keys("g", "j", "enter").answer(canary + "-new")
		f.keys("a").answer("NEW_PASSWORD").answer(canary)
		check("the edits")
		f.keys("w").Shows("(masked) changed")
		check("the plan")
		f.Press("c")
		f.keys("enter").Hides(canary)
		f.answer("api-orders").Shows("Rollout")
		f.Press("c")
		check("the follow")
		f.account.FailRollout("api-orders", true)
		f.read().Press("c")
		check("the verdict")
		if v := variables(f); !strings.Contains(v, canary) {
			t.Errorf("the secrets were not kept as they were: %q", v)
		}
	})
}
