package app

import (
	"context"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose"
	"gantry/awsx/store"
	"gantry/internal/fault"
)

// patienceOfReads is how long a command waits for what explains a service, once
// the service itself is known. Elastic Load Balancing's rate does not allow to
// read the targets of a large cluster whole, and an account that throttles may
// not tell its tasks either. What is missing by then stays unread.
const patienceOfReads = 10 * time.Second

// inspectAge is how old the reading of one service may be when it is inspected.
const inspectAge = 2 * time.Second

// Standing is a service with the verdict on it.
type Standing struct {
	Service awsx.Service
	Finding diagnose.Finding
}

// Survey is how the services of a cluster stand.
type Survey struct {
	Standings []Standing
	// Partial holds what could not be read; the rest is good.
	Partial []error
}

// Clusters reads the clusters of the context.
func (a *App) Clusters(ctx context.Context) ([]awsx.Cluster, []error, error) {
	w := a.Store.Clusters(a.Context)
	defer w.Close()
	s, err := w.Await(ctx, ended[awsx.Cluster])
	if err != nil {
		return nil, nil, err
	}
	return s.Items, s.Partial, s.Err
}

// Survey reads how all services of a cluster stand.
func (a *App) Survey(ctx context.Context, cluster awsx.Ref) (Survey, error) {
	services, tasks, targets := a.Store.Services(cluster), a.Store.Tasks(cluster), a.Store.Targets(cluster)
	defer services.Close()
	defer tasks.Close()
	defer targets.Close()
	s, err := services.Await(ctx, ended[awsx.Service])
	if err != nil {
		return Survey{}, err
	}
	if s.Err != nil {
		return Survey{}, s.Err
	}
	out := Survey{Partial: slices.Clone(s.Partial)}
	patient, cancel := context.WithTimeout(ctx, patienceOfReads)
	defer cancel()
	need := make([]string, len(s.Items))
	for i, svc := range s.Items {
		need[i] = svc.Ref.ARN
	}
	targets.Need(store.Need{Visible: need})
	t, tasksRead := a.readTasks(patient, tasks, &out)
	groups := a.readTargets(patient, targets, s.Items, &out)
	byService := diagnose.ByService(t.Items)
	instances := sync.OnceValue(func() map[string]awsx.Instance { return a.instances(patient, cluster) })
	instance := func(arn string) (awsx.Instance, bool) { i, ok := instances()[arn]; return i, ok }
	for _, svc := range s.Items {
		own := byService[svc.Name]
		e := diagnose.Evidence{
			Service: svc, Now: time.Now(),
			Running: own.Running, RunningRead: tasksRead, Stopped: own.Stopped, StoppedRead: tasksRead,
		}
		for _, lb := range svc.LoadBalancers {
			if g, ok := groups[lb.TargetGroup]; ok {
				e.Groups = append(e.Groups, g)
			}
		}
		e.LeaveOutForeign(instance)
		out.Standings = append(out.Standings, Standing{svc, diagnose.Service(e)})
	}
	return out, ctx.Err()
}

// readTasks waits for the tasks of a cluster and tells whether all were read.
func (a *App) readTasks(ctx context.Context, w *store.Watch[awsx.Task], out *Survey) (*store.Snapshot[awsx.Task], bool) {
	t, err := w.Await(ctx, ended[awsx.Task])
	switch {
	case err != nil:
		out.Partial = append(out.Partial, fault.Errorf(fault.Offline, "read tasks", "", "they were not all read within %s", patienceOfReads))
		return w.Snapshot(), false
	case t.Err != nil:
		out.Partial = append(out.Partial, t.Err)
	}
	out.Partial = append(out.Partial, t.Partial...)
	return t, t.Err == nil && len(t.Partial) == 0
}

// readTargets waits for the target health of services as long as that is worth
// it.
func (a *App) readTargets(ctx context.Context, w *store.Watch[store.GroupState], services []awsx.Service, out *Survey) map[string]awsx.Group {
	_, _ = w.Await(ctx, func(s *store.Snapshot[store.GroupState]) bool {
		if !ended(s) {
			return false
		}
		for _, g := range s.Items {
			if !g.Read && g.Err == nil {
				return false
			}
		}
		return true
	})
	groups := map[string]awsx.Group{}
	unread := map[string]bool{}
	for _, svc := range services {
		for _, lb := range svc.LoadBalancers {
			unread[lb.TargetGroup] = true
		}
	}
	delete(unread, "") // a classic load balancer has no group
	total := len(unread)
	for _, g := range w.Snapshot().Items {
		groups[g.ARN] = g.Group
		if g.Err != nil {
			out.Partial = append(out.Partial, g.Err)
		}
		if g.Read || g.Err != nil {
			delete(unread, g.ARN)
		}
	}
	if len(unread) > 0 {
		out.Partial = append(out.Partial, fault.Errorf(fault.Offline, "read target health", "",
			"%d of %d target groups were not read within %s", len(unread), total, patienceOfReads))
	}
	return groups
}

// Inspect reads one service with its tasks and their targets.
func (a *App) Inspect(ctx context.Context, service awsx.Ref) (store.ServiceState, alb.Joined, diagnose.Finding, error) {
	w := a.Store.Service(service)
	defer w.Close()
	w.Need(store.Need{MaxAge: inspectAge})
	patient, cancel := context.WithTimeout(ctx, patienceOfReads)
	defer cancel()
	s, err := w.Await(patient, func(s *store.Snapshot[store.ServiceState]) bool {
		if s.Err != nil {
			return true
		}
		return len(s.Items) > 0 && !s.Items[0].RunningAt.IsZero() && allRead(s.Items[0])
	})
	switch {
	case err == nil:
		err = s.Err
	case ctx.Err() == nil && len(w.Snapshot().Items) > 0:
		s, err = w.Snapshot(), nil // what is missing is unread
	}
	if err != nil {
		return store.ServiceState{}, alb.Joined{}, diagnose.Finding{}, err
	}
	state := s.Items[0]
	define := a.definitions(ctx, state)
	instances := a.instances(ctx, service.ClusterRef())
	groups := make([]awsx.Group, len(state.Groups))
	for i, g := range state.Groups {
		groups[i] = g.Group
	}
	joined := alb.Join(alb.Input{
		Service: state.Service, Tasks: state.Running, Stopped: state.Stopped, Definition: define, Groups: groups,
		Instance: func(arn string) (awsx.Instance, bool) { i, ok := instances[arn]; return i, ok },
	})
	e := diagnose.Evidence{
		Service: state.Service, Running: state.Running, RunningRead: !state.RunningAt.IsZero(), Stopped: state.Stopped,
		StoppedRead: !state.StoppedAt.IsZero(), Groups: groups, Definition: define, Now: time.Now(), Foreign: joined.Foreign,
	}
	return state, joined, diagnose.Service(e), nil
}

// allRead reports whether each group was read, or failed to be.
func allRead(s store.ServiceState) bool {
	for _, g := range s.Groups {
		if !g.Read && g.Err == nil {
			return false
		}
	}
	return !s.StoppedAt.IsZero()
}

// definitions returns the task definitions of a service's tasks by ARN; what
// cannot be read is missing.
func (a *App) definitions(ctx context.Context, s store.ServiceState) func(string) *awsx.TaskDefinition {
	found := map[string]*awsx.TaskDefinition{}
	for _, t := range append(append([]awsx.Task{}, s.Running...), s.Stopped...) {
		if _, ok := found[t.TaskDefinition]; !ok {
			td, err := a.Store.TaskDefinition(ctx, s.Service.Ref.Context, t.TaskDefinition)
			if err != nil {
				td = nil
			}
			found[t.TaskDefinition] = td
		}
	}
	return func(arn string) *awsx.TaskDefinition { return found[arn] }
}

func (a *App) instances(ctx context.Context, cluster awsx.Ref) map[string]awsx.Instance {
	w := a.Store.Instances(cluster)
	defer w.Close()
	found := map[string]awsx.Instance{}
	s, err := w.Await(ctx, ended[awsx.Instance])
	if err != nil {
		return found
	}
	for _, i := range s.Items {
		found[i.Ref.ARN] = i
	}
	return found
}

// ended tells that a poll has ended, well or not.
func ended[T any](s *store.Snapshot[T]) bool { return s.Err != nil || !s.At.IsZero() }
