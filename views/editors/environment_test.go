package editors_test

import (
	"errors"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views/changes"
	"gantry/views/changestest"
	"gantry/views/editors"
	"gantry/views/viewstest"
)

// variables are what the service under test runs with, as NAME=value.
func variables(f *changestest.Shopfloor) string {
	var out []string
	arn := f.Now().TaskDefinition
	f.Account.Edit(func(d *awsxtest.Data) {
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
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 80, H: 30}, changestest.Tables).Read()
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("v").Shows("api-orders (2)", "DB_PASSWORD  (masked)", "LOG_LEVEL    debug", "api-orders:1").Hides("hunter2")
		f.Keys("a").Answer("2 BAD").Shows("2 BAD", "contains")
		f.Keys("ctrl+u")
		f.Answer("REGION").Answer("eu-west-1").Shows("+ REGION", "eu-west-1", "1 edit")
		f.Keys("g", "j", "x").Shows("- DB_PASSWORD", "2 edits")
		f.Keys("j", "enter", "ctrl+u")
		f.Answer("warn").Shows("~ LOG_LEVEL", "warn   was debug", "3 edits")

		f.Keys("w").Shows("env payments/api-orders", "unset DB_PASSWORD, set LOG_LEVEL, add", "containerDefinitions / api-orders / environment",
			`-   {"name": "DB_PASSWORD", "value": "(masked)"}`, `+   {"name": "LOG_LEVEL", "value": "warn"}`, `+   {"name": "REGION", "value": "eu-west-1"}`).Hides("hunter2")
		f.Keys("esc").Shows("3 edits", "warn   was debug")
		f.Keys("w", "enter")
		f.Answer("api-orders").Shows("Rollout")
		if got := variables(f); got != "LOG_LEVEL=warn REGION=eu-west-1" {
			t.Errorf("the service runs with %q", got)
		}
		f.Keys("esc").Shows("LOG_LEVEL", "warn", "api-orders:2").Hides("edit:", "was debug", "1 edit", "3 edits")
	})
}

// TestVariablesAreNarrowed by name and by the value as it is shown; what was edited stays
// in sight.
func TestVariablesAreNarrowed(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 80, H: 30}, changestest.Tables).Read()
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("v").Shows("DB_PASSWORD", "LOG_LEVEL")
		f.Press("/").Type("level").Press("enter").Shows("/level", "> ", "LOG_LEVEL").Hides("DB_PASSWORD", "hides all")
		f.Keys("enter", "ctrl+u").Answer("warn").Shows("~ LOG_LEVEL", "1 edit")
		f.Press("/", "ctrl+u").Type("hunter2").Press("enter").Shows("~ LOG_LEVEL").Hides("DB_PASSWORD")
		f.Press("/", "ctrl+u").Type("!level").Press("enter").Shows("DB_PASSWORD", "~ LOG_LEVEL")
		f.Press("/", "ctrl+u").Type("(").Shows("no regular expression").Press("esc")
		f.Press("esc").Shows("DB_PASSWORD", "1 edit").Hides("/!level")
		f.Keys("g", "j", "j", "u").Press("/").Type("nonesuch").Press("enter").Shows("the filter hides all (esc shows them)")
		f.Press("x").Shows("no variable is selected")
	})
}

func TestEditsSurviveAPlanThatIsRefused(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Env).Read()
		f.Keys("a").Answer("REGION").Answer("eu-west-1")
		f.Keys("w", "enter")
		f.Edit(func(s *awsx.Service) { s.Deployments[0].ID = "ecs-svc/other" })
		f.Answer("api-orders").Shows("x refused")
		f.Keys("esc").Shows("+ REGION", "1 edit")
		f.Keys("w", "enter")
		f.Answer("api-orders").Shows("Rollout")
		f.Keys("esc").Hides("1 edit")
		if got := variables(f); !strings.Contains(got, "REGION=eu-west-1") {
			t.Errorf("the service runs with %q", got)
		}
	})
}

func TestLeavingWithEditsAsksFirst(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Tables).Read()
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("v", "a").Answer("REGION").Answer("x")
		f.Keys("esc").Shows("Leave environment?", "1 edit not carried out")
		f.Keys("n").Shows("+ REGION")
		f.Keys("ctrl+r").Shows("read again: 1 edit not carried out: undo them first")
	})
}

func TestADotenvIsPastedAndABadOneStaysToBeCorrected(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Env).Read()
		f.Advance(1)
		f.Paste("export REGION=eu-west-1\nGREETING=\"two\\nlines\" # said first\nAPI_TOKEN=canary-token\n")
		f.Shows("+ REGION", "+ GREETING", "+ API_TOKEN    (masked)", "3 edits").Hides("canary-token")
		f.Paste("FINE=1\nnot a variable\n")
		f.Shows("not a variable", "line 2").Hides("+ FINE")
		f.Keys("esc").Shows("3 edits")
		f.Paste("DB_PASSWORD=(masked)\n")
		f.Shows("mask")
	})
}

func TestSecretsAreShownOnceThatIsConfirmedAndRecorded(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Env).Read()
		f.Keys("r").Shows("Show secrets of payments/api-orders?", "type the service's name: api-orders").Hides("hunter2")
		f.Answer("api-orders").Shows("hunter2")
		f.Keys("r").Hides("hunter2", "To go on")
		f.Keys("r").Shows("hunter2")
		if f.Revealed != 1 {
			t.Errorf("%d records", f.Revealed)
		}
	})
}

func TestWhatCannotBeRecordedIsNotShown(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Env).Read()
		f.Disk = errors.New("no space left on device")
		f.Keys("r")
		f.Answer("api-orders").Shows("no space left on device").Hides("hunter2")
	})
}

// TestLockedSecretsAreAskedForAlikeAndEditsPlanned: looking needs no leave.
func TestLockedSecretsAreAskedForAlikeAndEditsPlanned(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, viewstest.Standard, changestest.Env)
		f.Armed.Armed = false
		f.Read().Keys("r").Shows("type the service's name: api-orders").Hides("hunter2", "Arm for")
		f.Answer("api-orders").Shows("hunter2", "READ-ONLY")
		f.Keys("a").Answer("REGION").Answer("x")
		f.Keys("w").Shows("and to arm for 15 minutes")
	})
}

func TestAnEnvironmentThatCannotBeReadSaysWhyAndIsTriedAgain(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, viewstest.Standard, func(f *changestest.Shopfloor) {
			f.Account.FailOnce(awsxtest.TaskDefinition, fault.Errorf(fault.Denied, "ecs:DescribeTaskDefinition", "api-orders:1", "no"))
		}, changestest.Env).Read()
		f.Shows("the environment could not be read", "ecs:DescribeTaskDefinition", "○ denied")
		f.Keys("ctrl+r").Shows("LOG_LEVEL")
	})
}

// TestSecretsReachNoScreen plants secrets where operators have them and walks
// through every screen of a change, with all that is copied and saved there.
func TestSecretsReachNoScreen(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		const canary = "canary-8d1f"
		plant := func(f *changestest.Shopfloor) {
			f.Redefine(`"environment":[`, `"dockerLabels":{"deploy.token":"`+canary+`"},"environment":[{"name":"STRIPE_SECRET","value":"`+canary+`"},{"name":"DSN","value":"postgres://u:`+canary+`@db/x"},`,
				`"hunter2"`, `"`+canary+`"`)
			f.Edit(func(s *awsx.Service) {
				s.Events = append([]awsx.ServiceEvent{{ID: "leak", At: awsxtest.Now.Add(5 * 60e9), Message: "failed: password=" + canary}}, s.Events...)
			})
		}
		f := changestest.Prepared(t, viewstest.Standard, plant, func(c *changes.Changes, s awsx.Ref) ui.Screen { return editors.NewEnvironment(c, s) }).Read()
		check := func(where string) {
			t.Helper()
			if strings.Contains(f.Text(), canary) || strings.Contains(f.Clipboard, canary) {
				t.Errorf("%s shows a secret:\n%s", where, f.Text())
			}
			if strings.Contains(f.Saved(t), canary) {
				t.Errorf("%s saves a secret", where)
			}
		}
		check("the editor")
		f.Keys("g", "j", "enter").Answer(canary + "-new")
		f.Keys("a").Answer("NEW_PASSWORD").Answer(canary)
		check("the edits")
		f.Keys("w").Shows("(masked) changed")
		check("the plan")
		f.Press("c")
		f.Keys("enter").Hides(canary)
		f.Answer("api-orders").Shows("Rollout")
		f.Press("c")
		check("the follow")
		f.FailRollout("api-orders", true)
		f.Read().Press("c")
		check("the verdict")
		if v := variables(f); !strings.Contains(v, canary) {
			t.Errorf("the secrets were not kept as they were: %q", v)
		}
	})
}
