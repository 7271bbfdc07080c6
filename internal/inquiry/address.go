package inquiry

import (
	"context"
	"errors"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/alb"
)

// atAddress finds what of a cluster has a private address: a task that has it by itself, or the
// instance whose machine has it. With a port the tasks are meant that answer at that port of
// the instance; where none does, the instance. What was found stands beside what could not be
// read.
func (r Reader) atAddress(ctx context.Context, account awsx.Account, cluster awsx.Ref, at awsx.Address) (found []Named, err error) {
	tasks, unread := awsx.Collect(account.Tasks(ctx, awsx.TaskQuery{Cluster: cluster}))
	instances, unlisted := awsx.Collect(account.Instances(ctx, cluster))
	_, unhoused := r.Store.ReadHosts(ctx, instances)
	add := func(t awsx.Task, because string) {
		n := Named{Cluster: cluster, Task: &t, Because: because}
		if group, ok := strings.CutPrefix(t.Group, "service:"); ok {
			n.Service = serviceIn(cluster, group)
		}
		found = append(found, n)
	}
	for _, t := range tasks {
		if slices.Contains(alb.TaskIPs(t), at.ID) {
			add(t, "its own address")
		}
	}
	for _, i := range instances {
		if r.Store.Housed(i).PrivateIP != at.ID {
			continue
		}
		before := len(found)
		for _, t := range tasks {
			if t.ContainerInstance != i.Ref.ARN || at.Port == 0 {
				continue
			}
			td, _ := r.Store.TaskDefinition(ctx, r.Context, t.TaskDefinition) // without it, what the task itself reports counts
			if slices.ContainsFunc(alb.Ports(t, td, at.ID), func(p alb.Port) bool { return p.HostPort == at.Port }) {
				add(t, "it answers at this port of "+i.EC2ID)
			}
		}
		if len(found) == before {
			because := "its address"
			if at.Port != 0 {
				because = "no task that runs there answers at this port"
			}
			found = append(found, Named{Cluster: cluster, Instance: &i, Because: because})
		}
	}
	return found, errors.Join(unread, unlisted, unhoused)
}
