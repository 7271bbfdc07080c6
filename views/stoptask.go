package views

import (
	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/form"
)

const actStop = "stop"

// stopping stops the task under the cursor, or the marked ones. Why says that there
// is none to stop.
func stopping[T any](s *tableScreen[T], task awsx.Ref, why string) ui.Action {
	nav := s.deps.Nav
	return s.overMarks(ui.Action{ID: actStop, Name: "stop", Keys: []string{"ctrl+d"}, Tier: 2, Hint: 5, Disabled: why,
		Run: func() tea.Cmd { return nav.StopTasks([]awsx.Ref{task}, s.act) }}, nav.StopTasks)
}

// StopTasks asks for the reason, which ECS keeps with the tasks, and plans to stop
// them.
func (c *Changes) StopTasks(tasks []awsx.Ref, started func()) tea.Cmd {
	what := "task " + shortID(tasks[0].Name())
	if len(tasks) > 1 {
		what = count(len(tasks), "task")
	}
	c.Deps.Host.Modal(form.New(c.Deps.Host.Theme(), form.Options{
		Title:  "Stop " + what + " of " + tasks[0].ClusterName(),
		Fields: []form.Field{{Label: "reason", Help: "kept with the task, may be empty", Check: deploy.CheckReason}},
		Submit: func(values []string) (tea.Cmd, error) {
			c.proposeEach(tasks, deploy.StopTask{Reason: values[0]}, started)
			return nil, nil
		},
	}))
	return nil
}
