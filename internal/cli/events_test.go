package cli_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gantry/awsx/sim"
	"gantry/internal/cli/command"
)

// TestEventsTellsWhatHappenedInOneOrder: of a service, as a table, as JSON with times in UTC and
// as a page, of some kinds alone; changes that are made from here are told once.
func TestEventsTellsWhatHappenedInOneOrder(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "restart", "prod/web", "--yes", "--timeout", "20m").wants(t, 0)
		o := a.run(t, "events", "prod/web", "--since", "1h", "-o", "json").wants(t, 0).object(t)
		list := at(t, o, "events").([]any)
		var last time.Time
		kinds, changes := map[string]int{}, 0
		for _, x := range list {
			e := x.(map[string]any)
			when, err := time.Parse(time.RFC3339, e["time"].(string))
			if err != nil || when.Before(last) || when.Location() != time.UTC {
				t.Errorf("%s after %s", when, last)
			}
			last = when
			kinds[e["kind"].(string)]++
			if e["kind"] == "change" {
				changes++
				if text := e["text"].(string); !strings.HasPrefix(text, "restart") || !strings.Contains(e["who"].(string), " as operator/demo") {
					t.Errorf("%v", e)
				}
			}
		}
		if changes != 1 || kinds["deployment"] != 2 || kinds["event"] == 0 || at(t, o, "partial") != false {
			t.Errorf("%v of %v", kinds, o)
		}
		a.run(t, "events", "prod/web", "--since", "1h", "--kind", "change,deployment").wants(t, 0, "TIME", ". change", "restart", "+ deployment", "succeeded after")
		page := a.run(t, "events", "prod/web", "--since", "1h", "-o", "markdown").wants(t, 0, "# What happened to prod/web", "## What is wrong\n\nNothing is found.\n\nAs of ", "| change | web | restart", "## Impact")
		if strings.Contains(page.out, "What could not be read") {
			t.Error(page.out)
		}
		for _, wrong := range [][]string{{"--kind", "weather"}, {"--since", "yesterday"}, {"--since", "0"}, {"--since", "0s"}, {"--since", "1h", "--until", "2h"}, {"-f", "--until", "1m"}, {"-f", "-o", "markdown"}, {"-o", "yaml"}} {
			a.run(t, append([]string{"events", "prod/web"}, wrong...)...).wants(t, 2)
		}
		a.run(t, "events", "prod/web", "--since", "2d", "--kind", "change").wants(t, 0, "restart")
		for _, since := range []string{"0", "0s", "yesterday", "-2h"} { // as events does
			a.run(t, "tasks", "prod/web", "--since", since).wants(t, 2, "--since")
		}
		a.run(t, "tasks", "prod/web", "--since", "2d").wants(t, 0)
		a.run(t, "tasks", "prod/web", "--since", "1d12h").wants(t, 0)
		a.run(t, "logs", "prod/web", "--since", "1d", "--limit", "3").wants(t, 0)
		a.run(t, "why", "prod/web", "--every", "1d").wants(t, 2, "goes with --watch")
		a.run(t, "events", "prod/nothing").wants(t, 2, "no such service")
	})
}

// TestAServiceIsToldOfItsOwnGroups: a group that cannot launch is told of the cluster, and not
// of a service that has no part in it.
func TestAServiceIsToldOfItsOwnGroups(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "events", "prod", "--kind", "instances").wants(t, 0, "prod-ecs", "prod-batch")
		a.run(t, "events", "prod/payments", "--kind", "instances").wants(t, 0, "prod-ecs").lacks(t, "prod-batch")
	})
}

// TestEventsThatAreDeniedNameTheAction once, in JSON too, and the rest is told.
func TestEventsThatAreDeniedNameTheAction(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.Inject(sim.Fault{Service: "cloudtrail", Kind: sim.Deny})
		r := a.run(t, "events", "prod", "--since", "12h").wants(t, 0, "has reached a steady state")
		if strings.Count(r.err, "needs cloudtrail:LookupEvents") != 1 {
			t.Error(r.err)
		}
		o := a.run(t, "events", "prod", "-o", "json").wants(t, 0).object(t)
		if errs := at(t, o, "errors").([]any); at(t, o, "partial") != true || len(errs) != 1 || !strings.Contains(errs[0].(string), "cloudtrail:LookupEvents") {
			t.Errorf("%v", o["errors"])
		}
	})
}

// TestEventsAreFollowed: an entry a line, those that change again, until it is interrupted.
func TestEventsAreFollowed(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
		defer cancel()
		r := a.runWith(ctx, command.Streams{In: strings.NewReader("")}, "events", "prod/web", "-f", "--since", "12h", "-o", "json").wants(t, 0)
		n := 0
		for line := range strings.Lines(r.out) {
			var e struct{ ID, Kind, Time string }
			if err := json.Unmarshal([]byte(line), &e); err != nil || e.ID == "" || e.Kind == "" {
				t.Errorf("%q: %v", line, err)
			}
			n++
		}
		if n == 0 {
			t.Error("nothing was told")
		}
	})
}
