package views

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/ui/form"
)

// BatchPlan is what planning one intent for several targets came to.
type BatchPlan struct {
	// Batch holds the plans of the targets that have one; it is empty when none has.
	Batch deploy.Batch
	// Unplanned are the targets for which there is no plan.
	Unplanned []Unplanned
	// AtOnce is how many targets are changed side by side.
	AtOnce int
}

// Unplanned is a target for which no plan could be made, and why.
type Unplanned struct {
	Target awsx.Ref
	Err    error
}

// RestartAll plans to restart several services.
func (c *Changes) RestartAll(services []awsx.Ref, started func()) tea.Cmd {
	c.proposeAll(services, deploy.Restart{}, started)
	return nil
}

// ScaleAll asks for a count and plans it for several services.
func (c *Changes) ScaleAll(services []awsx.Ref, started func()) tea.Cmd {
	c.Deps.Host.Modal(form.New(c.Deps.Host.Theme(), form.Options{
		Title:  fmt.Sprintf("Scale %s of %s", count(len(services), "service"), services[0].ClusterName()),
		Fields: []form.Field{{Label: "tasks", Help: "how many each of them is to run, 0 or more", Check: checkCount}},
		Submit: func(values []string) (tea.Cmd, error) {
			n, err := parseCount(values[0])
			if err == nil {
				c.proposeAll(services, deploy.Scale{Count: n}, started)
			}
			return nil, err
		},
	}))
	return nil
}

func checkCount(s string) error {
	_, err := parseCount(s)
	return err
}

// proposeAll shows the plan of one intent for several targets. Started is called on
// the loop once it is being carried out.
func (c *Changes) proposeAll(targets []awsx.Ref, intent deploy.Intent, started func()) {
	c.Deps.Host.Push(newBulkPlan(c, targets, intent, started))
}

// proposeEach shows the plan for one target, or the one for all of several.
func (c *Changes) proposeEach(targets []awsx.Ref, intent deploy.Intent, started func()) {
	if len(targets) == 1 {
		c.propose(targets[0], intent, func(string) { started() })
		return
	}
	c.proposeAll(targets, intent, started)
}

// overMarks turns an action on the row under the cursor into one on the marked rows
// once there are any. Marks that a filter hides are refused: nobody acts on what he
// does not see.
func (s *tableScreen[T]) overMarks(a ui.Action, run func(targets []awsx.Ref, started func()) tea.Cmd) ui.Action {
	marked := s.table.Marked()
	if len(marked) == 0 {
		return a
	}
	a.Name = fmt.Sprintf("%s %d marked", a.Name, len(marked))
	a.Disabled = ""
	if hidden := s.table.HiddenMarks(); len(hidden) > 0 {
		names := make([]string, len(hidden))
		for i, row := range hidden {
			names[i] = s.shortName(row)
		}
		a.Disabled = fmt.Sprintf("marked and hidden by the filter: %s (%s clears marks)", strings.Join(names, ", "), s.key(ui.ActClearMarks, ""))
		return a
	}
	targets := make([]awsx.Ref, len(marked))
	for i, row := range marked {
		if targets[i] = s.spec.ref(row); targets[i] == (awsx.Ref{}) {
			a.Disabled = "there is no resource behind one of the marked rows"
			return a
		}
	}
	a.Run = func() tea.Cmd {
		return run(targets, func() {
			s.table.ClearMarks()
			s.act()
		})
	}
	return a
}

// overServiceMarks are the actions on services of which some may be marked.
func overServiceMarks(s *tableScreen[*serviceRow], actions []ui.Action) []ui.Action {
	for i, a := range actions {
		switch a.ID {
		case actRestart:
			actions[i] = s.overMarks(a, s.deps.Nav.RestartAll)
		case actScale:
			actions[i] = s.overMarks(a, s.deps.Nav.ScaleAll)
		}
	}
	return actions
}
