package app

import (
	"context"
	"time"

	"gantry/awsx"
	"gantry/awsx/change"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/internal/audit"
)

// Plan reads what an intent depends on, as far as the store does not hold it, and
// builds its plan.
func (a *App) Plan(ctx context.Context, service awsx.Ref, intent deploy.Intent) (deploy.Plan, error) {
	account, err := a.Store.Account(ctx, service.Context)
	if err != nil {
		return deploy.Plan{}, err
	}
	cluster := service.ClusterRef()
	current, err := deploy.Read(ctx, account, service, intent, read.Held{
		Services: a.Store.HeldServices(cluster), Instances: a.Store.HeldInstances(cluster),
	})
	if err != nil {
		return deploy.Plan{}, err
	}
	return deploy.Build(current, intent, a.Policy)
}

// CarryOptions say how a plan is carried out.
type CarryOptions struct {
	Follow   bool
	Timeout  time.Duration // of the follow; zero takes the derived one
	Override []string
	// Step is told of each call, in order and about when it is made. Progress is
	// told of observations, and may miss what was soon outdated, but never the last.
	// Both are called from one goroutine.
	Step     func(words string)
	Progress func(follow.Progress)
}

// Carry carries a plan out and waits for its end. When ctx ends first the calls
// go on until they are done, and the deployment goes on in ECS.
func (a *App) Carry(ctx context.Context, plan deploy.Plan, o CarryOptions) (deploy.Result, error) {
	account, err := a.Store.Account(ctx, plan.Target.Context)
	if err != nil {
		return deploy.Result{}, err
	}
	changed, stop := a.runner.Subscribe()
	defer stop()
	id, err := a.runner.Start(change.Job{
		Account: account, Plan: plan, Override: o.Override, NoFollow: !o.Follow, Timeout: o.Timeout,
	})
	if err != nil {
		return deploy.Result{}, err
	}
	steps := plan.Steps
	var at time.Time
	for {
		s, _ := a.runner.Status(id)
		for n := begun(steps, s); n > 0; n-- {
			o.Step(steps[0].Describe().Text)
			steps = steps[1:]
		}
		// The last one may have been made at the same instant as the one before.
		if ended := s.Stage == change.Ended && !s.Progress.At.IsZero(); ended || s.Progress.At.After(at) {
			at = s.Progress.At
			o.Progress(s.Progress)
		}
		if s.Stage == change.Ended {
			return s.Result, s.Err
		}
		select {
		case <-ctx.Done():
			return deploy.Result{}, ctx.Err()
		case <-changed:
		}
	}
}

// begun is how many of the steps that were not told of have begun. A status is
// the latest: it may have passed over some of them.
func begun(steps []deploy.Step, s change.Status) int {
	if s.Stage == change.Following || s.Stage == change.Ended && s.Err == nil {
		return len(steps)
	}
	for i, step := range steps {
		if step.Describe().Text == s.Step {
			return i + 1
		}
	}
	return 0
}

// RecordReveal writes to the journal that secrets of a service are shown. What
// cannot be recorded is not shown.
func (a *App) RecordReveal(_ context.Context, service awsx.Ref) error {
	return a.journal.Append(audit.Record{
		Kind: audit.End, Change: deploy.NewID(), Context: service.Context.String(),
		Cluster: service.ClusterName(), Service: service.Name(), Action: "reveal", Outcome: "shown",
	})
}
