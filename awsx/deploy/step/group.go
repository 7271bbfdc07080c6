package step

import (
	"context"
	"fmt"
	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
	"strconv"
)

// SetCapacity sets a group's desired capacity.
type SetCapacity struct {
	Plain
	Group   awsx.ScalingGroup
	Target  awsx.Ref
	Desired int
}

// Touches the services of instances that go.
func (s *SetCapacity) Touches(cur read.Current) Touched {
	if s.Desired >= s.Group.Desired {
		return Touched{}
	}
	t := movedFrom(cur)
	t.Unknown = t.Unknown || cur.Target.Cluster == ""
	return t
}

// Weigh is graver when no instance stays.
func (s *SetCapacity) Weigh(read.Current, Effect) Effect {
	if s.Desired == 0 {
		return Empties()
	}
	return Changes()
}

// Describe spells the call.
func (s *SetCapacity) Describe() Description {
	return Description{
		Text: "set the desired capacity of group " + s.Group.Name + " to " + strconv.Itoa(s.Desired),
		Command: shell.AWS(s.Target.Context, "autoscaling", "set-desired-capacity", "--auto-scaling-group-name", s.Group.Name,
			"--desired-capacity", strconv.Itoa(s.Desired), "--no-honor-cooldown"),
	}
}

// Run sets it.
func (s *SetCapacity) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if err := w.SetGroupDesired(ctx, s.Target, s.Desired); err != nil {
		return err
	}
	st.Applied = true
	return nil
}

// Resolve reads the group: the count is what was sent, or what it was, or another's.
func (s *SetCapacity) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	g, err := r.ScalingGroup(ctx, s.Group.Name)
	switch {
	case err != nil:
		return false, err
	case g.Desired == s.Desired:
		st.Applied = true
		return true, nil
	case g.Desired == s.Group.Desired:
		return false, nil
	}
	return false, read.Untold{Why: fmt.Sprintf("the desired capacity was %d and is %d", s.Group.Desired, g.Desired)}
}
