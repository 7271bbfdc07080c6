package change_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/sim"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/simtest"
	"gantry/awsx/store"
	"gantry/internal/audit"
	"gantry/internal/fault"
)

const secretValue = "canary-7f3a"

// world is a whole program without a screen, on an account that lives.
type world struct {
	sim     *simtest.World
	account awsx.Account
	store   *store.Store
	runner  *change.Runner
	arming  *change.Arming
	audit   deploy.Audit
	journal string
	id      awsx.ContextID
}

// inWorld runs a test in a bubble where time costs nothing.
func inWorld(t *testing.T, o sim.Options, test func(*testing.T, *world)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		o.Scenario = seed.Steady
		live := simtest.Open(t, o)
		log, err := audit.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{
			sim: live, account: live.Port, id: live.ID, arming: change.NewArming(false, 15*time.Minute), journal: log.Path(),
			store: store.New(t.Context(), store.Options{Opener: live.Opener}), audit: change.Journal(log),
		}
		w.open()
		defer func() {
			w.shutdown(t)
			w.store.Close()
		}()
		if err := w.arming.Arm(w.reach()); err != nil {
			t.Fatal(err)
		}
		test(t, w)
	})
}

// reach is where the account of the world can be armed.
func (w *world) reach() change.Reach {
	return change.ReachOf(awsx.Ref{Context: w.id, Cluster: "arn:aws:ecs:eu-west-1:000000000000:cluster/prod"})
}

// open begins to make changes, and shutdown ends it.
func (w *world) open() {
	w.runner = change.New(change.Options{Account: w.store.Account, Gate: w.arming, Audit: w.audit, Source: change.StoreSource(w.store)})
}

func (w *world) shutdown(t *testing.T) {
	t.Helper()
	deadline, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := w.runner.Shutdown(deadline); err != nil {
		t.Error(err)
	}
}

// restart ends the runner and opens another, with what the test has exchanged.
func (w *world) restart(t *testing.T) {
	t.Helper()
	w.shutdown(t)
	w.open()
}

// service finds a service of the cluster prod.
func (w *world) service(t *testing.T, name string) awsx.Ref {
	t.Helper()
	return w.sim.Service(t, "prod", name)
}

func (w *world) plan(t *testing.T, service string, intent deploy.Intent) deploy.Plan {
	t.Helper()
	return w.planOf(t, w.service(t, service), intent)
}

// finish makes a change and waits for its end.
func (w *world) finish(t *testing.T, j change.Job) change.Status {
	t.Helper()
	id, err := w.runner.Start(j)
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.runner.Wait(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) verdict(t *testing.T, j change.Job) follow.Verdict {
	t.Helper()
	s := w.finish(t, j)
	if s.Err != nil || s.Result.Verdict == nil {
		t.Fatalf("ended with %+v (%v)", s.Result, s.Err)
	}
	return *s.Result.Verdict
}

func (w *world) records(t *testing.T) []audit.Record {
	t.Helper()
	list, torn, err := audit.Read(w.journal)
	if err != nil || torn > 0 {
		t.Fatalf("%d torn lines (%v)", torn, err)
	}
	return list
}

func image(ref string) deploy.Intent { return deploy.SetImages{Images: map[string]string{"": ref}} }

func TestAGoodImageSucceeds(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.sim.PushImage("catalog", "v9", ecr.Behaviour{})
		p := w.plan(t, "catalog", image(":v9"))
		if blocking := p.Blocking(); len(blocking) > 0 {
			t.Fatalf("held up by %+v", blocking)
		}
		v := w.verdict(t, change.Job{Plan: p})
		if !v.Good() {
			t.Fatalf("verdict is %+v", v)
		}
		svc, err := read.ServiceNow(t.Context(), w.account, p.Target)
		if err != nil {
			t.Fatal(err)
		}
		td, err := w.account.TaskDefinition(t.Context(), svc.TaskDefinition)
		if err != nil || !strings.HasSuffix(td.Containers[0].Image, "/catalog:v9") {
			t.Errorf("the service runs %s (%v)", td.Containers[0].Image, err)
		}
		if len(td.Tags) == 0 {
			t.Error("the new revision lost the tags")
		}
		var kinds []string
		for _, r := range w.records(t) {
			kinds = append(kinds, strings.TrimSpace(r.Kind+" "+r.Call+r.Outcome))
		}
		want := []string{"begin", "call ECS:RegisterTaskDefinition", "call ECS:UpdateService", "end " + string(v.Outcome)}
		if !slices.Equal(kinds, want) {
			t.Errorf("the journal holds %q, want %q", kinds, want)
		}
	})
}

func TestACrashingImageIsRolledBackAndThatIsNoSuccess(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.sim.PushImage("catalog", "v9", ecr.Behaviour{ExitAfter: 2 * time.Second, ExitCode: 3})
		v := w.verdict(t, change.Job{Plan: w.plan(t, "catalog", image(":v9"))})
		if v.Outcome != follow.RolledBack || v.Good() {
			t.Fatalf("verdict is %+v", v)
		}
		if details := strings.Join(v.Details, "\n"); !strings.Contains(details, "exited with code 3") {
			t.Errorf("nothing says why:\n%s", details)
		}
	})
}

func TestWithoutABreakerACrashingImageTimesOut(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.sim.PushImage("api-orders", "v9", ecr.Behaviour{ExitAfter: 2 * time.Second, ExitCode: 1})
		p := w.plan(t, "api-orders", image(":v9"))
		v := w.verdict(t, change.Job{Plan: p, Timeout: 7 * time.Minute})
		if v.Outcome != follow.TimedOut || !strings.Contains(v.Text, "7m0s") {
			t.Fatalf("verdict is %+v", v)
		}
	})
}

func TestScalingReachesItsCountWithoutADefinition(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		for _, n := range []int{5, 2} {
			if v := w.verdict(t, change.Job{Plan: w.plan(t, "catalog", deploy.Scale{Count: n})}); !v.Good() {
				t.Fatalf("to %d: verdict is %+v", n, v)
			}
		}
		for _, c := range w.sim.Calls() {
			if c.Operation == "RegisterTaskDefinition" {
				t.Error("scaling registered a revision")
			}
		}
	})
}

func TestARestartAndARollBackEndWell(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		restart := w.plan(t, "catalog", deploy.Restart{})
		if restart.Tier != policy.TierConfirm {
			t.Errorf("a restart on the same digest has tier %d: %+v", restart.Tier, restart.Checks)
		}
		if v := w.verdict(t, change.Job{Plan: restart}); !v.Good() {
			t.Fatalf("restart: %+v", v)
		}
		td, err := w.account.TaskDefinition(t.Context(), "catalog")
		if err != nil {
			t.Fatal(err)
		}
		revisions, err := w.account.Revisions(t.Context(), td.Family, 0)
		if err != nil || len(revisions) < 2 {
			t.Fatalf("revisions %v (%v)", revisions, err)
		}
		if v := w.verdict(t, change.Job{Plan: w.plan(t, "catalog", deploy.UseRevision{Revision: revisions[1]})}); !v.Good() {
			t.Fatalf("roll back: %+v", v)
		}
	})
}

// TestNoSecretReachesTheJournal plants a value and searches the file, the
// status and what printing it gives.
func TestNoSecretReachesTheJournal(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		edit := deploy.SetEnv{Containers: map[string]edits.Env{"": {Set: []awsx.EnvVar{{Name: "DB_PASSWORD", Value: secretValue}, {Name: "MODE", Value: secretValue}}}}}
		s := w.finish(t, change.Job{Plan: w.plan(t, "catalog", edit), NoFollow: true})
		if s.Err != nil {
			t.Fatal(s.Err)
		}
		data, err := os.ReadFile(w.journal)
		if err != nil {
			t.Fatal(err)
		}
		status, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		for what, text := range map[string][]byte{"the journal": data, "the status": status} {
			if bytes.Contains(text, []byte(secretValue)) {
				t.Errorf("%s holds the value:\n%s", what, text)
			}
		}
		begin := w.records(t)[0]
		if len(begin.Env) != 2 || begin.Env[0].Before == "" || !strings.HasPrefix(begin.Env[0].After, "hmac-sha256:") || begin.Env[1].Before != "" {
			t.Errorf("the begin record's variables are %+v", begin.Env)
		}
	})
}

func TestUnarmedProductionGetsNoCall(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.arming.Disarm(w.reach())
		s := w.finish(t, change.Job{Plan: w.plan(t, "catalog", deploy.Scale{Count: 9})})
		if fault.ClassOf(s.Err) != fault.Denied {
			t.Errorf("ended with %v", s.Err)
		}
		for _, c := range w.sim.Calls() {
			if c.Operation == "UpdateService" {
				t.Error("the update was sent")
			}
		}
	})
}

func TestAFollowIsPickedUpAgainAfterARestartOfTheProgram(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.sim.PushImage("catalog", "v9", ecr.Behaviour{})
		p := w.plan(t, "catalog", image(":v9"))
		if s := w.finish(t, change.Job{Plan: p, NoFollow: true}); s.Err != nil || s.Result.Verdict != nil {
			t.Fatalf("ended with %+v (%v)", s.Result, s.Err)
		}
		svc, err := read.ServiceNow(t.Context(), w.account, p.Target)
		if err != nil {
			t.Fatal(err)
		}
		spec, ok := follow.Resume(svc, nil, nil, nil, time.Now())
		if !ok {
			t.Fatalf("nothing to follow in %+v", svc.Deployments)
		}
		id, err := w.runner.Resume(spec)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := w.runner.Wait(t.Context(), id); err != nil || s.Result.Verdict == nil || !s.Result.Verdict.Good() {
			t.Errorf("ended with %+v (%v, %v)", s.Result, s.Err, err)
		}
	})
}
