package store

import (
	"context"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/past"
	"gantry/internal/fault"
)

// What the pollers of the store's own kinds read.
const (
	kindClusters  = "clusters"
	kindServices  = "services"
	kindTasks     = "tasks"
	kindInstances = "instances"
	kindTargets   = "targets"
	kindService   = "service"
)

// List is what a table watches when one port lists it: the port R is one of awsx, or a
// part of one.
type List[R, T any] struct {
	// Kind tells the list from others of its scope, which is a context alone or a cluster.
	Kind  string
	Scope awsx.Ref
	// Rounds is how many of the store's rounds pass between two readings.
	Rounds int
	// Every is the least time between two readings, for what costs money; zero leaves it
	// to Rounds.
	Every time.Duration
	// ID gives an item's name, by which items are sorted, and its ARN.
	ID    func(*T) (name, arn string)
	Pages func(ctx context.Context, r R) awsx.Pages[T]
}

// Watched watches a list. It fails on an account that lacks the port, as an account that
// was kept may.
func Watched[R, T any](s *Store, l List[R, T]) *Watch[T] {
	key := pollKey{l.Scope.Context, l.Kind, l.Scope.ARN, l.Scope.ARN}
	return watch(s, key, func() pace {
		return pace{max(l.Every, time.Duration(l.Rounds)*s.round()), max(l.Every, sweepFloor)}
	}, func() source[T] {
		return newListSource(s.opening(l.Scope.Context), l.ID,
			part[T]{pages: func(ctx context.Context, account awsx.Reader) awsx.Pages[T] {
				if port, ok := account.(R); ok {
					return l.Pages(ctx, port)
				}
				return func(yield func(awsx.Page[T], error) bool) {
					yield(awsx.Page[T]{}, fault.Errorf(fault.Failed, "list", "", "this account has no %s", l.Kind))
				}
			}})
	})
}

// The least intervals that a watcher may ask for. A sweep of a large cluster
// takes tens of calls, one service four.
const (
	sweepFloor   = 10 * time.Second
	serviceFloor = 2 * time.Second
)

func (s *Store) opening(id awsx.ContextID) func(context.Context) (awsx.Account, error) {
	return func(ctx context.Context) (awsx.Account, error) { return s.opener.Open(ctx, id) }
}

// Clusters watches the clusters of a context, by name.
func (s *Store) Clusters(id awsx.ContextID) *Watch[awsx.Cluster] {
	return Watched(s, List[awsx.ClusterReader, awsx.Cluster]{
		Kind: kindClusters, Scope: awsx.Ref{Context: id}, Rounds: 1,
		ID:    func(c *awsx.Cluster) (string, string) { return c.Name, c.Ref.ARN },
		Pages: func(ctx context.Context, r awsx.ClusterReader) awsx.Pages[awsx.Cluster] { return r.Clusters(ctx) },
	})
}

func servicesKey(cluster awsx.Ref) pollKey {
	return pollKey{cluster.Context, kindServices, cluster.ARN, cluster.ARN}
}

func instancesKey(cluster awsx.Ref) pollKey {
	return pollKey{cluster.Context, kindInstances, cluster.ARN, cluster.ARN}
}

// Services watches the services of a cluster, by name.
func (s *Store) Services(cluster awsx.Ref) *Watch[awsx.Service] {
	return watch(s, servicesKey(cluster), func() pace { return pace{s.round(), sweepFloor} }, func() source[awsx.Service] {
		l := newListSource(s.opening(cluster.Context),
			func(x *awsx.Service) (string, string) { return x.Name, x.Ref.ARN },
			part[awsx.Service]{
				pages: func(ctx context.Context, r awsx.Reader) awsx.Pages[awsx.Service] { return r.Services(ctx, cluster) },
				seen:  s.seenService,
			})
		l.batch = 10
		l.glance = func(ctx context.Context, r awsx.Reader, arns []string) awsx.Pages[awsx.Service] {
			return r.DescribeServices(ctx, cluster, arns)
		}
		l.moving = func(x *awsx.Service) bool { return x.Running != x.Desired || len(x.Deployments) > 1 }
		return l
	})
}

// KnownServices returns the services of a cluster as they were read last, if somebody
// watches them or did lately; it reads nothing and copies nothing. Nobody changes them.
func (s *Store) KnownServices(cluster awsx.Ref) []*awsx.Service {
	s.mu.Lock()
	p, ok := s.pollers[servicesKey(cluster)].(*poller[awsx.Service])
	s.mu.Unlock()
	if !ok {
		return nil
	}
	return p.snap.Load().Items
}

// Tasks watches all tasks of a cluster, by ARN: the running ones are read
// first, then those that stopped within about the last hour.
func (s *Store) Tasks(cluster awsx.Ref) *Watch[awsx.Task] {
	key := pollKey{cluster.Context, kindTasks, cluster.ARN, cluster.ARN}
	return watch(s, key, func() pace { return pace{2 * s.round(), sweepFloor} }, func() source[awsx.Task] {
		query := func(stopped bool) func(context.Context, awsx.Reader) awsx.Pages[awsx.Task] {
			return func(ctx context.Context, r awsx.Reader) awsx.Pages[awsx.Task] {
				return r.Tasks(ctx, awsx.TaskQuery{Cluster: cluster, Stopped: stopped})
			}
		}
		return newListSource(s.opening(cluster.Context),
			func(t *awsx.Task) (string, string) { return "", t.Ref.ARN },
			part[awsx.Task]{pages: query(false), seen: func(t awsx.Task, _ *awsx.Task) { s.seenTask(t) }},
			part[awsx.Task]{pages: query(true), seen: func(t awsx.Task, _ *awsx.Task) { s.seenTask(t) }})
	})
}

// Instances watches the container instances of a cluster, by ARN.
func (s *Store) Instances(cluster awsx.Ref) *Watch[awsx.Instance] {
	return Watched(s, List[awsx.InstanceReader, awsx.Instance]{
		Kind: kindInstances, Scope: cluster, Rounds: 2,
		ID: func(i *awsx.Instance) (string, string) { return "", i.Ref.ARN },
		Pages: func(ctx context.Context, r awsx.InstanceReader) awsx.Pages[awsx.Instance] {
			return r.Instances(ctx, cluster)
		},
	})
}

// seenService hands the events that are newer than those of the service's last
// reading to the observer, oldest first.
func (s *Store) seenService(x awsx.Service, old *awsx.Service) {
	fresh := x.Events
	if old != nil && len(old.Events) > 0 {
		for i, e := range fresh {
			if e.ID == old.Events[0].ID {
				fresh = fresh[:i]
				break
			}
		}
	}
	for i := len(fresh) - 1; i >= 0; i-- {
		s.past.SeenEvent(x.Ref, fresh[i])
	}
}

// seenTask hands a task's containers, and the task once it stops, to the
// observer. Containers of stopped tasks count too: their lines outlive them.
func (s *Store) seenTask(t awsx.Task) {
	service, ok := strings.CutPrefix(t.Group, "service:")
	if !ok {
		return
	}
	now := wall()
	if t.LastStatus == "STOPPED" || t.DesiredStatus == "STOPPED" {
		s.past.SeenStoppedTask(t, now)
	}
	family, revision := awsx.SplitRevision(t.TaskDefinition)
	for _, c := range t.Containers {
		if c.RuntimeID == "" {
			continue
		}
		s.past.SeenRuntimeID(past.Seen{
			Cluster: t.Ref.ClusterRef(), Service: service, ID: c.RuntimeID, Task: t.Ref.ARN, Container: c.Name,
			Family: family, Revision: revision, First: now, Last: now,
		})
	}
}
