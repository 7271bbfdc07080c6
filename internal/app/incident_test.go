package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/awsx/sim"
)

// TestTheNightOfTheMissingVariable is what the console is for: which service is
// red and why, the line that explains it, and the way back.
func TestTheNightOfTheMissingVariable(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("prod").Shows("PROD", "READ-ONLY (W arms)", "exit 1")
		if d.selected() != "api-orders" {
			t.Fatalf("the worst service is %q:\n%s", d.selected(), d.Text())
		}
		d.press("l").until(time.Minute, "KeyError: 'DB_URL'")
		d.press("esc", "u").read().Shows("READ-ONLY", "roll back prod/api-orders", "api-orders:6", "api-orders:5", "Calls", "asks yes or no and to arm for 15 minutes")
		d.press("enter").Shows("Arm for 15 minutes and go on?", "Yes", "[ No ]")
		d.answer("y")
		d.Shows("ARMED 15m", "Rollout", "targets")
		d.until(20*time.Minute, "+ succeeded").Hides("rolled back")
		if got, want := d.kinds(), "begin, call ECS:StopServiceDeployment, end succeeded"; got != want {
			t.Errorf("the journal holds %q, want %q", got, want)
		}
		d.press("esc").read()
		d.until(2*time.Minute, "● live")
		if row := d.Row(" api-orders  "); !strings.Contains(row, "+ ok") {
			t.Errorf("after the roll back: %q\n%s", row, d.Text())
		}
	})
}

// TestADeploymentOfOthersIsPickedUp follows what a pipeline started, sees its tasks
// fail, and changes nothing.
func TestADeploymentOfOthersIsPickedUp(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("z").until(time.Minute, "0/4 running", "breaker", "following")
		d.until(15*time.Minute, "exited with code 1")
		d.press("esc").read().filter("^payments$")
		d.press("z").read().Shows("deployments", "succeeded", "REVISION")
		if got := d.kinds(); got != "" {
			t.Errorf("following wrote %q to the journal", got)
		}
	})
}

// TestTheMissingVariableIsAdded mends the same service forward.
func TestTheMissingVariableIsAdded(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		const dsn = "postgres://app:hunter2@db/orders"
		d.cluster("prod").press("W", "v").read().Shows("DB_HOST", "environment").Hides("demo-api-orders-pw", "demo-token")
		d.press("a").Type("DB_URL").Press("enter")
		d.Type(dsn).Press("enter").Shows("DB_URL", "1 edit")
		d.press("w").read().Shows("Difference", "DB_URL").Hides("hunter2")
		// The rollout in progress is what this mends: nothing to override.
		d.Shows("to mind (in-progress")
		d.press("enter").Shows("type the service's name: api-orders")
		d.answer("api-order").Shows("this is not the service's name")
		d.answer("s")
		d.until(20*time.Minute, "+ succeeded").Hides("rolled back", "hunter2")
		if got, want := d.kinds(), "begin, call ECS:RegisterTaskDefinition, call ECS:UpdateService, end succeeded"; got != want {
			t.Errorf("the journal holds %q, want %q", got, want)
		}
		if _, raw := d.journal(); strings.Contains(raw, "hunter2") || !strings.Contains(raw, "DB_URL") {
			t.Errorf("the journal tells too much or too little: %s", raw)
		}
	})
}

func TestATagThatIsNotThereIsRefusedBeforehand(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("staging").service("catalog").press("i").read().Shows("v3.4.0", "in use")
		d.press("i").answer("v3.4.0:what is this").Shows("v3.4.0:what is this")
		d.Press("ctrl+u").answer(":v9.9.9").read()
		d.Shows("v9.9.9", "not in its repository")
		before := len(d.changes())
		d.press("enter").Shows("failed: mend it, or override it")
		if after := d.changes(); len(after) != before {
			t.Errorf("calls left: %v", after)
		}
	})
}

// TestACrashThatTripsTheBreakerIsNoSuccess deploys an image that exits.
func TestACrashThatTripsTheBreakerIsNoSuccess(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("prod").press("W").service("pricing").press("i").read()
		d.filter("v0.10.0").press("enter").read().Shows("v0.10.0", "Calls")
		d.press("enter").answer("pricing")
		d.until(30*time.Minute, "rolled back").Hides("succeeded")
		if kinds := d.kinds(); !strings.HasSuffix(kinds, "end rolled back") {
			t.Errorf("the journal says %q", kinds)
		}
	})
}

// TestAChangeOutlivesItsScreen leaves a rollout, and then the program.
func TestAChangeOutlivesItsScreen(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("staging").service("web").press("r").read().Shows("Calls")
		d.press("enter").answer("y")
		d.until(time.Minute, "Rollout").press("esc")
		d.Shows("SERVICE", "web: ", "new")
		d.Press("ctrl+c").Shows("Quit gantry?", "goes on in ECS")
		d.Advance(400 * time.Millisecond)
		if d.press("n"); d.Quit {
			t.Fatal("No quits")
		}
		d.until(15*time.Minute, "web: succeeded")
		if d.Press("ctrl+c"); !d.Quit {
			t.Error("with nothing under way ctrl+c asks")
		}
	})
}

// TestLeavingWhileADeploymentRollsLetsItRoll: what was sent is finished and
// recorded, and what ECS does goes on without gantry.
func TestLeavingWhileADeploymentRollsLetsItRoll(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("staging").service("web").press("r").read().press("enter").answer("y")
		d.until(time.Minute, "Rollout").Press("ctrl+c")
		d.Advance(400 * time.Millisecond)
		if d.press("y"); !d.Quit {
			t.Fatal("Yes does not quit")
		}
		before := time.Now()
		if err := d.app.Changes.Shutdown(t.Context()); err != nil || time.Since(before) > time.Second {
			t.Errorf("leaving took %s: %v", time.Since(before), err)
		}
		if kinds := d.kinds(); !strings.HasPrefix(kinds, "begin, call ECS:UpdateService, end ") || strings.Contains(kinds, "succeeded") {
			t.Errorf("the journal holds %q", kinds)
		}
	})
}

// TestAChangeThatCannotBeRecordedIsNotMade: the disk is full, or the file is gone
// and its folder with it.
func TestAChangeThatCannotBeRecordedIsNotMade(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("staging").service("web").press("r").read()
		if err := os.RemoveAll(filepath.Dir(d.app.journal.Path())); err != nil {
			t.Fatal(err)
		}
		d.press("enter").answer("y").read().Shows("audit")
		if got := d.changes(); len(got) > 0 {
			t.Errorf("calls left: %v", got)
		}
	})
}

// TestAnAnswerThatIsLostIsReadBack: the update was carried out, and nobody said so.
func TestAnAnswerThatIsLostIsReadBack(t *testing.T) {
	sit(t, setting{}, func(t *testing.T, d *desk) {
		d.cluster("staging").service("users").press("s").Press("ctrl+u")
		d.sim.Inject(sim.Fault{Service: "ecs", Operation: "UpdateService", Kind: sim.ResetAfter, Times: 1})
		d.answer("2").read().press("enter").answer("y")
		d.until(15*time.Minute, "succeeded")
		n := 0
		for _, c := range d.changes() {
			if c == "ecs:UpdateService" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d updates were sent", n)
		}
	})
}

func TestHowMuchIsAskedBefore(t *testing.T) {
	for name, c := range map[string]struct {
		cluster, service string
		keys             func(*desk)
		asks             string
	}{
		"staging deploys with a yes": {"staging", "catalog", deployOldest, "[ No ]"},
		"preprod too":                {"preprod", "catalog", deployOldest, "[ No ]"},
		"prod deploys with the name": {"prod", "catalog", deployOldest, "type the service's name: catalog"},
		"prod scales up with a yes":  {"prod", "catalog", scaleTo("5"), "[ No ]"},
		"prod scales down with name": {"prod", "catalog", scaleTo("1"), "type the service's name: catalog"},
		"prod scales to 0 with both": {"prod", "catalog", scaleTo("0"), "the number of services and the cluster's name: 1 prod"},
		"staging scales to 0 yes":    {"staging", "catalog", scaleTo("0"), "[ No ]"},
		"prod restarts with a yes":   {"prod", "catalog", func(d *desk) { d.press("r").read() }, "[ No ]"},
	} {
		t.Run(name, func(t *testing.T) {
			sit(t, setting{}, func(t *testing.T, d *desk) {
				d.cluster(c.cluster)
				if c.cluster == "prod" {
					d.Shows("READ-ONLY").press("W")
				} else {
					d.Hides("READ-ONLY")
				}
				d.service(c.service)
				c.keys(d)
				d.press("enter").Shows(c.asks)
				d.Advance(400 * time.Millisecond)
				d.press("esc")
				if got := d.changes(); len(got) > 0 {
					t.Errorf("calls left: %v", got)
				}
			})
		})
	}
}

// deployOldest plans the deployment of the oldest image.
func deployOldest(d *desk) {
	d.press("i").read().press("G", "enter").read().Shows("Calls")
}

// scaleTo plans another count.
func scaleTo(n string) func(*desk) {
	return func(d *desk) {
		d.press("s").Press("ctrl+u")
		d.answer(n).read().Shows("Calls")
	}
}
