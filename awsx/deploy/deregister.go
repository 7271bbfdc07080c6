package deploy

import (
	"context"
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
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
	if users := cur.Users.By[td.ARN]; len(users) > 0 {
		return draft{}, fault.Errorf(fault.Invalid, "plan", td.ARN, "the revision is in use by %s: deploy another one there first", strings.Join(users, ", "))
	}
	return draft{
		before: name + " ACTIVE", after: name + " INACTIVE", leaves: "leaves every task as it is",
		checks:        []check.Finding{check.Used(cur.Users, td)},
		preconditions: []read.Precondition{read.InUse().Condition("use of the revision", cur, func(cur read.Current) string { return cur.Users.Of(td.ARN) })},
		steps:         []Step{&deregisterStep{target: cur.Target}},
	}, nil
}

// deregisterStep ends one revision.
type deregisterStep struct{ target awsx.Ref }

// Describe spells the call.
func (s *deregisterStep) Describe() Description {
	return Description{
		Text: fmt.Sprintf("deregister %s", s.target.Name()),
		Command: shell.AWS(s.target.Context, "ecs", "deregister-task-definition", "--task-definition", s.target.Name(),
			"--query", "taskDefinition.status", "--output", "text"),
	}
}

// Run ends it.
func (s *deregisterStep) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if err := w.DeregisterTaskDefinition(ctx, s.target.ARN); err != nil {
		return err
	}
	st.Applied = true
	return nil
}

// Resolve reads the revision's status.
func (s *deregisterStep) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	td, err := r.TaskDefinition(ctx, s.target.ARN)
	if err != nil {
		return false, err
	}
	st.Applied = td.Inactive()
	return st.Applied, nil
}
