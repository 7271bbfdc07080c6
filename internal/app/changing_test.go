package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/policy"
	"gantry/internal/config"
)

// fakeEditor writes an editor that changes its file by a line of shell.
func fakeEditor(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "editor")
	if err := os.WriteFile(path, []byte("#!/bin/sh\ncp \"$1\" \""+path+".saw\"\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTheDefinitionIsEditedInTheOperatorsEditor, which never sees a secret.
func TestTheDefinitionIsEditedInTheOperatorsEditor(t *testing.T) {
	editor := fakeEditor(t, `sed -i 's/"memory": [0-9]*/"memory": 640/' "$1"`)
	sit(t, setting{w: 120, h: 40, editor: editor}, func(t *testing.T, d *desk) {
		d.cluster("staging").service("catalog").press("e").read()
		d.Shows("edit staging/catalog", "catalog memory", "Difference", `"memory": 640`)
		saw, err := os.ReadFile(editor + ".saw")
		if err != nil || !strings.Contains(string(saw), "(masked 1 of staging-catalog:") || strings.Contains(string(saw), "demo-catalog-pw") {
			t.Errorf("the editor saw %s (%v)", saw, err)
		}
		d.press("enter").answer("y").until(20*time.Minute, "+ succeeded")
		if got, want := d.kinds(), "begin, call ECS:RegisterTaskDefinition, call ECS:UpdateService, end succeeded"; got != want {
			t.Errorf("the journal holds %q, want %q", got, want)
		}
		d.press("esc").read().Shows("staging-catalog:3 runs now")
		d.press("esc").Shows("RUN/DES")
	})
}

// markServices marks the services of a table by name, without a filter left.
func (d *desk) markServices(names ...string) *desk {
	d.t.Helper()
	for _, name := range names {
		d.service(name).press("space")
	}
	return d
}

func TestThreeServicesAreRestartedTogetherInProduction(t *testing.T) {
	sit(t, setting{w: 140, h: 40}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("W").markServices("catalog", "pricing", "users").Shows("3 marked")
		d.press("r").read().Shows("restart 3 services of prod", "catalog", "pricing", "users", "all tasks started anew")
		d.press("C").Shows("type the number of services and the cluster's name: 3 prod")
		d.answer("3 prod").Shows("TARGET", "VERDICT", "of 3 ended")
		d.until(30*time.Minute, "all have ended").Shows("+ succeeded").Hides("x ")
		if got := d.changes(); len(got) != 3 || slices.Compact(slices.Clone(got))[0] != "ecs:UpdateService" {
			t.Errorf("calls made: %v", got)
		}
		if got := strings.Count(d.kinds(), "end succeeded"); got != 3 {
			t.Errorf("%d records of success: %s", got, d.kinds())
		}
		d.press("enter").Shows("+ succeeded").press("esc").press("esc").Shows("RUN/DES").Hides("marked")
	})
}

func TestARuleBoundsABatch(t *testing.T) {
	configure := func(c *config.Config) { c.Rules = []policy.Rule{{Cluster: "prod", MaxBulk: 2, Reason: "in pairs"}} }
	sit(t, setting{w: 140, h: 40, configure: configure}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("W").markServices("catalog", "pricing", "users").press("r").read()
		d.Shows("there is no plan", "admits 2 targets at a time and the batch has 3: in pairs")
		if got := d.changes(); len(got) > 0 {
			t.Errorf("calls made: %v", got)
		}
	})
}

func TestAnInstanceIsDrainedUntilItsServicesHaveLeft(t *testing.T) {
	sit(t, setting{w: 140, h: 40}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("W").service("catalog").press("o").read()
		d.Shows("INSTANCE", "FITS", "more of catalog fit", "+ active")
		name := d.selected()
		d.press("D").read().Shows("drain prod/", "asks for the instance's name", "move:")
		d.press("enter").answer(name).until(time.Hour, "no task of a service is left on "+name)
		d.press("esc").read().until(time.Minute, "~ draining")
		d.press("a").read().press("enter").answer("y").read().Shows("+ done")
		if got := d.changes(); !slices.Equal(got, []string{"ecs:UpdateContainerInstancesState", "ecs:UpdateContainerInstancesState"}) {
			t.Errorf("calls made: %v", got)
		}
	})
}

// TestAnInstanceIsReplacedUntilItsSuccessorHasJoined: drained, terminated, followed by the
// one that its group launches.
func TestAnInstanceIsReplacedUntilItsSuccessorHasJoined(t *testing.T) {
	sit(t, setting{w: 140, h: 40}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("W").service("catalog").press("o").read()
		name := d.selected()
		d.press("R").read().Shows("replace prod/", "another instance from ", "asks for the instance's name")
		d.press("enter").answer(name).until(2*time.Hour, "+ succeeded")
		if got := d.changes(); !slices.Equal(got, []string{"ecs:UpdateContainerInstancesState", "autoscaling:TerminateInstanceInAutoScalingGroup"}) {
			t.Errorf("calls made: %v", got)
		}
		if !strings.Contains(d.kinds(), "end succeeded") {
			t.Errorf("records: %s", d.kinds())
		}
		d.press("esc").read().until(time.Minute, "INSTANCE").Hides(name)
	})
}

// ran is the ARN of the task of a cluster that was run by hand.
func (d *desk) ran(cluster string) string {
	d.t.Helper()
	account, err := d.app.Store.Account(d.t.Context(), d.app.Context)
	if err != nil {
		d.t.Fatal(err)
	}
	ref := awsx.Ref{Context: d.app.Context, ARN: "arn:aws:ecs:eu-west-1:000000000000:cluster/" + cluster}
	ref.Cluster = ref.ARN
	for page, err := range account.Tasks(d.t.Context(), awsx.TaskQuery{Cluster: ref}) {
		if err != nil {
			d.t.Fatal(err)
		}
		for _, task := range page.Items {
			if strings.HasPrefix(task.StartedBy, "gantry/") {
				return task.Ref.ARN
			}
		}
	}
	d.t.Fatal("no task was run")
	return ""
}

func TestATaskThatExitsWithOneIsAFailure(t *testing.T) {
	sit(t, setting{w: 140, h: 40}, func(t *testing.T, d *desk) {
		d.cluster("staging").service("catalog").press(":")
		d.answer("run a task").Shows("Run a task of staging-catalog:", "like staging/catalog")
		d.answer("sh -c 'exit 1'").answer("STEP=migrate").answer("").answer("1").read()
		d.Shows("run staging/staging-catalog:", "with another command", "add STEP")
		d.press("enter").answer("y").until(time.Minute, "1 running")
		if err := d.sim.KillTask(d.ran("staging"), 1); err != nil {
			t.Fatal(err)
		}
		d.until(time.Minute, "x failed").Shows("exit code 1")
		if got := d.kinds(); !strings.Contains(got, "call ECS:RunTask") || !strings.Contains(got, "end failed") {
			t.Errorf("the journal holds %q", got)
		}
	})
}

func TestATaskIsStoppedAndAnotherStarts(t *testing.T) {
	sit(t, setting{w: 140, h: 40}, func(t *testing.T, d *desk) {
		d.cluster("staging").service("catalog").press("enter").read()
		name := d.selected()
		d.press("ctrl+d").answer("memory leak").read().Shows("stop staging/"+name, "starts another")
		d.press("enter").answer("y").until(5*time.Minute, "+ succeeded: 1 task stopped")
		d.press("esc").read().press("x").read().Shows(name, "memory leak")
	})
}

func TestScalingIsSuspendedAndResumed(t *testing.T) {
	sit(t, setting{w: 140, h: 40, sim: SimOptions{Scenario: "autoscaler-mid-rollback"}}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("W").service("api-orders").press("s").read()
		d.Shows("Scaling of prod/api-orders", "1 to 12 tasks", "scaling active by ").Press("esc")
		d.press("p").read().Shows("1 to 12 tasks, scaling suspended", "asks for the service's name")
		d.press("enter").answer("api-orders").read().Shows("+ done").press("esc").read().Shows("scaling suspended")
		d.press("r").read().press("enter").answer("api-orders").read().Shows("+ done").press("esc").read().Shows("scaling active")
		if got := strings.Count(strings.Join(d.changes(), " "), "RegisterScalableTarget"); got != 2 {
			t.Errorf("calls made: %v", d.changes())
		}
	})
}
