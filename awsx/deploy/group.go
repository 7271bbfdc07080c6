package deploy

import (
	"context"
	"fmt"
	"strconv"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
	"gantry/internal/words"
)

// SetGroup sets how many instances an Auto Scaling group is to have, within its bounds.
type SetGroup struct{ Desired int }

var _ = verbs.Add(SetGroup{})

// Action names the intent.
func (SetGroup) Action() string { return "group" }

func (SetGroup) reads() []read.Read {
	desired := read.Mind[awsx.ScalingGroup]{What: "group's desired capacity", Fact: func(g awsx.ScalingGroup) string { return strconv.Itoa(g.Desired) }}
	return []read.Read{read.Group(desired), read.Members()}
}

func (in SetGroup) draft(cur read.Current) (draft, error) {
	g := cur.Group
	switch {
	case in.Desired == g.Desired:
		return draft{}, nothingChanged("the group has a desired capacity of "+strconv.Itoa(g.Desired)+" already", "")
	case in.Desired < g.Min || in.Desired > g.Max:
		return draft{}, invalid("the group may have %s instances, and %d are asked for: its bounds are set elsewhere", g.Bounds(), in.Desired)
	}
	d := draft{
		before: fmt.Sprintf("%d of %s of %s", g.Staying(), words.Count(g.Desired, "instance"), g.Name), after: words.Count(in.Desired, "instance"),
		leaves: fmt.Sprintf("launches %d from %s", in.Desired-g.Staying(), g.Source),
		checks: []check.Finding{check.Managed(cur)},
		steps:  []Step{&groupStep{group: g, target: cur.Target, desired: in.Desired}},
		follow: follow.Spec{Group: cur.Target, Count: in.Desired, PreviousCount: g.Desired, Timeout: follow.GroupTimeout},
	}
	if in.Desired < g.Desired {
		d.leaves = fmt.Sprintf("leaves %d of %s", in.Desired, words.Count(g.Staying(), "instance"))
		d.checks = append(d.checks, check.Ends(cur, in.Desired))
	}
	if s := check.Suspended(g); s.Name != "" {
		d.checks = append(d.checks, s)
	}
	return d, nil
}

// groupStep sets a group's desired capacity.
type groupStep struct {
	group   awsx.ScalingGroup
	target  awsx.Ref
	desired int
}

func (s *groupStep) weigh(read.Current, draft) effect {
	if s.desired == 0 {
		return empties()
	}
	return changes()
}

// Describe spells the call.
func (s *groupStep) Describe() Description {
	return Description{
		Text: "set the desired capacity of group " + s.group.Name + " to " + strconv.Itoa(s.desired),
		Command: shell.AWS(s.target.Context, "autoscaling", "set-desired-capacity", "--auto-scaling-group-name", s.group.Name,
			"--desired-capacity", strconv.Itoa(s.desired), "--no-honor-cooldown"),
	}
}

// Run sets it.
func (s *groupStep) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if err := w.SetGroupDesired(ctx, s.target, s.desired); err != nil {
		return err
	}
	st.Applied = true
	return nil
}

// Resolve reads the group: the count is what was sent, or what it was, or another's.
func (s *groupStep) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	g, err := r.ScalingGroup(ctx, s.group.Name)
	switch {
	case err != nil:
		return false, err
	case g.Desired == s.desired:
		st.Applied = true
		return true, nil
	case g.Desired == s.group.Desired:
		return false, nil
	}
	return false, read.Untold{Why: fmt.Sprintf("the desired capacity was %d and is %d", s.group.Desired, g.Desired)}
}
