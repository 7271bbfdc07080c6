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

// TestTheAWSCLIReadsRulesOfEveryKind has the aws CLI read the rules of the simulated account:
// each kind of condition and action, and as many rules in the order that gantry tells.
func TestTheAWSCLIReadsRulesOfEveryKind(t *testing.T) {
	endpoint, _ := simulator(t, "--scenario", "steady", "--seed", "7")
	cli := func(into any, args ...string) {
		t.Helper()
		if err := json.Unmarshal(independent(t, endpoint, "aws", args...), into); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
	}
	var ours struct {
		Rules []struct{ Listener, Rule, RuleArn string }
	}
	read(t, account(t, endpoint), &ours, "routing", "prod")
	kinds := map[string]bool{}
	listeners := map[string][]string{}
	for _, r := range ours.Rules {
		listeners[r.Listener] = append(listeners[r.Listener], r.Rule+" "+r.RuleArn)
	}
	for listener, want := range listeners {
		var theirs struct {
			Rules []struct {
				Priority, RuleArn string
				Conditions        []struct {
					Field            string
					HttpHeaderConfig struct{ HttpHeaderName string }
				}
				Actions    []struct{ Type string }
				Transforms []struct{ Type string }
			}
		}
		cli(&theirs, "elbv2", "describe-rules", "--listener-arn", listener)
		var got []string
		for _, r := range theirs.Rules {
			got = append(got, r.Priority+" "+r.RuleArn)
			for _, c := range r.Conditions {
				kinds[c.Field] = true
				if c.Field == "http-header" && c.HttpHeaderConfig.HttpHeaderName == "" {
					t.Errorf("rule %s: the header has no name", r.Priority)
				}
			}
			for _, a := range r.Actions {
				kinds[a.Type] = true
			}
			for _, x := range r.Transforms {
				kinds[x.Type] = true
			}
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("of %s the aws CLI reads\n%v\ngantry tells\n%v", listener, got, want)
		}
	}
	for _, kind := range []string{
		"host-header", "path-pattern", "http-header", "http-request-method", "query-string", "source-ip",
		"forward", "redirect", "fixed-response", "authenticate-oidc", "jwt-validation", "url-rewrite",
	} {
		if !kinds[kind] {
			t.Errorf("the account has no %s, or the aws CLI does not read it: %v", kind, kinds)
		}
	}
	for _, args := range [][]string{
		{"elbv2", "describe-target-group-attributes", "--target-group-arn", ""}, {"application-autoscaling", "describe-scheduled-actions", "--service-namespace", "ecs"},
		{"application-autoscaling", "describe-scaling-policies", "--service-namespace", "ecs"}, {"autoscaling", "describe-auto-scaling-groups"}, {"autoscaling", "describe-scaling-activities"},
		{"ecs", "describe-capacity-providers"}, {"ec2", "describe-instances"}, {"ecr", "describe-repositories"},
		{"events", "list-rules"}, {"events", "list-targets-by-rule", "--rule", "orders-migrate-nightly"}, {"scheduler", "list-schedules"},
	} {
		if args[len(args)-1] == "" {
			var groups struct {
				TargetGroups []struct{ TargetGroupArn string }
			}
			cli(&groups, "elbv2", "describe-target-groups")
			args[len(args)-1] = groups.TargetGroups[0].TargetGroupArn
		}
		var answer map[string][]any
		if cli(&answer, args...); len(answer) != 1 {
			t.Errorf("%v: %v", args, answer)
		}
		for field, items := range answer {
			if len(items) == 0 {
				t.Errorf("%v has no %s", args, field)
			}
		}
	}
	var schedule struct{ Name, ScheduleExpression, State string }
	if cli(&schedule, "scheduler", "get-schedule", "--name", "orders-migrate-weekly"); schedule.Name != "orders-migrate-weekly" || schedule.ScheduleExpression == "" || schedule.State != "ENABLED" {
		t.Errorf("the schedule is %+v", schedule)
	}
	var protection struct{ ProtectedTasks, Failures []any }
	if cli(&protection, "ecs", "get-task-protection", "--cluster", "prod"); protection.ProtectedTasks == nil || len(protection.Failures) > 0 {
		t.Errorf("the protection of tasks is %+v", protection)
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
