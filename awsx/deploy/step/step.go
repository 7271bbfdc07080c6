package step

import (
	"context"

	"gantry/awsx"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
)

// Step is one thing that a plan does to the account. What it answers beside its call has
// a usual answer in Plain.
type Step interface {
	Describe() Description
	// Run sends the step's call once and notes in the state what came of it.
	Run(ctx context.Context, w awsx.Writer, s *State) error
	// Resolve finds out by reading whether a call whose answer was lost took
	// effect, and if so notes in the state what Run would have.
	Resolve(ctx context.Context, r awsx.Reader, s *State) (done bool, err error)

	// Look looks at the account right before the call: what it depends on may have moved
	// since the plan was checked. Again is true when other calls, or other attempts at
	// this one, came in between. An error keeps the call from being sent.
	Look(ctx context.Context, on On, again bool, st *State) error
	// Weigh says how much the step counts. Runs is what a deployment by it would run.
	Weigh(cur read.Current, runs Effect) Effect
	// Touches are what the step bears on besides the plan's target.
	Touches(cur read.Current) Touched
	// ComesTo are the verbs besides its own to which the step comes by what would run
	// then: who forbids another image forbids it whichever way it comes.
	ComesTo(cur read.Current) []string
	// Turns are the numbers that the step sets.
	Turns() []Turned
	// Tokened reports whether a call whose outcome is unknown may be sent again, under the
	// same token, without doing it twice (ECS, Ensuring idempotency).
	Tokened() bool
	// Ends reports whether the call asks for an end that can be read: one that is refused
	// since it is so was sent twice by the network, or asked for by somebody else.
	Ends() bool
}

// Plain is what a step answers that says nothing else: nothing moves before it, it is a
// change which asks for the target's name and touches nothing else, and it is sent once.
type Plain struct{}

// Look sees nothing.
func (Plain) Look(context.Context, On, bool, *State) error { return nil }

// Weigh is a change.
func (Plain) Weigh(read.Current, Effect) Effect { return Changes() }

// Touches nothing else.
func (Plain) Touches(read.Current) Touched { return Touched{} }

// ComesTo no other verb.
func (Plain) ComesTo(read.Current) []string { return nil }

// Turns nothing.
func (Plain) Turns() []Turned { return nil }

// Tokened is false.
func (Plain) Tokened() bool { return false }

// Ends is false.
func (Plain) Ends() bool { return false }

// Names of the verbs to which steps of others come, and which package deploy gives to
// its intents.
const (
	VerbCancel   = "cancel"
	VerbImages   = "deploy"
	VerbEnv      = "env"
	VerbRollBack = "roll back"
	VerbScale    = "scale"
)

// Description is a step in words and as the AWS CLI would be told to do it. The
// commands of a plan run one after the other in a shell.
type Description struct{ Text, Command string }

// Touched is what a step bears on besides its target: other names of that, and the
// services whose tasks it stops, runs or moves, of another cluster as CLUSTER/SERVICE.
type Touched struct {
	Names, Services []string
	Unknown         bool // there may be more services
	Alone           bool // the target counts by itself as well
}

// Effect is how a step counts: how much is asked for it in production, and whether it
// mends, so that checks are advice. It follows from what it does on what was read, and
// from no verb.
type Effect struct {
	Mitigation bool
	Tier       policy.Tier // in production
}

// Mends is of what brings back or adds to what ran.
func Mends() Effect { return Effect{Mitigation: true, Tier: policy.TierConfirm} }

// Changes is of what asks for the target's name.
func Changes() Effect { return Effect{Tier: policy.TierName} }

// Empties is of what leaves nothing running.
func Empties() Effect { return Effect{Tier: policy.TierBulk} }

// And is the graver of two effects.
func (e Effect) And(other Effect) Effect {
	return Effect{Mitigation: e.Mitigation && other.Mitigation, Tier: max(e.Tier, other.Tier)}
}

// State is what the steps of one run hand on to each other.
type State struct {
	// Registered is the revision that the run registered, nil when it did not.
	Registered *awsx.TaskDefinition
	// Service is the service as the last call returned it.
	Service awsx.Service
	// Deployment is the id (ecs-svc/…) of the deployment that the run started, and Runs the
	// ARN of the definition that it runs.
	Deployment, Runs string
	// Tasks holds the tasks that the run started.
	Tasks []awsx.Task
	// Steps is how many steps were taken to their end.
	Steps int
	// Change is the id of the change that the steps belong to.
	Change string
	// Applied is true once the target itself was changed.
	Applied bool
	// Displaced holds deployments of others, that the run's own took the place of.
	Displaced []awsx.Deployment

	// Session is the one that the run opened, nil for other runs.
	Session *awsx.Session

	newest int // revision of the family right before one was registered
}
