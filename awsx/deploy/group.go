package deploy

import (
	"fmt"
	"strconv"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
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
		steps:  []step.Step{&step.SetCapacity{Group: g, Target: cur.Target, Desired: in.Desired}},
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
