package cli_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gantry/awsx/sim"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/seed"
)

// taskOf returns the id of a running task of a service.
func (a *account) taskOf(t *testing.T, service string) string {
	t.Helper()
	o := a.run(t, "status", service, "-o", "json").wants(t, 0).object(t)
	return at(t, o, "tasks", 0, "id").(string)
}

func TestStopStopsOneTask(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		id := a.taskOf(t, "prod/catalog")
		o := a.run(t, "stop", "prod/"+id[:9], "--reason", "leaks memory", "--yes", "-o", "json").wants(t, 0, "leaves 2 healthy of 3 tasks").object(t)
		if o["outcome"] != "succeeded" || o["target"] != id || o["service"] != nil || o["confirm"] != id[:8] {
			t.Errorf("got %v", o)
		}
		for _, c := range a.Calls() {
			if c.Operation == "StopTask" && !strings.Contains(string(c.Body), "leaks memory") {
				t.Errorf("sent %s", c.Body)
			}
		}
		a.run(t, "stop", "prod/"+id, "--yes").wants(t, 2, "nothing changed: the task is stopping or has stopped already")
		a.run(t, "stop", "prod/zz", "--yes").wants(t, 2, "0 of the cluster's ", " running tasks have an id that begins so")
		a.run(t, "stop", "prod/"+strings.Repeat("0", 32), "--yes").wants(t, 2, "no such task in cluster prod")
		arn := "arn:aws:ecs:eu-west-1:000000000000:task/prod/" + a.taskOf(t, "prod/users")
		a.run(t, "stop", arn, "--dry-run").wants(t, 0, "dry run")
		a.run(t, "stop", strings.Replace(arn, "000000000000", "111111111111", 1), "--dry-run").wants(t, 2, "the ARN is of the account 111111111111, and this is 000000000000")
		a.run(t, "stop", strings.Replace(arn, "eu-west-1", "eu-west-3", 1), "--dry-run").wants(t, 2, "the ARN is of the region eu-west-3, and this is eu-west-1")
	})
}

func TestRunSaysHowItsTasksEnded(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		r := a.run(t, "run", "prod/orders-migrate", "--yes", "--env", "BATCH=7", "-o", "json", "--", "migrate", "--all").wants(t, 0)
		o := r.object(t)
		if o["outcome"] != "succeeded" || o["target"] != "orders-migrate:2" || at(t, o, "tasks", 0, "containers", 0, "exitCode") != 0.0 {
			t.Errorf("got %v", o)
		}
		for _, c := range a.Calls() {
			if body := string(c.Body); c.Operation == "RunTask" && (!strings.Contains(body, `"command":["migrate","--all"]`) || !strings.Contains(body, `"BATCH"`)) {
				t.Errorf("sent %s", body)
			}
		}
		r = a.run(t, "run", "prod/orders-migrate:1", "--yes", "--count", "2").wants(t, 1, "prod/orders-migrate:1: failed: task ", "container migrate ended with exit code 1")
		if n := strings.Count(r.out, "STOPPED, migrate exit 1"); n != 2 {
			t.Errorf("%d tasks are told of\n%s", n, r.out)
		}
		if !strings.Contains(r.err, "last lines of migrate in task ") {
			t.Errorf("no log lines:\n%s", r.err)
		}
		a.run(t, "run", "prod/orders-migrate:1", "--yes", "--no-wait").wants(t, 0, "prod/orders-migrate:1: started\n  task ")
		a.run(t, "run", "prod/nope", "--yes").wants(t, 2, "nope")
		a.run(t, "run", "prod/orders-migrate", "--count", "11", "--yes").wants(t, 2, "one call starts 1 to 10")
		a.run(t, "run", "prod/orders-migrate", "--container", "web", "--env", "A=b", "--yes").wants(t, 2, "expected one of migrate")
		a.run(t, "run", "prod/orders-migrate", "--like", "catlog", "--yes").wants(t, 2, "no such service")
	})
}

func TestCancelRollsADeploymentBack(t *testing.T) {
	live(t, sim.Options{Scenario: seed.CrashLoop, Speed: 20}, func(t *testing.T, a *account) {
		a.run(t, "cancel", "prod/catalog", "--yes").wants(t, 2, "no deployment of catalog is in progress")
		a.run(t, "cancel", "prod/api-orders", "--yes").wants(t, 0, "prod/api-orders: succeeded: api-orders runs api-orders:5 again")
		if got := strings.Join(a.changes(), " "); got != "StopServiceDeployment" {
			t.Errorf("sent %s", got)
		}
	})
}

func TestContinueEndsAPause(t *testing.T) {
	live(t, sim.Options{Scenario: seed.BlueGreen, Speed: 100}, func(t *testing.T, a *account) {
		a.run(t, "continue", "prod/catalog", "--yes").wants(t, 2, "no deployment of catalog is in progress")
		for paused := false; !paused; { // it has to come to its hook
			r := a.run(t, "continue", "prod/storefront", "--dry-run")
			if paused = r.code == 0; !paused {
				r.wants(t, 2, "no hook holds the deployment of storefront up")
				time.Sleep(time.Second)
			}
		}
		a.run(t, "continue", "prod/storefront", "--yes", "--no-wait").wants(t, 0, "let the deployment of storefront go on past hook", "storefront: started")
		if got := strings.Join(a.changes(), " "); got != "ContinueServiceDeployment" {
			t.Errorf("sent %s", got)
		}
	})
}

func TestScalingIsShownAndSet(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		if err := a.Autoscale("prod", "web", 2, 8); err != nil {
			t.Fatal(err)
		}
		a.run(t, "scaling", "prod/catalog").wants(t, 0, "prod/catalog is not scaled by Application Auto Scaling")
		a.run(t, "scaling", "prod/web").wants(t, 0, "SERVICE  DESIRED  MIN  MAX  SCALING\nweb      4        2    8    active\n")
		a.run(t, "scaling", "prod/web", "--max", "10", "--yes").wants(t, 0, "prod/web: done")
		a.run(t, "scaling", "prod/web", "--suspend", "--yes", "-o", "json").wants(t, 0, `"outcome": "done"`)
		o := a.run(t, "scaling", "prod/web", "-o", "json").wants(t, 0).object(t)
		if o["scaled"] != true || at(t, o, "bounds", "max") != 10.0 || at(t, o, "bounds", "min") != 2.0 || at(t, o, "bounds", "suspended", "out") != true {
			t.Errorf("got %v", o)
		}
		a.run(t, "scaling", "prod/web").wants(t, 0, "suspended (in, out, schedule)")
		a.run(t, "scaling", "prod/web", "--resume", "--yes").wants(t, 0)
		a.run(t, "scaling", "prod/web", "--resume", "--yes").wants(t, 2, "nothing changed: scaling is like this already")
		a.run(t, "scaling", "prod/web", "--min", "20", "--yes").wants(t, 2, "the minimum of 20 would be above the maximum of 10")
		a.run(t, "scaling", "prod/catalog", "--min", "1", "--yes").wants(t, 2, "is not scaled by Application Auto Scaling")
	})
}

func TestBreakerIsSwitched(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "breaker", "prod/api-orders", "on", "--yes").wants(t, 0, "circuit breaker is off -> circuit breaker is on and rolls back", "prod/api-orders: done")
		a.run(t, "breaker", "prod/api-orders", "on", "--yes").wants(t, 2, "nothing changed: the circuit breaker is on and rolls back already")
		a.run(t, "breaker", "prod/api-orders", "on", "--no-rollback", "--yes").wants(t, 0, "-> circuit breaker is on and does not roll back")
		a.run(t, "breaker", "prod/api-orders", "off", "--yes").wants(t, 0, "-> circuit breaker is off")
	})
}

func TestTheCapacityProviderStrategyIsShownAndSet(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Fargate, Speed: 100}, func(t *testing.T, a *account) {
		a.run(t, "strategy", "serverless/mapping").wants(t, 0, "PROVIDER      WEIGHT  BASE\nFARGATE       1       1\nFARGATE_SPOT  3       0\n")
		a.run(t, "strategy", "serverless/booking").wants(t, 0, "SERVICE  LAUNCH TYPE\nbooking  FARGATE\n")
		a.run(t, "strategy", "serverless/booking", "nope=1", "--yes").wants(t, 5, "there is no capacity provider nope; the cluster has FARGATE")
		a.run(t, "strategy", "serverless/booking", "FARGATE=1", "serverless-arm=1", "--yes").wants(t, 2, "cannot be mixed")
		a.run(t, "strategy", "serverless/booking", "FARGATE=1,2", "FARGATE_SPOT=0", "--yes").wants(t, 0,
			"launch type FARGATE -> FARGATE weight 1, base 2; FARGATE_SPOT weight 0, by a new deployment", "booking: succeeded")
		a.run(t, "strategy", "serverless/booking", "FARGATE_SPOT=0", "FARGATE=1,2", "--yes").wants(t, 2, "nothing changed: the tasks run on FARGATE weight 1, base 2")
		a.run(t, "strategy", "serverless/booking", "--launch-type", "--yes").wants(t, 0, "-> its launch type, by a new deployment", "booking: succeeded")
		if o := a.run(t, "strategy", "serverless/booking", "-o", "json").wants(t, 0).object(t); o["launchType"] != "FARGATE" || len(o["strategy"].([]any)) != 0 {
			t.Errorf("got %v", o)
		}
		if got := strings.Join(a.changes(), " "); got != "UpdateService UpdateService" {
			t.Errorf("sent %s", got)
		}
	})
}

func TestDrainAndActivate(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		r := a.run(t, "drain", "prod/i-nope", "--yes").wants(t, 2, "no such instance in cluster prod; it has i-")
		_, list, _ := strings.Cut(r.err, "it has ")
		ec2, _, _ := strings.Cut(list, ",")
		o := a.run(t, "drain", "prod/"+ec2, "--yes", "-o", "json").wants(t, 0, "set instance "+ec2+" to DRAINING").object(t)
		if !strings.HasPrefix(fmt.Sprint(o["outcome"]), "succeeded") || o["service"] != nil {
			t.Errorf("got %v", o)
		}
		id := o["target"].(string)
		a.run(t, "drain", "prod/"+id, "--yes").wants(t, 2, "nothing changed: the instance is DRAINING already")
		a.run(t, "activate", "arn:aws:ecs:eu-west-1:000000000000:container-instance/prod/"+id, "--yes").wants(t, 0, "prod/"+id+": done")
		a.run(t, "activate", "arn:aws:ecs:eu-west-1:111111111111:container-instance/prod/"+id, "--yes").wants(t, 2, "the ARN is of the account 111111111111, and this is 000000000000")
	})
}

func TestSecretsAreReferences(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "secrets", "prod/payments").wants(t, 0, "payments   SIGNING_SECRET      arn:aws:ssm:")
		o := a.run(t, "secrets", "prod/payments", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "secrets", 0, "container") != "payments" || o["taskDefinition"] == nil {
			t.Errorf("got %v", o)
		}
		const set = "--yes --no-wait --override in-progress"
		flags := strings.Fields(set)
		a.run(t, append(flags, "secrets", "prod/catalog", "API_KEY=/prod/catalog/API_KEY")...).wants(t, 0, "catalog add secret API_KEY")
		a.run(t, append(flags, "secrets", "prod/catalog", "--unset", "API_KEY")...).wants(t, 0, "catalog unset secret API_KEY")
		a.run(t, append(flags, "secrets", "prod/catalog", "DB_PASSWORD=/prod/catalog/DB_PASSWORD")...).wants(t, 2, "DB_PASSWORD is a variable of container catalog")
		a.run(t, append(flags, "secrets", "prod/catalog", "DB_PASSWORD=/prod/catalog/DB_PASSWORD", "--move")...).wants(t, 0)
		a.run(t, "env", "prod/catalog").wants(t, 0, "DB_PASSWORD  from /prod/catalog/DB_PASSWORD")
		a.run(t, append(flags, "secrets", "prod/catalog", "TOKEN=hunter2 hunter3")...).wants(t, 2, "secret TOKEN: ").lacks(t, "hunter2")
		a.run(t, append(flags, "secrets", "prod/catalog", "--unset", "NOPE")...).wants(t, 2, `no secret "NOPE" to unset`)
	})
}

func TestDiffComparesRevisions(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		r := a.run(t, "diff", "catalog:3", "prod/catalog").wants(t, 0, "--- catalog:3\n+++ catalog:4\n").lacks(t, "demo-catalog-pw")
		if !strings.Contains(r.out, "catalog:v3.4.0") || r.err != "" {
			t.Errorf("got\n%s%s", r.out, r.err)
		}
		o := a.run(t, "diff", "catalog:4", "catalog", "-o", "json").wants(t, 0).object(t)
		if o["same"] != true || len(o["changes"].([]any)) != 0 || o["before"] != "catalog:4" || o["after"] != "catalog:4" {
			t.Errorf("got %v", o)
		}
		if r := a.run(t, "diff", "catalog:4", "catalog:4").wants(t, 0, "catalog:4 and catalog:4 say the same"); r.out != "" {
			t.Errorf("standard output has %s", r.out)
		}
		a.run(t, "diff", "catalog:4", "catalog:99").wants(t, 2, "catalog:99")
	})
}

func TestHistoryTellsWhatRan(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.PushImage("catalog", "v9", ecr.Behaviour{NeedsEnv: []string{"DB_URL"}})
		a.run(t, "deploy", "prod/catalog", "--image", ":v9", "--yes").wants(t, 3)
		r := a.run(t, "history", "prod/catalog").wants(t, 0, "STARTED", "catalog:4", "SUCCESSFUL", "  v3.4.0@", "ci-deploy")
		if lines := strings.Split(r.out, "\n"); !strings.Contains(lines[1], "catalog:5") || !strings.Contains(lines[1], "ROLLBACK_SUCCESSFUL") || !strings.Contains(lines[1], "back to catalog:4") {
			t.Errorf("the newest is\n%s", lines[1])
		}
		o := a.run(t, "history", "prod/catalog", "-o", "json").wants(t, 0).object(t)
		first := at(t, o, "deployments", 0).(map[string]any)
		if first["taskDefinition"] != "catalog:5" || first["rolledBackTo"] != "catalog:4" || first["seconds"].(float64) < 0 ||
			!strings.HasPrefix(fmt.Sprint(at(t, first, "images", 0, "digest")), "sha256:") || o["revisions"] != nil {
			t.Errorf("got %v", first)
		}
		a.Inject(sim.Fault{Operation: "ListServiceDeployments", Kind: sim.ServerError})
		a.run(t, "history", "prod/catalog").wants(t, 0, "warning: no record of deployments", "REVISION", "catalog:4")
		o = a.run(t, "history", "prod/catalog", "-o", "json").wants(t, 0).object(t)
		if o["deployments"] != nil || at(t, o, "revisions", 0, "taskDefinition") != "catalog:5" {
			t.Errorf("got %v", o)
		}
	})
}

func TestHistorySaysHowManyTasksOfADeploymentFail(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		a.PushImage("catalog", "v9", ecr.Behaviour{NeedsEnv: []string{"DB_URL"}})
		a.run(t, "breaker", "prod/catalog", "off", "--yes").wants(t, 0)
		a.run(t, "deploy", "prod/catalog", "--image", ":v9", "--yes", "--timeout", "4m").wants(t, 4)
		r := a.run(t, "history", "prod/catalog").wants(t, 0)
		newest := strings.Split(r.out, "\n")[1]
		if !strings.Contains(newest, "IN_PROGRESS") || !strings.HasSuffix(newest, " tasks failed") {
			t.Errorf("the newest is %q", newest)
		}
	})
}

func TestDeregisterSparesWhatIsInUse(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "deregister", "catalog:4", "--yes").wants(t, 2, "the revision is in use by")
		r := a.run(t, "deregister", "catalog:1", "--yes", "-o", "json").wants(t, 0)
		if o := r.object(t); o["target"] != "catalog:1" || o["cluster"] != "" || o["outcome"] != "done" {
			t.Errorf("got %v", o)
		}
		a.run(t, "deregister", "catalog:1", "--yes").wants(t, 2, "nothing changed: catalog:1 is INACTIVE already")
		a.run(t, "deregister", "catalog:2", "--yes").wants(t, 0, "catalog:2: done\n")
		if got := strings.Join(a.changes(), " "); got != "DeregisterTaskDefinition DeregisterTaskDefinition" {
			t.Errorf("sent %s", got)
		}
	})
}

func TestEnvSetRenames(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "env", "set", "prod/catalog", "--rename", "DB_USER=DB_LOGIN", "--yes", "--no-wait").wants(t, 0, "rename DB_USER to DB_LOGIN")
		if got := a.now(t, "prod/catalog"); !strings.Contains(got, "DB_LOGIN=catalog\n") || strings.Contains(got, "DB_USER") {
			t.Errorf("got\n%s", got)
		}
	})
}

func TestDeployPinsDigests(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		o := a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--pin", "--dry-run", "-o", "json").wants(t, 0).object(t)
		if after := fmt.Sprint(o["after"]); !strings.Contains(after, "catalog@sha256:") {
			t.Errorf("deploys %s", after)
		}
		a.run(t, "deploy", "prod/catalog", "--image", ":nope", "--pin", "--yes").wants(t, 2, "the digest is not known of ", "catalog:nope")
	})
}

func TestAFailedRolloutShowsItsLastLines(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 20}, func(t *testing.T, a *account) {
		a.PushImage("catalog", "v9", ecr.Behaviour{NeedsEnv: []string{"DB_URL"}})
		r := a.run(t, "deploy", "prod/catalog", "--image", ":v9", "--yes").wants(t, 3, "last lines of catalog in task ", "DB_URL")
		if strings.Contains(r.out, "last lines of catalog") {
			t.Errorf("log lines stand among the results:\n%s", r.out)
		}
	})
}

// TestAChangeThatDoesNotEndWellTellsItsFindings, as gantry why would: in words and as JSON.
func TestAChangeThatDoesNotEndWellTellsItsFindings(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 20}, func(t *testing.T, a *account) {
		a.run(t, "deploy", "prod/catalog", "--image", ":none", "--override", "image", "--yes").wants(t, 3, "no such image: catalog:none", "(certain", "push the tag or deploy one that exists")
		r := a.run(t, "deploy", "prod/catalog", "--image", ":none", "--override", "image", "--yes", "-o", "json")
		if out := r.object(t); at(t, out, "findings", 0, "cause") == nil || at(t, out, "findings", 0, "short") == nil {
			t.Errorf("%v", out["findings"])
		}
	})
}

func TestTheWayBackIsAnnouncedAndTheBreakerRecommended(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		quick := []string{"--yes", "--rollback", "--timeout", "1ms"}
		r := a.run(t, append(quick, "restart", "prod/api-orders")...)
		r.wants(t, 3, "it has to live until the verdict", "gantry breaker prod/api-orders on", "going back to ")
		if got := strings.Join(a.changes(), " "); got != "UpdateService StopServiceDeployment" {
			t.Errorf("sent %s", got)
		}
		a.run(t, "env", "set", "staging/catalog", "A=b", "--rollback", "--dry-run").wants(t, 0)
	})
}
