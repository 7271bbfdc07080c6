package step

import (
	"context"
	"fmt"
	"strconv"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
)

// SetCapacity sets a group's desired capacity, or its bounds and the capacity with them.
type SetCapacity struct {
	Plain
	Group   awsx.ScalingGroup
	Target  awsx.Ref
	Desired int // as it is then
	// Min and Max are the bounds to set, nil for those that stay.
	Min, Max *int
}

// update is what is sent where bounds are set.
func (s *SetCapacity) update() awsx.GroupUpdate {
	u := awsx.GroupUpdate{Group: s.Target, Min: s.Min, Max: s.Max}
	if s.Desired != s.Group.Desired {
		u.Desired = &s.Desired
	}
	return u
}

func (s *SetCapacity) bounds() bool { return s.Min != nil || s.Max != nil }

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
	if s.bounds() {
		u := s.update()
		words := []string{"--auto-scaling-group-name", s.Group.Name}
		for _, set := range []struct {
			flag string
			to   *int
		}{{"--min-size", u.Min}, {"--max-size", u.Max}, {"--desired-capacity", u.Desired}} {
			if set.to != nil {
				words = append(words, set.flag, strconv.Itoa(*set.to))
			}
		}
		text := "set the bounds of group " + s.Group.Name + " to " + u.Applied(s.Group).Bounds()
		if u.Desired != nil {
			text += ", and its desired capacity to " + strconv.Itoa(s.Desired)
		}
		return Description{Text: text, Command: shell.AWS(s.Target.Context, "autoscaling", "update-auto-scaling-group", words...)}
	}
	return Description{
		Text: "set the desired capacity of group " + s.Group.Name + " to " + strconv.Itoa(s.Desired),
		Command: shell.AWS(s.Target.Context, "autoscaling", "set-desired-capacity", "--auto-scaling-group-name", s.Group.Name,
			"--desired-capacity", strconv.Itoa(s.Desired), "--no-honor-cooldown"),
	}
}

// Run sets it.
func (s *SetCapacity) Run(ctx context.Context, w awsx.Writer, st *State) error {
	set := func() error { return w.SetGroupDesired(ctx, s.Target, s.Desired) }
	if s.bounds() {
		set = func() error { return w.UpdateGroup(ctx, s.update()) }
	}
	if err := set(); err != nil {
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
	case g.Desired == s.Desired && g.Bounds() == s.update().Applied(s.Group).Bounds():
		st.Applied = true
		return true, nil
	case g.Desired == s.Group.Desired && g.Bounds() == s.Group.Bounds():
		return false, nil
	}
	return false, read.Untold{Why: fmt.Sprintf("the desired capacity was %d of %s and is %d of %s", s.Group.Desired, s.Group.Bounds(), g.Desired, g.Bounds())}
}
