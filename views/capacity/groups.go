package capacity

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/store"
	"gantry/internal/errand"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/form"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
)

// The actions on groups.
var (
	actMembers = ui.ActEnter.As("instances", 1)
	actDesired = ui.Binding{ID: "desired", Name: "desired capacity", Keys: []string{"s"}, Hint: 2}
	actBounds  = ui.Binding{ID: "group-bounds", Name: "bounds", Keys: []string{"m"}, Hint: 3}
)

// The groups screen.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "groups", Title: "Groups", Bindings: livetable.Bindings(actMembers, actDesired, actBounds)},
	Of:          views.OfCluster, Rows: "group", Tagged: true, Short: []string{"group", "asg", "autoscaling"},
	Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(NewGroups(deps, of)) },
})

// NewGroups makes the screen of the Auto Scaling groups that bear on a cluster: what each
// may have and has, what it launches, what scales it and what it did.
func NewGroups(deps *views.Deps, cluster awsx.Ref) ui.Screen {
	at := &livetable.Moment{}
	var s *livetable.Screen[*groupRow]
	s = livetable.New(deps, livetable.Spec[*groupRow]{
		Name: "groups", Permission: "autoscaling:DescribeAutoScalingGroups", Subject: cluster,
		Table: table.Options[*groupRow]{
			Key: func(r *groupRow) string { return r.Group.Group.Ref.ARN }, Columns: groupColumns(at),
			Fault: func(r *groupRow) bool { return r.status().Fault() },
		},
		Moment:   at,
		Status:   func(r *groupRow) (theme.Status, bool) { return r.status(), true },
		Open:     func() livetable.Feed[*groupRow] { return openGroups(deps, cluster) },
		Evidence: func(r *groupRow) []prose.Para { return groupEvidence(r, at.Time()) },
		Actions: func(r *groupRow, ok bool) []ui.Action {
			why := livetable.Nothing(ok)
			return []ui.Action{
				actMembers.Does(func() {
					deps.Host.Push(NewInstances(deps, InstancesOf{Cluster: cluster, Group: r.Group.Group.Name}))
				}).Unless(why),
				actDesired.Does(func() { askDesired(deps, r.Group.Group, s.Act) }).Unless(why),
				actBounds.Does(func() { askBounds(deps, r.Group.Group, s.Act) }).Unless(why),
			}
		},
		Tags: func(r *groupRow) awsx.Tags { return r.Group.Group.Tags },
		Ref:  func(r *groupRow) awsx.Ref { return r.Group.Group.Ref },
		Values: func(r *groupRow) map[string]string {
			return map[string]string{errand.Group: r.Group.Group.Name}
		},
		Describe: func(_ context.Context, r *groupRow) ([]prose.Para, error) {
			return describeGroup(r, deps.Now()), nil
		},
	})
	return s
}

// askDesired asks how many instances a group is to have, and plans that.
func askDesired(deps *views.Deps, g awsx.ScalingGroup, started func()) {
	deps.Host.Modal(form.New(deps.Host.Theme(), form.Options{
		Title: "Desired capacity of " + g.Name,
		Fields: []form.Field{{
			Label: "desired", Value: strconv.Itoa(g.Desired), Help: "instances, " + g.Bounds(),
			Check: func(value string) error {
				if n, err := strconv.Atoi(strings.TrimSpace(value)); err != nil || n < g.Min || n > g.Max {
					return fmt.Errorf("%q: expected a number from %s", value, g.Bounds())
				}
				return nil
			},
		}},
		Submit: func(values []string) (tea.Cmd, error) {
			n, err := strconv.Atoi(strings.TrimSpace(values[0]))
			if err != nil {
				return nil, err
			}
			deps.Nav.Plan(deploy.SetGroup{Desired: &n}, started, g.Ref)
			return nil, nil
		},
	}))
}

// askBounds asks between how many instances a group may have, and plans that.
func askBounds(deps *views.Deps, g awsx.ScalingGroup, started func()) {
	number := func(label string, now int) form.Field {
		return form.Field{Label: label, Value: strconv.Itoa(now), Help: "instances; " + strconv.Itoa(g.Desired) + " are desired", Check: func(value string) error {
			if n, err := strconv.Atoi(strings.TrimSpace(value)); err != nil || n < 0 {
				return fmt.Errorf("%q: expected a number of instances", value)
			}
			return nil
		}}
	}
	deps.Host.Modal(form.New(deps.Host.Theme(), form.Options{
		Title: "Bounds of " + g.Name, Fields: []form.Field{number("min", g.Min), number("max", g.Max)},
		Submit: func(values []string) (tea.Cmd, error) {
			var bounds [2]int
			for i, value := range values {
				n, err := strconv.Atoi(strings.TrimSpace(value))
				if err != nil {
					return nil, err
				}
				bounds[i] = n
			}
			deps.Nav.Plan(deploy.SetGroup{Min: &bounds[0], Max: &bounds[1]}, started, g.Ref)
			return nil, nil
		},
	}))
}

// openGroups watches the groups and what tells which are the cluster's.
func openGroups(deps *views.Deps, cluster awsx.Ref) livetable.Feed[*groupRow] {
	st := deps.Store
	groups, providers := st.ScalingGroups(cluster.Context), st.CapacityProviders(cluster.Context)
	clusters, instances := st.Clusters(cluster.Context), st.Instances(cluster)
	readings := func() inquiry.GroupReadings {
		return inquiry.GroupReadings{Cluster: cluster, Groups: groups.Snapshot(), Providers: providers.Snapshot(), Clusters: clusters.Snapshot(), Instances: instances.Snapshot()}
	}
	return livetable.Feed[*groupRow]{
		Watches: []livetable.Watch{groups, providers, clusters, instances},
		Build: func(time.Time) livetable.Load[*groupRow] {
			r := readings()
			fleet := inquiry.GroupsOf(st, r, deps.Now())
			l := livetable.Load[*groupRow]{Status: livetable.StatusOf(r.Groups), Note: groupNote(r, fleet)}
			for _, g := range fleet.Here {
				l.Rows = append(l.Rows, &groupRow{g})
			}
			return l
		},
		Details: func(ctx context.Context, _ []string) bool {
			return inquiry.ReadGroups(ctx, st, readings(), deps.Now())
		},
	}
}

// groupNote says which groups are not shown, and what of those that are was not read.
func groupNote(r inquiry.GroupReadings, fleet inquiry.Fleet) []livetable.Span {
	var out []livetable.Span
	add := func(what string, err error) {
		if err != nil {
			out = append(out, livetable.Span{Text: what + " unread: " + livetable.ReasonUnread(err), Role: theme.Unknown})
		}
	}
	add("capacity providers", readErr(r.Providers))
	add("instances", readErr(r.Instances))
	for _, g := range fleet.Here {
		if len(g.Unread) > 0 {
			add("of "+g.Group.Name, g.Unread[0])
			break
		}
	}
	if fleet.Untold > 0 {
		why := "yet"
		if fleet.UntoldErr != nil {
			why = "as " + livetable.ReasonUnread(fleet.UntoldErr)
		}
		out = append(out, livetable.Span{Text: livetable.Unread + " " + counted(fleet.Untold) + " not told apart " + why, Role: theme.Unknown})
	}
	if fleet.Elsewhere > 0 {
		out = append(out, livetable.Span{Text: counted(fleet.Elsewhere) + " of other clusters or none", Role: theme.Dim})
	}
	return out
}

// readErr is why something was not read the last time.
func readErr[T any](s *store.Snapshot[T]) error {
	if s.Err == nil && len(s.Partial) > 0 {
		return s.Partial[0]
	}
	return s.Err
}
