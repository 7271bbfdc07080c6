package deploy

import (
	"context"
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// Replace has an instance's Auto Scaling group put another in its place: it is drained, then
// terminated, and its successor is waited for.
type Replace struct{}

var _ = verbs.Add(Replace{})

// Action names the intent.
func (Replace) Action() string { return "replace" }

func (Replace) reads() []read.Read {
	return append(instanceReads(), read.GroupOfInstance())
}

func (Replace) draft(cur read.Current) (draft, error) {
	i, g := cur.Instance, cur.Group
	if g.Name == "" {
		return draft{}, invalid("the instance %s belongs to no Auto Scaling group, so nothing would take its place: drain it instead", i.EC2ID)
	}
	if m, _ := g.Member(i.EC2ID); m.Leaving() {
		return draft{}, nothingChanged("the group is ending the instance already: "+strings.ToLower(m.Lifecycle), "")
	}
	d := draft{
		before: i.EC2ID + " of " + g.Name + ", " + words.Count(len(cur.Tasks.Value), "task"), after: "another instance from " + g.Source.String(),
		leaves: fmt.Sprintf("leaves %s of %d active meanwhile", words.Count(check.ActiveBeside(cur), "instance"), len(cur.Fleet.Value)),
		checks: []check.Finding{check.Drained(cur)},
		follow: follow.Spec{Group: cur.Target.In(g.Ref.ARN), Gone: i.EC2ID, Count: g.Desired, PreviousCount: g.Desired, Timeout: follow.DrainTimeout},
	}
	if i.Status != "DRAINING" {
		d.steps = append(d.steps, &statusStep{instance: i, status: "DRAINING"})
	}
	d.steps = append(d.steps, &endStep{instance: i, group: d.follow.Group})
	if s := check.Suspended(g); s.Name != "" {
		d.checks = append(d.checks, s)
	}
	return d, nil
}

// endStep terminates a drained instance of a group.
type endStep struct {
	instance awsx.Instance
	group    awsx.Ref
}

// Describe spells the call.
func (s *endStep) Describe() Description {
	return Description{
		Text: "once its services' tasks have left, terminate " + s.instance.EC2ID + ": its group launches another",
		Command: shell.AWS(s.group.Context, "autoscaling", "terminate-instance-in-auto-scaling-group", "--instance-id", s.instance.EC2ID,
			"--no-should-decrement-desired-capacity"),
	}
}

// look waits until no task of a service is left on the instance. It refuses when somebody
// took the instance back, and when the drain takes longer than one may.
func (s *endStep) look(ctx context.Context, o RunOptions, _ bool, _ *State) error {
	left, err := read.AwaitDrained(ctx, o.Account, s.instance.Ref, follow.DrainTimeout, o.Ending)
	if err == nil && left > 0 && !o.ending() {
		return refusal(fault.Failed, o.Plan, "look why they do not move; the instance stays drained", "%s of services left on the instance", words.Count(left, "task"))
	}
	return err
}

// Run terminates it.
func (s *endStep) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if err := w.EndMember(ctx, s.group, s.instance.EC2ID); err != nil {
		return err
	}
	st.Applied = true
	return nil
}

// Resolve reads the group: an instance that is being ended, or gone, was asked for.
func (s *endStep) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	g, err := r.ScalingGroup(ctx, s.group.Name())
	if err != nil {
		return false, err
	}
	m, there := g.Member(s.instance.EC2ID)
	st.Applied = !there || m.Leaving()
	return st.Applied, nil
}
