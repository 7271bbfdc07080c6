package deploy

import (
	"context"
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
	"gantry/awsx/document"
)

// registerStep registers a document as the next revision of a family.
type registerStep struct {
	target awsx.Ref
	family string
	doc    awsx.Document
	after  int // a revision that existed when the plan was made
	// command does the same from the revision that the document was made of.
	command string
}

// Describe names the family; the document itself may hold secrets.
func (s *registerStep) Describe() Description {
	return Description{
		Text:    fmt.Sprintf("register a new revision of %s (%d bytes)", s.family, len(s.doc)),
		Command: s.command,
	}
}

// Run registers the document.
func (s *registerStep) Run(ctx context.Context, w awsx.Writer, st *State) error {
	td, err := w.RegisterTaskDefinition(ctx, s.doc)
	if err != nil {
		return err
	}
	st.Registered = td
	return nil
}

// Resolve looks at the newest revision of the family: when it is newer than the
// plan and says the same, the registration arrived. Had somebody else registered
// the same in between, deploying theirs would come to the same.
func (s *registerStep) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	latest, err := r.TaskDefinition(ctx, s.family)
	if err != nil || latest.Revision <= s.after {
		return false, err
	}
	found, err := document.Registrable(latest)
	if err != nil {
		return false, err
	}
	sent, err := document.Parse(s.doc)
	if err != nil || !document.Same(found, sent) {
		return false, err
	}
	st.Registered = latest
	return true, nil
}

// updateStep updates a service. It names only what changes.
type updateStep struct {
	before     awsx.Service
	update     awsx.ServiceUpdate // its Service is before's
	registered bool               // use the revision that the run registered
	// words says what else than the revision and the count is set.
	words string
}

// Describe spells the call.
func (s *updateStep) Describe() Description {
	args := []string{"--cluster", s.before.Ref.ClusterName(), "--service", s.before.Name}
	var what []string
	switch {
	case s.registered:
		args = append(args, "--task-definition", "$REVISION")
		what = append(what, "deploy the new revision")
	case s.update.TaskDefinition != nil:
		args = append(args, "--task-definition", awsx.ARNName(*s.update.TaskDefinition))
		what = append(what, "deploy "+awsx.ARNName(*s.update.TaskDefinition))
	}
	if s.update.Desired != nil {
		args = append(args, "--desired-count", fmt.Sprint(*s.update.Desired))
		what = append(what, fmt.Sprintf("set the desired count to %d", *s.update.Desired))
	}
	if s.update.ForceNew {
		args = append(args, "--force-new-deployment")
		what = append(what, "force a new deployment")
	}
	if s.update.DeploymentConfiguration != nil {
		args = append(args, "--deployment-configuration", string(s.update.DeploymentConfiguration))
		what = append(what, s.words)
	}
	return Description{
		Text:    fmt.Sprintf("update service %s: %s", s.before.Name, strings.Join(what, ", ")),
		Command: shell.AWS(s.before.Ref.Context, "ecs", "update-service", args...),
	}
}

// Run updates the service.
func (s *updateStep) Run(ctx context.Context, w awsx.Writer, st *State) error {
	u := s.update
	u.Service = s.before.Ref
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

// Resolve reads the service back. A count or a configuration is set or it is
// not; a deployment arrived when a primary stands there that was not there before and runs the
// revision asked for.
func (s *updateStep) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	svc, err := read.ServiceNow(ctx, r, s.before.Ref)
	if err != nil {
		return false, err
	}
	if s.update.Desired != nil && svc.Desired != *s.update.Desired {
		return false, nil
	}
	if config := s.update.DeploymentConfiguration; config != nil {
		if set, err := configured(ctx, r, s.before.Ref, config); err != nil || !set {
			return false, err
		}
	}
	wanted := s.wanted(st)
	if wanted != "" || s.update.ForceNew {
		was, _ := s.before.Primary()
		now, _ := svc.Primary()
		if now.ID == was.ID || wanted != "" && now.TaskDefinition != wanted {
			return false, nil
		}
	}
	s.note(svc, st)
	return true, nil
}

func (s *updateStep) wanted(st *State) string {
	if s.registered && st.Registered != nil {
		return st.Registered.ARN
	}
	if s.update.TaskDefinition != nil {
		return *s.update.TaskDefinition
	}
	return ""
}

func (s *updateStep) note(svc awsx.Service, st *State) {
	st.Service, st.Applied = svc, true
	if d, ok := svc.Primary(); ok {
		st.Deployment = d.ID
	}
}
