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

// The tasks of a cluster that belong to no service.
var _ = views.Kinds.Add(views.Kind{
	Declaration: ui.Declaration{Screen: "standalone", Title: "Standalone tasks",
		Bindings: livetable.Bindings(actContainers, views.ActLogs, views.ActWhy, actAddress, actStop, views.ActShell, views.ActForward, actToggle)},
	Of: views.OfCluster, Rows: "task", Tagged: true, Short: []string{"alone"},
	Open: func(deps *views.Deps, of awsx.Ref) { deps.Host.Push(NewStandalone(deps, of)) },
})

// NewStandalone makes the screen of a cluster's tasks that no service runs: who started each,
// of which family, and why those that ended did.
func NewStandalone(deps *views.Deps, cluster awsx.Ref) ui.Screen {
	mode, at := &tasksMode{}, &livetable.Moment{}
	var s *livetable.Screen[*taskRow]
	s = livetable.New(deps, livetable.Spec[*taskRow]{
		Name: "standalone", Nouns: "tasks of no service", Permission: "ecs:ListTasks",
		Subject: cluster, Crumb: cluster.Context.String() + " " + cluster.Name() + " standalone tasks",
		Table: table.Options[*taskRow]{
			Key: (*taskRow).key, Columns: standaloneColumns(at), Sort: livetable.ColState,
			Fault: func(r *taskRow) bool { return r.status.Fault() },
		},
		Moment: at,
		Status: func(r *taskRow) (theme.Status, bool) { return r.status, true },
		Open:   func() livetable.Feed[*taskRow] { return openStandalone(deps.Store, cluster) },
		Pick:   mode.pick,
		Lead:   func(all []*taskRow) []prose.Para { return mode.deaths(all, deps.Now()) },
		Evidence: func(r *taskRow) []prose.Para {
			paras := taskEvidence(r, at.Time())
			by := prose.Para{Label: "started", Text: "by " + cmp.Or(reason.Starter(r.task.StartedBy), "somebody who gave no name")}
			return slices.Insert(paras, 1, by)
		},
		Actions: func(r *taskRow, ok bool) []ui.Action {
			return append(standaloneActions(s, cluster, r, ok), mode.toggle(s), copyingAddress(s, r, ok))
		},
		Marks:  true,
		Tags:   func(r *taskRow) awsx.Tags { return r.task.Tags },
		Kind:   awsx.KindTask,
		Ref:    func(r *taskRow) awsx.Ref { return r.task.Ref },
		Values: (*taskRow).values,
		Describe: func(ctx context.Context, r *taskRow) ([]prose.Para, error) {
			return describe.Task(ctx, deps, r.task, r.host)
		},
	})
	return s
}

// openStandalone watches the tasks of a cluster.
func openStandalone(st *store.Store, cluster awsx.Ref) livetable.Feed[*taskRow] {
	tasks, instances := st.Tasks(cluster), st.Instances(cluster)
	define := livetable.DefinitionsOf(st, cluster.Context)
	alone := func() (live, stopped []awsx.Task) {
		for _, t := range tasks.Snapshot().Values() {
			switch _, served := reason.OfService(t); {
			case served:
			case t.DesiredStatus == "STOPPED":
				stopped = append(stopped, t)
			default:
				live = append(live, t)
			}
		}
		return live, stopped
	}
	return livetable.Feed[*taskRow]{
		Watches: []livetable.Watch{tasks, instances},
		Build: func(now time.Time) livetable.Load[*taskRow] {
			live, stopped := alone()
			f := factsOf(st, store.ServiceState{Running: live, Stopped: stopped}, instances.Snapshot(), define, now)
			return livetable.Load[*taskRow]{Rows: taskRows(f), Status: livetable.StatusOf(tasks.Snapshot())}
		},
		Details: func(ctx context.Context, _ []string) bool {
			live, stopped := alone()
			return readBehind(ctx, st, append(live, stopped...), instances.Snapshot().Values())
		},
	}
}

// standaloneColumns are those of tasks, with family and starter in the place of what only
// services have.
func standaloneColumns(at *livetable.Moment) []table.Column[*taskRow] {
	family := func(r *taskRow) string { f, _ := awsx.SplitRevision(r.task.TaskDefinition); return f }
	starter := func(r *taskRow) string { return reason.Starter(r.task.StartedBy) }
	columns := slices.DeleteFunc(taskColumns(at), func(c table.Column[*taskRow]) bool { return c.ID == "target" })
	return slices.Insert(columns, 1,
		table.Column[*taskRow]{ID: "family", Title: "FAMILY", Min: 12, Max: 32,
			Cell:    func(r *taskRow) table.Cell { return table.Cell{Text: family(r)} },
			Compare: func(a, b *taskRow) int { return strings.Compare(family(a), family(b)) }},
		table.Column[*taskRow]{ID: "starter", Title: "STARTED BY", Min: 10, Max: 28,
			Cell:    func(r *taskRow) table.Cell { return table.Cell{Text: cmp.Or(starter(r), "-")} },
			Compare: func(a, b *taskRow) int { return strings.Compare(starter(a), starter(b)) }})
}

// standaloneActions are what can be done with a task of no service.
func standaloneActions(s *livetable.Screen[*taskRow], cluster awsx.Ref, r *taskRow, ok bool) []ui.Action {
	deps, why, unstoppable := s.Deps, livetable.Nothing(ok), livetable.Nothing(ok)
	if !ok {
		r = &taskRow{}
	} else if r.stopped {
		unstoppable = "the task has stopped already"
	}
	into := intoTask(deps, cluster, r, why)
	into[1] = s.OverLogs(into[1], func(r *taskRow) (views.LogScope, bool) { return logsOf(cluster, &r.task), true })
	into = append(into, asksWhy(deps, cluster, r, cmp.Or(why, unasked(cluster))))
	return append(append(into, shelling(deps, r, unstoppable)...), stopping(s, r.task.Ref, unstoppable))
}
