package deploy

import (
	"fmt"
	"strconv"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// SetScaling changes the bounds between which Application Auto Scaling moves a
// service's count, and suspends or resumes it. What is nil stays.
type SetScaling struct {
	Min, Max *int
	Suspend  *bool
}

var _ = verbs.Add(SetScaling{})

// Action names the intent.
func (SetScaling) Action() string { return "scaling" }

func (SetScaling) reads() []read.Read {
	mind := func(what string, fact func(awsx.ScalableTarget) string) read.Mind[*awsx.ScalableTarget] {
		return read.Mind[*awsx.ScalableTarget]{What: what, Fact: func(t *awsx.ScalableTarget) string {
			if t == nil {
				return ""
			}
			return fact(*t)
		}}
	}
	return []read.Read{read.Service(), read.Scaling(mind("scaling bounds", awsx.ScalableTarget.Bounds), mind("scaling", awsx.ScalableTarget.State))}
}

func (in SetScaling) draft(cur read.Current) (draft, error) {
	if in.Min == nil && in.Max == nil && in.Suspend == nil {
		return draft{}, invalid("nothing is asked for: expected a minimum, a maximum, or to suspend or resume")
	}
	if cur.Scaling.Value == nil {
		return draft{}, notScaled(cur)
	}
	was := *cur.Scaling.Value
	update := awsx.ScalingUpdate{Service: cur.Service.Ref, Min: in.Min, Max: in.Max, Suspend: in.Suspend}
	want := update.Applied(was)
	switch {
	case want.Min < 0:
		return draft{}, invalid("a service cannot run %s: expected a minimum of 0 or more", words.Count(want.Min, "task"))
	case want.Min > want.Max:
		return draft{}, invalid("the minimum of %d would be above the maximum of %d", want.Min, want.Max)
	case was.Bounds() == want.Bounds() && was.State() == want.State():
		return draft{}, nothingChanged("scaling is like this already: "+was.Bounds()+", "+was.State(), "")
	}
	var checks []check.Finding
	if empty := check.Emptied(cur.Service); want.Max == 0 && cur.Service.Desired > 0 && !want.Suspended() && empty.Name != "" {
		checks = append(checks, empty)
	}
	return draft{
		checks: checks,
		before: was.Bounds() + ", " + was.State(),
		after:  want.Bounds() + ", " + want.State(),
		leaves: moves(cur.Service.Desired, want),
		steps:  []step.Step{&step.SetScaling{Service: cur.Service.Ref, Before: was, Set: update}},
	}, nil
}

// notScaled says why there is nothing to set. A service becomes scaled by bounds
// and a policy together, which is for whoever owns the policies to do.
func notScaled(cur read.Current) error {
	if cur.Scaling.Err != nil {
		return cur.Scaling.Err
	}
	return &fault.Error{Class: fault.NotFound, Op: "plan", Resource: cur.Service.Ref.ARN,
		Fix: "scale it by its count instead",
		Err: fmt.Errorf("service %s is not scaled by Application Auto Scaling, so it has no bounds to set", cur.Service.Name)}
}

// moves says what bounds do to the count at once: a count outside of them is set
// to the nearer one unless scaling is suspended (Application Auto Scaling,
// RegisterScalableTarget).
func moves(desired int, t awsx.ScalableTarget) string {
	switch {
	case t.Suspended():
	case desired < t.Min:
		return fmt.Sprintf("raises the desired count from %d to %d", desired, t.Min)
	case desired > t.Max:
		return fmt.Sprintf("leaves %d of %s", t.Max, words.Count(desired, "task"))
	}
	return "leaves the desired count at " + strconv.Itoa(desired)
}
