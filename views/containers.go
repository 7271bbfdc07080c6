package views

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/store"
	"gantry/ui"
	"gantry/ui/table"
	"gantry/ui/theme"
)

// NewContainers makes the screen of one task: its containers, and for each what
// it runs, how it ended, its variables and the task's timeline. The task is shown
// as it was given until it is read anew, and after ECS has forgotten it.
func NewContainers(deps *Deps, service awsx.Ref, task awsx.Task) ui.Screen {
	return newTableScreen(deps, tableSpec[*containerRow]{
		name: "task", nouns: "containers", permission: "ecs:DescribeTasks",
		subject: task.Ref, crumb: crumb(service) + " " + shortID(task.ID),
		table: table.Options[*containerRow]{
			Key:     func(r *containerRow) string { return r.container.Name },
			Columns: containerColumns(),
			Fault:   func(r *containerRow) bool { return r.status.Fault() },
		},
		status:   func(r *containerRow) (theme.Status, bool) { return r.status, true },
		open:     func() feed[*containerRow] { return openContainers(deps.Store, service, task) },
		evidence: containerEvidence,
		actions: func(r *containerRow, ok bool) []ui.Action {
			logs := ui.Action{ID: actLogs, Name: "logs", Keys: []string{"l"}, Hint: 2, Disabled: nothing(ok), Run: func() tea.Cmd {
				return deps.Nav.Logs(LogScope{Service: service, Task: &r.task, Container: r.container.Name})
			}}
			return []ui.Action{logs, jumpToService(deps, service)}
		},
		kind: awsx.KindTask,
		ref:  func(r *containerRow) awsx.Ref { return r.task.Ref },
		describe: func(ctx context.Context, r *containerRow) ([]para, error) {
			td, err := deps.Store.TaskDefinition(ctx, task.Ref.Context, r.task.TaskDefinition)
			if err != nil {
				return nil, err
			}
			return describeTask(r.task, td, r.host, deps.Now()), nil
		},
	})
}

// openContainers watches the service that a task belongs to.
func openContainers(st *store.Store, service awsx.Ref, task awsx.Task) feed[*containerRow] {
	state, instances := st.Service(service), st.Instances(service.ClusterRef())
	return feed[*containerRow]{
		watches: []watch{state, instances},
		build: func(now time.Time) load[*containerRow] {
			s := state.Snapshot()
			t, found := store.NewestTask(s, task)
			var host *awsx.Instance
			for _, i := range instances.Snapshot().Items {
				if i.Ref.ARN == t.ContainerInstance {
					host = &i
				}
			}
			td, _ := st.CachedTaskDefinition(t.Ref.Context, t.TaskDefinition)
			l := load[*containerRow]{rows: containerRows(t, td, host, now), status: statusOf(s)}
			l.note = []span{taskState(t)}
			if !found && len(s.Items) > 0 && !s.Items[0].RunningAt.IsZero() && !s.Items[0].StoppedAt.IsZero() {
				l.note = append(l.note, span{"ECS lists this task no more", theme.Unknown})
			}
			return l
		},
		details: func(ctx context.Context, _ []string) bool {
			return cacheDefinitions(ctx, st, task.Ref.Context, []string{task.TaskDefinition})
		},
	}
}

// taskState says what a task does, for the line of totals.
func taskState(t awsx.Task) span {
	s := runningStatus(t, nil)
	if t.LastStatus == "STOPPED" && t.StopCode != "" {
		s = theme.StatusFailed
	}
	return span{"task " + t.LastStatus, s.Role()}
}
