package app

import (
	"context"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/internal/fault"
	"gantry/views/changes"
)

// changer makes the console's changes through the runner.
type changer struct {
	app *App

	mu       sync.Mutex
	accounts map[awsx.ContextID]awsx.Account // of the plans that were made
}

var _ changes.Changer = (*changer)(nil)

// Plan reads and builds.
func (c *changer) Plan(ctx context.Context, service awsx.Ref, intent deploy.Intent) (deploy.Plan, error) {
	plan, err := c.app.Plan(ctx, service, intent)
	if err != nil {
		return plan, err
	}
	account, err := c.app.Store.Account(ctx, plan.Target.Context)
	if err != nil {
		return plan, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.accounts == nil {
		c.accounts = map[awsx.ContextID]awsx.Account{}
	}
	c.accounts[plan.Target.Context] = account
	return plan, nil
}

// Start hands a plan to the runner, with the account that its plan was made on:
// opening one may read files, which the loop must not.
func (c *changer) Start(plan deploy.Plan, override []string) (string, error) {
	c.mu.Lock()
	account := c.accounts[plan.Target.Context]
	c.mu.Unlock()
	return c.app.runner.Start(change.Job{Account: account, Plan: plan, Override: override})
}

// historyRead is how many deployments tell how long the next one takes: as many as
// one call describes (ECS, DescribeServiceDeployments).
const historyRead = 20

// Resume picks up the deployment that a service has in progress.
func (c *changer) Resume(ctx context.Context, service awsx.Ref) (string, error) {
	account, err := c.app.Store.Account(ctx, service.Context)
	if err != nil {
		return "", err
	}
	svc, err := read.ServiceNow(ctx, account, service)
	if err != nil {
		return "", err
	}
	// The definition and the groups only make the timeout fit better.
	td, err := c.app.Store.TaskDefinition(ctx, service.Context, svc.TaskDefinition)
	if err != nil {
		td = nil
	}
	groups, err := account.TargetGroups(ctx, svc.TargetGroups())
	if err != nil {
		groups = nil
	}
	spec, ok := follow.Resume(svc, td, groups, time.Now())
	if !ok {
		return "", fault.Errorf(fault.NotFound, "follow", service.ARN, "no deployment is in progress any more")
	}
	// So do those before it, which not every account remembers.
	if history, err := account.ServiceDeployments(ctx, service, historyRead); err == nil {
		spec.Expected = follow.Expected(history)
	}
	return c.app.runner.Resume(spec)
}

// Job returns a job by id.
func (c *changer) Job(id string) (changes.Job, bool) {
	s, ok := c.app.runner.Status(id)
	return job(s), ok
}

// Jobs returns what runs and what ended lately, oldest first.
func (c *changer) Jobs() []changes.Job {
	var jobs []changes.Job
	for _, s := range c.app.runner.Jobs() {
		jobs = append(jobs, job(s))
	}
	return jobs
}

func job(s change.Status) changes.Job {
	return changes.Job{
		ID: s.ID, Target: s.Target, Action: s.Action, Summary: s.Summary, Turn: turnOf(s), Step: s.Step,
		Started: s.Started, Progress: s.Progress, Ended: s.Stage == change.Ended, Result: s.Result, Err: s.Err,
	}
}

// Subscribe announces changes to jobs.
func (c *changer) Subscribe() (<-chan struct{}, func()) { return c.app.runner.Subscribe() }

// Reveal records that secrets are shown.
func (c *changer) Reveal(service awsx.Ref) error {
	return c.app.RecordReveal(context.Background(), service)
}
