package resources

import (
	"context"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/store"
	"gantry/views"
)

const (
	// glimpseAge is how long what was seen of a cluster's inside is believed.
	glimpseAge = 5 * time.Minute
	// glimpseAgain is how soon the list of clusters looks inside again.
	glimpseAgain = 30 * time.Second
	// glimpseServices bounds the services, of all clusters on screen together, that
	// are read for that: a tenth as many calls.
	glimpseServices = 300
)

// glimpse is what was seen of a cluster's inside, and when. A whole one comes from
// the services' own screen, which reads tasks and targets as well.
type glimpse struct {
	clusterInside
	at    time.Time
	whole bool
}

// glimpses are shared by the loop and by commands.
type glimpses struct {
	seen atomic.Pointer[map[awsx.Ref]glimpse]
}

func (g *glimpses) of(cluster awsx.Ref) glimpse {
	if m := g.seen.Load(); m != nil {
		return (*m)[cluster]
	}
	return glimpse{}
}

func (g *glimpses) put(cluster awsx.Ref, seen glimpse) {
	for {
		old := g.seen.Load()
		m := map[awsx.Ref]glimpse{}
		if old != nil {
			m = maps.Clone(*old)
		}
		m[cluster] = seen
		if g.seen.CompareAndSwap(old, &m) {
			return
		}
	}
}

// inside is what is believed of a cluster now.
func (g *glimpses) inside(cluster awsx.Ref, now time.Time) clusterInside {
	if seen := g.of(cluster); now.Sub(seen.at) <= glimpseAge {
		return seen.clusterInside
	}
	return clusterInside{}
}

// look reads the services and the agents of the clusters on screen, as far as they
// are affordable, and tells whether that brought anything. Trouble that services
// alone tell of is shown; that there is none they cannot tell.
func (g *glimpses) look(ctx context.Context, deps *views.Deps, clusters []awsx.Cluster, visible []string) (changed bool) {
	left := glimpseServices
	for _, c := range clusters {
		if !slices.Contains(visible, c.Ref.ARN) || c.Services == 0 || c.Services > left {
			continue
		}
		left -= c.Services
		before := g.of(c.Ref)
		if deps.Now().Sub(before.at) < glimpseAgain {
			continue
		}
		in, ok := lookInside(ctx, deps, c.Ref)
		if !ok {
			continue
		}
		trouble := in.worst != nil && in.worst.status.Fault() && in.worst.Finding.Status != diagnose.Unknown
		if before.whole && !trouble && deps.Now().Sub(before.at) <= glimpseAge {
			continue
		}
		g.put(c.Ref, glimpse{clusterInside: in, at: deps.Now()})
		changed = true
	}
	return changed
}

// lookInside reads a cluster's services and container instances once. The watches
// linger after it, so that the services' screen opens with rows.
func lookInside(ctx context.Context, deps *views.Deps, cluster awsx.Ref) (clusterInside, bool) {
	services, instances := deps.Store.Services(cluster), deps.Store.Instances(cluster)
	defer services.Close()
	defer instances.Close()
	s, ok := awaitRead(ctx, services)
	if !ok {
		return clusterInside{}, false
	}
	i, ok := awaitRead(ctx, instances)
	f := &clusterFacts{
		Cluster: diagnose.Cluster{Now: deps.Now()}, services: s.Items, servicesRead: s.Whole(),
		instances: i.Items, instancesRead: ok && i.Whole(),
	}
	return insideOf(serviceRows(f)), true
}

// awaitRead waits for the first reading of a watch; ok is false when it failed.
func awaitRead[T any](ctx context.Context, w *store.Watch[T]) (s *store.Snapshot[T], ok bool) {
	s, err := w.Await(ctx, (*store.Snapshot[T]).Ended)
	if err != nil {
		return w.Snapshot(), false
	}
	return s, s.Err == nil
}
