package livetable

import (
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/ui"
	"gantry/views"
)

// Under is the row under the cursor where there is one.
func Under[T any](row T, ok bool) []T {
	if !ok {
		return nil
	}
	return []T{row}
}

// OverRows turns an action on the row under the cursor into one on the marked rows
// once there are any. Marks that a filter hides are refused: nobody acts on what he
// does not see.
func (s *Screen[T]) OverRows(a ui.Action, over func(rows []T) ui.Action) ui.Action {
	marked := s.Table.Marked()
	if len(marked) == 0 {
		return a
	}
	name := fmt.Sprintf("%s %d marked", a.Name, len(marked))
	a = over(marked)
	a.Name = name
	if hidden := s.HiddenMarks(); hidden != "" {
		a.Disabled = hidden
	}
	return a
}

// OverMarks is OverRows for a change of the rows' resources. Started is to be called once
// it is carried out: it clears the marks.
func (s *Screen[T]) OverMarks(a ui.Action, run func(targets []awsx.Ref, started func())) ui.Action {
	return s.OverRows(a, func(rows []T) ui.Action {
		targets := make([]awsx.Ref, len(rows))
		for i, row := range rows {
			if targets[i] = s.spec.Ref(row); targets[i] == (awsx.Ref{}) {
				return a.Unless("there is no resource behind one of the marked rows")
			}
		}
		return a.Does(func() {
			run(targets, func() {
				s.Table.ClearMarks()
				s.Act()
			})
		})
	})
}

// OverLogs turns the action that opens the lines of the row under the cursor into one that
// opens those of the marked rows together. Scope says whose lines are a row's; ok is false
// for one that writes none.
func (s *Screen[T]) OverLogs(a ui.Action, scope func(T) (of views.LogScope, ok bool)) ui.Action {
	return s.OverRows(a, func(rows []T) ui.Action {
		scopes := make([]views.LogScope, len(rows))
		for i, row := range rows {
			var ok bool
			if scopes[i], ok = scope(row); !ok {
				return a.Unless("one of the marked rows has no lines of its own")
			}
		}
		return a.Does(func() { s.Deps.Nav.Logs(scopes...) })
	})
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

// oneAtATime refuses the actions that take one row alone while others are marked.
func (s *Screen[T]) oneAtATime(actions []ui.Action) {
	marked := s.Table.Marked()
	if len(marked) == 0 {
		return
	}
	if row, ok := s.Table.Selected(); ok && len(marked) == 1 && s.spec.Table.Key(marked[0]) == s.spec.Table.Key(row) {
		return
	}
	for i, a := range actions {
		if a.Takes == ui.TakesRow && a.Disabled == "" {
			actions[i].Disabled = fmt.Sprintf("this takes one at a time, and %d are marked (%s clears marks)", len(marked), s.Deps.Host.Key(ui.ActClearMarks))
		}
	}
}
