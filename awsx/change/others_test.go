package change_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/sim"
	"gantry/awsx/sim/ecr"
	"gantry/internal/clean"
)

// The holes that other tools for deploying to ECS have, each with a test that ours
// has not got it. The comments name the tool and what it does.

// bodies are what was sent with the calls of an operation.
func (w *world) bodies(t *testing.T, operation string) []map[string]any {
	t.Helper()
	var list []map[string]any
	for _, c := range w.sim.Calls() {
		if c.Operation != operation {
			continue
		}
		var body map[string]any
		if err := json.Unmarshal(c.Body, &body); err != nil {
			t.Fatal(err)
		}
		list = append(list, body)
	}
	return list
}

// running is the revision that a service runs, with the service.
func (w *world) running(t *testing.T, service string) (awsx.Service, awsx.TaskDefinition) {
	t.Helper()
	svc, err := read.ServiceNow(t.Context(), w.account, w.service(t, service))
	if err != nil {
		t.Fatal(err)
	}
	td, err := w.account.TaskDefinition(t.Context(), svc.TaskDefinition)
	if err != nil {
		t.Fatal(err)
	}
	return svc, *td
}

// images pushes what the tests deploy: a good image, one that exits, and one that
// never becomes healthy.
func (w *world) images(repository string) {
	w.sim.PushImage(repository, "good", ecr.Behaviour{})
	w.sim.PushImage(repository, "crash", ecr.Behaviour{ExitAfter: 2 * time.Second, ExitCode: 42})
	w.sim.PushImage(repository, "sick", ecr.Behaviour{Health: ecr.NeverAnswers})
}

// start begins a change and leaves it to itself.
func (w *world) start(t *testing.T, j change.Job) (id string) {
	t.Helper()
	id, err := w.runner.Start(j)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// wait returns the verdict of a change that was begun.
func (w *world) wait(t *testing.T, id string) follow.Verdict {
	t.Helper()
	s, err := w.runner.Wait(t.Context(), id)
	if err != nil || s.Result.Verdict == nil {
		t.Fatalf("ended with %+v (%v, %v)", s.Result, s.Err, err)
	}
	return *s.Result.Verdict
}

// The official deploy action and ecspresso wait until the service is stable, which
// it also is once the circuit breaker has brought the old revision back.
func TestARollbackIsNeverASuccess(t *testing.T) {
	for kind, reason := range map[string]string{"crash": "exited with code 42", "sick": "health checks"} {
		t.Run(kind, func(t *testing.T) {
			inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
				w.images("catalog")
				before, _ := w.running(t, "catalog")
				v := w.verdict(t, change.Job{Plan: w.plan(t, "catalog", image(":"+kind))})
				if v.Outcome != follow.RolledBack || v.Good() || v.Other != before.TaskDefinition {
					t.Errorf("the verdict is %+v", v)
				}
				if !strings.Contains(strings.Join(v.Details, "\n"), reason) {
					t.Errorf("no word of %q in %q", reason, v.Details)
				}
				after, _ := w.running(t, "catalog")
				for _, d := range after.Deployments {
					if d.TaskDefinition != before.TaskDefinition {
						t.Errorf("it was told before it was over: %+v", d)
					}
				}
			})
		})
	}
}

// The Python deployer by fabfuel takes the rollback for its own deployment and
// deregisters the revision before it, which is the one that runs again.
func TestARevisionInUseIsNeverDeregistered(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.images("catalog")
		under := policy.Policy{NonProduction: policy.DefaultNonProduction(), KeepRevisions: policy.LeastKept}
		keeping := func(tag string) follow.Verdict {
			intent := image(tag)
			cur, err := deploy.Read(t.Context(), w.account, w.service(t, "catalog"), intent, read.Held{})
			if err != nil {
				t.Fatal(err)
			}
			p, err := deploy.Build(cur, intent, under)
			if err != nil {
				t.Fatal(err)
			}
			return w.verdict(t, change.Job{Plan: p})
		}
		if v := keeping(":crash"); v.Good() || len(w.bodies(t, "DeregisterTaskDefinition")) > 0 {
			t.Fatalf("after %s, revisions were ended: %v", v.Outcome, w.bodies(t, "DeregisterTaskDefinition"))
		}
		for _, tag := range []string{":good", ":v3.3.0", ":good", ":v3.3.1"} {
			if v := keeping(tag); !v.Good() {
				t.Fatalf("%s: %+v", tag, v)
			}
			if _, td := w.running(t, "catalog"); td.Status != "ACTIVE" {
				t.Fatalf("%s runs and is %s", td.ARN, td.Status)
			}
		}
		if len(w.bodies(t, "DeregisterTaskDefinition")) == 0 {
			t.Error("no old revision was ended at all, so nothing was tried")
		}
	})
}

// With copilot a deployment that neither succeeds nor fails has to be waited for,
// or mended by hand in CloudFormation.
func TestAStuckDeploymentCanBeAborted(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.images("api-orders") // which has no circuit breaker: this would go on for ever
		before, _ := w.running(t, "api-orders")
		stuck := w.start(t, change.Job{Plan: w.plan(t, "api-orders", image(":sick"))})
		time.Sleep(5 * time.Minute)
		abort := w.plan(t, "api-orders", deploy.Cancel{})
		if blocking := abort.Blocking(); len(blocking) > 0 {
			t.Errorf("the way out is blocked by %+v", blocking)
		}
		if v := w.verdict(t, change.Job{Plan: abort}); !v.Good() {
			t.Errorf("aborting ended as %+v", v)
		}
		if v := w.wait(t, stuck); v.Good() {
			t.Errorf("what was aborted ended as %+v", v)
		}
		if after, _ := w.running(t, "api-orders"); after.TaskDefinition != before.TaskDefinition || len(after.Deployments) != 1 || after.Running != before.Desired {
			t.Errorf("it left %+v", after.Deployments)
		}
	})
}

func TestABreakerIsSetAndTheRestOfTheConfigurationStays(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.finish(t, change.Job{Plan: w.plan(t, "api-orders", deploy.SetBreaker{Enabled: true, Rollback: true})})
		if svc, _ := w.running(t, "api-orders"); !svc.Breaker.Enabled || !svc.Breaker.Rollback || svc.MaxPercent != 150 || svc.MinHealthyPercent != 100 {
			t.Errorf("the service is %+v", svc)
		}
	})
}

// The waiter of the AWS CLI calls a service stable whose counts agree, whatever it
// runs and however its targets are.
func TestStableMeansHealthyAndTheWantedRevision(t *testing.T) {
	t.Run("somebody else's revision", func(t *testing.T) {
		inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
			w.images("catalog")
			ours := w.start(t, change.Job{Plan: w.plan(t, "catalog", image(":good"))})
			time.Sleep(20 * time.Second)
			theirs, err := w.sim.OperatorDeploys("prod", "catalog", "v3.3.0")
			if err != nil {
				t.Fatal(err)
			}
			v := w.wait(t, ours)
			if v.Outcome != follow.Superseded || v.Good() || v.Other != theirs || !strings.Contains(strings.Join(v.Details, "\n"), "registered by") {
				t.Errorf("the verdict is %+v", v)
			}
		})
	})
	t.Run("never healthy", func(t *testing.T) {
		inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
			w.images("api-orders")
			if v := w.verdict(t, change.Job{Plan: w.plan(t, "api-orders", image(":sick")), Timeout: 20 * time.Minute}); v.Outcome != follow.TimedOut {
				t.Errorf("the verdict is %+v", v)
			}
		})
	})
	t.Run("unhealthy once it is deployed", func(t *testing.T) {
		inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
			// Something that no task answers for stands in the group.
			v := w.verdict(t, change.Job{Plan: w.plan(t, "legacy", deploy.Restart{})})
			if v.Outcome != follow.SucceededBut || !strings.Contains(v.Text, "1 target unhealthy") {
				t.Errorf("the verdict is %+v", v)
			}
		})
	})
}

// The container roadmap has the wish open to be told why a deployment failed:
// most tools say that it did.
func TestTheReasonOfAFailureIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		tag      string
		override []string
		want     string
	}{
		"the process exits":            {":crash", nil, "exited with code 42"},
		"the image is not there":       {":nowhere", []string{check.Image}, "CannotPullContainerError"},
		"the health checks fail":       {":sick", nil, "health checks"},
		"a variable is missing":        {":needs", nil, "exited with code 1"},
		"it was built for another one": {":arm", []string{check.Platform, check.Image}, "exited with code 255"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
				w.images("catalog")
				w.sim.PushImage("catalog", "needs", ecr.Behaviour{NeedsEnv: []string{"NOT_SET"}})
				w.sim.PushImage("catalog", "arm", ecr.Behaviour{Platforms: []string{"linux/arm64"}, Bare: true})
				v := w.verdict(t, change.Job{Plan: w.plan(t, "catalog", image(c.tag)), Override: c.override})
				if v.Good() || !strings.Contains(strings.Join(v.Details, "\n"), c.want) {
					t.Errorf("no word of %q in %+v", c.want, v)
				}
			})
		})
	}
}

// fabfuel's deployer prints old and new values of variables as it changes them.
func TestADifferenceShowsNoSecretInClear(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		const fresh = "postgres://app:" + secretValue + "@db/app"
		_, td := w.running(t, "catalog")
		i := slices.IndexFunc(td.Containers[0].Env, func(v awsx.EnvVar) bool { return v.Name == "DB_PASSWORD" })
		old := td.Containers[0].Env[i].Value.Reveal()
		p := w.plan(t, "catalog", deploy.SetEnv{Containers: map[string]edits.Env{"": {Set: []awsx.EnvVar{
			{Name: "DB_PASSWORD", Value: secretValue}, {Name: "UPSTREAM", Value: fresh},
		}}}})
		printed := fmt.Sprintf("%+v\n%s\n%s", p, p.Diff, strings.Join(p.Commands(), "\n"))
		for _, value := range []string{secretValue, old} {
			if strings.Contains(printed, value) {
				t.Errorf("%q is in the plan", value)
			}
		}
		if !strings.Contains(p.Diff, "DB_PASSWORD") || strings.Count(p.Diff, clean.Mask[:len(clean.Mask)-1]) < 3 {
			t.Errorf("the difference does not say that the values differ:\n%s", p.Diff)
		}
	})
}

// fabfuel's --exclusive-env takes the variables of every container away and not
// only of the one that was named.
func TestReplacingVariablesTouchesOneContainer(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		edit := edits.Env{Set: []awsx.EnvVar{{Name: "MODE", Value: "fast"}}, Replace: true}
		p := w.plan(t, "gateway", deploy.SetEnv{Containers: map[string]edits.Env{"gateway": edit}})
		_, before := w.running(t, "gateway")
		if v := w.verdict(t, change.Job{Plan: p}); !v.Good() {
			t.Fatalf("%+v", v)
		}
		_, after := w.running(t, "gateway")
		for i, c := range after.Containers {
			want := []awsx.EnvVar{{Name: "MODE", Value: "fast"}}
			if c.Name != "gateway" {
				want = before.Containers[i].Env
			}
			if len(want) == 0 || !slices.Equal(c.Env, want) {
				t.Errorf("%s has %d variables: %+v", c.Name, len(c.Env), c.Env)
			}
		}
	})
}

// fabfuel's deployer ends as failed at the first event that has the word unable,
// although ECS tries again and may well succeed.
func TestAnEventThatSaysUnableIsNoVerdict(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.images("catalog")
		p := w.plan(t, "catalog", image(":good"))
		connect := func(connected bool) {
			for page, err := range w.account.Instances(t.Context(), p.Target.ClusterRef()) {
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range page.Items {
					if err := w.sim.SetAgentConnected(i.Ref.ARN, connected); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		connect(false)
		id := w.start(t, change.Job{Plan: p})
		time.Sleep(2 * time.Minute)
		s, _ := w.runner.Status(id)
		unable := slices.ContainsFunc(s.Progress.Events, func(e awsx.ServiceEvent) bool { return strings.Contains(e.Message, "unable") })
		if s.Stage != change.Following || !unable {
			t.Fatalf("%s with %+v", s.Stage, s.Progress.Events)
		}
		connect(true)
		if v := w.wait(t, id); !v.Good() {
			t.Errorf("the verdict is %+v", v)
		}
	})
}

// e1s registers what DescribeTaskDefinition answers and forgets that tags come
// beside it, by request only.
func TestTagsSurviveRegistering(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.images("catalog")
		_, before := w.running(t, "catalog")
		if len(before.Tags) < 2 {
			t.Fatalf("there are no tags to lose: %+v", before.Tags)
		}
		if v := w.verdict(t, change.Job{Plan: w.plan(t, "catalog", image(":good"))}); !v.Good() {
			t.Fatalf("%+v", v)
		}
		if _, after := w.running(t, "catalog"); after.ARN == before.ARN || !slices.Equal(after.Tags, before.Tags) {
			t.Errorf("%s has the tags %+v, and %s had %+v", after.ARN, after.Tags, before.ARN, before.Tags)
		}
		if sent := w.bodies(t, "RegisterTaskDefinition")[0]["tags"]; len(sent.([]any)) != len(before.Tags) {
			t.Errorf("sent the tags %v", sent)
		}
	})
}

// e1s names the task definition when it scales, for which the operator then needs
// iam:PassRole on its roles.
func TestScalingSendsNoTaskDefinition(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		if v := w.verdict(t, change.Job{Plan: w.plan(t, "catalog", deploy.Scale{Count: 4})}); !v.Good() {
			t.Fatalf("%+v", v)
		}
		sent := w.bodies(t, "UpdateService")
		if len(sent) != 1 {
			t.Fatalf("sent %v", sent)
		}
		if names := slices.Sorted(maps.Keys(sent[0])); !slices.Equal(names, []string{"cluster", "desiredCount", "service"}) {
			t.Errorf("the update names %q", names)
		}
	})
}

// fabfuel's deployer and e1s read one page of tasks: of a larger service they see
// a hundred, and wait for the others for ever.
func TestMoreThanAHundredTasksAreSeenRunning(t *testing.T) {
	const tasks = 250
	inWorld(t, sim.Options{Clusters: 1, Services: 1, Tasks: tasks}, func(t *testing.T, w *world) {
		name := w.first(t).Name
		s := w.finish(t, change.Job{Plan: w.plan(t, name, image(":v1.3.0"))})
		if s.Err != nil || s.Result.Verdict == nil || s.Result.Verdict.Outcome != follow.Succeeded {
			t.Fatalf("ended with %+v (%v)", s.Result.Verdict, s.Err)
		}
		if p := s.Progress; p.Running != tasks || p.Desired != tasks {
			t.Errorf("%d of %d were seen running", p.Running, p.Desired)
		}
		watch := w.store.Service(s.Target)
		defer watch.Close()
		seen, err := watch.Await(t.Context(), readWhole)
		if err != nil || len(seen.Items[0].Running) != tasks {
			t.Errorf("%d tasks are known (%v)", len(seen.Items[0].Running), err)
		}
	})
}

// TestTheEndOfOldRevisionsIsConfirmedWithTheChangeBeforeIt, though arming ended meanwhile.
func TestTheEndOfOldRevisionsIsConfirmedWithTheChangeBeforeIt(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.images("catalog")
		under := policy.Policy{NonProduction: policy.DefaultNonProduction(), KeepRevisions: policy.LeastKept}
		for _, tag := range []string{":good", ":v3.3.0", ":good", ":v3.3.1"} {
			cur, err := deploy.Read(t.Context(), w.account, w.service(t, "catalog"), image(tag), read.Held{})
			if err != nil {
				t.Fatal(err)
			}
			p, err := deploy.Build(cur, image(tag), under)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.arming.Arm(w.reach()); err != nil {
				t.Fatal(err)
			}
			id := w.start(t, change.Job{Plan: p})
			w.arming.Disarm(w.reach())
			if s, err := w.runner.Wait(t.Context(), id); err != nil || s.Err != nil || s.Result.Pruned != nil && s.Result.Pruned.Err != nil {
				t.Fatalf("%s: %+v, %v (%v)", tag, s.Result.Pruned, s.Err, err)
			}
		}
		if len(w.bodies(t, "DeregisterTaskDefinition")) == 0 {
			t.Error("no old revision was ended at all, so nothing was tried")
		}
	})
}
