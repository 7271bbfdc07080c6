package logs

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/ui"
)

// The names under which is kept how lines are shown. What hides or reveals lines (filter,
// search, query, secrets, the window) is not kept: whoever opens a log sees all that is new.
const (
	keptWrap     = "logs.wrap"
	keptTime     = "logs.time"
	keptUnfolded = "logs.unfolded"
	keptColumns  = "logs.columns"
	keptFollow   = "logs.follow"
)

// on and off are kept of what is otherwise the other.
const on, off = "on", "off"

// restore shows lines as they were shown last, in any log of the context. The view stops
// following only once there are lines to stop at.
func (s *screen) restore() {
	kept := func(name string) string { return s.viewer.Deps.Kept(s.scopes.Context(), name) }
	v := s.page.view
	v.SetWrap(kept(keptWrap) == on)
	v.SetTime(kept(keptTime) != off)
	v.SetUnfolded(kept(keptUnfolded) == on)
	s.page.setColumns(strings.Fields(kept(keptColumns)))
	s.paused = kept(keptFollow) == off
}

// keep keeps how lines are shown now.
func (s *screen) keep() {
	keep := func(name, value string, unusual bool) {
		if !unusual {
			value = ""
		}
		s.viewer.Deps.Keep(s.scopes.Context(), name, value)
	}
	v := s.page.view
	keep(keptWrap, on, v.Wrap())
	keep(keptTime, off, !v.Time())
	keep(keptUnfolded, on, v.Unfolded())
	keep(keptColumns, strings.Join(s.page.lines.columns, " "), v.InColumns())
}

// keeping runs what changes how lines are shown, and keeps that.
func (s *screen) keeping(a ui.Action) ui.Action {
	run := a.Run
	a.Run = func() tea.Cmd {
		cmd := run()
		s.keep()
		return cmd
	}
	return a
}

// toggleFollowing stops following, or goes on with it, and keeps that: other than a step
// upward it says how logs are read here.
func (s *screen) toggleFollowing() {
	v := s.page.view
	v.SetFollowing(!v.Following())
	s.keepFollowing()
}

// keepFollowing keeps whether logs are followed.
func (s *screen) keepFollowing() {
	value := off
	if s.page.view.Following() {
		value = ""
	}
	s.viewer.Deps.Keep(s.scopes.Context(), keptFollow, value)
}
