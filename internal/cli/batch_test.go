package cli_test

import (
	"strings"
	"testing"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

func TestSeveralServicesAreRestartedAsOne(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		r := a.run(t, "restart", "prod/web", "prod/catalog", "staging/users", "--yes").wants(t, 0, "restart 3 targets in prod, staging")
		if rows := strings.Split(strings.TrimSpace(r.out), "\n"); len(rows) != 4 || !strings.HasPrefix(rows[1], "prod/catalog   succeeded") {
			t.Errorf("the table is\n%s", r.out)
		}
		if got := strings.Join(a.changes(), " "); got != "UpdateService UpdateService UpdateService" {
			t.Errorf("sent %s", got)
		}
	})
}

func TestABatchIsConfirmedOnce(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		both := []string{"restart", "prod/web", "prod/catalog", "--no-wait"}
		a.answering(t, strings.NewReader("2\n"), both...).wants(t, 5, `Type "2 prod" to carry it out`, `"2 prod" was wanted`)
		a.answering(t, strings.NewReader(""), append(both, "--yes")...).wants(t, 5)
		a.run(t, append(both, "--confirm", "web")...).wants(t, 5, `this wants "2 prod"`)
		a.run(t, append(both, "--yes", "--readonly")...).wants(t, 5, "gantry is read-only")
		a.run(t, "restart", "prod/web", "prod/web", "--yes").wants(t, 2, "web is in the batch twice")
		a.run(t, "restart", "prod/web", "prod/wob", "--yes").wants(t, 2, "no such service in cluster prod")
		if got := a.changes(); got != nil {
			t.Fatalf("sent %v", got)
		}
		// A dry run shows the whole plan of each.
		a.run(t, append(both, "--dry-run")...).wants(t, 0, "restart prod/web in ", "restart prod/catalog in ", "ok       target-group: prod-catalog", "call     update service web: force a new deployment")
		o := a.run(t, append(both, "--dry-run", "-o", "json")...).wants(t, 0).object(t)
		if o["outcome"] != "dry run" || o["confirm"] != "2 prod" || o["tier"] != "bulk" || at(t, o, "targets", 1, "service") != "web" {
			t.Errorf("got %v", o)
		}
		o = a.run(t, append(both, "--confirm", "2 prod", "-o", "json")...).wants(t, 0).object(t)
		if o["outcome"] != "done" || at(t, o, "targets", 0, "outcome") != "started" || at(t, o, "targets", 0, "deployment") == nil {
			t.Errorf("got %v", o)
		}
	})
}

func TestABatchEndsAsItsTargetsDo(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		six := []string{"restart", "prod/web", "prod/catalog", "prod/users", "prod/search", "prod/pricing", "prod/gateway", "--yes", "--timeout", "10ms"}
		r := a.run(t, six...).wants(t, 4, "not every target ended well")
		began := strings.Count(r.out, "  timed out  ")
		if skipped := strings.Count(r.out, "  not begun  another target of the batch ended badly"); skipped == 0 || began+skipped != 6 {
			t.Errorf("the table is\n%s", r.out)
		}
		r = a.run(t, append(six, "--keep-going")...).wants(t, 4)
		if strings.Contains(r.out, "not begun") {
			t.Errorf("the table is\n%s", r.out)
		}
	})
}
