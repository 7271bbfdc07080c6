package app

import (
	"context"
	"errors"
	"sync"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/views/changes"
)

// PlanBatch plans one intent for several targets, a few of them side by side.
func (c *changer) PlanBatch(ctx context.Context, targets []awsx.Ref, intent deploy.Intent) (changes.BatchPlan, error) {
	plans, errs := make([]deploy.Plan, len(targets)), make([]error, len(targets))
	places := make(chan struct{}, change.AtOnce)
	var wg sync.WaitGroup
	for i, target := range targets {
		wg.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			plans[i], errs[i] = c.Plan(ctx, target, intent)
		})
	}
	wg.Wait()
	return batchOf(targets, plans, errs, c.app.Policy)
}

// batchOf puts the plans that there are together.
func batchOf(targets []awsx.Ref, plans []deploy.Plan, errs []error, policy deploy.Policy) (changes.BatchPlan, error) {
	out := changes.BatchPlan{AtOnce: change.AtOnce}
	var made []deploy.Plan
	for i, target := range targets {
		if errs[i] != nil {
			out.Unplanned = append(out.Unplanned, changes.Unplanned{Target: target, Err: errs[i]})
			continue
		}
		made = append(made, plans[i])
	}
	if len(made) == 0 {
		return out, nil
	}
	var err error
	out.Batch, err = deploy.BuildBatch(made, policy)
	return out, err
}

// StartBatch hands a batch to the runner, with the accounts of its plans.
func (c *changer) StartBatch(batch deploy.Batch, override []string) (string, error) {
	return c.app.runner.StartBatch(change.BatchJob{Batch: batch, Override: override, Account: func(id awsx.ContextID) (awsx.Account, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.accounts[id], nil
	}})
}

// Batch returns the changes of a batch.
func (c *changer) Batch(id string) ([]changes.Job, bool) {
	s, ok := c.app.runner.Batch(id)
	jobs := make([]changes.Job, len(s.Jobs))
	for i, j := range s.Jobs {
		jobs[i] = job(j)
	}
	return jobs, ok
}

// turnOf says where a job stands in its batch.
func turnOf(s change.Status) changes.Turn {
	switch {
	case errors.Is(s.Err, change.ErrNotBegun):
		return changes.TurnMissed
	case s.Stage == change.Waiting:
		return changes.TurnAhead
	}
	return changes.TurnCame
}
