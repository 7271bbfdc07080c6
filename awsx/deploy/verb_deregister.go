package deploy

import (
	"context"
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/internal/fault"
)

// Deregister ends a revision, which is the plan's target: it is kept as
// INACTIVE and nothing new can use it.
type Deregister struct{}

// Action names the intent.
func (Deregister) Action() string { return "deregister" }

func (Deregister) needs() needs { return needs{subject: ofDefinition, users: true} }

func (Deregister) draft(cur Current) (draft, error) {
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
		effect: effect{tier: TierName},
		checks: []Check{checkUsers(cur.Users)},
		preconditions: []Precondition{
			{What: "revision's status", Was: td.Status, now: func(f Facts) string { return f.Definition.Status }},
			{What: "use of the revision", Was: cur.Users.of(td.ARN), now: func(f Facts) string { return f.Users.of(td.ARN) }},
		},
		steps: []Step{&deregisterStep{target: cur.Target}},
	}, nil
}

// CheckUsers names the check that a revision is not in use.
const CheckUsers = "in-use"

func checkUsers(u Users) Check {
	if len(u.Unread) > 0 {
		return Check{Name: CheckUsers, Result: Broken, Text: "it may be in use where nothing could be read: " + u.unread()}
	}
	return Check{Name: CheckUsers, Result: OK, Text: "no service of the account and region uses it; schedules and pipelines were not asked"}
}

// deregisterStep ends one revision.
type deregisterStep struct{ target awsx.Ref }

// Describe spells the call.
func (s *deregisterStep) Describe() Description {
	return Description{
		Text: fmt.Sprintf("deregister %s", s.target.Name()),
		Command: awsCommand(s.target.Context, "ecs", "deregister-task-definition", "--task-definition", s.target.Name(),
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
