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
		checks:        []check.Finding{checkUsers(cur.Users, td)},
		preconditions: []read.Precondition{read.InUse().Condition("use of the revision", cur, func(cur read.Current) string { return cur.Users.Of(td.ARN) })},
		steps:         []Step{&deregisterStep{target: cur.Target}},
	}, nil
}

// checkUsers tells whether anything but a service may use a revision. An EventBridge rule or
// a schedule names one in its target (EventBridge, EcsParameters) and is not read: it is
// known by the tasks that it starts, of which ECS remembers those of an hour.
func checkUsers(u read.Users, td *awsx.TaskDefinition) check.Finding {
	f := check.Finding{Name: check.InUse, Result: check.Broken}
	switch task := u.Tasks[td.ARN]; {
	case len(u.Unread) > 0:
		f.Text = "it may be in use where nothing could be read: " + u.Missing()
	case task != "":
		f.Text = task + ", is of it: whatever starts the next one fails"
	case u.Alone != "":
		f.Result, f.Text = check.Warning, fmt.Sprintf("no task of it is seen, but %s: what starts tasks of %s may name this revision", u.Alone, td.Family)
	default:
		f.Result, f.Text = check.OK, "no service of the account and region uses it and no task of it is seen; EventBridge rules, schedules and pipelines were not asked"
	}
	return f
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
