package cli_test

import (
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"gantry/awsx/sim"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/seed"
	"gantry/internal/cli/command"
)

func TestDeployOfAGoodImageSucceeds(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		r := a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--yes")
		r.wants(t, 0, "prod/catalog: succeeded: catalog runs catalog:5\n")
		if !strings.HasPrefix(r.out, "prod/catalog: succeeded") {
			t.Errorf("standard output holds more than the result:\n%s", r.out)
		}
		for _, told := range []string{
			"deploy prod/catalog in default/eu-west-1@" + a.url + " (PRODUCTION)",
			"  +      \"image\": \"000000000000.dkr.ecr.eu-west-1.amazonaws.com/catalog:v3.3.1\"",
			"ok       image: catalog:v3.3.1 exists",
			"- update service catalog: deploy the new revision",
			"registered 1 targets in (target-group prod-catalog)",
			"has reached a steady state.",
		} {
			if !strings.Contains(r.err, told) {
				t.Errorf("not on standard error: %q\n%s", told, r.err)
			}
		}
		if got := strings.Join(a.changes(), " "); got != "RegisterTaskDefinition UpdateService" {
			t.Errorf("sent %s", got)
		}
		_, kinds := a.journal(t)
		if want := "begin\ncall ECS:RegisterTaskDefinition\ncall ECS:UpdateService\nend succeeded\n"; kinds != want {
			t.Errorf("the journal says\n%s", kinds)
		}
	})
}

func TestDeployTellsNoEventFromBefore(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "restart", "prod/catalog", "--yes").wants(t, 0)
		r := a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--yes").wants(t, 0)
		if n := strings.Count(r.err, "has reached a steady state"); n != 1 {
			t.Errorf("%d steady states were told\n%s", n, r.err)
		}
	})
}

func TestACrashingImageIsRolledBackAndThatIsNoSuccess(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.PushImage("catalog", "v9", ecr.Behaviour{NeedsEnv: []string{"DB_URL"}})
		r := a.run(t, "deploy", "prod/catalog", "--image", ":v9", "--yes", "-o", "json")
		r.wants(t, 3, "gantry: prod/catalog: rolled back: ")
		o := r.object(t)
		if o["outcome"] != "rolled back" || o["revision"] != "catalog:5" || !strings.HasPrefix(fmt.Sprint(o["deployment"]), "ecs-svc/") {
			t.Errorf("the outcome is %v", o)
		}
		if details := fmt.Sprint(o["details"]); !strings.Contains(details, "deployment failed") {
			t.Errorf("no reason among the details: %s", details)
		}
	})
}

func TestAMissingTagIsRefusedUnlessOverridden(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		deploy := []string{"deploy", "prod/catalog", "--image", ":nope", "--yes", "--no-wait"}
		a.run(t, deploy...).wants(t, 5, "failed   image: not in its repository: ", "gantry: refused: image: not in", "give --override image")
		if got := a.changes(); got != nil {
			t.Fatalf("sent %v", got)
		}
		a.run(t, append(deploy, "--override", "image")...).wants(t, 0, "prod/catalog: started (registered catalog:5)")
	})
}

func TestTheTimeoutEndsTheWaitNotTheDeployment(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		a.run(t, "restart", "prod/catalog", "--yes", "--timeout", "10ms").wants(t, 4,
			"prod/catalog: timed out: no end after 10ms; the deployment goes on in ECS")
		a.run(t, "deploy", "prod/catalog", "--image", ":v3.3.1", "--yes").wants(t, 5, "in-progress: catalog:4 is rolling out")
	})
}

func TestRollbackGoesBackByItself(t *testing.T) {
	steady(t, func(t *testing.T, a *account) { // api-orders has no circuit breaker, and v2.32.0 exits
		r := a.run(t, "deploy", "prod/api-orders", "--image", ":v2.32.0", "--yes", "--timeout", "1s", "--rollback", "-o", "json")
		r.wants(t, 3, "going back to api-orders:5")
		o := r.object(t)
		if o["outcome"] != "timed out" || at(t, o, "rollback", "outcome") != "succeeded" {
			t.Errorf("the outcome is %v", o)
		}
		service := a.run(t, "status", "prod/api-orders", "-o", "json").object(t)
		if got := at(t, service, "service", "taskDefinition"); got != "api-orders:5" {
			t.Errorf("%v runs", got)
		}
	})
}

func TestADryRunSendsNothing(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		for _, args := range [][]string{
			{"deploy", "prod/catalog", "--image", ":v3.3.1"}, {"env", "set", "prod/catalog", "A=b"},
			{"scale", "prod/catalog", "0"}, {"restart", "prod/catalog"}, {"rollback", "prod/catalog", "--to", "3"},
		} {
			r := a.run(t, append(args, "--dry-run", "-o", "json")...).wants(t, 0)
			o := r.object(t)
			if o["outcome"] != "dry run" || len(o["calls"].([]any)) == 0 || o["id"] != nil {
				t.Errorf("%v: %v", args, o)
			}
		}
		a.run(t, "deploy", "prod/catalog", "--image", ":nope", "--dry-run").wants(t, 5, "prod/catalog: dry run", "refused: image: ")
		if got := a.changes(); got != nil {
			t.Errorf("sent %v", got)
		}
	})
}

func TestReadOnlyRefusesEveryChange(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		for _, args := range [][]string{
			{"deploy", "prod/catalog", "--image", ":v3.3.1"}, {"env", "set", "staging/catalog", "A=b"},
			{"scale", "prod/catalog", "4"}, {"restart", "staging/catalog"}, {"rollback", "prod/catalog", "--to", "3"},
		} {
			a.run(t, append(args, "--yes", "--readonly")...).wants(t, 5, "gantry is read-only", "start without --readonly")
		}
		if got := a.changes(); got != nil {
			t.Errorf("sent %v", got)
		}
		a.run(t, "status", "prod", "--readonly").wants(t, 0)
	})
}

func TestScaleSendsNoTaskDefinition(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		r := a.run(t, "scale", "prod/users", "4", "--yes", "-o", "json").wants(t, 0)
		o := r.object(t)
		if o["outcome"] != "succeeded" || o["text"] != "users runs 4 tasks" || o["deployment"] != nil || o["revision"] != nil {
			t.Errorf("the outcome is %v", o)
		}
		for _, c := range a.Calls() {
			if c.Operation == "UpdateService" && strings.Contains(string(c.Body), "taskDefinition") {
				t.Errorf("sent %s", c.Body)
			}
		}
		if got := strings.Join(a.changes(), " "); got != "UpdateService" {
			t.Errorf("sent %s", got)
		}
	})
}

func TestRollbackToARevision(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "rollback", "prod/catalog", "--to", "three").wants(t, 2, `revision "three": expected a number`)
		a.run(t, "rollback", "prod/catalog", "--to", "99").wants(t, 2, "catalog:99")
		if got := a.changes(); got != nil {
			t.Fatalf("sent %v", got)
		}
		a.run(t, "rollback", "prod/catalog", "--to", "3", "--yes").wants(t, 0, "succeeded: catalog runs catalog:3")
	})
}

func TestRollbackChoosesByTheRecord(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "rollback", "prod/catalog", "--yes").wants(t, 0, "catalog:4 (v3.4.0) -> catalog:3 (v3.3.1@", "succeeded: catalog runs catalog:3")
		all := a.run(t, "rollback", "prod/users", "--pin", "all", "--dry-run", "-o", "json").wants(t, 0).object(t)
		if diff := fmt.Sprint(all["diff"]); !strings.Contains(diff, "/users@sha256:") {
			t.Errorf("--pin all pins nothing:\n%s", diff)
		}
	})
}

func TestRollbackWithoutARecordListsTheRevisions(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.Inject(sim.Fault{Operation: "ListServiceDeployments", Kind: sim.ServerError})
		r := a.run(t, "rollback", "prod/catalog", "--yes").wants(t, 2, "catalog:4  in use", "catalog:3  -", "such as --to catalog:3")
		if r.out != "" {
			t.Errorf("standard output has\n%s", r.out)
		}
		if got := a.changes(); got != nil {
			t.Errorf("sent %v", got)
		}
	})
}

func TestWhatMovedMeanwhileIsDrift(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		meanwhile := readerFunc(func(b []byte) (int, error) {
			a.run(t, "scale", "prod/users", "5", "--yes", "--no-wait").wants(t, 0)
			return copy(b, "y\n"), io.EOF
		})
		a.answering(t, meanwhile, "scale", "prod/users", "4").wants(t, 5, "drift", "was 3 and is 5", "plan anew")
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func TestOutputThatNobodyReads(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
		closed := command.Streams{In: strings.NewReader(""), Out: writerFunc(func([]byte) (int, error) { return 0, syscall.EPIPE })}
		a.runWith(t.Context(), closed, "status").wants(t, 0)
		a.runWith(t.Context(), closed, "restart", "prod/users", "--yes", "--timeout", "1ms").wants(t, 4)
		for words, code := range map[string]int{
			"deploy prod/catalog --image :nope --dry-run": 5, "deploy prod/catalog --image :nope --yes -o markdown": 5,
			"restart prod/catalog prod/users --dry-run": 0, "status --check prod --filter tag:team=nobody": 3, "status --check prod/catalog": 0,
		} {
			if r := a.runWith(t.Context(), closed, strings.Fields(words)...); r.code != code {
				t.Errorf("%s ended with %d, want %d", words, r.code, code)
			}
		}
		closed.Err = closed.Out
		a.runWith(t.Context(), closed, "scale", "prod/web", "5", "--yes", "--no-wait").wants(t, 0)
		if got := strings.Join(a.changes(), " "); got != "UpdateService UpdateService" {
			t.Errorf("sent %s", got)
		}
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestConsent(t *testing.T) {
	t.Parallel()
	up, down, none := []string{"scale", "prod/users", "4"}, []string{"scale", "prod/users", "2"}, []string{"scale", "prod/users", "0"}
	elsewhere := []string{"scale", "staging/users", "0"}
	const pipeline = "\x00"
	for _, c := range []struct {
		what  []string
		typed string // pipeline: there is no terminal
		flags string
		code  int
	}{
		{up, "y\n", "", 0}, {up, "YES\n", "", 0}, {up, "n\n", "", 5}, {up, "\n", "", 5}, {up, "", "", 5}, {up, "users\n", "", 5},
		{up, "", "--yes", 0}, {up, "", "--confirm=users", 0}, {up, "y\n", "--confirm=web", 5},
		{down, "y\n", "", 5}, {down, "users\n", "", 0}, {down, "", "--yes", 5}, {down, "users\n", "--yes", 0}, {down, "", "--confirm=users", 0},
		{none, "users\n", "", 5}, {none, "1 prod\n", "", 0}, {none, "", "--yes", 5}, {none, "", "--confirm=users", 5}, {none, "", "--confirm=1 prod", 0},
		{elsewhere, "y\n", "", 0}, {elsewhere, "", "--yes", 0},
		{up, pipeline, "", 5}, {down, pipeline, "", 5}, {none, pipeline, "", 5}, {elsewhere, pipeline, "", 5},
		{up, pipeline, "--yes", 0}, {down, pipeline, "--yes", 0}, {none, pipeline, "--yes", 0},
		{none, pipeline, "--confirm=users", 5}, {none, pipeline, "--confirm=1 prod", 0},
	} {
		t.Run(fmt.Sprintf("%s %q %s", strings.Join(c.what, " "), c.typed, c.flags), func(t *testing.T) {
			live(t, sim.Options{Scenario: seed.Steady, Speed: 1}, func(t *testing.T, a *account) {
				args := append(c.what[:len(c.what):len(c.what)], "--no-wait")
				if c.flags != "" {
					args = append(args, c.flags)
				}
				var r result
				if c.typed == pipeline {
					r = a.run(t, args...)
				} else {
					r = a.answering(t, strings.NewReader(c.typed), args...)
				}
				r.wants(t, c.code)
				if sent := len(a.changes()); (sent == 1) != (c.code == 0) {
					t.Errorf("%d changes were sent", sent)
				}
				if c.code == 5 && !strings.Contains(r.err, "not confirmed") && !strings.Contains(r.err, "does not match") {
					t.Errorf("no reason is given:\n%s", r.err)
				}
			})
		})
	}
}
