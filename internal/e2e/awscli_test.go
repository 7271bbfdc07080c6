//go:build integration

package e2e

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// independent runs one of AWS's own clients against an endpoint.
func independent(t *testing.T, endpoint, name string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not installed: %v", name, err)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = account(t, endpoint)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, stderrOf(err))
	}
	return out
}

// TestOthersReadTheSimulatedAccount has botocore parse every operation in use
// and compares what it saw with what gantry sees.
func TestOthersReadTheSimulatedAccount(t *testing.T) {
	aws, _ := simulator(t, "--scenario", "steady", "--seed", "7")
	out := independent(t, aws, "python3", "testdata/read.py", aws)
	var theirs map[string]struct {
		Services map[string]struct{ Desired, Tasks, Targets int }
	}
	if err := json.Unmarshal(out, &theirs); err != nil {
		t.Fatalf("read.py printed %q: %v", out, err)
	}
	if len(theirs) < 3 {
		t.Fatalf("botocore saw %d clusters", len(theirs))
	}
	for cluster, seen := range theirs {
		r := run(t, account(t, aws), "status", cluster, "-o", "json")
		if r.code != 0 {
			t.Fatalf("status %s: exit %d\n%s", cluster, r.code, r.stderr)
		}
		var ours struct {
			Services []struct {
				Name    string
				Desired int
			}
		}
		if err := json.Unmarshal([]byte(r.stdout), &ours); err != nil {
			t.Fatalf("status %s printed %q: %v", cluster, r.stdout, err)
		}
		if len(ours.Services) != len(seen.Services) {
			t.Errorf("%s: gantry sees %d services, botocore %d", cluster, len(ours.Services), len(seen.Services))
		}
		for _, s := range ours.Services {
			if their, ok := seen.Services[s.Name]; !ok || their.Desired != s.Desired {
				t.Errorf("%s/%s: gantry sees %d desired, botocore %d (found: %v)", cluster, s.Name, s.Desired, their.Desired, ok)
			}
		}
	}
}

// TestTheAWSCLIDeploysOnTheSimulator changes the account with the aws CLI and
// has gantry see it.
func TestTheAWSCLIDeploysOnTheSimulator(t *testing.T) {
	aws, _ := simulator(t, "--scenario", "steady", "--seed", "7", "--speed", "20")
	cli := func(args ...string) []byte { return independent(t, aws, "aws", args...) }

	var described struct {
		TaskDefinition struct {
			Family               string          `json:"family"`
			ContainerDefinitions json.RawMessage `json:"containerDefinitions"`
		} `json:"taskDefinition"`
	}
	if err := json.Unmarshal(cli("ecs", "describe-task-definition", "--task-definition", "web"), &described); err != nil {
		t.Fatal(err)
	}
	containers := strings.Replace(string(described.TaskDefinition.ContainerDefinitions),
		`"environment": [`, `"environment": [{"name": "SEEN_BY", "value": "the aws cli"},`, 1)
	var registered struct {
		TaskDefinition struct {
			TaskDefinitionArn string `json:"taskDefinitionArn"`
		} `json:"taskDefinition"`
	}
	if err := json.Unmarshal(cli("ecs", "register-task-definition", "--family", described.TaskDefinition.Family,
		"--container-definitions", containers), &registered); err != nil {
		t.Fatal(err)
	}
	cli("ecs", "update-service", "--cluster", "prod", "--service", "web", "--task-definition", registered.TaskDefinition.TaskDefinitionArn)
	cli("ecs", "wait", "services-stable", "--cluster", "prod", "--services", "web")

	r := run(t, account(t, aws), "env", "prod/web", "-o", "json")
	if r.code != 0 || !strings.Contains(r.stdout, "the aws cli") {
		t.Errorf("env prod/web: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}
