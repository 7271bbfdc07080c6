package livetable

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/ui"
)

// look is how a table was left to look: by what it is sorted, and which columns it shows.
// Filter and faults-only mode are no part of it: a filter of yesterday would hide what is
// wrong today from who does not think of it. Filters come back by the arrow in the prompt.
type look struct{ sort, columns string }

// other is kept of a table that shows the other columns than those of its width.
const other = "other"

// restore gives the table the look that such a screen of the context was left with.
func (s *Screen[T]) restore() {
	s.usual = s.looks()
	of := s.spec.Subject.Context
	sort := s.Deps.Kept(of, s.spec.Name+".sort")
	if i := strings.LastIndexByte(sort, ' '); i >= 0 { // the key of a tag may have spaces
		s.Table.SetSort(sort[:i], sort[i+1:] == "descending") // unless it has no such column any more
	}
	// Columns that have to be asked for cost money: only an operator asks for them, each time.
	s.wide = s.spec.Asked == nil && s.Deps.Kept(of, s.spec.Name+".columns") == other
}

// looks is how the table looks now.
func (s *Screen[T]) looks() (l look) {
	if column, descending := s.Table.Sort(); column != "" {
		l.sort = column + " ascending"
		if descending {
			l.sort = column + " descending"
		}
	}
	if s.wide && s.spec.Asked == nil {
		l.columns = other
	}
	return l
}

// looking runs what changes how the table looks, and keeps that for such screens.
func (s *Screen[T]) looking(a ui.Action) ui.Action {
	run := a.Run
	a.Run = func() tea.Cmd {
		cmd := run()
		now := s.looks()
		s.leave(".sort", now.sort, s.usual.sort)
		s.leave(".columns", now.columns, s.usual.columns)
		return cmd
	}
	return a
}

// leave keeps a part of the look, unless it is the usual one.
func (s *Screen[T]) leave(part, now, usual string) {
	if now == usual {
		now = ""
	}
	s.Deps.Keep(s.spec.Subject.Context, s.spec.Name+part, now)
}
