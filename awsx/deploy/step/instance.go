package step

import (
	"context"
	"gantry/awsx"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/shell"
	"gantry/internal/words"
)

// SetStatus sets an instance's status.
type SetStatus struct {
	Plain
	Instance awsx.Instance
	Status   string
}

// Touches the instance, and the services whose tasks leave it.
func (s *SetStatus) Touches(cur read.Current) Touched {
	if s.Status == "ACTIVE" {
		return Touched{Names: []string{s.Instance.EC2ID}}
	}
	return movedFrom(cur, s.Instance.EC2ID)
}

// movedFrom are the services whose tasks leave instances of some names.
func movedFrom(cur read.Current, names ...string) Touched {
	return Touched{Names: names, Services: read.ServicesOf(cur.Tasks.Value), Unknown: cur.Tasks.Err != nil}
}

// Weigh mends when the instance is put back into service.
func (s *SetStatus) Weigh(read.Current, Effect) Effect {
	if s.Status == "ACTIVE" {
		return Mends()
	}
	return Changes()
}

// Describe spells the call.
func (s *SetStatus) Describe() Description {
	return Description{
		Text: "set instance " + s.Instance.EC2ID + " to " + s.Status,
		Command: shell.AWS(s.Instance.Ref.Context, "ecs", "update-container-instances-state",
			"--cluster", s.Instance.Ref.ClusterName(), "--container-instances", s.Instance.Ref.Name(), "--status", s.Status),
	}
}

// Run sets it.
func (s *SetStatus) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if _, err := w.SetInstanceStatus(ctx, s.Instance.Ref, s.Status); err != nil {
		return err
	}
	st.Applied = true
	return nil
}

// Resolve reads the instance.
func (s *SetStatus) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	i, err := read.InstanceNow(ctx, r, s.Instance.Ref)
	if err != nil {
		return false, err
	}
	st.Applied = i.Status == s.Status
	return st.Applied, nil
}

// EndInstance terminates a drained instance of a group.
type EndInstance struct {
	Plain
	Instance awsx.Instance
	Group    awsx.Ref
}

// Touches the instance, its group, and the services whose tasks ran on it.
func (s *EndInstance) Touches(cur read.Current) Touched {
	return movedFrom(cur, s.Instance.EC2ID, s.Group.Name())
}

// Describe spells the call.
func (s *EndInstance) Describe() Description {
	return Description{
		Text: "once its services' tasks have left, terminate " + s.Instance.EC2ID + ": its group launches another",
		Command: shell.AWS(s.Group.Context, "autoscaling", "terminate-instance-in-auto-scaling-group", "--instance-id", s.Instance.EC2ID,
			"--no-should-decrement-desired-capacity"),
	}
}

// Look waits until no task of a service is left on the instance. It refuses when somebody
// took the instance back, and when the drain takes longer than one may.
func (s *EndInstance) Look(ctx context.Context, o On, _ bool, _ *State) error {
	left, err := read.AwaitDrained(ctx, o.Account, s.Instance.Ref, follow.DrainTimeout, o.Ending)
	if err == nil && left > 0 && !o.ending() {
		return o.Refuse("look why they do not move; the instance stays drained", words.Count(left, "task")+" of services left on the instance")
	}
	return err
}

// Run terminates it.
func (s *EndInstance) Run(ctx context.Context, w awsx.Writer, st *State) error {
	if err := w.EndMember(ctx, s.Group, s.Instance.EC2ID); err != nil {
		return err
	}
	st.Applied = true
	return nil
}

// Resolve reads the group: an instance that is being ended, or gone, was asked for.
func (s *EndInstance) Resolve(ctx context.Context, r awsx.Reader, st *State) (bool, error) {
	g, err := r.ScalingGroup(ctx, s.Group.Name())
	if err != nil {
		return false, err
	}
	m, there := g.Member(s.Instance.EC2ID)
	st.Applied = !there || m.Leaving()
	return st.Applied, nil
}
