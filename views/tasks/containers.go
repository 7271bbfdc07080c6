package tasks

import (
	"cmp"
	"context"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/awsx/store"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/text"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/describe"
	"gantry/views/livetable"
	"gantry/views/prose"
	"gantry/views/wording"
)

// The screen of one task.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "task", Title: "Containers",
	Bindings: livetable.Bindings(views.ActLogs, views.ActWhy, views.ActShell, views.ActForward, actService)}, Rows: "container"})

// NewContainers makes the screen of one task: its containers, and for each what
// it runs, how it ended, its variables and the task's timeline. The task is shown
// as it was given until it is read anew, and after ECS has forgotten it. For a task of no
// service its cluster stands in the place of one.
func NewContainers(deps *views.Deps, service awsx.Ref, task awsx.Task) ui.Screen {
	return livetable.New(deps, livetable.Spec[*containerRow]{
		Name: "task", Nouns: "containers", Permission: "ecs:DescribeTasks",
		Subject: task.Ref, Crumb: views.Crumb(service) + " " + wording.ShortID(task.ID),
		Table: table.Options[*containerRow]{
			Key:     func(r *containerRow) string { return r.container.Name },
			Columns: containerColumns(),
			Fault:   func(r *containerRow) bool { return r.status.Fault() },
		},
		Status:   func(r *containerRow) (theme.Status, bool) { return r.status, true },
		Open:     func() livetable.Feed[*containerRow] { return openContainers(deps.Store, service, task) },
		Evidence: containerEvidence,
		Actions: func(r *containerRow, ok bool) []ui.Action {
			logs := views.ActLogs.Does(func() {
				scope := logsOf(service, &r.task)
				scope.Container = r.container.Name
				deps.Nav.Logs(scope)
			}).Unless(livetable.Nothing(ok))
			into := func(b ui.Binding, open func(awsx.Task, string)) ui.Action {
				return b.Does(func() { open(r.task, r.container.Name) }).Unless(cmp.Or(livetable.Nothing(ok), ended(r)))
			}
			why := views.ActWhy.Does(func() { deps.Nav.Why(service, r.task) }).Unless(cmp.Or(livetable.Nothing(ok), unasked(service)))
			return []ui.Action{logs, why, into(views.ActShell, deps.Nav.Shell), into(views.ActForward, deps.Nav.Forward), jumpToService(deps, service).Unless(serviceless(service))}
		},
		Kind:   awsx.KindTask,
		Ref:    func(r *containerRow) awsx.Ref { return r.task.Ref },
		Values: func(r *containerRow) map[string]string { return valuesOf(r.task, r.host, &r.container) },
		Describe: func(ctx context.Context, r *containerRow) ([]prose.Para, error) {
			return describe.Task(ctx, deps, r.task, r.host)
		},
	})
}

// ended says that a container's task has stopped, empty while it has not.
func ended(r *containerRow) string {
	if r == nil || r.task.LastStatus != "STOPPED" {
		return ""
	}
	return "the task has stopped already"
}

// alone tells that a cluster stands for the service of a task that has none.
func alone(service awsx.Ref) bool { return service == service.ClusterRef() }

// serviceless says why there is no service to go to, empty where there is.
func serviceless(service awsx.Ref) string {
	if alone(service) {
		return "this task belongs to no service"
	}
	return ""
}

// unasked says why nobody is asked what is wrong with a task, empty where that can be: what is
// wrong is found by what stands around a service.
func unasked(service awsx.Ref) string {
	if alone(service) {
		return "this task belongs to no service: why it ended stands in its row, and its lines tell the rest"
	}
	return ""
}

// logsOf are the lines of a task.
func logsOf(service awsx.Ref, task *awsx.Task) views.LogScope {
	if alone(service) {
		service = awsx.Ref{}
	}
	return views.LogScope{Service: service, Task: task}
}

// newest is a watch in which a task is found: that of its service, or of all of its cluster.
type newest struct {
	livetable.Watch
	// of returns the task as it was read last, found false where it is listed no more, and
	// listed where the list is known to be whole.
	of func() (t awsx.Task, found, listed bool, status livetable.Status)
}

func watchTask(st *store.Store, service awsx.Ref, task awsx.Task) newest {
	if alone(service) {
		w := st.Tasks(service)
		return newest{w, func() (awsx.Task, bool, bool, livetable.Status) {
			s := w.Snapshot()
			for _, t := range s.Values() {
				if t.Ref == task.Ref {
					return t, true, true, livetable.StatusOf(s)
				}
			}
			return task, false, s.Whole(), livetable.StatusOf(s)
		}}
	}
	w := st.Service(service)
	return newest{w, func() (awsx.Task, bool, bool, livetable.Status) {
		s := w.Snapshot()
		t, found := store.NewestTask(s, task)
		listed := len(s.Items) > 0 && !s.Items[0].RunningAt.IsZero() && !s.Items[0].StoppedAt.IsZero()
		return t, found, listed, livetable.StatusOf(s)
	}}
}

// openContainers watches what a task is found in.
func openContainers(st *store.Store, service awsx.Ref, task awsx.Task) livetable.Feed[*containerRow] {
	state, instances := watchTask(st, service, task), st.Instances(service.ClusterRef())
	return livetable.Feed[*containerRow]{
		Watches: []livetable.Watch{state, instances},
		Build: func(now time.Time) livetable.Load[*containerRow] {
			t, found, listed, status := state.of()
			var host *awsx.Instance
			for _, i := range instances.Snapshot().Values() {
				if i.Ref.ARN == t.ContainerInstance {
					i = st.Housed(i)
					host = &i
				}
			}
			td, _ := st.CachedTaskDefinition(t.Ref.Context, t.TaskDefinition)
			l := livetable.Load[*containerRow]{Rows: containerRows(t, td, host, now), Status: status}
			l.Note = []livetable.Span{taskState(t, now)}
			if !found && listed {
				l.Note = append(l.Note, livetable.Span{Text: "ECS lists this task no more", Role: theme.Unknown})
			}
			return l
		},
		Details: func(ctx context.Context, _ []string) bool {
			return readBehind(ctx, st, []awsx.Task{task}, instances.Snapshot().Values())
		},
	}
}

// taskState says what a task does, for the line of totals.
func taskState(t awsx.Task, now time.Time) livetable.Span {
	s := runningStatus(t, nil)
	if t.LastStatus == "STOPPED" && t.StopCode != "" {
		s = theme.StatusFailed
	}
	words := "task " + t.LastStatus
	if at := reason.StoppedAt(t); t.LastStatus == "STOPPED" && !at.IsZero() {
		words += ", ended " + wording.Clock(at, now) + ", " + text.Ago(now.Sub(at))
	}
	return livetable.Span{Text: words, Role: s.Role()}
}
