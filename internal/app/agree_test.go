package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/sim/seed"
)

// TestTheConsoleAndStatusAgree looks at every scenario of the simulator on the
// services' screen, and asks what the command status prints.
func TestTheConsoleAndStatusAgree(t *testing.T) {
	for _, scenario := range seed.Scenarios() {
		if scenario == seed.Throttled {
			continue // what it lets be read is a matter of luck
		}
		t.Run(string(scenario), func(t *testing.T) {
			s := setting{w: 240, h: 60}
			s.sim.Scenario = string(scenario)
			sit(t, s, func(t *testing.T, d *desk) {
				clusters, _, err := d.app.Clusters(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range clusters {
					if c.Services == 0 || c.Services > 40 {
						continue
					}
					d.cluster(c.Name).read()
					agrees(t, d, c.Ref)
					d.press("esc", "esc")
				}
			})
		})
	}
}

// agrees compares the rows on the screen with a survey of the same cluster.
func agrees(t *testing.T, d *desk, cluster awsx.Ref) {
	t.Helper()
	shown := d.Text()
	survey, err := d.app.Survey(t.Context(), cluster)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range survey.Standings {
		row, ok := rowOf(shown, s.Service().Name)
		if !ok {
			t.Errorf("%s is not on the screen of %s:\n%s", s.Service().Name, cluster.Name(), shown)
			continue
		}
		f := s.Finding
		why := firstWords(f.Why)
		if strings.HasPrefix(row, ">") { // the row that is looked at: its lines were read besides
			why, _, _ = strings.Cut(why, ",")
		}
		words := map[diagnose.Status]string{diagnose.Failed: "x fail", diagnose.Degraded: "! degr", diagnose.Pending: "~ pend", diagnose.Unknown: "?", diagnose.OK: "+ ok"}
		for _, want := range []string{
			words[f.Status], fmt.Sprintf("%d/%d", s.Service().Running, s.Service().Desired), f.Rollout.String(), f.Targets.String(), f.Died.String(), why,
		} {
			if !strings.Contains(row, want) {
				t.Errorf("%s: the command says %s %q, rollout %s, targets %s, died %s; the screen\n%s\nlacks %q",
					s.Service().Name, f.Status, f.Why, f.Rollout, f.Targets, f.Died, row, want)
				break
			}
		}
	}
}

// rowOf is the line of a table that begins with a name.
func rowOf(screen, name string) (string, bool) {
	for line := range strings.Lines(screen) {
		if f := strings.Fields(strings.TrimLeft(line, "> *")); len(f) > 0 && f[0] == name {
			return line, true
		}
	}
	return "", false
}

// firstWords is as much of a cause as any column has room for.
func firstWords(why string) string { return why[:min(len(why), 20)] }

// TestEveryStopReasonOfTheSimulatorIsRead has what the simulator lets AWS, Docker and
// registries write explained, each text by its own cause.
func TestEveryStopReasonOfTheSimulatorIsRead(t *testing.T) {
	s := setting{w: 80, h: 24}
	s.sim.Scenario = string(seed.StopReasons)
	want := map[string]string{
		"pull-either": "registry wants a login, or no such image", "pull-name": "registry name not resolved", "login-timeout": "registry login: not reached",
		"secret-key": "secret: no key pin", "no-script": "not there, or its interpreter is not: /app/entry.sh", "port-taken": "host port 9090 taken",
		"subnet": "network interface: subnet full", "log-group": "log driver: log group not found", "memory": "exit 137: out of memory",
	}
	well := []string{"host-gone", "maintenance", "person", "rescaled", "spot"}
	sit(t, s, func(t *testing.T, d *desk) {
		c, err := d.app.FindCluster(t.Context(), "reasons")
		if err != nil {
			t.Fatal(err)
		}
		survey, err := d.app.Survey(t.Context(), c.Ref)
		if err != nil || len(survey.Standings) < 30 {
			t.Fatalf("%d services, %v", len(survey.Standings), err)
		}
		for _, x := range survey.Standings {
			name, f := x.Service().Name, x.Finding
			switch {
			case slices.Contains(well, name):
				if f.Status != diagnose.OK {
					t.Errorf("%s is no trouble: %s %q", name, f.Status, f.Why)
				}
			case f.Status != diagnose.Degraded || f.Why == "" || f.Next == "" || strings.Contains(f.Why, "Error") || f.Reason.Text == "":
				t.Errorf("%s: %s %q, next %q, from %q", name, f.Status, f.Why, f.Next, f.Reason.Text)
			case !strings.HasPrefix(f.Why, want[name]):
				t.Errorf("%s: %q, want %q", name, f.Why, want[name])
			}
		}
	})
}
