package resources

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/alarms"
	"gantry/views/capacity"
	"gantry/views/describe"
	"gantry/views/incident"
	"gantry/views/livetable"
	"gantry/views/metrics"
	"gantry/views/overview"
	"gantry/views/prose"
	"gantry/views/routing"
	"gantry/views/targets"
	"gantry/views/tasks"
)

// actTasks opens the tasks of the service under the cursor, actLastLines what the task of
// it that died last wrote.
var (
	actTasks     = ui.ActEnter.As("tasks", 1)
	actLastLines = ui.Binding{ID: "last-lines", Name: "log of the last dead task", Keys: []string{"L"}, Takes: ui.TakesMarked, Lesson: "shows the last lines of the task that died last"}
	// actPage opens the page of the service under the cursor.
	actPage = ui.Binding{ID: "page", Name: "all about it on a page", Keys: []string{"a"}}
	// actStandalone opens the tasks of the cluster that no service runs.
	actStandalone = ui.Binding{ID: "standalone", Name: "standalone tasks", Keys: []string{"T"}, Takes: ui.TakesNone}
)

// The services screen.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "services", Title: "Services", Bindings: livetable.Bindings(append(serviceBindings(), actStandalone)...)},
	Of:          views.OfCluster, Word: "cluster", Short: []string{"svc", "service"}, Rows: "service", Tagged: true,
	Open:    func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(NewServices(deps, of)) },
	Several: func(deps *views.Deps, of []awsx.ContextID) { deps.Host.Push(newFleet(deps, "services", of)) },
})

// serviceBindings are the actions on services, wherever they are listed.
func serviceBindings() []ui.Binding {
	return []ui.Binding{
		actTasks, views.ActLogs, views.ActWhy, views.ActEvents, actLastLines, views.ActCompare, views.ActUndo, views.ActImage, views.ActEnv, views.ActScale, views.ActFollow,
		views.ActDeployments, views.ActEdit, views.ActBreaker, views.ActStrategy, views.ActRun, views.ActTargets, views.ActRouting, views.ActInstances, views.ActMetrics, views.ActAlarms, actPage,
		views.ActRestart,
	}
}

// NewServices makes the screen of a cluster's services: which one is in trouble,
// since when, and why.
func NewServices(deps *views.Deps, cluster awsx.Ref) ui.Screen {
	return newServices(deps, cluster, nil)
}

// newServices makes the screen; loaded is told of each load, in a command, and may be
// nil.
func newServices(deps *views.Deps, cluster awsx.Ref, loaded func(clusterInside)) *livetable.Screen[*serviceRow] {
	var s *livetable.Screen[*serviceRow]
	open := func(busy *gauges) livetable.Feed[*serviceRow] { return openServices(deps.Store, cluster, loaded, busy) }
	s = livetable.New(deps, servicesSpec(deps, cluster, open, func(r *serviceRow, ok bool) []ui.Action {
		standalone := actStandalone.Does(func() { deps.Host.Push(tasks.NewStandalone(deps, cluster)) })
		return append(rowActions(deps, s, r, ok), standalone)
	}))
	return s
}

// rowActions are what can be done with the services of a table.
func rowActions(deps *views.Deps, s *livetable.Screen[*serviceRow], r *serviceRow, ok bool) []ui.Action {
	return overServiceMarks(s, append(selectedActions(deps, r, ok), lastLinesOf(deps, livetable.Under(r, ok)), comparing(deps, r, ok)))
}

// comparing shows in what a service differs from what ran before.
func comparing(deps *views.Deps, r *serviceRow, ok bool) ui.Action {
	if !ok {
		return views.ActCompare.Does(nil).Unless("no service is selected")
	}
	s := *r.service()
	before := inquiry.RevisionBefore(s)
	a := views.ActCompare.Does(func() { deps.Nav.Compare(s.Ref, before, s.TaskDefinition) })
	if before == "" {
		a.Disabled = "there is no revision before the one in use"
	}
	return a
}

// comparingMarked shows in what two services that are marked differ.
func comparingMarked(deps *views.Deps, a ui.Action, marked []*serviceRow) ui.Action {
	if len(marked) != 2 {
		return a.Unless(fmt.Sprintf("this compares two, and %d are marked", len(marked)))
	}
	one, other := *marked[0].service(), *marked[1].service()
	a.Run = ui.Do(func() { deps.Nav.Compare(one.Ref, one.TaskDefinition, other.TaskDefinition) })
	if one.TaskDefinition == other.TaskDefinition {
		return a.Unless("both run " + awsx.ARNName(one.TaskDefinition))
	}
	return a.Unless("")
}

// lastLinesOf opens the log of the tasks of services that died last, one of each. What of
// the services has none is named.
func lastLinesOf(deps *views.Deps, rows []*serviceRow) ui.Action {
	if len(rows) == 0 {
		return actLastLines.Does(nil).Unless("no service is selected")
	}
	var scopes []views.LogScope
	var unread, alive []string
	for _, r := range rows {
		died, dead := r.lastDead()
		switch {
		case !r.in.StoppedRead:
			unread = append(unread, r.service().Name)
		case !dead:
			alive = append(alive, r.service().Name)
		default:
			scopes = append(scopes, views.LogScope{Service: r.service().Ref, Task: &died})
		}
	}
	var without []string
	if len(alive) > 0 {
		without = append(without, "no task of "+strings.Join(alive, ", ")+" died that ECS still tells of, which it does for about an hour")
	}
	if len(unread) > 0 {
		without = append(without, "the stopped tasks of "+strings.Join(unread, ", ")+" were not read yet")
	}
	why := strings.Join(without, "; ")
	a := actLastLines.Does(func() {
		if why != "" {
			deps.Host.Flash(ui.Warn, "%s", why)
		}
		deps.Nav.Logs(scopes...)
	})
	if len(scopes) == 0 {
		return a.Unless(why)
	}
	return a.Helping(true)
}

// selectedActions are what can be done to the service under the cursor, if there is
// one.
func selectedActions(deps *views.Deps, r *serviceRow, ok bool) []ui.Action {
	if !ok {
		return serviceActions(deps, awsx.Service{}, "no service is selected")
	}
	list := serviceActions(deps, *r.service(), "")
	_, rolling := r.service().InProgress()
	for i, a := range list {
		switch a.ID {
		case views.ActWhy.ID:
			list[i].Helps = r.fault() && r.status != theme.StatusUnknown
		case views.ActUndo.ID:
			list[i].Helps = rolling && r.fault()
		}
	}
	return list
}

// servicesSpec is what a table of services shows, of a cluster or of several.
func servicesSpec(deps *views.Deps, of awsx.Ref, open func(*gauges) livetable.Feed[*serviceRow], actions func(*serviceRow, bool) []ui.Action) livetable.Spec[*serviceRow] {
	at := &livetable.Moment{}
	busy := newGauges(deps)
	closer := &closer{deps: deps}
	explain := func(r *serviceRow, c closeup, lines int) []prose.Para {
		return evidence{r, r.around(), at.Time(), deps.Host.Key, c}.paras(lines)
	}
	return livetable.Spec[*serviceRow]{
		Name: "services", Nouns: "services", Permission: "ecs:ListServices",
		Subject: of, Crumb: of.Context.String() + " " + of.Name(),
		Table: table.Options[*serviceRow]{
			Key:     func(r *serviceRow) string { return r.service().Ref.ARN },
			Columns: withGauges(serviceColumns(at, closer.why), busy), Sort: livetable.ColState, Fault: (*serviceRow).fault,
			Same: table.Identical[*serviceRow],
		},
		Moment:   at,
		Status:   func(r *serviceRow) (theme.Status, bool) { return r.status, true },
		Open:     func() livetable.Feed[*serviceRow] { return open(busy) },
		Evidence: func(r *serviceRow) []prose.Para { return explain(r, closer.of(r.service().Ref), 0) },
		Closer: func(r *serviceRow, lines int) []prose.Para {
			return explain(r, closer.of(r.service().Ref), lines)
		},
		Study:   closer.study,
		Marks:   true,
		Asked:   busy.ask,
		Actions: actions,
		Tags:    func(r *serviceRow) awsx.Tags { return r.service().Tags },
		Kind:    awsx.KindService,
		Ref:     func(r *serviceRow) awsx.Ref { return r.service().Ref },
		Values:  (*serviceRow).values,
		Describe: func(ctx context.Context, r *serviceRow) ([]prose.Para, error) {
			return describe.Service(ctx, deps, *r.service())
		},
	}
}

// insideOf is what the clusters screen wants to know of a cluster's services.
func insideOf(rows []*serviceRow, f *clusterFacts) clusterInside {
	if len(rows) == 0 {
		return clusterInside{}
	}
	in := clusterInside{worst: rows[0], read: f.servicesRead, instances: f.Instances, instancesRead: f.InstancesRead}
	for _, r := range rows {
		if r.Finding.Severity > in.worst.Finding.Severity {
			in.worst = r
		}
		if r.fault() && r.status != theme.StatusUnknown {
			in.faults = append(in.faults, r)
		}
	}
	slices.SortStableFunc(in.faults, func(a, b *serviceRow) int { return b.Finding.Severity - a.Finding.Severity })
	return in
}

// serviceActions are what can be done to a service; why says that there is none. What
// becomes of a change of one that is being deleted, or that a controller owns, its plan says.
func serviceActions(deps *views.Deps, s awsx.Service, why string) []ui.Action {
	ref := s.Ref
	list := []ui.Action{
		actTasks.Does(func() { deps.Host.Push(tasks.New(deps, ref)) }).Unless(why),
		views.ActLogs.Does(func() { deps.Nav.Logs(views.LogScope{Service: ref}) }),
		views.ActWhy.Does(func() { deps.Host.Push(incident.New(deps, ref)) }),
		views.ActEvents.Does(func() { deps.Host.Push(incident.NewTimeline(deps, ref)) }),
		views.ActUndo.Does(func() { deps.Nav.Undo(ref) }),
		views.ActImage.Does(func() { deps.Nav.Image(ref) }),
		views.ActEnv.Does(func() { deps.Nav.Env(ref) }),
		views.ActScale.Does(func() { deps.Nav.Scale(ref) }),
		views.ActFollow.Does(func() { deps.Nav.Follow(ref) }),
		views.ActDeployments.Does(func() { deps.Nav.Deployments(ref) }),
		views.ActEdit.Does(func() { deps.Nav.Edit(ref) }),
		views.ActBreaker.Does(func() { deps.Nav.Breaker(ref) }),
		views.ActStrategy.Does(func() { deps.Nav.Strategy(ref) }),
		views.ActRun.Does(func() { deps.Nav.RunTask(ref) }),
		views.ActTargets.Does(func() { deps.Host.Push(targets.New(deps, ref)) }),
		views.ActRouting.Does(func() { deps.Host.Push(routing.NewRules(deps, ref)) }),
		toInstances(deps, capacity.InstancesOf{Cluster: ref.ClusterRef(), Service: ref}),
		views.ActAlarms.Does(func() { deps.Host.Push(alarms.New(deps, ref.ClusterRef(), ref)) }),
		views.ActMetrics.Does(func() { deps.Host.Push(metrics.New(deps, ref)) }),
		actPage.Does(func() { deps.Host.Push(overview.New(deps, ref)) }),
		views.ActRestart.Does(func() { deps.Nav.Plan(deploy.Restart{}, nil, ref) }),
	}
	for i := range list[1:] {
		list[i+1].Disabled = why
	}
	if _, ok := s.InProgress(); !ok {
		// With nothing to follow its key leads to what was deployed.
		for i := range list {
			switch list[i].ID {
			case views.ActFollow.ID:
				list[i].Keys, list[i].Disabled = nil, cmp.Or(why, "no deployment is in progress")
			case views.ActDeployments.ID:
				list[i].Keys = []string{"z", "Z"}
			}
		}
	}
	return list
}

// overServiceMarks are the actions on services of which some may be marked.
func overServiceMarks(s *livetable.Screen[*serviceRow], actions []ui.Action) []ui.Action {
	for i, a := range actions {
		switch a.ID {
		case views.ActRestart.ID:
			actions[i] = s.OverMarks(a, livetable.Planning(s.Deps, deploy.Restart{}))
		case views.ActScale.ID:
			actions[i] = s.OverMarks(a, s.Deps.Nav.ScaleAll)
		case views.ActLogs.ID:
			actions[i] = s.OverLogs(a, func(r *serviceRow) (views.LogScope, bool) { return views.LogScope{Service: r.service().Ref}, true })
		case views.ActMetrics.ID:
			actions[i] = s.OverMarks(a, func(services []awsx.Ref, _ func()) { s.Deps.Host.Push(metrics.New(s.Deps, services...)) })
		case actLastLines.ID:
			actions[i] = s.OverRows(a, func(rows []*serviceRow) ui.Action { return lastLinesOf(s.Deps, rows) })
		case views.ActCompare.ID:
			actions[i] = s.OverRows(a, func(rows []*serviceRow) ui.Action { return comparingMarked(s.Deps, a, rows) })
		}
	}
	return actions
}

// Lists leads to the lists of services and instances from screens that stand below them.
type Lists struct{ Deps *views.Deps }

// Service shows a service among those of its cluster.
func (l Lists) Service(service awsx.Ref) {
	s := newServices(l.Deps, service.ClusterRef(), nil)
	s.Want = service.ARN
	l.Deps.Host.Push(s)
}

// Why shows what is wrong with a task, and with its service.
func (l Lists) Why(service awsx.Ref, task awsx.Task) {
	l.Deps.Host.Push(incident.NewOfTask(l.Deps, service, task))
}

// Instances shows the instances of a service's cluster.
func (l Lists) Instances(service awsx.Ref, first string) {
	l.Deps.Host.Push(capacity.NewInstances(l.Deps, capacity.InstancesOf{Cluster: service.ClusterRef(), Service: service, First: first}))
}

// toInstances goes to the instances of a cluster.
func toInstances(deps *views.Deps, of capacity.InstancesOf) ui.Action {
	return views.ActInstances.Does(func() { deps.Host.Push(capacity.NewInstances(deps, of)) })
}
