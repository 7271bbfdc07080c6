package cli_test

import (
	"fmt"
	"strings"
	"testing"

	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
)

func TestADeploymentThatGoesWellIsNotUndoneForItsTime(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		r := a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--yes", "--timeout", "30s", "--rollback", "-o", "json")
		o := r.wants(t, 4).object(t)
		if text := fmt.Sprint(o["text"]); o["rollback"] != nil || !strings.Contains(text, "not gone back: every task runs, none failed and ECS is still at work") {
			t.Errorf("the outcome is %v", o)
		}
		if got := strings.Join(a.changes(), " "); got != "RegisterTaskDefinition UpdateService" {
			t.Errorf("sent %s", got)
		}
	})
}
