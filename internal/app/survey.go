package app

import (
	"context"
	"time"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/diagnose"
	"gantry/awsx/store"
)

// targetPatience is how long a survey waits for target health, which a large
// cluster's rate does not allow to read whole. What is missing stays unread.
const targetPatience = 5 * time.Second

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
	s, err := await(ctx, w, ended[awsx.Cluster])
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
	s, err := await(ctx, services, ended[awsx.Service])
	if err != nil {
		return Survey{}, err
	}
	if s.Err != nil {
		return Survey{}, s.Err
	}
	t, err := await(ctx, tasks, ended[awsx.Task])
	if err != nil {
		return Survey{}, err
	}
	groups := a.readTargets(ctx, targets)
	out := Survey{Partial: append(append([]error{}, s.Partial...), t.Partial...)}
	if t.Err != nil {
		out.Partial = append(out.Partial, t.Err)
	}
	tasksRead := t.Err == nil && len(t.Partial) == 0
	byService := diagnose.ByService(t.Items)
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
		out.Standings = append(out.Standings, Standing{svc, diagnose.Service(e)})
	}
	return out, ctx.Err()
}

// readTargets waits for target health as long as that is worth it.
func (a *App) readTargets(ctx context.Context, w *store.Watch[store.GroupState]) map[string]alb.Group {
	ctx, cancel := context.WithTimeout(ctx, targetPatience)
	defer cancel()
	_, _ = await(ctx, w, func(s *store.Snapshot[store.GroupState]) bool {
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
	groups := map[string]alb.Group{}
	for _, g := range w.Snapshot().Items {
		groups[g.ARN] = g.Group
	}
	return groups
}

// Inspect reads one service with its tasks and their targets.
func (a *App) Inspect(ctx context.Context, service awsx.Ref) (store.ServiceState, alb.Joined, diagnose.Finding, error) {
	w := a.Store.Service(service)
	defer w.Close()
	w.Need(store.Need{MaxAge: inspectAge})
	s, err := await(ctx, w, func(s *store.Snapshot[store.ServiceState]) bool {
		if s.Err != nil {
			return true
		}
		return len(s.Items) > 0 && !s.Items[0].RunningAt.IsZero() && allRead(s.Items[0])
	})
	if err == nil {
		err = s.Err
	}
	if err != nil {
		return store.ServiceState{}, alb.Joined{}, diagnose.Finding{}, err
	}
	state := s.Items[0]
	define := a.definitions(ctx, state)
	instances := a.instances(ctx, service.ClusterRef())
	groups := make([]alb.Group, len(state.Groups))
	for i, g := range state.Groups {
		groups[i] = g.Group
	}
	joined := alb.Join(alb.Input{
		Service: state.Service, Tasks: state.Running, Stopped: state.Stopped, Definition: define, Groups: groups,
		Instance: func(arn string) (awsx.Instance, bool) { i, ok := instances[arn]; return i, ok },
	})
	finding := diagnose.Service(diagnose.Evidence{
		Service: state.Service, Running: state.Running, RunningRead: true, Stopped: state.Stopped,
		StoppedRead: !state.StoppedAt.IsZero(), Groups: groups, Definition: define, Now: time.Now(),
	})
	return state, joined, finding, nil
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
	s, err := await(ctx, w, ended[awsx.Instance])
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

// await waits for a snapshot that satisfies a condition.
func await[T any](ctx context.Context, w *store.Watch[T], ok func(*store.Snapshot[T]) bool) (*store.Snapshot[T], error) {
	for {
		if s := w.Snapshot(); ok(s) {
			return s, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-w.Changed():
		}
	}
}
