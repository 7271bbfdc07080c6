package inquiry

import (
	"slices"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/store"
)

// Groups returns the target groups that were read or tried, by ARN.
func Groups(items []store.GroupState) map[string]awsx.Group {
	out := make(map[string]awsx.Group, len(items))
	for _, g := range items {
		out[g.ARN] = g.Group
	}
	return out
}

// Evidence is what the store has read of one service, for the verdict on it.
func Evidence(s store.ServiceState, define func(string) *awsx.TaskDefinition, instance func(string) (awsx.Instance, bool), now time.Time) diagnose.Evidence {
	e := diagnose.Evidence{
		Service: s.Service, Running: s.Running, RunningRead: !s.RunningAt.IsZero(), RunningAt: s.RunningAt, Untold: s.Untold,
		Stopped: s.Stopped, StoppedRead: !s.StoppedAt.IsZero(), Definition: define, Instance: instance, Now: now,
	}
	for _, g := range s.Groups {
		e.Groups = append(e.Groups, g.Group)
	}
	return e
}

// Instances finds container instances by ARN among those that were read.
func Instances(items []awsx.Instance) func(arn string) (awsx.Instance, bool) {
	return func(arn string) (awsx.Instance, bool) {
		for _, i := range items {
			if i.Ref.ARN == arn {
				return i, true
			}
		}
		return awsx.Instance{}, false
	}
}

// Hosts is Instances, with the addresses of those whose machines were read.
func Hosts(st *store.Store, items []awsx.Instance) func(arn string) (awsx.Instance, bool) {
	find := Instances(items)
	return func(arn string) (awsx.Instance, bool) {
		i, found := find(arn)
		return st.Housed(i), found
	}
}

// HostsOf are the instances on which tasks are.
func HostsOf(items []awsx.Instance, tasks ...awsx.Task) []awsx.Instance {
	used := map[string]bool{}
	for _, t := range tasks {
		used[t.ContainerInstance] = true
	}
	return slices.DeleteFunc(slices.Clone(items), func(i awsx.Instance) bool { return !used[i.Ref.ARN] })
}
