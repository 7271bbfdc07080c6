package deploy

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
)

// Plan is everything that is known about a change before it is made: what a
// person is shown, what a gate decides by, and the steps. It is made by Build
// and never changed.
type Plan struct {
	Target   awsx.Ref
	Identity awsx.Identity
	Intent   Intent
	Steps    []step.Step
	// Before and After say in one line each what the target runs now and then.
	// They hold no value of any variable: the audit file keeps them.
	Before, After string
	// Diff is the unified difference of the task definitions in normal form,
	// secrets masked; empty when the change registers nothing and moves nothing.
	Diff string
	// Old and New are the two texts that Diff compares: JSON without its commas,
	// a member or a small item a line.
	Old, New string
	// Carried names fields of the document which this version knows nothing
	// about and which are sent as they were read.
	Carried       []string
	Checks        []check.Finding
	Preconditions []read.Precondition
	Env           []edits.EnvChange
	Secrets       []edits.SecretChange
	Production    bool
	// JudgedBy is in words what decided whether it is production.
	JudgedBy string
	// Called is what production is called here; empty for what is none.
	Called string
	Tier   policy.Tier
	// Denied is why a rule refuses the change, whoever confirms it; empty when
	// none does. Rule is the reason that a rule gives for the tier.
	Denied, Rule string
	// Runs names the revision that the service runs before the change; empty when there is
	// no service. Turns are the numbers that the change turns. With both it can be undone.
	Runs  string
	Turns []Turn
	// Undoes is the id of the change that this one undoes, empty for others.
	Undoes string
	// Mend is the change of the service that takes the obstacle out of the way which nobody can
	// override; nil where none does.
	Mend *Mend
	// Leaves says what still runs meanwhile or afterwards, such as "leaves 3 of
	// 4 tasks".
	Leaves string

	name    string
	touches []policy.Bearing
	does    []string // verbs, besides that of the intent
	starts  bool
	holds   bool   // it opens a session, which lasts until somebody ends it
	prune   *Prune // what follows a success, under policy; nil when nothing does
	policy  policy.Policy
	follow  follow.Spec
}

// Mend is a change that mends what keeps another from being carried out.
type Mend struct {
	Service awsx.Ref
	Intent  Intent
	Words   string // what it does, such as "turns ECS Exec on for web"
}

// Name is what people call the target: an instance by its EC2 id, a task by the
// first characters of its own, all else by the last part of its ARN.
func (p Plan) Name() string {
	return cmp.Or(p.name, p.Target.Name())
}

// nameOf is the name of a target that is not called as its ARN ends.
func nameOf(cur read.Current) string {
	switch cur.Target {
	case cur.Task.Ref:
		return cur.Task.ID[:min(shownID, len(cur.Task.ID))]
	case cur.Instance.Ref:
		return cur.Instance.EC2ID
	}
	return ""
}

// shownID is how many characters of a task's id tell it from others.
const shownID = 8

// Blocking returns the failed checks that stand in the way and are not among
// the overridden ones, which a final one never is.
func (p Plan) Blocking(overridden ...string) []check.Finding {
	var blocking []check.Finding
	for _, c := range p.Checks {
		if c.Result == check.Broken && !c.Advice && (c.Final || !slices.Contains(overridden, c.Name)) {
			blocking = append(blocking, c)
		}
	}
	return blocking
}

// Commands returns the steps as a shell script of AWS CLI calls.
func (p Plan) Commands() []string {
	var commands []string
	for _, s := range p.Steps {
		commands = append(commands, s.Describe().Command)
	}
	return commands
}

// Summary returns before and after on one line.
func (p Plan) Summary() string { return fmt.Sprintf("%s -> %s", p.Before, p.After) }

// Follows reports whether the change has an end that is worth waiting for: a
// setting is made once its call has returned.
func (p Plan) Follows() bool {
	f := p.follow
	return f.Service.ARN != "" || f.Instance.ARN != "" || f.Group.ARN != "" || f.Exits || len(f.Tasks) > 0
}

// Holds reports whether the change opens a session, which is held until somebody ends it.
func (p Plan) Holds() bool { return p.holds }

// Timeout is how long the follow waits for a verdict unless told otherwise.
func (p Plan) Timeout() time.Duration { return p.follow.Timeout }

// Expected is how long such a change took before; zero when nothing tells.
func (p Plan) Expected() time.Duration { return p.follow.Expected }
