package step

import (
	"context"
	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
	"strconv"
)

// SetScaling registers the bounds and suspensions of a service.
type SetScaling struct {
	Plain
	Service awsx.Ref
	Before  awsx.ScalableTarget
	Set     awsx.ScalingUpdate
}

// ComesTo a count where the bounds move it.
func (s *SetScaling) ComesTo(cur read.Current) []string {
	want := s.Set.Applied(*cur.Scaling.Value)
	if n := cur.Service.Desired; (n < want.Min || n > want.Max) && !want.Suspended() {
		return []string{VerbScale}
	}
	return nil
}

// Turns are the bounds, and whether anything scales the service.
func (s *SetScaling) Turns() []Turned {
	turns := []Turned{{NumberMinimum, s.Set.Min}, {NumberMaximum, s.Set.Max}}
	if s.Set.Suspend != nil {
		suspended := 0
		if *s.Set.Suspend {
			suspended = 1
		}
		turns = append(turns, Turned{NumberSuspended, &suspended})
	}
	return turns
}

// Weigh mends where bounds only rise, which cannot take a task away. Whatever may, or keeps
// tasks from being added, is not done by a keystroke.
func (s *SetScaling) Weigh(cur read.Current, _ Effect) Effect {
	was, u := *cur.Scaling.Value, s.Set
	want := s.Set.Applied(was)
	switch {
	case want.Max == 0:
		return Empties()
	case u.Suspend == nil && want.Min >= was.Min && want.Max >= was.Max:
		return Mends()
	}
	return Changes()
}

// Describe spells the call.
func (s *SetScaling) Describe() Description {
	args := []string{"--service-namespace", "ecs", "--scalable-dimension", "ecs:service:DesiredCount",
		"--resource-id", "service/" + s.Service.ClusterName() + "/" + s.Service.Name()}
	text := "set the scaling of " + s.Service.Name() + ":"
	if s.Set.Min != nil {
		args = append(args, "--min-capacity", strconv.Itoa(*s.Set.Min))
		text += " at least " + strconv.Itoa(*s.Set.Min)
	}
	if s.Set.Max != nil {
		args = append(args, "--max-capacity", strconv.Itoa(*s.Set.Max))
		text += " at most " + strconv.Itoa(*s.Set.Max)
	}
	if s.Set.Suspend != nil {
		state := strconv.FormatBool(*s.Set.Suspend)
		args = append(args, "--suspended-state",
			"DynamicScalingInSuspended="+state+",DynamicScalingOutSuspended="+state+",ScheduledScalingSuspended="+state)
		text += map[bool]string{true: " suspended", false: " resumed"}[*s.Set.Suspend]
	}
	return Description{Text: text, Command: shell.AWS(s.Service.Context, "application-autoscaling", "register-scalable-target", args...)}
}

// Run registers them.
func (s *SetScaling) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if err := w.UpdateScaling(ctx, s.Set); err != nil {
		return err
	}
	st.Applied = true
	return nil
}

// Resolve reads the bounds back: they are what was sent, or what they were before, or
// somebody set others since.
func (s *SetScaling) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	now, err := r.ScalableTarget(ctx, s.Service)
	if err != nil {
		return false, err
	}
	want := s.Set.Applied(now)
	switch {
	case now.Bounds() == want.Bounds() && now.State() == want.State():
		st.Applied = true
		return true, nil
	case now.Bounds() == s.Before.Bounds() && now.State() == s.Before.State():
		return false, nil
	}
	return false, read.Untold{Why: "the scaling is " + now.Bounds() + " " + now.State() + ", neither as before nor as asked for"}
}
