package read

import (
	"context"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/crash"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// Group is the Auto Scaling group that a change is of. It minds its bounds.
func Group(minds ...Mind[awsx.ScalingGroup]) Read {
	bounds := Mind[awsx.ScalingGroup]{What: "group's bounds", Fact: awsx.ScalingGroup.Bounds}
	return required("group", func(cur *Current) *awsx.ScalingGroup { return &cur.Group }, (*session).readGroup, append(minds, bounds)...)
}

func (s *session) readGroup() (awsx.ScalingGroup, error) {
	return s.r.ScalingGroup(s.ctx, s.target.Name())
}

// Members are the container instances of the target's cluster, the tasks on those of the
// group, and the capacity providers over it. Of a group of no cluster nothing is known.
func Members() Read {
	return Read{name: "members", ask: func(s *session) (func(*Current), error) {
		group, err := once(s, "group", s.readGroup)
		if err != nil {
			return nil, err
		}
		var fleet Answer[[]awsx.Instance]
		var tasks Answer[[]awsx.Task]
		var over Answer[[]awsx.CapacityProvider]
		var wg crash.Group
		wg.Go(func() {
			over.Value, over.Err = s.r.CapacityProviders(s.ctx)
			over.Done = true
			over.Value = slices.DeleteFunc(over.Value, func(p awsx.CapacityProvider) bool { return !p.Of(group) })
		})
		if cluster := s.target.ClusterRef(); cluster.ARN != "" {
			wg.Go(func() {
				fleet.Done = true
				fleet.Value, fleet.Err = awsx.Collect(s.r.Instances(s.ctx, cluster))
			})
			wg.Go(func() {
				tasks.Done = true
				tasks.Value, tasks.Err = awsx.Collect(s.r.Tasks(s.ctx, awsx.TaskQuery{Cluster: cluster}))
			})
		}
		wg.Wait()
		here := map[string]bool{}
		for _, i := range fleet.Value {
			_, here[i.Ref.ARN] = group.Member(i.EC2ID)
		}
		tasks.Value = slices.DeleteFunc(tasks.Value, func(t awsx.Task) bool { return !here[t.ContainerInstance] })
		return func(cur *Current) { cur.Fleet, cur.Tasks, cur.Over = fleet, tasks, over }, nil
	}}
}

// ServicesOf names the services of tasks.
func ServicesOf(tasks []awsx.Task) []string {
	var names []string
	for _, t := range tasks {
		if name, ok := strings.CutPrefix(t.Group, "service:"); ok {
			names = words.AddNew(names, name)
		}
	}
	return names
}

// looksAgain is how long is waited between two looks at a drain.
const looksAgain = 5 * time.Second

// AwaitDrained waits until no task of a service is left on an instance that drains, for at
// most a time, or until ending is closed. It returns how many are left, and Drift when
// somebody ended the drain.
func AwaitDrained(ctx context.Context, r awsx.Reader, instance awsx.Ref, most time.Duration, ending <-chan struct{}) (int, error) {
	for until := time.Now().Add(most); ; {
		left, err := undrained(ctx, r, instance)
		switch {
		case err != nil && !fault.Again(err) && fault.ClassOf(err) != fault.Offline, err == nil && left == 0:
			return left, err
		case time.Now().After(until):
			return left, err
		}
		timer := time.NewTimer(looksAgain)
		select {
		case <-ctx.Done():
			timer.Stop()
			return left, ctx.Err()
		case <-ending:
			timer.Stop()
			return left, nil
		case <-timer.C:
		}
	}
}

// undrained counts the tasks of services that are left on an instance which drains. It is
// Drift when the instance does not drain any more.
func undrained(ctx context.Context, r awsx.Reader, instance awsx.Ref) (int, error) {
	i, err := InstanceNow(ctx, r, instance)
	if err != nil {
		return 0, err
	}
	if i.Status != "DRAINING" {
		return 0, fault.Errorf(fault.Drift, "drain", instance.ARN, "the instance is %s again: somebody ended the drain", i.Status)
	}
	tasks, err := awsx.Collect(r.Tasks(ctx, awsx.TaskQuery{Cluster: instance.ClusterRef(), Instance: instance.ARN}))
	n := 0
	for _, t := range tasks {
		if strings.HasPrefix(t.Group, "service:") && t.LastStatus != "STOPPED" {
			n++
		}
	}
	return n, err
}

// GroupOfInstance is the Auto Scaling group that the instance which a change is of belongs to;
// none when no group has it.
func GroupOfInstance() Read {
	return Read{name: "group of the instance", required: true, ask: func(s *session) (func(*Current), error) {
		instance, err := once(s, "instance", s.readInstance)
		if err != nil {
			return nil, err
		}
		groups, err := awsx.Collect(s.r.ScalingGroups(s.ctx))
		for _, g := range groups {
			if _, member := g.Member(instance.EC2ID); member {
				return func(cur *Current) { cur.Group = g }, nil
			}
		}
		return func(*Current) {}, err
	}}
}
