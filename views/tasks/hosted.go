package tasks

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/store"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/describe"
	"gantry/views/livetable"
	"gantry/views/prose"
)

// The screen of the tasks on one instance.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "tasks on an instance",
	Bindings: livetable.Bindings(actContainers, views.ActLogs, views.ActWhy, actService, actStop)}, Rows: "task", Tagged: true})

// NewHosted makes the screen of the tasks on one instance, of whatever service.
func NewHosted(deps *views.Deps, instance awsx.Instance) ui.Screen {
	cluster := instance.Ref.ClusterRef()
	name := cmp.Or(instance.EC2ID, instance.Ref.Name())
	at := &livetable.Moment{}
	var s *livetable.Screen[*hostedRow]
	s = livetable.New(deps, livetable.Spec[*hostedRow]{
		Name: "tasks on an instance", Nouns: "tasks", Permission: "ecs:ListTasks",
		Subject: cluster, Crumb: cluster.Context.String() + " " + cluster.Name() + " " + name,
		Table: table.Options[*hostedRow]{
			Key: func(r *hostedRow) string { return r.key() }, Columns: hostedColumns(at), Sort: livetable.ColState,
			Fault: func(r *hostedRow) bool { return r.status.Fault() },
		},
		Moment:   at,
		Status:   func(r *hostedRow) (theme.Status, bool) { return r.status, true },
		Open:     func() livetable.Feed[*hostedRow] { return openHosted(deps.Store, instance) },
		Evidence: func(r *hostedRow) []prose.Para { return taskEvidence(r.taskRow, at.Time()) },
		Actions: func(r *hostedRow, ok bool) []ui.Action {
			if !ok {
				return hostedActions(deps, nil)
			}
			list := append(hostedActions(deps, r), stopping(s, r.task.Ref, ""))
			list[1] = s.OverLogs(list[1], func(r *hostedRow) (views.LogScope, bool) { return logsOf(r.within(), &r.task), true })
			return list
		},
		Marks:  true,
		Tags:   func(r *hostedRow) awsx.Tags { return r.task.Tags },
		Kind:   awsx.KindTask,
		Ref:    func(r *hostedRow) awsx.Ref { return r.task.Ref },
		Values: func(r *hostedRow) map[string]string { return r.values() },
		Describe: func(ctx context.Context, r *hostedRow) ([]prose.Para, error) {
			return describe.Task(ctx, deps, r.task, r.host)
		},
	})
	return s
}

// hostedRow is a task among those of other services.
type hostedRow struct {
	*taskRow
	service awsx.Ref // zero for a task of none, or of one that was not read
}

// group is what the task belongs to.
func (r *hostedRow) group() string {
	if name, ok := reason.OfService(r.task); ok {
		return name
	}
	return r.task.Group
}

// openHosted watches the tasks of an instance.
func openHosted(st *store.Store, instance awsx.Instance) livetable.Feed[*hostedRow] {
	cluster := instance.Ref.ClusterRef()
	tasks, services, instances := st.Tasks(cluster), st.Services(cluster), st.Instances(cluster)
	define := livetable.DefinitionsOf(st, cluster.Context)
	here := func() []awsx.Task {
		return slices.DeleteFunc(tasks.Snapshot().Values(), func(t awsx.Task) bool {
			return t.ContainerInstance != instance.Ref.ARN || t.LastStatus == "STOPPED"
		})
	}
	return livetable.Feed[*hostedRow]{
		Watches: []livetable.Watch{tasks, services, instances},
		Build: func(now time.Time) livetable.Load[*hostedRow] {
			byName := map[string]awsx.Ref{}
			for _, s := range services.Snapshot().Items {
				byName["service:"+s.Name] = s.Ref
			}
			f := factsOf(st, store.ServiceState{Running: here()}, instances.Snapshot(), define, now)
			var rows []*hostedRow
			for _, r := range taskRows(f) {
				rows = append(rows, &hostedRow{r, byName[r.task.Group]})
			}
			return livetable.Load[*hostedRow]{Rows: rows, Status: livetable.StatusOf(tasks.Snapshot())}
		},
		Details: func(ctx context.Context, _ []string) bool {
			return readBehind(ctx, st, here(), instances.Snapshot().Values())
		},
	}
}

// hostedColumns are those of tasks, with the service in the place of what is the
// same for all.
func hostedColumns(at *livetable.Moment) []table.Column[*hostedRow] {
	type row = *hostedRow
	var out []table.Column[row]
	for _, c := range taskColumns(at) {
		switch c.ID {
		case "address", "zone", "target":
			continue
		}
		column := table.Column[row]{
			ID: c.ID, Title: c.Title, Descending: c.Descending, Min: c.Min, Max: c.Max, Grow: c.Grow, Priority: c.Priority,
			Right: c.Right, Frozen: c.Frozen, Wide: c.Wide, Cell: func(r row) table.Cell { return c.Cell(r.taskRow) },
		}
		if c.Text != nil {
			column.Text = func(r row) string { return c.Text(r.taskRow) }
		}
		if c.Compare != nil {
			column.Compare = func(a, b row) int { return c.Compare(a.taskRow, b.taskRow) }
		}
		out = append(out, column)
		if c.ID == livetable.ColName {
			out = append(out, table.Column[row]{ID: "service", Title: "SERVICE", Min: 12, Max: 32,
				Cell:    func(r row) table.Cell { return table.Cell{Text: r.group()} },
				Compare: func(a, b row) int { return strings.Compare(a.group(), b.group()) }})
		}
	}
	return out
}

// hostedActions lead to what belongs to a task; r is nil when none is selected.
func hostedActions(deps *views.Deps, r *hostedRow) []ui.Action {
	why := livetable.Nothing(r != nil)
	if r == nil {
		r = &hostedRow{taskRow: &taskRow{}}
		return append(intoTask(deps, r.service, r.taskRow, why), asksWhy(deps, r.service, r.taskRow, why), jumpToService(deps, r.service).Unless(why))
	}
	service := r.within()
	if service == (awsx.Ref{}) {
		why = "this task belongs to a service that was not read"
	}
	up := jumpToService(deps, service).Unless(cmp.Or(why, serviceless(service)))
	up.Takes = ui.TakesRow
	return append(intoTask(deps, service, r.taskRow, why), asksWhy(deps, service, r.taskRow, cmp.Or(why, unasked(service))), up)
}

// within is the service of the task, or its cluster where it is of none; empty where its
// service was not read.
func (r *hostedRow) within() awsx.Ref {
	if _, served := reason.OfService(r.task); !served {
		return r.task.Ref.ClusterRef()
	}
	return r.service
}
