package deploy

import (
	"errors"
	"fmt"
	"slices"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/declared"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// Intent is what somebody wants to happen to a service, a task, an instance or
// a family. The set is closed; each verb has a file of its own.
type Intent interface {
	// Action is the verb by which plans, policies and the audit file name the
	// intent.
	Action() string
	// reads are what a plan of the intent depends on, its target first. What it minds
	// of them must still hold when the plan is carried out.
	reads() []read.Read
	// draft applies the intent to what was read. It is pure, and refuses input
	// that cannot be carried out or that changes nothing.
	draft(cur read.Current) (draft, error)
}

// verbs are the intents that there are, each declared by its file.
var verbs declared.List[Intent]

// Actions returns the verbs of all intents, as plans, policies and the audit file
// name them.
func Actions() []string {
	var names []string
	for _, i := range verbs.All() {
		names = append(names, i.Action())
	}
	return names
}

// draft is what an intent comes to on what was read.
type draft struct {
	check.Change

	env     []edits.EnvChange
	secrets []edits.SecretChange

	before, after string
	leaves        string
	// run is the run on record to which the draft returns; zero for others.
	run read.PastRun
	// chosen is set when somebody named the revision that is deployed.
	chosen bool
	steps  []step.Step
	// holds is set when the last step opens a session.
	holds bool
	mend  *Mend
	// preconditions are of what only the draft chose; all others come with the reads.
	preconditions []read.Precondition
	checks        []check.Finding // those of this verb alone
	// follow says what to follow: its Deployment is filled in by the run.
	follow follow.Spec
	// ask holds images to ask ECR about besides those of the tree.
	ask []string
	// capacity is the strategy that the tasks are spread by once it is set; empty where none is.
	capacity awsx.CapacityStrategy
	// unpinned names images whose digest was asked for and is not known.
	unpinned []string
}

// newCount is the desired count that a draft sets, and whether it sets one.
func (d draft) newCount() (int, bool) {
	for _, s := range d.steps {
		for _, t := range s.Turns() {
			if t.Number == step.NumberCount && t.After != nil {
				return *t.After, true
			}
		}
	}
	return 0, false
}

// findings runs the checks.
func (d draft) findings(cur read.Current) []check.Finding {
	change := d.Change
	if n, ok := d.newCount(); ok {
		change.Count = &n
	}
	change.Names = d.Register || d.Tasks > 0 || slices.ContainsFunc(d.steps, func(s step.Step) bool {
		u, ok := s.(*step.Update)
		return ok && !u.Set.ForceNew
	})
	if len(d.capacity) > 0 { // the room is looked for where the tasks will go
		cur.Service.LaunchType, cur.Service.CapacityProviders = "", d.capacity
	}
	change.Cancels, change.Mitigation = d.follow.Cancels, d.effect(cur).Mitigation
	return check.Run(cur, change, d.checks)
}

// ErrNothing marks changes that would change nothing.
var ErrNothing = errors.New("nothing changed")

// nothingChanged refuses a change that would change nothing.
func nothingChanged(why, fix string) *fault.Error {
	return &fault.Error{Class: fault.Invalid, Op: "plan", Fix: fix, Err: fmt.Errorf("%w: %s", ErrNothing, why)}
}

// nothing reports whether a plan was refused because it would change nothing.
func nothing(err error) bool { return errors.Is(err, ErrNothing) }

// rolloutReads are what every change that starts a deployment depends on. It minds the
// definition in use and a newer deployment, and no count.
func rolloutReads(own ...read.Read) []read.Read {
	definition := read.Mind[awsx.Service]{What: "task definition", Fact: func(s awsx.Service) string { return awsx.ARNName(s.TaskDefinition) }}
	return slices.Concat([]read.Read{read.Service(definition, sameDeployment()), read.Definition()}, own,
		read.Surroundings(), []read.Read{read.Scaling().Beside()})
}

// sameDeployment minds that no newer deployment was started.
func sameDeployment() read.Mind[awsx.Service] {
	return read.Mind[awsx.Service]{What: "deployment", Fact: func(s awsx.Service) string {
		d, _ := s.Primary()
		return d.ID
	}}
}

// leavesDuring says how many tasks a rollout keeps.
func leavesDuring(svc awsx.Service) string {
	lower, _ := svc.Bounds(svc.Desired)
	return fmt.Sprintf("leaves at least %d of %s during the deployment", min(lower, svc.Desired), words.Count(svc.Desired, "task"))
}
