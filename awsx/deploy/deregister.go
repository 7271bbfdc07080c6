package deploy

import (
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
)

// Deregister ends a revision, which is the plan's target: it is kept as
// INACTIVE and nothing new can use it.
type Deregister struct{}

var _ = verbs.Add(Deregister{})

// Action names the intent.
func (Deregister) Action() string { return "deregister" }

func (Deregister) reads() []read.Read {
	status := read.Mind[*awsx.TaskDefinition]{What: "revision's status", Fact: func(td *awsx.TaskDefinition) string { return td.Status }}
	return []read.Read{read.Target(status), read.InUse()}
}

func (Deregister) draft(cur read.Current) (draft, error) {
	td := cur.Wanted
	name := awsx.ARNName(td.ARN)
	if td.Inactive() {
		return draft{}, nothingChanged(name+" is "+td.Status+" already", "")
	}
	if users := append(slices.Clone(cur.Users.By[td.ARN]), cur.Users.Pinned[td.ARN]...); len(users) > 0 {
		return draft{}, fault.Errorf(fault.Invalid, "plan", td.ARN, "the revision is in use by %s: deploy another one there first", strings.Join(users, ", "))
	}
	return draft{
		before: name + " ACTIVE", after: name + " INACTIVE", leaves: "leaves every task as it is",
		checks:        []check.Finding{check.Used(cur.Users, td)},
		preconditions: []read.Precondition{read.InUse().Condition("use of the revision", cur, func(cur read.Current) string { return cur.Users.Of(td.ARN) })},
		steps:         []step.Step{&step.Deregister{Target: cur.Target}},
	}, nil
}
