//go:build integration

package e2e

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// TestAnotherDeployToolWorksOnTheSimulator has fabfuel's ecs-deploy deploy, fail and
// roll back, by the wait that it keeps itself, and has gantry see what it did.
func TestAnotherDeployToolWorksOnTheSimulator(t *testing.T) {
	endpoint, _ := simulator(t, "--scenario", "steady", "--seed", "7", "--speed", "20")
	path, err := exec.LookPath("ecs")
	if err != nil {
		t.Fatalf("ecs-deploy is not installed: %v", err)
	}
	deploy := func(code int, want []string, args ...string) {
		t.Helper()
		cmd := exec.Command(path, args...)
		cmd.Env = account(t, endpoint)
		out, _ := cmd.CombinedOutput() // the code tells
		if got := cmd.ProcessState.ExitCode(); got != code {
			t.Errorf("ecs %s: exit %d, want %d\n%s", strings.Join(args, " "), got, code, out)
		}
		for _, text := range want {
			if !strings.Contains(string(out), text) {
				t.Errorf("ecs %s did not say %q\n%s", strings.Join(args, " "), text, out)
			}
		}
	}
	runs := func(revision string) {
		t.Helper()
		r := run(t, account(t, endpoint), "status", "prod/api-orders", "-o", "json")
		var seen struct {
			Service struct{ TaskDefinition string }
		}
		if err := json.Unmarshal([]byte(r.stdout), &seen); err != nil || seen.Service.TaskDefinition != revision {
			t.Errorf("gantry sees %s (%v), want %s", seen.Service.TaskDefinition, err, revision)
		}
	}
	deploy(0, []string{"Deployment successful"}, "deploy", "prod", "api-orders", "-t", "v2.32.1", "--timeout", "60")
	runs("api-orders:6")
	deploy(1, []string{"is unable to consistently start tasks successfully", "service has been rolled back to previous task definition: api-orders:6"},
		"deploy", "prod", "api-orders", "-t", "never-pushed", "--timeout", "30", "--rollback")
	runs("api-orders:6")
	deploy(1, []string{"tasks failed to start", "Rollback successful"}, "deploy", "prod", "api-orders", "-t", "v2.32.0", "--timeout", "5", "--rollback")
	deploy(0, []string{"Successfully started 1 instances of task: orders-migrate:2"}, "run", "prod", "orders-migrate", "-c", "migrate", "echo done")
	deploy(0, []string{"Scaling successful"}, "scale", "prod", "web", "5", "--timeout", "60")
	deploy(0, []string{"Deployment successful"}, "deploy", "prod", "web", "--account", "000000000000", "--assume-role", "deployer", "--timeout", "60")
}
