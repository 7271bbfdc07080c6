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
	if a.Disabled = s.HiddenMarks(); a.Disabled != "" {
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

// HiddenMarks says which rows are marked and hidden by a filter, which is why nothing is
// done with the marked ones; empty when there is none.
func (s *Screen[T]) HiddenMarks() string {
	hidden := s.Table.HiddenMarks()
	if len(hidden) == 0 {
		return ""
	}
	names := make([]string, len(hidden))
	for i, row := range hidden {
		names[i] = s.shortName(row)
	}
	return fmt.Sprintf("marked and hidden by the filter: %s (%s clears marks)", strings.Join(names, ", "), s.Deps.Host.Key(ui.ActClearMarks))
}

// OneAtATime is an action that takes one row alone. With others marked it says so, since
// whoever marked them expects them to be taken.
func (s *Screen[T]) OneAtATime(a ui.Action) ui.Action {
	marked := s.Table.Marked()
	if len(marked) == 0 || a.Disabled != "" {
		return a
	}
	if row, ok := s.Table.Selected(); ok && len(marked) == 1 && s.spec.Ref(marked[0]) == s.spec.Ref(row) {
		return a
	}
	a.Disabled = fmt.Sprintf("this takes one at a time, and %d are marked (%s clears marks)", len(marked), s.Deps.Host.Key(ui.ActClearMarks))
	return a
}
