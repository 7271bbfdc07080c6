package deploy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
	"gantry/awsx/document"
	"gantry/internal/fault"
	"gantry/internal/words"
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

// look notes the newest revision: the one to be registered comes after it. Where it
// cannot be read, what was known to the plan has to do.
func (s *registerStep) look(ctx context.Context, o RunOptions, _ bool, st *State) error {
	st.newest = s.after
	if latest, err := o.Account.TaskDefinition(ctx, s.family); err == nil {
		st.newest = max(st.newest, latest.Revision)
	}
	return nil
}

// mostRegistered is how many revisions that came meanwhile are looked at.
const mostRegistered = 30

// Resolve looks at all revisions of the family that came since: when one says the same,
// the registration arrived. Had somebody else registered the same in between, deploying
// theirs would come to the same.
func (s *registerStep) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	sent, err := document.Parse(s.doc)
	if err != nil {
		return false, err
	}
	newest := 0 // that is ACTIVE
	latest, err := r.TaskDefinition(ctx, s.family)
	if err == nil {
		newest = latest.Revision
	} else if fault.ClassOf(err) != fault.NotFound {
		return false, err
	}
	ended := ""
	for n := st.newest + 1; n <= st.newest+mostRegistered; n++ {
		td, err := r.TaskDefinition(ctx, s.family+":"+strconv.Itoa(n))
		switch {
		case err != nil && fault.ClassOf(err) != fault.NotFound:
			return false, err
		case err != nil && n > newest && ended != "":
			return false, read.Untold{Why: ended + " says the same and is INACTIVE"}
		case err != nil && n > newest:
			return false, nil
		case err != nil:
			continue
		}
		found, err := document.Registrable(td)
		switch {
		case err != nil || !document.Same(found, sent):
		case td.Inactive(): // ended since, or ended before: a number is used once
			ended = awsx.ARNName(td.ARN)
		default:
			st.Registered = td
			return true, nil
		}
	}
	return false, read.Untold{Why: "more than " + words.Count(mostRegistered, "revision") + " were registered meanwhile"}
}

// updateStep updates a service. It names only what changes.
type updateStep struct {
	before     awsx.Service
	update     awsx.ServiceUpdate // its Service is before's
	registered bool               // use the revision that the run registered
	// words says what else than the revision and the count is set, and config is the
	// deployment configuration before.
	words  string
	config *document.Node
}

// Describe spells the call.
func (s *updateStep) Describe() Description {
	args := []string{"--cluster", s.before.Ref.ClusterName(), "--service", s.before.Name}
	var what []string
	switch {
	case s.registered:
		args = append(args, "--task-definition", shell.Revision)
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

func (s *updateStep) weigh(cur read.Current, d draft) effect {
	e := mends()
	if s.update.Desired != nil {
		e = countEffect(s.before.Desired, *s.update.Desired)
	}
	if s.update.DeploymentConfiguration != nil {
		e = e.and(changes())
	}
	if d.Tree != nil {
		e = e.and(d.runEffect(cur))
	}
	return e
}

func countEffect(was, is int) effect {
	switch {
	case is == 0:
		return empties()
	case is < was:
		return changes()
	}
	return mends()
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

// lookTime bounds the look at the service right before it is updated.
const lookTime = 4 * time.Second

// look refuses when something that the plan depends on moved while other calls were made.
// Where nothing can be read, the update is tried all the same: its answer tells whose
// deployment it took the place of.
func (s *updateStep) look(ctx context.Context, o RunOptions, again bool, _ *State) error {
	if !again {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, min(lookTime, o.patience()))
	defer cancel()
	now, err := read.Again(ctx, o.Account, o.Plan.Target, o.Plan.Intent.reads(), o.Plan.Preconditions)
	switch {
	case fault.ClassOf(err) == fault.NotFound:
		return err
	case err != nil:
		return nil
	}
	return drift(ctx, o, now)
}

// Resolve reads the service back. A count or a configuration is what was sent, or what it
// was before, or somebody set another since and nobody can tell. A deployment is looked
// for among all that began since, displaced ones included.
func (s *updateStep) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	svc, err := read.ServiceNow(ctx, r, s.before.Ref)
	if err != nil {
		return false, err
	}
	if n := s.update.Desired; n != nil && svc.Desired != *n {
		if svc.Desired == s.before.Desired {
			return false, nil
		}
		return false, read.Untold{Why: fmt.Sprintf("the desired count was %d and is %d", s.before.Desired, svc.Desired)}
	}
	if config := s.update.DeploymentConfiguration; config != nil {
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
func (s *updateStep) starts(st *State) bool { return s.wanted(st) != "" || s.update.ForceNew }

// deployed reports whether the deployment that the update asked for began. One that only
// forces a deployment runs what the service ran: a deployment of anything else is
// somebody's.
func (s *updateStep) deployed(ctx context.Context, r awsx.Reader, svc awsx.Service, st *State) (bool, error) {
	runs := cmp.Or(s.wanted(st), s.before.TaskDefinition)
	fresh := s.fresh(svc)
	for _, d := range fresh {
		if d.TaskDefinition == runs {
			s.noteDeployment(svc, d, st)
			return true, nil
		}
	}
	since, err := read.Since(ctx, r, s.before)
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
		if forced[record.Runs]++; s.update.ForceNew && forced[record.Runs] > 1 {
			return false, read.Untold{Why: awsx.ARNName(record.Runs) + " was deployed twice meanwhile, of which one may be this"}
		}
	}
	return false, nil
}

// fresh are the deployments that the plan did not know.
func (s *updateStep) fresh(svc awsx.Service) []awsx.Deployment {
	return slices.DeleteFunc(slices.Clone(svc.Deployments), func(d awsx.Deployment) bool {
		return slices.ContainsFunc(s.before.Deployments, func(was awsx.Deployment) bool { return was.ID == d.ID })
	})
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
func (s *updateStep) noteDeployment(svc awsx.Service, own awsx.Deployment, st *State) {
	st.Service, st.Applied, st.Deployment, st.runs = svc, true, own.ID, own.TaskDefinition
	for _, d := range s.fresh(svc) {
		if d.ID != own.ID && !d.CreatedAt.After(own.CreatedAt) {
			st.displaced = append(st.displaced, d)
		}
	}
}
