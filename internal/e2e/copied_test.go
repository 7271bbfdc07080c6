//go:build integration

package e2e

import (
	"encoding/json"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// twin is one of two accounts that are alike.
type twin struct {
	t        *testing.T
	endpoint string
	env      []string
}

// aws asks the account by the aws CLI and decodes what a query chooses.
func (w twin) aws(query string, args ...string) any {
	w.t.Helper()
	out := independent(w.t, w.endpoint, "aws", append(args, "--output", "json", "--query", query)...)
	var v any
	if err := json.Unmarshal(out, &v); err != nil {
		w.t.Fatalf("aws %s printed %q: %v", strings.Join(args, " "), out, err)
	}
	return v
}

// service is what a change of a service may touch.
func (w twin) service(name string) any {
	w.t.Helper()
	return w.aws("services[0].{count: desiredCount, revision: taskDefinition, configuration: deploymentConfiguration, deployments: length(deployments), rolls: deployments[0].rolloutState}",
		"ecs", "describe-services", "--cluster", "prod", "--services", name)
}

// definition is the newest revision of a family, but for when and by whom it was
// registered, with its tags.
func (w twin) definition(family string) any {
	w.t.Helper()
	v := w.aws("[taskDefinition, tags]", "ecs", "describe-task-definition", "--task-definition", family, "--include", "TAGS").([]any)
	td := v[0].(map[string]any)
	for _, name := range []string{"registeredAt", "registeredBy"} {
		delete(td, name)
	}
	return v
}

// both are what a service and its family come to.
func (w twin) both(name string) any { return []any{w.service(name), w.definition(name)} }

func (w twin) gantry(args ...string) result {
	w.t.Helper()
	return run(w.t, w.env, args...)
}

// copied has gantry spell a change and a shell carry it out.
func (w twin) copied(export string, args ...string) {
	w.t.Helper()
	r := w.gantry(append(slices.Clone(args), "--dry-run", "-o", "json")...)
	var plan struct{ Calls []string }
	if err := json.Unmarshal([]byte(r.stdout), &plan); err != nil || len(plan.Calls) == 0 {
		w.t.Fatalf("gantry %v: %v\n%s%s", args, err, r.stdout, r.stderr)
	}
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", export+"\n"+strings.Join(plan.Calls, "\n"))
	cmd.Env = account(w.t, w.endpoint)
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("%s\n%v\n%s", strings.Join(plan.Calls, "\n"), err, out)
	}
}

// task is the id of one running task of a service.
func (w twin) task(service string) string {
	w.t.Helper()
	arns := w.aws("taskArns", "ecs", "list-tasks", "--cluster", "prod", "--service-name", service).([]any)
	return arns[0].(string)[strings.LastIndex(arns[0].(string), "/")+1:]
}

// TestACopiedPlanDoesWhatGantryDoes carries every change out twice, by gantry on
// one account and by the aws CLI with the plan's commands on another that is
// alike, and compares what became of the two.
func TestACopiedPlanDoesWhatGantryDoes(t *testing.T) {
	newTwin := func(t *testing.T) twin {
		aws, _ := simulator(t, "--scenario", "crash-loop", "--seed", "7", "--speed", "1")
		return twin{t, aws, account(t, aws)}
	}
	byHand, byGantry := newTwin(t), newTwin(t)
	for _, w := range []twin{byHand, byGantry} {
		independent(t, w.endpoint, "aws", "application-autoscaling", "register-scalable-target", "--service-namespace", "ecs",
			"--scalable-dimension", "ecs:service:DesiredCount", "--resource-id", "service/prod/gateway", "--min-capacity", "2", "--max-capacity", "6")
	}
	service := func(name string) func(twin) any { return func(w twin) any { return w.service(name) } }
	both := func(name string) func(twin) any { return func(w twin) any { return w.both(name) } }
	args := func(line string) func(twin) []string {
		return func(twin) []string { return strings.Fields(line) }
	}
	stopped := map[string]string{} // by account
	for _, c := range []struct {
		name   string
		export string
		args   func(twin) []string
		state  func(twin) any
	}{
		{"deploy", "", args("deploy prod/catalog --image :v3.3.1"), both("catalog")},
		{"env", "export NEW_DB_PASSWORD='fresh pw'", func(twin) []string {
			return []string{"env", "set", "prod/users", "LOG_LEVEL=it's debug", "DB_PASSWORD=fresh pw", "--unset", "DB_USER"}
		}, both("users")},
		{"secrets", "", args("secrets prod/inventory API_KEY=/prod/inventory/API_KEY"), both("inventory")},
		{"scale", "", args("scale prod/web 6"), service("web")},
		{"restart", "", args("restart prod/search"), service("search")},
		{"scaling", "", args("scaling prod/gateway --max 9 --suspend"), func(w twin) any {
			return w.aws("ScalableTargets[].{min: MinCapacity, max: MaxCapacity, off: SuspendedState}",
				"application-autoscaling", "describe-scalable-targets", "--service-namespace", "ecs", "--resource-ids", "service/prod/gateway")
		}},
		{"breaker", "", args("breaker prod/pricing on --no-rollback"), service("pricing")},
		{"cancel", "", args("cancel prod/api-orders"), func(w twin) any {
			return w.aws("length(serviceDeployments[?starts_with(status, 'ROLLBACK')])", "ecs", "list-service-deployments", "--cluster", "prod", "--service", "api-orders")
		}},
		{"rollback", "", args("rollback prod/sessions --pin all"), both("sessions")},
		{"stop", "", func(w twin) []string {
			if stopped[w.endpoint] == "" {
				stopped[w.endpoint] = w.task("payments")
			}
			return []string{"stop", "prod/" + stopped[w.endpoint], "--reason", "it's leaking"}
		}, func(w twin) any {
			return w.aws("tasks[0].{wanted: desiredStatus, why: stoppedReason, code: stopCode}", "ecs", "describe-tasks", "--cluster", "prod", "--tasks", stopped[w.endpoint])
		}},
		{"run", "", args("run prod/orders-migrate --count 2 --command migrate --command $HOME --env BATCH=7"), func(w twin) any {
			tasks := w.aws("taskArns", "ecs", "list-tasks", "--cluster", "prod", "--family", "orders-migrate").([]any)
			if len(tasks) == 0 {
				return nil
			}
			named := []string{"ecs", "describe-tasks", "--cluster", "prod", "--tasks"}
			for _, arn := range tasks {
				named = append(named, arn.(string))
			}
			return w.aws("tasks[].{revision: taskDefinitionArn, overrides: overrides, type: launchType}", named...)
		}},
		{"drain", "", func(w twin) []string {
			return []string{"drain", "prod/" + w.instance()}
		}, func(w twin) any {
			return w.aws("containerInstanceArns", "ecs", "list-container-instances", "--cluster", "prod", "--status", "DRAINING")
		}},
		{"deregister", "", args("deregister catalog:1"), func(w twin) any {
			return w.aws("taskDefinition.status", "ecs", "describe-task-definition", "--task-definition", "catalog:1")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			byHand.t, byGantry.t = t, t
			asked, askedByHand := c.args(byGantry), c.args(byHand)
			was := c.state(byHand)
			r := byGantry.gantry(append(slices.Clone(asked), "--yes", "--no-wait")...)
			if r.code != 0 {
				t.Fatalf("gantry %v: exit code %d\n%s%s", asked, r.code, r.stdout, r.stderr)
			}
			byHand.copied(c.export, askedByHand...)
			want, got := c.state(byGantry), c.state(byHand)
			if reflect.DeepEqual(was, got) {
				t.Errorf("nothing changed: %s", text(got))
			}
			if !reflect.DeepEqual(want, got) {
				t.Errorf("by the commands it comes to\n%s\nand by gantry to\n%s", text(got), text(want))
			}
		})
	}
}

// instance is the EC2 id of the first instance of prod.
func (w twin) instance() string {
	w.t.Helper()
	arns := w.aws("containerInstanceArns", "ecs", "list-container-instances", "--cluster", "prod").([]any)
	first := arns[0].(string)
	return w.aws("containerInstances[0].ec2InstanceId", "ecs", "describe-container-instances", "--cluster", "prod", "--container-instances", first).(string)
}

func text(v any) string {
	b, _ := json.MarshalIndent(v, "", "  ")
	return string(b)
}
