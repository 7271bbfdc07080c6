package views

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/ecslog"
	"gantry/ui"
	"gantry/ui/uitest"
)

// workshop makes the changes of a console under test: planned on its account and
// carried out there by the runner that the program uses.
type workshop struct {
	store  *store.Store
	runner *change.Runner
	armed  *locked
	rules  []deploy.Rule
	shelf  *shelf // the log store; nil for none

	mu       sync.Mutex
	records  []string // what the audit was told
	disk     error    // why it takes no record
	revealed int
}

func (w *workshop) Plan(ctx context.Context, service awsx.Ref, intent deploy.Intent) (deploy.Plan, error) {
	account, err := w.store.Account(ctx, service.Context)
	if err != nil {
		return deploy.Plan{}, err
	}
	cur, err := deploy.Read(ctx, account, service, intent, deploy.Held{})
	if err != nil {
		return deploy.Plan{}, err
	}
	return deploy.Build(cur, intent, deploy.Policy{NonProduction: deploy.DefaultNonProduction(), Rules: w.rules})
}

func (w *workshop) Start(plan deploy.Plan, override []string) (string, error) {
	account, err := w.store.Account(context.Background(), plan.Target.Context)
	if err != nil {
		return "", err
	}
	return w.runner.Start(change.Job{Account: account, Plan: plan, Override: override})
}

func jobOf(s change.Status) Job {
	return Job{ID: s.ID, Target: s.Target, Action: s.Action, Summary: s.Summary, Step: s.Step, Started: s.Started,
		Progress: s.Progress, Ended: s.Stage == change.Ended, Result: s.Result, Err: s.Err}
}

func (w *workshop) Job(id string) (Job, bool) {
	s, ok := w.runner.Status(id)
	return jobOf(s), ok
}

func (w *workshop) Jobs() []Job {
	var jobs []Job
	for _, s := range w.runner.Jobs() {
		jobs = append(jobs, jobOf(s))
	}
	return jobs
}

func (w *workshop) Resume(context.Context, awsx.Ref) (string, error) {
	return "", fault.Errorf(fault.NotFound, "follow", "", "no deployment is in progress any more")
}

func (w *workshop) Subscribe() (<-chan struct{}, func()) { return w.runner.Subscribe() }

func (w *workshop) Reveal(awsx.Ref) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.revealed++
	return w.disk
}

func (w *workshop) lines(context.Context, awsx.ContextID) (logs.Source, error) {
	if w.shelf == nil {
		return nil, &fault.Error{Class: fault.Invalid, Op: "open the log store", Err: errors.New("no log store is configured"), Fix: "set logs.endpoints"}
	}
	return w.shelf, nil
}

// Allow is the gate of the runner, which follows the one of the console.
func (w *workshop) Allow(p deploy.Plan) error {
	if m := w.armed.Mode(p.Target.ClusterName()); !m.Writable {
		return errors.New(m.Why)
	}
	return nil
}

func (w *workshop) record(line string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.disk != nil {
		return w.disk
	}
	w.records = append(w.records, line)
	return nil
}

func (w *workshop) Begin(_ string, p deploy.Plan) error { return w.record("begin " + p.Summary()) }
func (w *workshop) Call(_ string, _ deploy.Plan, c awsx.Call) error {
	return w.record("call " + c.Operation)
}
func (w *workshop) End(_ string, _ deploy.Plan, outcome string) error {
	return w.record("end " + outcome)
}

// shopfloor is a console on which changes are made.
type shopfloor struct {
	*desk
	*workshop
	service awsx.Ref
	changes *Changes
}

// working opens a console at a screen that changes a service.
func working(t *testing.T, a *awsxtest.Account, service awsx.Ref, look uitest.Look, root func(*Changes) ui.Screen) *shopfloor {
	t.Helper()
	st := store.New(t.Context(), store.Options{Opener: awsxtest.NewOpener(a)})
	t.Cleanup(st.Close)
	w := &workshop{store: st, armed: &locked{armed: true}}
	w.runner = change.New(change.Options{Gate: w, Audit: w, Source: change.StoreSource(st)})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := w.runner.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	f := &shopfloor{desk: &desk{account: a, store: st, visited: &visited{}}, workshop: w, service: service}
	f.Console = uitest.New(t, uitest.Options{
		W: look.W, H: look.H, Bubble: true,
		Shell: ui.Options{
			Title: "gantry", Terminal: look.Terminal(), Gate: w.armed,
			Globals:    func(*ui.Host) []ui.Action { return f.changes.Globals() },
			Background: &Background{Changer: w, Key: func() string { return f.changes.JobsKey() }},
			SaveDir:    t.TempDir(),
			Root: func(h *ui.Host) ui.Screen {
				c := &Changes{Changer: w, Lines: w.lines, LogDrivers: ecslog.Standard()}
				c.Deps = &Deps{Host: h, Now: time.Now, Store: st, Policy: exceptStaging{}, Nav: ways{Changes: c, visited: f.visited}}
				f.changes = c
				return root(c)
			},
		},
	})
	return f
}

// ways lead to the real screens of changes, and note who wants logs.
type ways struct {
	*Changes
	visited *visited
}

func (w ways) Logs(s LogScope) tea.Cmd { return w.visited.Logs(s) }

func (f *shopfloor) read() *shopfloor {
	f.desk.read()
	return f
}

// keys presses keys with a moment before each, as dialogs are deaf at first.
func (f *shopfloor) keys(keys ...string) *shopfloor {
	for _, k := range keys {
		f.Advance(400 * time.Millisecond)
		f.Press(k)
	}
	f.read()
	return f
}

// answer types a line into a dialog.
func (f *shopfloor) answer(s string) *shopfloor {
	f.Advance(400 * time.Millisecond)
	f.Type(s)
	return f.keys("enter")
}

// orders is the service api-orders of the shop, in production.
func orders(t *testing.T, look uitest.Look, root func(*Changes, awsx.Ref) ui.Screen) *shopfloor {
	t.Helper()
	a, cluster := shop()
	ref := cluster.Ref.In("arn:aws:ecs:eu-west-1:" + awsxtest.Number + ":service/payments/api-orders")
	return working(t, a, ref, look, func(c *Changes) ui.Screen { return root(c, ref) })
}

// web is the service web in staging.
func web(t *testing.T, root func(*Changes, awsx.Ref) ui.Screen) *shopfloor {
	t.Helper()
	a, cluster := shop()
	staging := strings.Replace(cluster.Ref.ARN, "payments", "staging", 1)
	ref := awsx.Ref{Context: cluster.Ref.Context, Cluster: staging, ARN: strings.Replace(staging, "cluster/", "service/", 1) + "/web"}
	return working(t, a, ref, standard, func(c *Changes) ui.Screen { return root(c, ref) })
}

func images(c *Changes, s awsx.Ref) ui.Screen { return newImages(c, s) }
func env(c *Changes, s awsx.Ref) ui.Screen    { return newEnvironment(c, s) }
func tables(c *Changes, s awsx.Ref) ui.Screen { return NewServices(c.Deps, s.ClusterRef()) }

// edit changes the service under test in the account.
func (f *shopfloor) edit(change func(*awsx.Service)) {
	f.account.Edit(func(d *awsxtest.Data) {
		for i := range d.Services {
			if d.Services[i].Ref == f.service {
				change(&d.Services[i])
			}
		}
	})
}

func (f *shopfloor) now() awsx.Service {
	var got awsx.Service
	f.edit(func(s *awsx.Service) { got = *s })
	return got
}

func TestAnImageIsChosenPlannedConfirmedAndFollowed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, tables).read()
		f.Press("/").Type("api-orders").Press("enter")
		f.keys("i").Shows("TAG", "> v3", "v2", "in use", "PUSHED")
		f.keys("enter").Shows("deploy payments/api-orders", " passed", "api-orders:1, api-orders api-orders:v2", "new revision, api-orders api-orders:v3",
			"Calls", "register a new revision of api-orders", "update service api-orders", "Difference: 1 added, 1 removed",
			"containerDefinitions / api-orders", `/api-orders:v2"`, `/api-orders:v3"`, "<enter>carry out")
		f.keys("enter").Shows("type the service's name: api-orders")
		f.answer("api-order").Shows("this is not the service's name", "> api-order")
		if n := f.account.Count(awsxtest.RegisterTaskDefinition); n != 0 {
			t.Fatalf("the wrong name registered %d revisions", n)
		}
		f.answer("s").Shows("~ rolling: 0 of 4 tasks running", "0/4 running", "breaker", "esc leaves it running")
		f.account.FinishRollout("api-orders")
		f.read().Shows("+ succeeded: api-orders runs api-orders:2", "4/4 running", "api-orders: 4 healthy", "has reached a steady state.")
		if got := f.now().TaskDefinition; !strings.HasSuffix(got, "api-orders:2") {
			t.Errorf("the service runs %s", got)
		}
		f.keys("esc").Shows("TAG")
		if row := f.Row("v3"); !strings.Contains(row, "in use") {
			t.Errorf("the table still shows what was: %q", row)
		}
		const image = " 123456789012.dkr.ecr.eu-west-1.amazonaws.com/api-orders:"
		want := []string{"begin api-orders:1, api-orders" + image + "v2 -> new revision, api-orders" + image + "v3", "call RegisterTaskDefinition", "call UpdateService", "end succeeded"}
		if strings.Join(f.records, "|") != strings.Join(want, "|") {
			t.Errorf("the audit holds %q", f.records)
		}
	})
}

func TestOutsideProductionYesIsEnoughAndNoHasTheFocus(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := web(t, images).read()
		f.keys("enter", "enter").Shows("[ No ]", "deploy staging/web in main/eu-west-1?")
		f.keys("enter").Shows("Difference").Hides("[ No ]")
		if f.account.Count(awsxtest.UpdateService) != 0 {
			t.Fatal("enter alone agreed")
		}
		f.keys("enter", "y").Shows("Rollout")
		if f.account.Count(awsxtest.UpdateService) != 1 {
			t.Error("yes was not heard")
		}
	})
}

func TestScaleTakesACountAndSaysWhatIsWrongWithIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, tables).read()
		f.Press("/").Type("api-orders").Press("enter")
		f.keys("s").Shows("Scale payments/api-orders", "0 or more; 4 now")
		f.answer("-2").Shows(`"-2": expected a whole number, 0 or more`, "-2")
		f.keys("ctrl+u")
		f.answer("6").Shows("scale payments/api-orders", "4 tasks", "6 tasks", "adds 2 tasks to 4", "asks yes or no", "set the desired count to 6").Hides("Difference")
		f.keys("enter", "y").Shows("~ rolling: 4 of 6 tasks running").Hides("breaker")
		f.edit(func(s *awsx.Service) { s.Running = 6 })
		f.read().Shows("+ succeeded: api-orders runs 6 tasks")
		if f.account.Count(awsxtest.RegisterTaskDefinition) != 0 {
			t.Error("scaling registered a definition")
		}
	})
}

func TestScalingDownAndToNothingAskForMore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, tables).read()
		f.Press("/").Type("api-orders").Press("enter")
		f.keys("s")
		f.answer("1").Shows("leaves 1 of 4 tasks")
		f.keys("enter").Shows("type the service's name: api-orders")
		f.keys("esc", "esc", "s")
		f.answer("0").keys("enter").Shows("the number of services and the cluster's name: 1 payments")
		f.answer("1 payments").Shows("Rollout")
	})
}

func TestRestartIsPlannedWithoutADifference(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, tables).read()
		f.Press("/").Type("api-orders").Press("enter")
		f.keys("r").Shows("restart payments/api-orders", "force a new deployment", "asks yes or no").Hides("Difference")
	})
}

func TestReadOnlyPlansButDoesNotCarryOut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, standard, images)
		f.armed.armed = false
		f.read().keys("enter").Shows("production starts read-only: W arms writing", "Difference")
		f.keys("enter").Shows("carry out: production starts read-only, W arms writing").Hides("To go on")
		f.keys("W").Shows("asks for the service's name")
		f.keys("enter").Shows("To go on")
	})
}
