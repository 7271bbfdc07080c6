package deploy

import (
	"context"
	"fmt"
	"strconv"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
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
	want := in.applied(was)
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
		steps:  []Step{&scalingStep{service: cur.Service.Ref, before: was, update: awsx.ScalingUpdate{Service: cur.Service.Ref, Min: in.Min, Max: in.Max, Suspend: in.Suspend}}},
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

// applied returns the target as it would be.
func (in SetScaling) applied(t awsx.ScalableTarget) awsx.ScalableTarget {
	if in.Min != nil {
		t.Min = *in.Min
	}
	if in.Max != nil {
		t.Max = *in.Max
	}
	if in.Suspend != nil {
		t.SuspendedIn, t.SuspendedOut, t.SuspendedScheduled = *in.Suspend, *in.Suspend, *in.Suspend
	}
	return t
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

// scalingStep registers the bounds and suspensions of a service.
type scalingStep struct {
	service awsx.Ref
	before  awsx.ScalableTarget
	update  awsx.ScalingUpdate
}

// weigh: bounds that only rise cannot take a task away; whatever may, or keeps
// tasks from being added, is not done by a keystroke.
func (s *scalingStep) weigh(cur read.Current, _ draft) effect {
	was, u := *cur.Scaling.Value, s.update
	want := SetScaling{Min: u.Min, Max: u.Max}.applied(was)
	switch {
	case want.Max == 0:
		return empties()
	case u.Suspend == nil && want.Min >= was.Min && want.Max >= was.Max:
		return mends()
	}
	return changes()
}

// Describe spells the call.
func (s *scalingStep) Describe() Description {
	args := []string{"--service-namespace", "ecs", "--scalable-dimension", "ecs:service:DesiredCount",
		"--resource-id", "service/" + s.service.ClusterName() + "/" + s.service.Name()}
	text := "set the scaling of " + s.service.Name() + ":"
	if s.update.Min != nil {
		args = append(args, "--min-capacity", strconv.Itoa(*s.update.Min))
		text += " at least " + strconv.Itoa(*s.update.Min)
	}
	if s.update.Max != nil {
		args = append(args, "--max-capacity", strconv.Itoa(*s.update.Max))
		text += " at most " + strconv.Itoa(*s.update.Max)
	}
	if s.update.Suspend != nil {
		state := strconv.FormatBool(*s.update.Suspend)
		args = append(args, "--suspended-state",
			"DynamicScalingInSuspended="+state+",DynamicScalingOutSuspended="+state+",ScheduledScalingSuspended="+state)
		text += map[bool]string{true: " suspended", false: " resumed"}[*s.update.Suspend]
	}
	return Description{Text: text, Command: shell.AWS(s.service.Context, "application-autoscaling", "register-scalable-target", args...)}
}

// Run registers them.
func (s *scalingStep) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if err := w.UpdateScaling(ctx, s.update); err != nil {
		return err
	}
	st.Applied = true
	return nil
}

// Resolve reads the bounds back: they are what was sent, or what they were before, or
// somebody set others since.
func (s *scalingStep) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	now, err := r.ScalableTarget(ctx, s.service)
	if err != nil {
		return false, err
	}
	want := SetScaling{Min: s.update.Min, Max: s.update.Max, Suspend: s.update.Suspend}.applied(now)
	switch {
	case now.Bounds() == want.Bounds() && now.State() == want.State():
		st.Applied = true
		return true, nil
	case now.Bounds() == s.before.Bounds() && now.State() == s.before.State():
		return false, nil
	}
	return false, read.Untold{Why: "the scaling is " + now.Bounds() + " " + now.State() + ", neither as before nor as asked for"}
}
