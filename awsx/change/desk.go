package change

import (
	"context"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/store"
	"gantry/internal/audit"
	"gantry/internal/crash"
	"gantry/internal/fault"
)

// Desk is where changes are planned and handed to the runner, by screens and commands
// alike.
type Desk struct {
	*Runner
	Store  *store.Store
	Policy policy.Policy
	// Clock is the time of what is read, as inquiry.Reader has it; nil is the time now.
	Clock func() time.Time
	// Records reads the journal, oldest record first; nil where there is none.
	Records func() ([]audit.Record, error)
}

// Plan reads what an intent depends on, as far as the store does not hold it, and builds
// its plan.
func (d *Desk) Plan(ctx context.Context, target awsx.Ref, intent deploy.Intent) (deploy.Plan, error) {
	account, err := d.Store.Account(ctx, target.Context)
	if err != nil {
		return deploy.Plan{}, err
	}
	cluster := target.ClusterRef()
	held := read.Held{Services: d.Store.HeldServices(cluster), Instances: d.Store.HeldInstances(cluster)}
	if d.Clock != nil {
		held.Now = d.Clock()
	}
	current, err := deploy.Read(ctx, account, target, intent, held)
	if err != nil {
		return deploy.Plan{}, err
	}
	return deploy.Build(current, intent, d.Policy)
}

// Planned is what planning one intent for several targets came to.
type Planned struct {
	// Batch has the plans that there are; it is empty when there is none.
	Batch deploy.Batch
	// Unplanned are the targets for which there is no plan.
	Unplanned []Unplanned
}

// Unplanned is a target for which no plan could be made, and why.
type Unplanned struct {
	Target awsx.Ref
	Err    error
}

// PlanAll plans one intent for several targets, a few of them side by side. Its error
// says why the plans cannot be confirmed as one.
func (d *Desk) PlanAll(ctx context.Context, targets []awsx.Ref, intent deploy.Intent) (Planned, error) {
	plans, errs := make([]deploy.Plan, len(targets)), make([]error, len(targets))
	places := make(chan struct{}, AtOnce)
	var wg crash.Group
	for i, target := range targets {
		wg.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			plans[i], errs[i] = d.Plan(ctx, target, intent)
		})
	}
	wg.Wait()
	var out Planned
	var made []deploy.Plan
	for i, target := range targets {
		if errs[i] != nil {
			out.Unplanned = append(out.Unplanned, Unplanned{Target: target, Err: errs[i]})
			continue
		}
		made = append(made, plans[i])
	}
	if len(made) == 0 {
		return out, nil
	}
	var err error
	out.Batch, err = deploy.BuildBatch(made, d.Policy)
	return out, err
}

// PickUp follows the deployment that a service has in progress, whoever started it, and
// returns the job's id; NotFound when there is none. It waits for readings.
func (d *Desk) PickUp(ctx context.Context, service awsx.Ref) (string, error) {
	spec, _, err := d.InProgress(ctx, service)
	if err != nil {
		return "", err
	}
	if spec == nil {
		return "", fault.Errorf(fault.NotFound, "follow", service.ARN, "no deployment is in progress any more")
	}
	return d.Resume(*spec)
}

// InProgress returns how to follow the deployment that a service has in progress, whoever
// started it, nil when there is none, and the deployments on record as far as they could be
// read. It waits for readings.
func (d *Desk) InProgress(ctx context.Context, service awsx.Ref) (*follow.Spec, []awsx.ServiceDeployment, error) {
	account, err := d.Store.Account(ctx, service.Context)
	if err != nil {
		return nil, nil, err
	}
	svc, err := read.ServiceNow(ctx, account, service)
	if err != nil {
		return nil, nil, err
	}
	// The definition, the groups and the deployments before only make the timeout fit
	// better.
	td, err := d.Store.TaskDefinition(ctx, service.Context, svc.TaskDefinition)
	if err != nil {
		td = nil
	}
	groups, err := account.TargetGroups(ctx, svc.TargetGroups())
	if err != nil {
		groups = nil
	}
	history, err := account.ServiceDeployments(ctx, service, read.RecordsRead)
	if err != nil {
		history = nil
	}
	spec, ok := follow.Resume(svc, td, groups, history, time.Now())
	if !ok {
		return nil, history, nil
	}
	return &spec, history, nil
}
