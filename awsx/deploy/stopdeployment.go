package deploy

import (
	"context"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
)

// stopStep has ECS stop the deployment in progress and roll it back.
type stopStep struct {
	service awsx.Service
	record  string // ARN of the service deployment
}

func (*stopStep) weigh(read.Current, draft) effect { return mends() }

// stopDeployment makes a draft of rolling the deployment in progress back. What
// runs afterwards is for ECS to deploy, so nothing is registered or updated.
func (d *draft) stopDeployment(cur read.Current) {
	d.steps = []Step{&stopStep{service: cur.Service, record: cur.Record.Value.ARN}}
	d.Starts = false
	primary, _ := cur.Service.Primary()
	d.follow.Deployment, d.follow.TaskDefinition = primary.ID, primary.TaskDefinition
	d.follow.Previous = awsx.Deployment{}
	for _, other := range cur.Service.Deployments {
		if other.ID != primary.ID {
			d.follow.Previous = other
			break
		}
	}
	d.follow.Cancels = true
	d.follow.Expected = 0 // of deployments, which this is none of
}

// Describe spells the call.
func (s *stopStep) Describe() Description {
	return Description{
		Text: "stop the deployment of " + s.service.Name + " that is in progress and roll it back",
		Command: shell.AWS(s.service.Ref.Context, "ecs", "stop-service-deployment",
			"--service-deployment-arn", s.record, "--stop-type", "ROLLBACK"),
	}
}

// Run asks ECS to roll back.
func (s *stopStep) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if err := w.StopServiceDeployment(ctx, s.record); err != nil {
		return err
	}
	s.note(st)
	return nil
}

// Resolve reads the record: once it is asked to roll back, its status says so. One that
// was stopped without going back was replaced by somebody's deployment.
func (s *stopStep) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	d, err := recordNow(ctx, r, s.service.Ref, s.record)
	switch {
	case err != nil:
		return false, err
	case rollsBackNow(d):
		s.note(st)
		return true, nil
	case d.Status == "STOPPED":
		return false, read.Untold{Why: "the deployment was stopped, by this or by one that replaced it"}
	}
	return false, nil
}

// rollsBackNow reports whether a deployment is rolled back, was, or is asked to.
func rollsBackNow(d awsx.ServiceDeployment) bool {
	return strings.HasPrefix(d.Status, "ROLLBACK_") || d.Status == "STOP_REQUESTED" || d.Status == "STOPPED" && d.Rollback != nil
}

// recordNow reads the record of one deployment afresh.
func recordNow(ctx context.Context, r awsx.DeploymentReader, service awsx.Ref, arn string) (awsx.ServiceDeployment, error) {
	list, err := r.ServiceDeployments(ctx, service, read.RecordsRead)
	if err != nil {
		return awsx.ServiceDeployment{}, err
	}
	for _, d := range list {
		if d.ARN == arn {
			return d, nil
		}
	}
	return awsx.ServiceDeployment{}, read.Untold{Why: "the deployment is not among the newest any more"}
}

func (s *stopStep) note(st *State) { st.Service, st.Applied = s.service, true }
