package changestest

import (
	"context"
	"errors"
	"sync"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/store"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/views/changes"
	"gantry/views/viewstest"
)

// Workshop makes the changes of a console under test: planned on its account and
// carried out there by the runner that the program uses.
type Workshop struct {
	store  *store.Store
	runner *change.Runner
	Armed  *viewstest.Locked
	Rules  []deploy.Rule
	Shelf  *viewstest.Shelf // the log store; nil for none

	mu       sync.Mutex
	Records  []string // what the audit was told
	Disk     error    // why it takes no record
	Revealed int
}

// Plan reads the account and plans an intent.
func (w *Workshop) Plan(ctx context.Context, service awsx.Ref, intent deploy.Intent) (deploy.Plan, error) {
	account, err := w.store.Account(ctx, service.Context)
	if err != nil {
		return deploy.Plan{}, err
	}
	cur, err := deploy.Read(ctx, account, service, intent, read.Held{})
	if err != nil {
		return deploy.Plan{}, err
	}
	return deploy.Build(cur, intent, deploy.Policy{NonProduction: deploy.DefaultNonProduction(), Rules: w.Rules})
}

// Start carries a plan out.
func (w *Workshop) Start(plan deploy.Plan, override []string) (string, error) {
	account, err := w.store.Account(context.Background(), plan.Target.Context)
	if err != nil {
		return "", err
	}
	return w.runner.Start(change.Job{Account: account, Plan: plan, Override: override})
}

// most is how many targets the workshop's rule admits at a time.
const most = 5

// PlanBatch plans an intent for several targets.
func (w *Workshop) PlanBatch(ctx context.Context, targets []awsx.Ref, intent deploy.Intent) (changes.BatchPlan, error) {
	out := changes.BatchPlan{AtOnce: change.AtOnce}
	var plans []deploy.Plan
	for _, target := range targets {
		p, err := w.Plan(ctx, target, intent)
		if err != nil {
			out.Unplanned = append(out.Unplanned, changes.Unplanned{Target: target, Err: err})
			continue
		}
		plans = append(plans, p)
	}
	if len(plans) == 0 {
		return out, nil
	}
	var err error
	out.Batch, err = deploy.BuildBatch(plans, deploy.Policy{Rules: []deploy.Rule{{MaxBulk: most, Reason: "in small steps"}}})
	return out, err
}

// StartBatch carries a batch out.
func (w *Workshop) StartBatch(b deploy.Batch, override []string) (string, error) {
	return w.runner.StartBatch(change.BatchJob{Batch: b, Override: override, Account: func(id awsx.ContextID) (awsx.Account, error) {
		return w.store.Account(context.Background(), id)
	}})
}

// Batch returns the changes of a batch.
func (w *Workshop) Batch(id string) ([]changes.Job, bool) {
	s, ok := w.runner.Batch(id)
	jobs := make([]changes.Job, len(s.Jobs))
	for i, j := range s.Jobs {
		jobs[i] = jobOf(j)
		switch {
		case errors.Is(j.Err, change.ErrNotBegun):
			jobs[i].Turn = changes.TurnMissed
		case j.Stage == change.Waiting:
			jobs[i].Turn = changes.TurnAhead
		}
	}
	return jobs, ok
}

func jobOf(s change.Status) changes.Job {
	return changes.Job{ID: s.ID, Target: s.Target, Action: s.Action, Summary: s.Summary, Step: s.Step, Started: s.Started,
		Progress: s.Progress, Ended: s.Stage == change.Ended, Result: s.Result, Err: s.Err}
}

// Job returns a change by its id.
func (w *Workshop) Job(id string) (changes.Job, bool) {
	s, ok := w.runner.Status(id)
	return jobOf(s), ok
}

// Jobs returns all changes.
func (w *Workshop) Jobs() []changes.Job {
	var jobs []changes.Job
	for _, s := range w.runner.Jobs() {
		jobs = append(jobs, jobOf(s))
	}
	return jobs
}

// Resume finds no deployment in progress.
func (w *Workshop) Resume(context.Context, awsx.Ref) (string, error) {
	return "", fault.Errorf(fault.NotFound, "follow", "", "no deployment is in progress any more")
}

// Subscribe is told of changes to jobs.
func (w *Workshop) Subscribe() (<-chan struct{}, func()) { return w.runner.Subscribe() }

// Reveal counts that secrets were shown; a full disk forbids it.
func (w *Workshop) Reveal(awsx.Ref) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Revealed++
	return w.Disk
}

func (w *Workshop) lines(context.Context, awsx.ContextID) (logs.Source, error) {
	if w.Shelf == nil {
		return nil, &fault.Error{Class: fault.Invalid, Op: "open the log store", Err: errors.New("no log store is configured"), Fix: "set logs.endpoints"}
	}
	return w.Shelf, nil
}

// Allow is the gate of the runner, which follows the one of the console.
func (w *Workshop) Allow(p deploy.Plan) error {
	if m := w.Armed.Mode(p.Target.ClusterName()); !m.Writable {
		return errors.New(m.Why)
	}
	return nil
}

func (w *Workshop) record(line string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.Disk != nil {
		return w.Disk
	}
	w.Records = append(w.Records, line)
	return nil
}

// Begin records the begin of a change.
func (w *Workshop) Begin(_ string, p deploy.Plan) error { return w.record("begin " + p.Summary()) }

// Call records a call of a change.
func (w *Workshop) Call(_ string, _ deploy.Plan, c awsx.Call) error {
	return w.record("call " + c.Operation)
}

// End records the end of a change.
func (w *Workshop) End(_ string, _ deploy.Plan, outcome string) error {
	return w.record("end " + outcome)
}
