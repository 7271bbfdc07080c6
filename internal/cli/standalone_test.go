package cli_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx/sim"
)

// TestStandaloneTellsWhoStartedATaskAndWhyItEnded.
func TestStandaloneTellsWhoStartedATaskAndWhyItEnded(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		if r := a.run(t, "standalone", "staging").wants(t, 0); !strings.Contains(r.err, "no task of staging runs without a service") {
			t.Errorf("got %s", r.err)
		}
		a.run(t, "run", "prod/orders-migrate:1", "--yes").wants(t, 1)
		time.Sleep(time.Minute) // of the bubble: ECS lists it as stopped
		a.run(t, "standalone", "prod").wants(t, 0, "orders-migrate:1", "STOPPED", "exit 1")
		o := a.run(t, "standalone", "prod", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "tasks", 0, "failed") != true || at(t, o, "tasks", 0, "group") == "" || at(t, o, "partial") != false {
			t.Errorf("got %v", o)
		}
		a.Inject(sim.Fault{Service: "ecs", Operation: "ListTasks", Kind: sim.Deny})
		if r := a.run(t, "standalone", "preprod"); r.code == 0 || !strings.Contains(r.err, "ecs:ListTasks") {
			t.Errorf("exit %d: %s", r.code, r.err)
		}
	})
}
