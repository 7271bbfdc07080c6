package livetable

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/ui"
)

// OverMarks turns an action on the row under the cursor into one on the marked rows
// once there are any. Marks that a filter hides are refused: nobody acts on what he
// does not see.
func (s *Screen[T]) OverMarks(a ui.Action, run func(targets []awsx.Ref, started func()) tea.Cmd) ui.Action {
	marked := s.Table.Marked()
	if len(marked) == 0 {
		return a
	}
	a.Name = fmt.Sprintf("%s %d marked", a.Name, len(marked))
	a.Disabled = ""
	if hidden := s.Table.HiddenMarks(); len(hidden) > 0 {
		names := make([]string, len(hidden))
		for i, row := range hidden {
			names[i] = s.shortName(row)
		}
		a.Disabled = fmt.Sprintf("marked and hidden by the filter: %s (%s clears marks)", strings.Join(names, ", "), s.Deps.Host.Key(ui.ActClearMarks))
		return a
	}
	targets := make([]awsx.Ref, len(marked))
	for i, row := range marked {
		if targets[i] = s.spec.Ref(row); targets[i] == (awsx.Ref{}) {
			a.Disabled = "there is no resource behind one of the marked rows"
			return a
		}
	}
	a.Run = func() tea.Cmd {
		return run(targets, func() {
			s.Table.ClearMarks()
			s.Act()
		})
	}
	return a
}
