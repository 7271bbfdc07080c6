package editors

import (
	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/ui/form"
	"gantry/views/wording"
)

// StopTasks asks for the reason, which ECS keeps with the tasks, and plans to stop
// them.
func (e *Editors) StopTasks(tasks []awsx.Ref, started func()) {
	what := "task " + wording.ShortID(tasks[0].Name())
	if len(tasks) > 1 {
		what = wording.Count(len(tasks), "task")
	}
	e.Changes.Deps.Host.Modal(form.New(e.Changes.Deps.Host.Theme(), form.Options{
		Title:  "Stop " + what + " of " + tasks[0].ClusterName(),
		Fields: []form.Field{{Label: "reason", Help: "kept with the task, may be empty", Check: deploy.CheckReason}},
		Submit: func(values []string) (tea.Cmd, error) {
			e.Changes.Plan(deploy.StopTask{Reason: values[0]}, started, tasks...)
			return nil, nil
		},
	}))
}
