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
	"gantry/internal/inquiry"
	"gantry/views"
)

const (
	// insideAge is how long what was seen of a cluster's inside is believed.
	insideAge = 5 * time.Minute
	// insideAgain is how soon the list of clusters looks inside again.
	insideAgain = 30 * time.Second
	// insideServices bounds the services, of all clusters on screen together, that
	// are read for that: a tenth as many calls.
	insideServices = 300
	// surveyAgain is how soon tasks and targets are read again for it.
	surveyAgain = 2 * time.Minute
)

// insideSeen is what was seen of a cluster's inside, and when. A whole one comes from
// the services' own screen, which reads tasks and targets as well.
type insideSeen struct {
	clusterInside
	at    time.Time
	whole bool
	// surveyed is when all of it was read for the list of clusters, or tried; zero when
	// what services alone tell has changed since.
	surveyed time.Time
	// looked is when services alone were asked, and alone what they told.
	looked time.Time
	alone  []standsSo
}

// standsSo is that a service stands so.
type standsSo struct {
	service awsx.Ref
	status  diagnose.Status
}

// faultsOf are the faults that are known of a cluster.
func faultsOf(in clusterInside) (all []standsSo) {
	for _, r := range in.faults {
		all = append(all, standsSo{r.service().Ref, r.Finding.Status})
	}
	return all
}

// known reports whether all faults that services alone tell of are among those that were
// seen when all was read, and no worse. Then what was read whole says why: a reason that
// changes with how much was read is two reasons.
func (s insideSeen) known(alone []standsSo, now time.Time) bool {
	if !s.whole || now.Sub(s.at) > insideAge {
		return false
	}
	seen := faultsOf(s.clusterInside)
	return !slices.ContainsFunc(alone, func(f standsSo) bool {
		return !slices.ContainsFunc(seen, func(x standsSo) bool { return x.service == f.service && x.status <= f.status })
	})
}

// insides are shared by the loop and by commands.
type insides struct {
	seen atomic.Pointer[map[awsx.Ref]insideSeen]
}

func (g *insides) of(cluster awsx.Ref) insideSeen {
	if m := g.seen.Load(); m != nil {
		return (*m)[cluster]
	}
	return insideSeen{}
}

func (g *insides) put(cluster awsx.Ref, seen insideSeen) {
	for {
		old := g.seen.Load()
		m := map[awsx.Ref]insideSeen{}
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
func (g *insides) inside(cluster awsx.Ref, now time.Time) clusterInside {
	if seen := g.of(cluster); now.Sub(seen.at) <= insideAge {
		return seen.clusterInside
	}
	return clusterInside{}
}

// look reads the services and the agents of the clusters on screen, as far as they
// are affordable, and tells whether that brought anything. Trouble that services
// alone tell of is shown; that there is none they cannot tell.
func (g *insides) look(ctx context.Context, deps *views.Deps, clusters []awsx.Cluster, visible []string) (changed bool) {
	left := insideServices
	for _, c := range clusters {
		if !slices.Contains(visible, c.Ref.ARN) || c.Services == 0 || c.Services > left {
			continue
		}
		left -= c.Services
		before := g.of(c.Ref)
		if now := deps.Now(); now.Sub(before.at) < insideAgain || now.Sub(before.looked) < insideAgain {
			continue
		}
		in, ok := lookInside(ctx, deps, c.Ref)
		if !ok {
			continue
		}
		alone, seen := faultsOf(in), before
		seen.looked, seen.alone = deps.Now(), alone
		if !before.looked.IsZero() && !slices.Equal(alone, before.alone) {
			seen.surveyed = time.Time{}
		}
		if !before.known(alone, deps.Now()) {
			seen.clusterInside, seen.at, seen.whole = in, deps.Now(), false
			changed = true
		}
		g.put(c.Ref, seen)
	}
	return changed || g.survey(ctx, deps, clusters, visible)
}

// survey reads all that tells how services stand, of one cluster on screen that may be read
// unasked: the next one comes after what this one brought was shown. It waits.
func (g *insides) survey(ctx context.Context, deps *views.Deps, clusters []awsx.Cluster, visible []string) (changed bool) {
	seen := slices.DeleteFunc(slices.Clone(clusters), func(c awsx.Cluster) bool { return !slices.Contains(visible, c.Ref.ARN) })
	for _, c := range inquiry.Unasked(seen) {
		before := g.of(c.Ref)
		if deps.Now().Sub(before.surveyed) < surveyAgain {
			continue
		}
		s, err := inquiry.Reader{Context: c.Ref.Context, Store: deps.Store, Clock: deps.Now}.Survey(ctx, c.Ref)
		before.surveyed = deps.Now()
		if err != nil {
			g.put(c.Ref, before)
			continue
		}
		rows := make([]*serviceRow, 0, len(s.Standings))
		for _, st := range s.WorstFirst() {
			rows = append(rows, surveyedRow(st))
		}
		in := insideOf(rows, &clusterFacts{servicesRead: true, Cluster: diagnose.Cluster{Instances: before.instances, InstancesRead: before.instancesRead}})
		before.clusterInside, before.at, before.surveyed, before.whole = in, deps.Now(), deps.Now(), true
		g.put(c.Ref, before)
		return true
	}
	return false
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
		Cluster:  diagnose.Cluster{Now: deps.Now(), Instances: i.Values(), InstancesRead: ok && i.Whole()},
		services: s.Items, servicesRead: s.Whole(),
	}
	return insideOf(serviceRows(f), f), true
}

// awaitRead waits for the first reading of a watch; ok is false when it failed.
func awaitRead[T any](ctx context.Context, w *store.Watch[T]) (s *store.Snapshot[T], ok bool) {
	s, err := w.Await(ctx, (*store.Snapshot[T]).Ended)
	if err != nil {
		return w.Snapshot(), false
	}
	return s, s.Err == nil
}
