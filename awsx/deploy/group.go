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

// SetGroup sets how many instances an Auto Scaling group is to have, and between which bounds.
// What is nil stays; a count that is not set is brought within the bounds.
type SetGroup struct{ Min, Max, Desired *int }

var _ = verbs.Add(SetGroup{})

// Action names the intent.
func (SetGroup) Action() string { return "group" }

func (SetGroup) reads() []read.Read {
	desired := read.Mind[awsx.ScalingGroup]{What: "group's desired capacity", Fact: func(g awsx.ScalingGroup) string { return strconv.Itoa(g.Desired) }}
	return []read.Read{read.Group(desired), read.Members()}
}

// words are what is asked for of a group that has it.
func (in SetGroup) words(g awsx.ScalingGroup) string {
	has := "a desired capacity of " + strconv.Itoa(g.Desired)
	if in.Min != nil || in.Max != nil {
		has += " within " + g.Bounds()
	}
	return has
}

func (in SetGroup) draft(cur read.Current) (draft, error) {
	g := cur.Group
	want := awsx.GroupUpdate{Min: in.Min, Max: in.Max, Desired: in.Desired}.Applied(g)
	switch {
	case in == SetGroup{}:
		return draft{}, invalid("nothing is asked for: expected a minimum, a maximum, or a desired capacity")
	case want.Min < 0 || want.Min > want.Max:
		return draft{}, invalid("a group cannot have %s instances", want.Bounds())
	case want.Desired < want.Min || want.Desired > want.Max:
		return draft{}, invalid("the group may have %s instances, and %d are asked for: set its bounds with it", want.Bounds(), want.Desired)
	case want.Desired == g.Desired && want.Bounds() == g.Bounds():
		return draft{}, nothingChanged("the group has "+in.words(want)+" already", "")
	}
	d := draft{
		before: fmt.Sprintf("%d of %s of %s", g.Staying(), words.Count(g.Desired, "instance"), g.Name), after: words.Count(want.Desired, "instance"),
		leaves: fmt.Sprintf("launches %d from %s", want.Desired-g.Staying(), g.Source),
		follow: follow.Spec{Group: cur.Target, Count: want.Desired, PreviousCount: g.Desired, Timeout: follow.GroupTimeout},
	}
	set := &step.SetCapacity{Group: g, Target: cur.Target, Desired: want.Desired}
	d.steps = []step.Step{set}
	if want.Bounds() != g.Bounds() {
		set.Min, set.Max = in.Min, in.Max
		d.before, d.after = d.before+", bounds "+g.Bounds(), d.after+", bounds "+want.Bounds()
	}
	switch {
	case want.Desired == g.Desired:
		d.leaves = "leaves " + words.Count(g.Staying(), "instance") + " as they are"
	case want.Desired < g.Desired:
		d.leaves = fmt.Sprintf("leaves %d of %s", want.Desired, words.Count(g.Staying(), "instance"))
		d.checks = append(d.checks, check.Managed(cur), check.Ends(cur, want.Desired))
	default:
		d.checks = append(d.checks, check.Managed(cur))
	}
	if s := check.Suspended(g); s.Name != "" {
		d.checks = append(d.checks, s)
	}
	return d, nil
}
