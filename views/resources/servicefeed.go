package resources

import (
	"context"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/views/livetable"
)

// openServices watches what the services table shows: the services give the rows,
// the others fill cells as they come, busy some of those on screen. Loaded is told of each
// load; it may be nil.
func openServices(st *store.Store, cluster awsx.Ref, loaded func(clusterInside), busy *gauges) livetable.Feed[*serviceRow] {
	services, tasks := st.Services(cluster), st.Tasks(cluster)
	targets, instances := st.Targets(cluster), st.Instances(cluster)
	ringing := st.Alarms(cluster.Context)
	var (
		mu      sync.Mutex // a load and the reading of details may be under way at once
		seen    struct{ services, tasks, targets, instances, alarms uint64 }
		arrived []string // definitions that were read since the last load
	)
	kept := newKeptServices(livetable.DefinitionsOf(st, cluster.Context))
	return livetable.Feed[*serviceRow]{
		Watches: []livetable.Watch{services, tasks, targets, instances, ringing},
		Build: func(now time.Time) livetable.Load[*serviceRow] {
			mu.Lock()
			defer mu.Unlock()
			snapshot := services.Snapshot()
			ran, groups, hosts := tasks.Snapshot(), targets.Snapshot(), instances.Snapshot()
			l := livetable.Load[*serviceRow]{Status: livetable.StatusOf(snapshot).Beside(ran, groups, hosts)}
			l.Rows = kept.update(clusterNews{
				services: newsOf(snapshot, &seen.services), tasks: newsOf(ran, &seen.tasks),
				groups: newsOf(groups, &seen.targets), instances: newsOf(hosts, &seen.instances),
				alarms: newsOf(ringing.Snapshot(), &seen.alarms), definitions: arrived,
			}, now)
			arrived = nil
			l.Note = append(serviceNote(l.Rows, &kept.clusterFacts), alarmNote(ringing.Snapshot().Err)...)
			l.Note = append(l.Note, busy.note(cluster.Context)...)
			if loaded != nil {
				loaded(insideOf(l.Rows, &kept.clusterFacts))
			}
			return l
		},
		Details: func(ctx context.Context, visible []string) bool {
			mu.Lock()
			arns := kept.wants(visible)
			mu.Unlock()
			livetable.CacheDefinitions(ctx, st, cluster.Context, arns)
			arns = slices.DeleteFunc(arns, func(arn string) bool { return kept.Definition(arn) == nil })
			mu.Lock()
			arrived = append(arrived, arns...)
			mu.Unlock()
			read := busy.refresh(ctx, st, cluster, visible)
			return read || len(arns) > 0
		},
	}
}

// news is what a watch holds and what of it changed since it was looked at last.
type news[T any] struct {
	items  []*T
	whole  bool
	failed bool // it, or a part of it, was asked for in vain
	untold int  // items that were listed and could not be described
	at     time.Time
	store.Changes
}

// newsOf takes the news of a snapshot and notes at which revision.
func newsOf[T any](s *store.Snapshot[T], seen *uint64) news[T] {
	n := news[T]{s.Items, s.Whole(), s.Err != nil || len(s.Partial) > 0, s.Untold, s.At, s.Since(*seen)}
	*seen = s.Rev
	return n
}

// clusterNews is what changed of all that rows of services are made of.
type clusterNews struct {
	services    news[awsx.Service]
	tasks       news[awsx.Task]
	groups      news[store.GroupState]
	instances   news[awsx.Instance]
	alarms      news[awsx.Alarm]
	definitions []string // ARNs of those that are known now
}
