package cli_test

import (
	"strings"
	"testing"

	"gantry/awsx/sim"
	"gantry/internal/saidtest"
)

// TestNoCommandSaysANameTwice runs looks and plans, and what becomes of both when calls
// fail in each way, and reads every sentence.
func TestNoCommandSaysANameTwice(t *testing.T) {
	commands := [][]string{
		{"status"}, {"status", "prod"}, {"status", "prod/web"}, {"status", "prod/nothing"}, {"status", "nowhere"}, {"status", "nowhere/web"},
		{"history", "prod/web"}, {"history", "prod/nothing"}, {"targets", "prod/web"}, {"targets", "prod/nothing"}, {"alarms", "prod/web"},
		{"env", "prod/web"}, {"env", "prod/nothing"}, {"secrets", "prod/web"}, {"images", "web"}, {"images", "nothing"}, {"diff", "web:4", "web:5"},
		{"diff", "web:4", "web:99"}, {"scaling", "prod/web"}, {"logs", "prod/nothing"}, {"doctor"},
		{"deploy", "prod/web", "v1", "--dry-run"}, {"deploy", "prod/web", "--image", "web=web:v5.2.3", "--dry-run"}, {"deploy", "prod/nothing", "v1", "--dry-run"},
		{"restart", "prod/web", "--dry-run"}, {"restart", "prod/web", "prod/catalog", "--dry-run"}, {"restart", "prod/web", "prod/nothing", "--dry-run"},
		{"scale", "prod/web", "9", "--dry-run"}, {"scale", "prod/web", "0", "--dry-run"}, {"rollback", "prod/web", "--dry-run"}, {"cancel", "prod/web", "--dry-run"},
		{"breaker", "prod/web", "off", "--dry-run"}, {"deregister", "web:1", "--dry-run"}, {"stop", "prod/nothing", "--dry-run"}, {"restart", "prod/web", "--yes"},
	}
	faults := map[string][]sim.Fault{"none": nil}
	for kind, word := range map[sim.FaultKind]string{sim.Throttle: "throttled", sim.ServerError: "failed", sim.Deny: "denied", sim.Reset: "reset", sim.Page: "page"} {
		faults["all "+word] = []sim.Fault{{Kind: kind}}
		for _, operation := range []string{"DescribeTaskDefinition", "ListServiceDeployments", "UpdateService"} {
			faults[operation+" "+word] = []sim.Fault{{Operation: operation, Kind: kind}}
		}
	}
	for name, injected := range faults {
		t.Run(name, func(t *testing.T) {
			live(t, sim.Options{Speed: 1}, func(t *testing.T, a *account) {
				for _, f := range injected {
					a.Inject(f)
				}
				for _, args := range commands {
					r := a.run(t, args...)
					for _, said := range saidtest.Twice(r.out + "\n" + r.err) {
						t.Errorf("gantry %s: %s", strings.Join(args, " "), said)
					}
				}
			})
		})
	}
}
