package step

import (
	"context"
	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
	"strings"
)

// StopDeployment has ECS stop the deployment in progress and roll it back.
type StopDeployment struct {
	Plain
	Service awsx.Service
	Record  string // ARN of the service deployment
}

// Weigh mends: what ran before comes back.
func (*StopDeployment) Weigh(read.Current, Effect) Effect { return Mends() }

// ComesTo what rolls back: that is how a deployment is stopped.
func (*StopDeployment) ComesTo(read.Current) []string { return []string{VerbCancel, VerbRollBack} }

// Ends the deployment.
func (*StopDeployment) Ends() bool { return true }

// Describe spells the call.
func (s *StopDeployment) Describe() Description {
	return Description{
		Text: "stop the deployment of " + s.Service.Name + " that is in progress and roll it back",
		Command: shell.AWS(s.Service.Ref.Context, "ecs", "stop-service-deployment",
			"--service-deployment-arn", s.Record, "--stop-type", "ROLLBACK"),
	}
}

// Run asks ECS to roll back.
func (s *StopDeployment) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if err := w.StopServiceDeployment(ctx, s.Record); err != nil {
		return err
	}
	s.note(st)
	return nil
}

// Resolve reads the record: once it is asked to roll back, its status says so. One that
// was stopped without going back was replaced by somebody's deployment.
func (s *StopDeployment) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	d, err := recordNow(ctx, r, s.Service.Ref, s.Record)
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

func (s *StopDeployment) note(st *State) { st.Service, st.Applied = s.Service, true }

// Continue ends the pause of a hook.
type Continue struct {
	Plain
	Service      awsx.Service
	Record, Hook string // ARN of the service deployment; the hook's id
	RollBack     bool
}

// ComesTo what rolls back, if it does.
func (s *Continue) ComesTo(read.Current) []string {
	if s.RollBack {
		return []string{VerbCancel, VerbRollBack}
	}
	return nil
}

// Weigh mends when what ran before comes back.
func (s *Continue) Weigh(read.Current, Effect) Effect {
	if s.RollBack {
		return Mends()
	}
	return Changes()
}

// Describe spells the call.
func (s *Continue) Describe() Description {
	action, text := "CONTINUE", "let the deployment of "+s.Service.Name+" go on past hook "+s.Hook
	if s.RollBack {
		action, text = "ROLLBACK", "roll the deployment of "+s.Service.Name+" back at hook "+s.Hook
	}
	return Description{Text: text, Command: shell.AWS(s.Service.Ref.Context, "ecs", "continue-service-deployment",
		"--service-deployment-arn", s.Record, "--hook-id", s.Hook, "--action", action)}
}

// Run ends the pause.
func (s *Continue) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if err := w.ContinueServiceDeployment(ctx, s.Record, s.Hook, s.RollBack); err != nil {
		return err
	}
	s.note(st)
	return nil
}

// Resolve reads the record: the hook no longer waits once it was told. Which way the
// deployment went then says whether it was told this: the hook may have ended by its own
// time.
func (s *Continue) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	d, err := recordNow(ctx, r, s.Service.Ref, s.Record)
	if err != nil {
		return false, err
	}
	if hook, paused := d.Paused(); paused && hook.ID == s.Hook {
		return false, nil
	}
	if back := rollsBackNow(d); back != s.RollBack {
		return false, read.Untold{Why: "the hook waits no more, and the deployment is " + d.Status}
	}
	s.note(st)
	return true, nil
}

func (s *Continue) note(st *State) {
	st.Service, st.Applied = s.Service, true
	if d, ok := s.Service.Primary(); ok {
		st.Deployment = d.ID
	}
}
