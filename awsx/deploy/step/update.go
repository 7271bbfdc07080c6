package step

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
	"gantry/awsx/document"
	"gantry/internal/fault"
	"slices"
	"strings"
)

// Update updates a service. It names only what changes.
type Update struct {
	Plain
	Before     awsx.Service
	Set        awsx.ServiceUpdate // its Service is Before's
	Registered bool               // use the revision that the run registered
	// Words say what else than the revision and the count is set, and Config is the
	// deployment configuration before.
	Words  string
	Config *document.Node
}

// Alters reports whether the service is another after it, and not only its tasks.
func (s *Update) Alters() bool {
	set := s.Set
	return s.Registered || set.TaskDefinition != nil || set.Desired != nil || set.DeploymentConfiguration != nil || set.Capacity != nil || set.ExecEnabled != nil
}

// Describe spells the call.
func (s *Update) Describe() Description {
	args := []string{"--cluster", s.Before.Ref.ClusterName(), "--service", s.Before.Name}
	var what []string
	switch {
	case s.Registered:
		args = append(args, "--task-definition", shell.Revision)
		what = append(what, "deploy the new revision")
	case s.Set.TaskDefinition != nil:
		args = append(args, "--task-definition", awsx.ARNName(*s.Set.TaskDefinition))
		what = append(what, "deploy "+awsx.ARNName(*s.Set.TaskDefinition))
	}
	if s.Set.Desired != nil {
		args = append(args, "--desired-count", fmt.Sprint(*s.Set.Desired))
		what = append(what, fmt.Sprintf("set the desired count to %d", *s.Set.Desired))
	}
	if s.Set.ForceNew {
		args = append(args, "--force-new-deployment")
		what = append(what, "force a new deployment")
	}
	if s.Set.DeploymentConfiguration != nil {
		args = append(args, "--deployment-configuration", string(s.Set.DeploymentConfiguration))
		what = append(what, s.Words)
	}
	if c := s.Set.Capacity; c != nil {
		args = append(args, "--capacity-provider-strategy")
		for _, share := range *c {
			args = append(args, fmt.Sprintf("capacityProvider=%s,weight=%d,base=%d", share.Provider, share.Weight, share.Base))
		}
		if len(*c) == 0 {
			args = append(args, "[]")
		}
		what = append(what, s.Words)
	}
	if on := s.Set.ExecEnabled; on != nil {
		args = append(args, map[bool]string{true: "--enable-execute-command", false: "--disable-execute-command"}[*on])
		what = append(what, s.Words)
	}
	return Description{
		Text:    fmt.Sprintf("update service %s: %s", s.Before.Name, strings.Join(what, ", ")),
		Command: shell.AWS(s.Before.Ref.Context, "ecs", "update-service", args...),
	}
}

// Weigh is as grave as the count, the configuration and what would run.
func (s *Update) Weigh(_ read.Current, runs Effect) Effect {
	e := runs
	if s.Set.Desired != nil {
		e = e.And(countEffect(s.Before.Desired, *s.Set.Desired))
	}
	if s.Set.DeploymentConfiguration != nil || s.Set.Capacity != nil || s.Set.ExecEnabled != nil {
		e = e.And(Changes())
	}
	return e
}

// Turns is the count.
func (s *Update) Turns() []Turned { return []Turned{{NumberCount, s.Set.Desired}} }

func countEffect(was, is int) Effect {
	switch {
	case is == 0:
		return Empties()
	case is < was:
		return Changes()
	}
	return Mends()
}

// Run updates the service.
func (s *Update) Run(ctx context.Context, w awsx.Writer, st *State) error {
	u := s.Set
	u.Service = s.Before.Ref
	if arn := s.wanted(st); arn != "" {
		u.TaskDefinition = &arn
	}
	svc, err := w.UpdateService(ctx, u)
	if err != nil {
		return err
	}
	s.note(svc, st)
	return nil
}

// Look refuses when something that the plan depends on moved while other calls were made.
// Where nothing can be read, the update is tried all the same: its answer tells whose
// deployment it took the place of.
func (s *Update) Look(ctx context.Context, o On, again bool, _ *State) error {
	if !again {
		return nil
	}
	ctx, cancel := o.looking(ctx)
	defer cancel()
	return o.Moved(ctx)
}

// Resolve reads the service back. A count, a strategy or a configuration is what was sent, or what it
// was before, or somebody set another since and nobody can tell. A deployment is looked
// for among all that began since, displaced ones included.
func (s *Update) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	svc, err := read.ServiceNow(ctx, r, s.Before.Ref)
	if err != nil {
		return false, err
	}
	if n := s.Set.Desired; n != nil && svc.Desired != *n {
		if svc.Desired == s.Before.Desired {
			return false, nil
		}
		return false, read.Untold{Why: fmt.Sprintf("the desired count was %d and is %d", s.Before.Desired, svc.Desired)}
	}
	if on := s.Set.ExecEnabled; on != nil && svc.ExecEnabled != *on {
		return false, nil
	}
	if c := s.Set.Capacity; c != nil && !svc.CapacityProviders.Same(*c) {
		if svc.CapacityProviders.Same(s.Before.CapacityProviders) {
			return false, nil
		}
		return false, read.Untold{Why: "the capacity provider strategy is neither the one before nor this one"}
	}
	if config := s.Set.DeploymentConfiguration; config != nil {
		if set, err := s.configured(ctx, r); err != nil || !set {
			return false, err
		}
	}
	if s.starts(st) {
		return s.deployed(ctx, r, svc, st)
	}
	s.note(svc, st)
	return true, nil
}

// starts reports whether the update starts a deployment.
func (s *Update) starts(st *State) bool { return s.wanted(st) != "" || s.Set.ForceNew }

// deployed reports whether the deployment that the update asked for began. One that only
// forces a deployment runs what the service ran: a deployment of anything else is
// somebody's.
func (s *Update) deployed(ctx context.Context, r awsx.Reader, svc awsx.Service, st *State) (bool, error) {
	runs := cmp.Or(s.wanted(st), s.Before.TaskDefinition)
	fresh := s.fresh(svc)
	for _, d := range fresh {
		if d.TaskDefinition == runs {
			s.noteDeployment(svc, d, st)
			return true, nil
		}
	}
	since, err := read.Since(ctx, r, s.Before)
	if err != nil {
		if len(fresh) == 0 {
			err = nil // what ran before is in place
		}
		return false, err
	}
	forced := map[string]int{}
	for _, record := range since {
		if record.Runs == runs {
			// The service no longer has it. Its record's name follows it to who replaced it.
			s.noteDeployment(svc, awsx.Deployment{ID: awsx.ARNName(record.ARN), TaskDefinition: runs, CreatedAt: record.At}, st)
			return true, nil
		}
		if forced[record.Runs]++; s.Set.ForceNew && forced[record.Runs] > 1 {
			return false, read.Untold{Why: awsx.ARNName(record.Runs) + " was deployed twice meanwhile, of which one may be this"}
		}
	}
	return false, nil
}

// fresh are the deployments that the plan did not know.
func (s *Update) fresh(svc awsx.Service) []awsx.Deployment {
	return slices.DeleteFunc(slices.Clone(svc.Deployments), func(d awsx.Deployment) bool {
		return slices.ContainsFunc(s.Before.Deployments, func(was awsx.Deployment) bool { return was.ID == d.ID })
	})
}

func (s *Update) wanted(st *State) string {
	if s.Registered && st.Registered != nil {
		return st.Registered.ARN
	}
	if s.Set.TaskDefinition != nil {
		return *s.Set.TaskDefinition
	}
	return ""
}

func (s *Update) note(svc awsx.Service, st *State) {
	d, _ := svc.Primary()
	if !s.starts(st) {
		st.Service, st.Applied, st.Deployment = svc, true, d.ID
		return
	}
	d.TaskDefinition = cmp.Or(d.TaskDefinition, svc.TaskDefinition)
	s.noteDeployment(svc, d, st)
}

// noteDeployment notes the deployment that the update started, and those of others that
// began before it and that the plan did not know.
func (s *Update) noteDeployment(svc awsx.Service, own awsx.Deployment, st *State) {
	st.Service, st.Applied, st.Deployment, st.Runs = svc, true, own.ID, own.TaskDefinition
	for _, d := range s.fresh(svc) {
		if d.ID != own.ID && !d.CreatedAt.After(own.CreatedAt) {
			st.Displaced = append(st.Displaced, d)
		}
	}
}

// Configuration returns the deployment configuration out of a service's JSON.
// UpdateService replaces it whole: what is unknown here must be sent along.
func Configuration(raw []byte) (*document.Node, error) {
	service, err := document.Parse(raw)
	if err != nil {
		return nil, fault.Errorf(fault.Invalid, "plan", "", "the service's own JSON: %w", err)
	}
	if config := service.Get("deploymentConfiguration"); config != nil && config.Kind == document.Object {
		return config, nil
	}
	return &document.Node{Kind: document.Object}, nil
}

// configured reports whether the service has the configuration that was sent.
func (s *Update) configured(ctx context.Context, r awsx.RawReader) (bool, error) {
	raw, err := r.Raw(ctx, awsx.KindService, s.Before.Ref)
	if err != nil {
		return false, err
	}
	now, err := Configuration(raw)
	if err != nil {
		return false, err
	}
	sent, err := document.Parse(s.Set.DeploymentConfiguration)
	switch {
	case err != nil:
		return false, err
	case bytes.Equal(now.Canonical(), sent.Canonical()):
		return true, nil
	case bytes.Equal(now.Canonical(), s.Config.Canonical()):
		return false, nil
	}
	return false, read.Untold{Why: "the deployment configuration is neither the one before nor this one"}
}
