package change_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/awsx/document"
	"gantry/awsx/sim"
	"gantry/awsx/sim/ecr"
	"gantry/internal/audit"
	"gantry/internal/clean"
)

// filling is a journal whose disk is full from a record on: the file becomes the
// device that has room for nothing.
type filling struct {
	deploy.Audit
	t    *testing.T
	path string
	left int // records that still fit
}

const fullDevice = "/dev/full"

func (f *filling) write() {
	if f.left--; f.left >= 0 {
		return
	}
	if err := errors.Join(os.RemoveAll(f.path), os.Symlink(fullDevice, f.path)); err != nil {
		f.t.Error(err)
	}
}

func (f *filling) Begin(id string, p deploy.Plan, overridden []string) error {
	f.write()
	return f.Audit.Begin(id, p, overridden)
}

func (f *filling) Call(id string, p deploy.Plan, c awsx.Call) error {
	f.write()
	return f.Audit.Call(id, p, c)
}

func (f *filling) End(id string, p deploy.Plan, outcome string, made step.State) error {
	f.write()
	return f.Audit.End(id, p, outcome, made)
}

// TestAFullDiskStopsAChangeBeforeItsNextCall fills the disk before each of the
// records of a deployment: two calls between a beginning and an end.
func TestAFullDiskStopsAChangeBeforeItsNextCall(t *testing.T) {
	if _, err := os.Stat(fullDevice); err != nil {
		t.Skip("no device that is always full")
	}
	for _, c := range []struct {
		name     string
		fits     int
		override []string
		sent     string
		refused  bool // as a whole: nothing was sent
		failed   bool
	}{
		{"at the beginning", 0, nil, "", true, true},
		{"at the beginning, overridden", 0, []string{check.Audit}, "RegisterTaskDefinition UpdateService", false, false},
		{"at the first call", 1, nil, "", false, true},
		{"at the first call, overridden", 1, []string{check.Audit}, "RegisterTaskDefinition UpdateService", false, false},
		{"at the second call", 2, nil, "RegisterTaskDefinition", false, true},
		{"at the second call, overridden", 2, []string{check.Audit}, "RegisterTaskDefinition UpdateService", false, false},
		{"at the end", 3, nil, "RegisterTaskDefinition UpdateService", false, false},
		{"never", 4, nil, "RegisterTaskDefinition UpdateService", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
				w.audit = &filling{Audit: w.audit, t: t, path: w.journal, left: c.fits}
				w.restart(t)
				w.sim.PushImage("catalog", "v9", ecr.Behaviour{})
				s := w.finish(t, change.Job{Plan: w.plan(t, "catalog", image(":v9")), Override: c.override})
				if got := strings.Join(w.sent(), " "); got != c.sent {
					t.Errorf("sent %q, want %q", got, c.sent)
				}
				if (s.Err != nil) != c.failed || errors.Is(s.Err, deploy.ErrRefused) != c.refused {
					t.Errorf("ended with %v", s.Err)
				}
				if c.failed && !errors.Is(s.Err, syscall.ENOSPC) {
					t.Errorf("the error does not say that the disk is full: %v", s.Err)
				}
				if c.refused && !strings.Contains(s.Err.Error(), "override the check audit") {
					t.Errorf("the refusal does not say what helps: %v", s.Err)
				}
				if !c.failed && (s.Result.Verdict == nil || !s.Result.Verdict.Good()) {
					t.Errorf("the verdict is %+v", s.Result.Verdict)
				}
				if missing := s.Result.AuditErr != nil; missing != (c.fits < 4 && !c.refused) {
					t.Errorf("what is missing in the journal is told as %v", s.Result.AuditErr)
				}
				if left := s.Result.Left != nil; left != (c.sent == "RegisterTaskDefinition") {
					t.Errorf("what was left is told as %+v", s.Result.Left)
				}
			})
		})
	}
}

// sent are the mutating calls that reached the account.
func (w *world) sent() []string {
	var names []string
	for _, c := range w.sim.Calls() {
		if slices.Contains([]string{"RegisterTaskDefinition", "UpdateService", "DeregisterTaskDefinition", "StopServiceDeployment", "StopTask", "RunTask"}, c.Operation) {
			names = append(names, c.Operation)
		}
	}
	return names
}

func TestADefinitionThatWasEditedIsRecordedWithoutItsValues(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		svc, err := read.ServiceNow(t.Context(), w.account, w.service(t, "catalog"))
		if err != nil {
			t.Fatal(err)
		}
		td, err := w.account.TaskDefinition(t.Context(), svc.TaskDefinition)
		if err != nil {
			t.Fatal(err)
		}
		const reference = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:catalog/password-AbCdEf"
		var doc map[string]any
		text, err := document.Redacted(td)
		if err != nil || json.Unmarshal([]byte(text), &doc) != nil {
			t.Fatalf("%v in %s", err, text)
		}
		container := doc["containerDefinitions"].([]any)[0].(map[string]any)
		env, _ := container["environment"].([]any)
		container["environment"] = append(env, map[string]string{"name": "GREETING", "value": secretValue})
		secrets, _ := container["secrets"].([]any)
		container["secrets"] = append(secrets, map[string]string{"name": "CATALOG_PASSWORD", "valueFrom": reference})
		edited, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		s := w.finish(t, change.Job{Plan: w.plan(t, "catalog", deploy.EditDefinition{Document: edited}), NoFollow: true, Override: check.Names()})
		if s.Err != nil {
			t.Fatal(s.Err)
		}
		begin := w.records(t)[0]
		if len(begin.Env) != 1 || begin.Env[0].Name != "GREETING" || !strings.HasPrefix(begin.Env[0].After, "hmac-sha256:") {
			t.Errorf("the variables on record are %+v", begin.Env)
		}
		want := []audit.Reference{{Container: td.Containers[0].Name, Name: "CATALOG_PASSWORD", After: reference}}
		if !slices.Equal(begin.Secrets, want) {
			t.Errorf("the references on record are %+v", begin.Secrets)
		}
		w.hides(t, secretValue)
	})
}

// hides searches the journal.
func (w *world) hides(t *testing.T, value string) {
	t.Helper()
	data, err := os.ReadFile(w.journal)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte(value)) {
		t.Errorf("the journal holds the value:\n%s", data)
	}
}

func TestEachTargetOfABatchHasRecordsOfItsOwn(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		var plans []deploy.Plan
		for _, name := range []string{"catalog", "users", "web"} {
			plans = append(plans, w.plan(t, name, deploy.Restart{}))
		}
		batch, err := deploy.BuildBatch(plans, policy.Policy{})
		if err != nil {
			t.Fatal(err)
		}
		id, err := w.runner.StartBatch(change.BatchJob{Batch: batch, NoFollow: true})
		if err != nil {
			t.Fatal(err)
		}
		if s, err := w.runner.WaitBatch(t.Context(), id); err != nil || !s.Good() {
			t.Fatalf("%s (%v)", words(s), err)
		}
		kinds := map[string]string{}
		for _, r := range w.records(t) {
			if r.Who == "" || r.Host == "" || r.Account == "" || r.Identity == "" || r.Cluster != "prod" || r.Time.IsZero() {
				t.Errorf("the record is incomplete: %+v", r)
			}
			if r.Kind == audit.Begin && r.Tier != batch.Tier.String() {
				t.Errorf("%s was asked for, and the beginning says %s", batch.Tier, r.Tier)
			}
			kinds[r.Service+" "+r.Change] += r.Kind + " "
		}
		if len(kinds) != 3 {
			t.Errorf("the records are of %v", kinds)
		}
		for of, k := range kinds {
			if k != "begin call end " {
				t.Errorf("%s has %s", of, k)
			}
		}
	})
}

// TestNoValueEntersTheJournal: whatever a variable is called and holds, before and
// after, its value is not in the file, and neither is its hash.
func TestNoValueEntersTheJournal(t *testing.T) {
	log, err := audit.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	journal := change.Journal(log)
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.Uint64().Draw(r, "number")
		value := func(label string) clean.Secret {
			return clean.Secret(fmt.Sprintf("%s%x%s", rapid.StringN(0, 8, -1).Draw(r, label), n, rapid.SampledFrom([]string{"", "\n", `"`, "=", "@", "://"}).Draw(r, "tail")))
		}
		name := rapid.StringMatching(`[A-Z_]{1,12}`).Draw(r, "name")
		p := deploy.Plan{Intent: deploy.SetEnv{}, Before: "api:1", After: "set " + name, Env: []edits.EnvChange{{
			Container: "api", Name: name, Had: rapid.Bool().Draw(r, "had"), Has: true,
			Before: awsx.EnvVar{Name: name, Value: value("before")}, After: awsx.EnvVar{Name: name, Value: value("after")},
		}}}
		if err := errors.Join(journal.Begin("chg", p, nil), journal.Call("chg", p, awsx.Call{Service: "ECS", Operation: "UpdateService"}), journal.End("chg", p, "succeeded", step.State{})); err != nil {
			r.Fatal(err)
		}
		data, err := os.ReadFile(log.Path())
		if err != nil {
			r.Fatal(err)
		}
		if digits := fmt.Sprintf("%x", n); len(digits) > 12 && bytes.Contains(data, []byte(digits)) {
			r.Fatalf("the journal holds %s", digits)
		}
		if err := os.Truncate(log.Path(), 0); err != nil {
			r.Fatal(err)
		}
	})
}

// TestTheJournalSaysWhatWasAskedAndWhatWasMade: who looks back finds the change in the
// account by the ids on record.
func TestTheJournalSaysWhatWasAskedAndWhatWasMade(t *testing.T) {
	inWorld(t, sim.Options{}, func(t *testing.T, w *world) {
		w.sim.PushImage("catalog", "v9", ecr.Behaviour{})
		s := w.finish(t, change.Job{Plan: w.plan(t, "catalog", image(":v9")), Override: []string{check.Stack, check.Breaker}})
		if s.Err != nil {
			t.Fatal(s.Err)
		}
		records := w.records(t)
		begin, end := records[0], records[len(records)-1]
		if begin.Tier != "name" || begin.Production == nil || !*begin.Production || !slices.Equal(begin.Overridden, []string{check.Stack, check.Breaker}) {
			t.Errorf("the beginning says %+v", begin)
		}
		if begin.Process != os.Getpid() || begin.Identity == "" {
			t.Errorf("the beginning is by %+v", begin)
		}
		st := s.Result.State
		if end.Revision != awsx.ARNName(st.Registered.ARN) || end.Deployment != st.Deployment || !strings.HasPrefix(end.Deployment, "ecs-svc/") {
			t.Errorf("the end says %+v, and the change made %+v", end, st)
		}
		td, err := w.account.TaskDefinition(t.Context(), "catalog")
		if err != nil {
			t.Fatal(err)
		}
		run, err := deploy.Read(t.Context(), w.account, awsx.Ref{Context: w.id, Cluster: w.service(t, "catalog").Cluster, ARN: td.ARN}, deploy.RunTask{Count: 2}, read.Held{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := deploy.Build(run, deploy.RunTask{Count: 2}, policy.Policy{})
		if err != nil {
			t.Fatal(err)
		}
		ran := w.finish(t, change.Job{Plan: p, NoFollow: true})
		records = w.records(t)
		if end := records[len(records)-1]; ran.Err != nil || len(end.Tasks) != 2 || end.Tasks[0] != ran.Result.State.Tasks[0].ID {
			t.Errorf("the run's end says %+v (%v)", end, ran.Err)
		}
	})
}
