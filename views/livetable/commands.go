package livetable

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/internal/errand"
	"gantry/ui"
	"gantry/views"
)

// commands are the operator's own that the screen has, for the row under the cursor or for the
// marked ones.
func (s *Screen[T]) commands(row T, ok bool) []ui.Action {
	if len(s.Deps.Commands) == 0 {
		return nil
	}
	if s.owned == nil {
		s.owned = append([]errand.Command{}, s.Deps.CommandsOn(s.spec.Name)...)
	}
	var out []ui.Action
	for _, c := range s.owned {
		a := views.CommandBinding(c).Runs(func() tea.Cmd { return s.Deps.Nav.Command(c, s.errands([]T{row}), s.Act) }).Unless(Nothing(ok))
		if ok && s.spec.Ref(row) == (awsx.Ref{}) {
			a.Disabled = "there is no resource behind this row"
		}
		if c.Each {
			a = s.OverRows(a, func(rows []T) ui.Action {
				if slices.ContainsFunc(rows, func(row T) bool { return s.spec.Ref(row) == (awsx.Ref{}) }) {
					return a.Unless("there is no resource behind one of the marked rows")
				}
				return a.Runs(func() tea.Cmd {
					return s.Deps.Nav.Command(c, s.errands(rows), func() {
						s.Table.ClearMarks()
						s.Act()
					})
				}).Unless("")
			})
		}
		out = append(out, a)
	}
	return out
}

// errands are rows as commands take them.
func (s *Screen[T]) errands(rows []T) []errand.Row {
	out := make([]errand.Row, len(rows))
	for i, row := range rows {
		ref, name := s.spec.Ref(row), ""
		var known map[string]string
		if s.spec.Values != nil {
			known = s.spec.Values(row)
		}
		if s.Deps.Called != nil {
			name = s.Deps.Called(ref.Context)
		}
		out[i] = errand.NewRow(ref, name, known)
	}
	return out
}
