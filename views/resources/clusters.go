package resources

import (
	"context"
	"time"

	"gantry/awsx"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/capacity"
	"gantry/views/describe"
	"gantry/views/incident"
	"gantry/views/livetable"
	"gantry/views/prose"
)

// actServices opens the services of the cluster under the cursor.
var actServices = ui.ActEnter.As("services", 1)

// The clusters screen.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "clusters", Title: "Clusters", Bindings: livetable.Bindings(actServices, views.ActInstances, views.ActEvents)},
	Of:          views.OfContext, Word: "context", Rows: "cluster", Tagged: true,
	Short: []string{"cluster", "cl"},
	Open:  func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(NewClusters(deps, of.Context)) },
})

// NewClusters makes the screen of a context's clusters. What it says of a cluster's
// inside is what the services' own screen saw last, or what the services alone tell
// when they are few.
func NewClusters(deps *views.Deps, id awsx.ContextID) ui.Screen {
	seen := &insides{}
	inside := func(c awsx.Ref) clusterInside { return seen.inside(c, deps.Now()) }
	return livetable.New(deps, livetable.Spec[*clusterRow]{
		Name: "clusters", Nouns: "clusters", Permission: "ecs:ListClusters",
		Subject: awsx.Ref{Context: id}, Crumb: id.String(),
		Table: table.Options[*clusterRow]{
			Key:     func(r *clusterRow) string { return r.cluster.Ref.ARN },
			Columns: clusterColumns(), Sort: livetable.ColState, Fault: (*clusterRow).fault,
		},
		Status: func(r *clusterRow) (theme.Status, bool) { return r.status, true },
		Open: func() livetable.Feed[*clusterRow] {
			clusters := deps.Store.Clusters(id)
			return livetable.Feed[*clusterRow]{
				Watches: []livetable.Watch{clusters},
				Build: func(time.Time) livetable.Load[*clusterRow] {
					s := clusters.Snapshot()
					return livetable.Load[*clusterRow]{Rows: clusterRows(s.Values()), Status: livetable.StatusOf(s)}
				},
				Details: func(ctx context.Context, visible []string) bool {
					return seen.look(ctx, deps, clusters.Snapshot().Values(), visible)
				},
			}
		},
		Pick: func(rows []*clusterRow) ([]*clusterRow, []livetable.Span) {
			return withInside(rows, inside, deps.Policy.Production), nil
		},
		Evidence: func(r *clusterRow) []prose.Para { return clusterEvidence(r, deps.Now()) },
		Actions: func(r *clusterRow, ok bool) []ui.Action {
			open := actServices.Does(func() {
				ref := r.cluster.Ref
				deps.Host.Push(newServices(deps, ref, func(in clusterInside) {
					seen.put(ref, insideSeen{clusterInside: in, at: deps.Now(), whole: true, surveyed: deps.Now()})
				}))
			}).Unless(livetable.Nothing(ok))
			instances := toInstances(deps, capacity.InstancesOf{Cluster: r.clusterRef()})
			instances.Disabled = livetable.Nothing(ok)
			happened := views.ActEvents.Does(func() { deps.Host.Push(incident.NewTimeline(deps, r.cluster.Ref)) }).Unless(livetable.Nothing(ok))
			return []ui.Action{open, instances, happened}
		},
		Tags: func(r *clusterRow) awsx.Tags { return r.cluster.Tags },
		Kind: awsx.KindCluster,
		Ref:  func(r *clusterRow) awsx.Ref { return r.cluster.Ref },
		Describe: func(_ context.Context, r *clusterRow) ([]prose.Para, error) {
			return describe.Cluster(r.cluster), nil
		},
	})
}
