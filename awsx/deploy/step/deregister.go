package step

import (
	"context"
	"fmt"
	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
	"maps"
	"slices"
)

// Deregister ends one revision.
type Deregister struct {
	Plain
	Target awsx.Ref
}

// Ends the revision.
func (*Deregister) Ends() bool { return true }

// Touches the family, and the services that run any of it, whose way back it may be. The
// clusters are theirs, as a revision has none.
func (*Deregister) Touches(cur read.Current) Touched {
	t := Touched{Names: []string{awsx.ARNName(cur.Wanted.ARN), cur.Wanted.Family}, Unknown: len(cur.Users.Unread) > 0, Alone: true}
	for _, revision := range slices.Sorted(maps.Keys(cur.Users.By)) {
		t.Services = append(t.Services, cur.Users.By[revision]...)
	}
	return t
}

// Describe spells the call.
func (s *Deregister) Describe() Description {
	return Description{
		Text: fmt.Sprintf("deregister %s", s.Target.Name()),
		Command: shell.AWS(s.Target.Context, "ecs", "deregister-task-definition", "--task-definition", s.Target.Name(),
			"--query", "taskDefinition.status", "--output", "text"),
	}
}

// Run ends it.
func (s *Deregister) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if err := w.DeregisterTaskDefinition(ctx, s.Target.ARN); err != nil {
		return err
	}
	st.Applied = true
	return nil
}

// Resolve reads the revision's status.
func (s *Deregister) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	td, err := r.TaskDefinition(ctx, s.Target.ARN)
	if err != nil {
		return false, err
	}
	st.Applied = td.Inactive()
	return st.Applied, nil
}
