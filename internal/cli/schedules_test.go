package cli_test

import (
	"strings"
	"testing"

	"gantry/awsx/sim"
)

// TestSchedulesShowsWhenTasksAreStartedAndByWhat, with a warning where that is not the newest
// revision; what a schedule pins is not deregistered.
func TestSchedulesShowsWhenTasksAreStartedAndByWhat(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "schedules", "prod").wants(t, 0, "rule orders-migrate-nightly", "orders-migrate:1", "at 02:15 on Monday to Friday", "starts orders-migrate:1, and the newest is orders-migrate:2",
			"rule orders-imported", "on events", "schedule orders-migrate-weekly", "at 04:00 on Sunday (Europe/Dublin)", "schedule jobs/orders-archive", "off")
		if r := a.run(t, "schedules", "staging").wants(t, 0); !strings.Contains(r.err, "nothing starts tasks of staging by itself") {
			t.Errorf("staging has none: %s", r.err)
		}
		o := a.run(t, "schedules", "prod", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "schedules", 0, "name") != "orders-migrate-nightly" || at(t, o, "schedules", 0, "newest") != "orders-migrate:2" || at(t, o, "schedules", 0, "next") == nil ||
			at(t, o, "schedules", 0, "kind") != "rule" || at(t, o, "partial") != false {
			t.Errorf("got %v", o)
		}
		if r := a.run(t, "deregister", "orders-migrate:1", "--yes"); r.code == 0 || !strings.Contains(r.err, "rule orders-migrate-nightly") {
			t.Errorf("exit %d: %s", r.code, r.err)
		}
	})
}

// TestSchedulesThatAreDeniedNameTheAction: rules are there without schedules, and a revision is
// not taken for unused.
func TestSchedulesThatAreDeniedNameTheAction(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.Inject(sim.Fault{Service: "scheduler", Operation: "ListSchedules", Kind: sim.Deny})
		if r := a.run(t, "schedules", "prod").wants(t, 0, "rule orders-migrate-nightly"); strings.Contains(r.out, "weekly") || !strings.Contains(r.err, "scheduler:ListSchedules") {
			t.Errorf("%s%s", r.out, r.err)
		}
		if r := a.run(t, "deregister", "catalog:1", "--dry-run"); !strings.Contains(r.out+r.err, "scheduler:ListSchedules is denied") {
			t.Errorf("unsaid: %s%s", r.out, r.err)
		}
		a.Inject(sim.Fault{Service: "events", Operation: "ListRules", Kind: sim.Deny})
		if r := a.run(t, "schedules", "prod"); r.code == 0 || !strings.Contains(r.err, "events:ListRules") {
			t.Errorf("exit %d: %s%s", r.code, r.out, r.err)
		}
	})
}
