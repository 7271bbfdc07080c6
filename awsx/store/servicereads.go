package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

func (x *serviceSource) readService(ctx context.Context, r awsx.ServiceReader) (awsx.Service, error) {
	found, err := awsx.Collect(r.DescribeServices(ctx, x.ref.ClusterRef(), []string{x.ref.ARN}))
	switch {
	case len(found) == 0 && err != nil:
		return awsx.Service{}, err
	case len(found) == 0:
		return awsx.Service{}, fault.Errorf(fault.NotFound, "ecs:DescribeServices", x.ref.ARN, "no such service in cluster %s", x.ref.ClusterName())
	}
	service := found[0]
	var old *awsx.Service
	if x.have {
		before := x.state.Service
		old = &before
		x.stops = x.stops || service.Running < before.Running || failedTasks(service) > failedTasks(before)
	}
	x.store.seenService(service, old)
	now := wall()
	x.update(func(s *ServiceState) {
		x.have = true
		s.Service, s.ReadAt = service, now
		s.Groups = x.groups(service, now)
	})
	return service, nil
}

// failedTasks counts the failed tasks of all deployments.
func failedTasks(s awsx.Service) int {
	n := 0
	for _, d := range s.Deployments {
		n += d.Failed
	}
	return n
}

// tasks reads the tasks of one query whole; what landed before an error is not
// used, since a list with holes looks like tasks that are gone. Of the tasks
// given, those that have STOPPED and are still listed are taken as they are. The
// second result counts those that were listed and could not be described.
func (x *serviceSource) tasks(ctx context.Context, r awsx.TaskReader, s awsx.Service, stopped bool, have []awsx.Task) ([]awsx.Task, int, error) {
	final := map[string]awsx.Task{}
	for _, t := range have {
		if t.LastStatus == "STOPPED" {
			final[t.Ref.ARN] = t
		}
	}
	var kept []awsx.Task
	known := func(arn string) bool {
		t, ok := final[arn]
		if ok {
			kept = append(kept, t)
		}
		return ok
	}
	untold := 0
	counted := func(yield func(awsx.Page[awsx.Task], error) bool) {
		for page, err := range r.Tasks(ctx, awsx.TaskQuery{Cluster: x.ref.ClusterRef(), Service: s.Name, Stopped: stopped, Known: known}) {
			untold += len(page.Missing)
			if !yield(page, err) {
				return
			}
		}
	}
	out, err := awsx.Collect(counted)
	if err != nil {
		return nil, 0, err
	}
	x.rest = restAfter(len(out)+len(kept), len(out))
	out = append(out, kept...)
	for _, t := range out {
		x.store.seenTask(t)
	}
	return out, untold, nil
}

func (x *serviceSource) readRunning(ctx context.Context, r awsx.TaskReader, s awsx.Service) error {
	tasks, untold, err := x.tasks(ctx, r, s, false, nil)
	if err != nil {
		return err
	}
	slices.SortFunc(tasks, func(a, b awsx.Task) int { return cmp.Compare(a.Ref.ARN, b.Ref.ARN) })
	for _, old := range x.state.Running {
		if _, still := slices.BinarySearchFunc(tasks, old.Ref.ARN, func(t awsx.Task, arn string) int { return cmp.Compare(t.Ref.ARN, arn) }); !still {
			x.stops = true
		}
	}
	now := wall()
	x.update(func(s *ServiceState) { s.Running, s.RunningAt, s.Untold = tasks, now, untold })
	return nil
}

func (x *serviceSource) readStopped(ctx context.Context, r awsx.TaskReader, s awsx.Service) error {
	tasks, _, err := x.tasks(ctx, r, s, true, x.state.Stopped)
	if err != nil {
		x.update(func(s *ServiceState) { s.StoppedErr = err })
		return err
	}
	slices.SortFunc(tasks, func(a, b awsx.Task) int {
		return cmp.Or(stoppedAt(b).Compare(stoppedAt(a)), cmp.Compare(a.Ref.ARN, b.Ref.ARN))
	})
	// A task on its way out is worth another look.
	x.stops = slices.ContainsFunc(tasks, func(t awsx.Task) bool { return t.LastStatus != "STOPPED" })
	now := wall()
	x.update(func(s *ServiceState) { s.Stopped, s.StoppedAt, s.StoppedErr = tasks, now, nil })
	return nil
}

// stoppedAt returns when a task stopped, else when it began to.
func stoppedAt(t awsx.Task) time.Time {
	if t.StoppedAt.IsZero() {
		return t.StoppingAt
	}
	return t.StoppedAt
}

// readDeployment reads the newest service deployment. Its failure is part of
// the state and nothing more.
func (x *serviceSource) readDeployment(ctx context.Context, r awsx.DeploymentReader) {
	list, err := r.ServiceDeployments(ctx, x.ref, 1)
	x.deploymentAt = wall()
	var revisions map[string]awsx.ServiceRevision
	if err == nil && len(list) > 0 {
		revisions = x.readRevisions(ctx, r, list[0])
	}
	x.update(func(s *ServiceState) {
		s.DeploymentErr = err
		if err == nil {
			s.Deployment, s.Revisions = nil, revisions
			if len(list) > 0 {
				newest := list[0]
				s.Deployment = &newest
			}
		}
	})
}

// readRevisions reads the service revisions that a deployment names, once: they
// never change. One that cannot be read is asked for again with the next record.
func (x *serviceSource) readRevisions(ctx context.Context, r awsx.DeploymentReader, d awsx.ServiceDeployment) map[string]awsx.ServiceRevision {
	found := map[string]awsx.ServiceRevision{}
	var missing []string
	for _, share := range append([]awsx.RevisionShare{d.Target}, d.Sources...) {
		if known, ok := x.state.Revisions[share.ARN]; ok {
			found[share.ARN] = known
		} else if share.ARN != "" {
			missing = append(missing, share.ARN)
		}
	}
	if len(missing) == 0 {
		return found
	}
	revisions, err := r.ServiceRevisions(ctx, missing)
	if err != nil {
		return found
	}
	for _, r := range revisions {
		found[r.ARN] = r
	}
	return found
}

// readGroups reads the groups that are older than their age allows.
func (x *serviceSource) readGroups(ctx context.Context, r awsx.TargetReader, s awsx.Service) []error {
	arns := s.TargetGroups()
	f := &failures{}
	x.store.groups.weigh(ctx, r, x.ref.Context, s.LoadBalancers, groupAge)
	each(arns, func(arn string) {
		f.add(x.store.groups.read(ctx, r, groupKey{x.ref.Context, arn}, groupAge))
	})
	if len(f.all) == 0 {
		f.add(x.store.groups.describe(ctx, r, x.ref.Context, slices.Values(arns)))
	}
	now := wall()
	x.update(func(state *ServiceState) { state.Groups = x.groups(s, now) })
	return slices.Concat(f.all, f.own)
}

func (x *serviceSource) groups(s awsx.Service, now time.Time) []GroupState {
	var out []GroupState
	for _, arn := range s.TargetGroups() {
		g := x.store.groups.state(groupKey{x.ref.Context, arn}, now)
		g.Services = []string{s.Ref.ARN}
		out = append(out, g)
	}
	return out
}
