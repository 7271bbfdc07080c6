package views

import (
	"context"
	"time"

	"gantry/awsx"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
)

// NewClusters makes the screen of a context's clusters. What it says of a cluster's
// inside is what the services' own screen saw last, or what the services alone tell
// when they are few.
func NewClusters(deps *Deps, id awsx.ContextID) ui.Screen {
	seen := &glimpses{}
	inside := func(c awsx.Ref) clusterInside { return seen.inside(c, deps.Now()) }
	return newTableScreen(deps, tableSpec[*clusterRow]{
		name: "clusters", nouns: "clusters", permission: "ecs:ListClusters",
		subject: awsx.Ref{Context: id}, crumb: id.String(),
		table: table.Options[*clusterRow]{
			Key:     func(r *clusterRow) string { return r.cluster.Ref.ARN },
			Columns: clusterColumns(), Sort: colState, Fault: (*clusterRow).fault,
		},
		status: func(r *clusterRow) (theme.Status, bool) { return r.status, true },
		open: func() feed[*clusterRow] {
			clusters := deps.Store.Clusters(id)
			return feed[*clusterRow]{
				watches: []watch{clusters},
				build: func(time.Time) load[*clusterRow] {
					s := clusters.Snapshot()
					return load[*clusterRow]{rows: clusterRows(s.Items), status: statusOf(s)}
				},
				details: func(ctx context.Context, visible []string) bool {
					return seen.look(ctx, deps, clusters.Snapshot().Items, visible)
				},
			}
		},
		pick: func(rows []*clusterRow) ([]*clusterRow, []span) {
			return withInside(rows, inside, deps.Policy.Production), nil
		},
		actions: func(r *clusterRow, ok bool) []ui.Action {
			open := ui.Shared(ui.ActEnter, ui.Do(func() {
				ref := r.cluster.Ref
				deps.Host.Push(newServices(deps, ref, func(in clusterInside) { seen.put(ref, glimpse{in, deps.Now(), true}) }))
			}))
			open.Name, open.Disabled = "services", nothing(ok)
			instances := toInstances(deps, InstancesOf{Cluster: r.clusterRef()})
			instances.Disabled = nothing(ok)
			return []ui.Action{open, instances}
		},
		kind: awsx.KindCluster,
		ref:  func(r *clusterRow) awsx.Ref { return r.cluster.Ref },
		describe: func(_ context.Context, r *clusterRow) ([]para, error) {
			return describeCluster(r.cluster), nil
		},
	})
}
