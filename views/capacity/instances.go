package capacity

import (
	"context"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/deploy/place"
	"gantry/awsx/store"
	"gantry/internal/errand"
	"gantry/ui"
	"gantry/ui/modal"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/tasks"
)

// The actions on instances.
var (
	actHosted   = ui.ActEnter.As("tasks on it", 1)
	actDrain    = ui.Binding{ID: "drain", Name: "drain", Keys: []string{"D"}, Hint: 2, Takes: ui.TakesMarked}
	actActivate = ui.Binding{ID: "activate", Name: "activate", Keys: []string{"a"}, Hint: 3, Takes: ui.TakesMarked}
	actReplace  = ui.Binding{ID: "replace", Name: "replace", Keys: []string{"R"}, Hint: 4, Takes: ui.TakesMarked}
	actChoose   = ui.Binding{ID: "choose-service", Name: "fit of another service", Keys: []string{"f"}, Hint: 5, Takes: ui.TakesNone}
)

// The instances screen.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "instances", Title: "Instances",
		Bindings: livetable.Bindings(actHosted, actDrain, actActivate, actReplace, views.ActShell, actChoose)},
	Of: views.OfCluster, Rows: "instance", Tagged: true, Short: []string{"instance", "no", "node", "nodes"},
	Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(NewInstances(deps, InstancesOf{Cluster: of})) },
})

// InstancesOf chooses which instances to show, and for whom.
type InstancesOf struct {
	Cluster awsx.Ref
	// Service is the one of whose tasks is told how many more fit; zero for none.
	Service awsx.Ref
	// First is the ARN of the instance that comes first, with the cursor on it.
	First string
	// Group shows the instances of one Auto Scaling group alone; empty for all.
	Group string
}

// NewInstances makes the screen of a cluster's container instances: what is left of
// each, and how many more tasks of a service it takes.
func NewInstances(deps *views.Deps, of InstancesOf) ui.Screen {
	var s *livetable.Screen[*instanceRow]
	s = livetable.New(deps, livetable.Spec[*instanceRow]{
		Name: "instances", Nouns: "instances", Permission: "ecs:ListContainerInstances",
		Subject: of.Cluster, Crumb: of.Cluster.Context.String() + " " + of.Cluster.Name() + " " + strings.TrimSpace(of.Group+" instances"),
		Table: table.Options[*instanceRow]{
			Key:     func(r *instanceRow) string { return r.instance.Ref.ARN },
			Columns: instanceColumns(),
			Fault:   func(r *instanceRow) bool { return r.status.Fault() },
		},
		Status:   func(r *instanceRow) (theme.Status, bool) { return r.status, true },
		Open:     func() livetable.Feed[*instanceRow] { return openInstances(deps.Store, of) },
		Evidence: instanceEvidence,
		Actions: func(r *instanceRow, ok bool) []ui.Action {
			choose := actChoose.Does(func() { chooseService(deps, of, s.Table.SelectedKey()) })
			return append(instanceActions(s, r, ok), choose)
		},
		Marks: true,
		Tags:  func(r *instanceRow) awsx.Tags { return r.instance.Tags },
		Kind:  awsx.KindInstance,
		Ref:   func(r *instanceRow) awsx.Ref { return r.instance.Ref },
		Values: func(r *instanceRow) map[string]string {
			return map[string]string{errand.Instance: r.instance.EC2ID, errand.Group: r.group.Name}
		},
		Describe: func(_ context.Context, r *instanceRow) ([]prose.Para, error) {
			return describeInstance(r, deps.Now()), nil
		},
	})
	s.Want = of.First
	return s
}

// openInstances watches the instances with the tasks on them, and the services whose
// tasks may come.
func openInstances(st *store.Store, of InstancesOf) livetable.Feed[*instanceRow] {
	instances, tasks, services := st.Instances(of.Cluster), st.Tasks(of.Cluster), st.Services(of.Cluster)
	groups := st.ScalingGroups(of.Cluster.Context)
	chosen := func() (awsx.Service, bool) {
		for _, s := range services.Snapshot().Values() {
			if s.Ref == of.Service {
				return s, true
			}
		}
		return awsx.Service{}, false
	}
	return livetable.Feed[*instanceRow]{
		Watches: []livetable.Watch{instances, tasks, services, groups},
		Build: func(time.Time) livetable.Load[*instanceRow] {
			i, t := instances.Snapshot(), tasks.Snapshot()
			f := &instanceFacts{
				instances: i.Values(), tasks: t.Values(), tasksRead: t.Whole(), first: of.First,
				groups: readGroups(st, of.Cluster.Context, groups.Snapshot()), unhoused: st.HousingErr(i.Values()),
			}
			if svc, ok := chosen(); ok {
				f.service, f.elsewhere = svc.Name, svc.OnFargate()
				if td, ok := st.CachedTaskDefinition(of.Cluster.Context, svc.TaskDefinition); ok && !f.elsewhere {
					fit, err := place.NewFit(svc, td)
					f.fit, f.unfit = &fit, err
				}
			}
			l := livetable.Load[*instanceRow]{Rows: instanceRows(st, f), Status: livetable.StatusOf(i)}
			if of.Group != "" {
				l.Rows = slices.DeleteFunc(l.Rows, func(r *instanceRow) bool { return r.group.Name != of.Group })
			}
			l.Note = append(instanceNote(l.Rows, f), livetable.HousingNote(st, i.Values())...)
			return l
		},
		Details: func(ctx context.Context, _ []string) bool {
			svc, ok := chosen()
			news := ok && !svc.OnFargate() && livetable.CacheDefinitions(ctx, st, of.Cluster.Context, []string{svc.TaskDefinition})
			list := instances.Snapshot().Values()
			housed, _ := st.ReadHosts(ctx, list) // HousingNote tells why not
			return cacheLaunches(ctx, st, groupsWith(groups.Snapshot().Values(), list)) || housed || news
		},
	}
}

// instanceActions are what can be done with an instance, or with the marked ones.
func instanceActions(s *livetable.Screen[*instanceRow], r *instanceRow, ok bool) []ui.Action {
	deps, why := s.Deps, livetable.Nothing(ok)
	open := actHosted.Does(func() { deps.Host.Push(tasks.NewHosted(deps, r.instance)) }).Unless(why)
	one := func(change func([]awsx.Ref, func())) func() {
		return func() { change([]awsx.Ref{r.instance.Ref}, s.Act) }
	}
	draining, activating := livetable.Planning(deps, deploy.Drain{}), livetable.Planning(deps, deploy.Activate{})
	drain := actDrain.Does(one(draining)).Unless(why)
	activate := actActivate.Does(one(activating)).Unless(why)
	if ok && r.instance.Status == "DRAINING" {
		drain.Disabled = "the instance is draining already"
	}
	if ok && r.instance.Status == "ACTIVE" {
		activate.Disabled = "the instance is active already"
	}
	replacing := livetable.Planning(deps, deploy.Replace{})
	replace := actReplace.Does(one(replacing)).Unless(why)
	if ok && r.facts.groups.read && r.group.Name == "" {
		replace.Disabled = "the instance belongs to no Auto Scaling group, which would launch another"
	}
	return []ui.Action{open, s.OverMarks(drain, draining), s.OverMarks(activate, activating), s.OverMarks(replace, replacing),
		views.ActShell.Does(func() { deps.Nav.Session(r.instance.Ref) }).Unless(why)}
}

// chooseService asks of which service the tasks are to fit.
func chooseService(deps *views.Deps, of InstancesOf, first string) {
	w := deps.Store.Services(of.Cluster)
	defer w.Close()
	services := w.Snapshot().Items
	options, selected := make([]modal.Option, len(services)), 0
	for i, s := range services {
		options[i] = modal.Option{Name: s.Name, Detail: awsx.ARNName(s.TaskDefinition)}
		if s.Ref == of.Service {
			selected = i
		}
	}
	deps.Host.Modal(modal.NewChoice(deps.Host.Theme(), modal.ChoiceOptions{
		Title: "How many more tasks fit of which service?", Options: options, Selected: selected,
		Chosen: func(i int) {
			deps.Host.Replace(NewInstances(deps, InstancesOf{Cluster: of.Cluster, Service: services[i].Ref, First: first}))
		},
	}))
}
