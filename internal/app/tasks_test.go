package app

import (
	"strings"
	"testing"
	"time"
)

// TestTasksShowTheirPortsAndTargets looks at one service of each network mode,
// with several groups, and with several containers behind the load balancer.
func TestTasksShowTheirPortsAndTargets(t *testing.T) {
	sit(t, setting{w: 150, h: 40}, func(t *testing.T, d *desk) {
		d.cluster("prod")
		for _, c := range []struct {
			service string
			tasks   int
			row     []string // in the row under the cursor
			says    []string // below
		}{
			// Each port is bound on IPv4 and on IPv6, and counted once.
			{"catalog", 3, []string{"8080>32", "healthy"}, []string{"prod-catalog", "check HTTP /health 200"}},
			{"legacy", 2, nil, []string{"foreign", "registered by something else", "1 target of no task"}},
			{"edge-router", 2, []string{"8000>8000", "healthy"}, []string{"prod-edge-router"}},
			{"search", 3, []string{"8080>8080", "healthy"}, []string{"healthy 10."}},
			{"web", 4, []string{"8080>32", "2 healthy"}, []string{"prod-web-internal  healthy", "/status"}},
			{"gateway", 3, []string{"8080>32", "9090>32", "2 healthy"}, []string{"prod-gateway-admin  healthy", "/ping"}},
			{"worker-mail", 2, []string{" - "}, nil},
		} {
			d.service(c.service).press("enter").read()
			d.Shows(c.says...)
			if got := strings.Count(d.Text(), "+ running"); got != c.tasks {
				t.Errorf("%s: %d running tasks\n%s", c.service, got, d.Text())
			}
			row := d.Row("> ")
			for _, want := range c.row {
				if !strings.Contains(row, want) {
					t.Errorf("%s: %q is not in %q", c.service, want, row)
				}
			}
			if strings.Count(row, "8080>") > 1 {
				t.Errorf("%s: a port is counted twice: %q", c.service, row)
			}
			d.press("esc")
		}
	})
}

func TestStoppedTasksSayWhyAndTheirTargetsDrain(t *testing.T) {
	sit(t, setting{w: 150, h: 40}, func(t *testing.T, d *desk) {
		d.cluster("prod").service("api-orders").press("enter").read()
		d.Shows("stopped tasks", "+ running").until(5*time.Minute, "draining")
		d.press("x").read().Shows("x stopped", "exit 1", "6 new", "Essential container in task exited")
		d.press("enter").read().Shows("api-orders", "1 application error", "Environment", "Timeline", "stopped").Hides("demo-token", "demo-api-orders-pw")
		d.press("esc").Shows("x stopped").press("x").Shows("+ running")
	})
}

// TestAnImageThatCannotBePulledIsExplained by its tasks, none of which ever ran.
func TestAnImageThatCannotBePulledIsExplained(t *testing.T) {
	sit(t, setting{w: 150, h: 40, sim: SimOptions{Scenario: "bad-image"}}, func(t *testing.T, d *desk) {
		d.cluster("prod").Shows("api-orders")
		d.service("api-orders").press("enter").read().press("x").read()
		d.Shows("CannotPullContainerError", "v2.33.0")
		d.press("l").read().Shows("logs").press("esc")
	})
}
