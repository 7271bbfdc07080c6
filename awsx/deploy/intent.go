package deploy

import (
	"errors"
	"fmt"

	"gantry/awsx"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/document"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// Intent is what somebody wants to happen to a service, a task, an instance or
// a family. The set is closed; each verb has a file of its own.
type Intent interface {
	// Action is the verb by which plans, policies and the audit file name the
	// intent.
	Action() string
	// needs says what a plan of the intent depends on.
	needs() needs
	// draft applies the intent to what was read. It is pure, and refuses input
	// that cannot be carried out or that changes nothing.
	draft(cur Current) (draft, error)
}

// Actions returns the verbs of all intents, as plans, policies and the audit file
// name them.
func Actions() []string {
	var names []string
	for _, i := range []Intent{
		SetImages{}, SetEnv{}, SetSecrets{}, SetVariables{}, EditDefinition{}, UseRevision{}, RollBack{}, Restart{}, Scale{}, SetScaling{},
		SetBreaker{}, Cancel{}, Continue{}, StopTask{}, RunTask{}, Drain{}, Activate{}, Deregister{}, Prune{},
	} {
		names = append(names, i.Action())
	}
	return names
}

// needs says what Read gathers. Whatever is not needed costs no call.
type needs struct {
	subject subject
	// definition reads the revision in use; who scales needs no right to.
	definition bool
	// revision names a revision to read besides: an ARN, family:revision, or a
	// number of the family in use.
	revision string
	// rollout reads what bears on starting tasks of a revision: its images, the
	// target groups, the instances.
	rollout bool
	// digests reads what the running tasks were started from.
	digests bool
	// history reads the service deployments, the one in progress and those that
	// ended, with their service revisions.
	history bool
	// wayBack reads the revision that a roll back chooses.
	wayBack bool
	// raw reads the service as the API's own JSON.
	raw bool
	// scaling reads what Application Auto Scaling does with the service, for the
	// checks; scaled for the change itself.
	scaling, scaled bool
	// record reads the service deployment in progress again before the first call.
	record bool
	// like names a service of the cluster to read besides.
	like string
	// users reads what the revisions of a family are used by, account-wide, and
	// revisions which of them are ACTIVE.
	users, revisions bool
}

// subject is the kind of resource that an intent changes.
type subject uint8

const (
	ofService subject = iota
	ofTask
	ofInstance
	ofDefinition
)

// draft is what an intent comes to on what was read.
type draft struct {
	// tree is the document that would run, nil when the intent changes none. It
	// is registered first, or arn exists already.
	tree     *document.Node
	register bool
	arn      string
	// starts is true when the change starts a deployment, which one of the count
	// or the settings alone does not (ECS, UpdateService).
	starts bool

	images  []imageChange
	env     []EnvChange
	secrets []SecretChange

	before, after string
	leaves        string
	effect        effect
	steps         []Step
	preconditions []Precondition
	checks        []Check // those of this verb alone
	// follow says what to follow: its Deployment is filled in by the run.
	follow follow.Spec
	// tasks is how many tasks of the wanted revision are run without a service.
	tasks int
	// ask holds images to ask ECR about besides those of the tree.
	ask []string
	// unpinned names images whose digest was asked for and is not known.
	unpinned []string
}

// imageChange is one container whose image an edit replaced.
type imageChange struct {
	container     string
	before, after string
}

// EnvChange is one variable that a plan sets or unsets. The values print as
// masks; the audit file keeps an HMAC of them.
type EnvChange struct {
	Container, Name string
	Before, After   awsx.EnvVar
	Had, Has        bool // whether the variable exists before and after
	// From and To are set on the two changes that a rename comes to: the old name
	// goes To the new one, which comes From it.
	From, To string
}

// SecretChange is one reference to a secret that a plan sets or unsets; an empty
// end means that there is none. References are no secrets themselves.
type SecretChange struct {
	Container, Name string
	Before, After   string
}

// errNothing marks changes that would change nothing.
var errNothing = errors.New("nothing changed")

// nothingChanged refuses a change that would change nothing.
func nothingChanged(why, fix string) *fault.Error {
	return &fault.Error{Class: fault.Invalid, Op: "plan", Fix: fix, Err: fmt.Errorf("%w: %s", errNothing, why)}
}

// nothing reports whether a plan was refused because it would change nothing.
func nothing(err error) bool { return errors.Is(err, errNothing) }

// rolloutPreconditions are what every change that starts a deployment minds:
// the definition in use and a newer deployment, and no count.
func rolloutPreconditions(svc awsx.Service) []Precondition {
	return []Precondition{
		minds("task definition", svc, func(s awsx.Service) string { return awsx.ARNName(s.TaskDefinition) }),
		minds("deployment", svc, func(s awsx.Service) string {
			d, _ := s.Primary()
			return d.ID
		}),
	}
}

// minds makes a precondition of one fact about a service.
func minds(what string, svc awsx.Service, fact func(awsx.Service) string) Precondition {
	return Precondition{What: what, Was: fact(svc), now: func(f Facts) string { return fact(f.Service) }}
}

// leavesDuring says how many tasks a rollout keeps.
func leavesDuring(svc awsx.Service) string {
	lower, _ := svc.Bounds(svc.Desired)
	return fmt.Sprintf("leaves at least %d of %s during the deployment", min(lower, svc.Desired), words.Count(svc.Desired, "task"))
}
