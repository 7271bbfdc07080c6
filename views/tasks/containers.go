package tasks

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

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
	Bindings: livetable.Bindings(views.ActLogs, actService)}})

// NewContainers makes the screen of one task: its containers, and for each what
// it runs, how it ended, its variables and the task's timeline. The task is shown
// as it was given until it is read anew, and after ECS has forgotten it.
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
			logs := views.ActLogs.Runs(func() tea.Cmd {
				return deps.Nav.Logs(views.LogScope{Service: service, Task: &r.task, Container: r.container.Name})
			}).Unless(livetable.Nothing(ok))
			return []ui.Action{logs, jumpToService(deps, service)}
		},
		Kind: awsx.KindTask,
		Ref:  func(r *containerRow) awsx.Ref { return r.task.Ref },
		Describe: func(ctx context.Context, r *containerRow) ([]prose.Para, error) {
			return describe.Task(ctx, deps, r.task, r.host)
		},
	})
}

// openContainers watches the service that a task belongs to.
func openContainers(st *store.Store, service awsx.Ref, task awsx.Task) livetable.Feed[*containerRow] {
	state, instances := st.Service(service), st.Instances(service.ClusterRef())
	return livetable.Feed[*containerRow]{
		Watches: []livetable.Watch{state, instances},
		Build: func(now time.Time) livetable.Load[*containerRow] {
			s := state.Snapshot()
			t, found := store.NewestTask(s, task)
			var host *awsx.Instance
			for _, i := range instances.Snapshot().Items {
				if i.Ref.ARN == t.ContainerInstance {
					i = st.Housed(i)
					host = &i
				}
			}
			td, _ := st.CachedTaskDefinition(t.Ref.Context, t.TaskDefinition)
			l := livetable.Load[*containerRow]{Rows: containerRows(t, td, host, now), Status: livetable.StatusOf(s)}
			l.Note = []livetable.Span{taskState(t, now)}
			if !found && len(s.Items) > 0 && !s.Items[0].RunningAt.IsZero() && !s.Items[0].StoppedAt.IsZero() {
				l.Note = append(l.Note, livetable.Span{Text: "ECS lists this task no more", Role: theme.Unknown})
			}
			return l
		},
		Details: func(ctx context.Context, _ []string) bool {
			return readBehind(ctx, st, []awsx.Task{task}, instances.Snapshot().Items)
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
