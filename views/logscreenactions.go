package views

import (
	tea "charm.land/bubbletea/v2"

	"gantry/ui"
	"gantry/ui/form"
	"gantry/ui/theme"
)

// Actions are what can be done with lines.
func (s *logScreen) Actions() []ui.Action {
	pos, ok := s.view.Selected()
	noLine := unless(ok, "no line is shown")
	record := ui.Shared(ui.ActEnter, ui.Do(func() { s.openRecord(pos) }))
	record.Name, record.Disabled = "record", noLine
	follow := ui.Action{ID: "log-follow", Name: "follow", Keys: []string{"s"}, Hint: 2, Run: s.moving(ui.Do(func() {
		s.view.SetFollowing(!s.view.Following())
	}))}
	if s.view.Following() {
		follow.Name = "pause"
	}
	line := ui.Shared(ui.ActCopy, ui.Do(func() { s.copyLine(pos) }))
	line.Name, line.Hint, line.Disabled = "copy line", 8, noLine
	wrap := ui.Shared(ui.ActWrap, ui.Do(func() { s.view.SetWrap(!s.view.Wrap()) }))
	wrap.Hint = 5
	refresh := ui.Shared(ui.ActRefresh, s.refresh)
	refresh.Name = "search anew"
	query := ui.Shared(ui.ActDescribe, ui.Do(s.openQuery))
	query.Name = "the query in full"
	out := []ui.Action{
		record, follow, s.filterAction(),
		{ID: "log-next-error", Name: "next error", Keys: []string{"e"}, Disabled: noLine, Run: s.moving(ui.Do(func() { s.seekError(1) }))},
		{ID: "log-previous-error", Name: "previous error", Keys: []string{"E"}, Hint: 4, Disabled: noLine, Run: s.moving(ui.Do(func() { s.seekError(-1) }))},
		wrap,
		{ID: "log-time", Name: "time", Keys: []string{"t"}, Hint: 6, Run: ui.Do(func() { s.view.SetTime(!s.view.Time()) })},
		s.predecessorAction(), line, query, refresh,
	}
	out = append(out, s.searching()...)
	for _, w := range logWindows {
		out = append(out, ui.Action{ID: w.id, Name: w.name, Keys: []string{w.key}, Run: func() tea.Cmd { return s.reopen(w) }})
	}
	for _, move := range ui.Movement(s.view) {
		move.Run = s.moving(move.Run)
		out = append(out, move)
	}
	left := ui.Shared(ui.ActLeft, ui.Do(func() { s.view.ScrollColumns(-1) }))
	right := ui.Shared(ui.ActRight, ui.Do(func() { s.view.ScrollColumns(1) }))
	left.Disabled = unless(!s.view.Wrap(), "lines are wrapped")
	right.Disabled = left.Disabled
	return append(out, left, right)
}

func unless(ok bool, why string) string {
	if ok {
		return ""
	}
	return why
}

// moving runs something that moves the cursor: from there on the search has no
// place to go back to.
func (s *logScreen) moving(run func() tea.Cmd) func() tea.Cmd {
	return func() tea.Cmd {
		s.anchor = nil
		return run()
	}
}

// searching are the actions on what the search matches.
func (s *logScreen) searching() []ui.Action {
	find := func(step func() bool, where string) func() tea.Cmd {
		return s.moving(ui.Do(func() {
			if !step() {
				s.viewer.Deps.Host.Flash(ui.Info, "no %s line matches %s", where, s.view.Search())
			}
		}))
	}
	next := ui.Shared(ui.ActFindNext, find(s.view.FindNext, "newer"))
	previous := ui.Shared(ui.ActFindPrev, find(s.view.FindPrevious, "older"))
	next.Disabled = unless(s.view.Search() != "", "nothing is searched for")
	previous.Disabled = next.Disabled
	return []ui.Action{next, previous}
}

// filterAction asks for a filter: other than the search it hides lines.
func (s *logScreen) filterAction() ui.Action {
	return ui.Action{ID: "log-filter", Name: "filter", Keys: []string{"&"}, Hint: 3, Run: ui.Do(func() {
		s.viewer.Deps.Host.Modal(form.New(s.viewer.Deps.Host.Theme(), form.Options{
			Title: "Show only the lines that match",
			Fields: []form.Field{{
				Label: "filter", Value: s.view.Filter(),
				Help: "a regular expression; ! before it hides what matches; empty shows all",
			}},
			Submit: func(values []string) (tea.Cmd, error) { return nil, s.view.SetFilter(values[0]) },
		}))
	})}
}

// seekError goes to the next error line that is shown, in steps of one line.
func (s *logScreen) seekError(step int) {
	from, ok := s.view.Selected()
	if !ok {
		return
	}
	before := logAnchor{pos: from, following: s.view.Following()}
	for pos := from + uint64(step); pos >= s.lines.First() && pos < s.lines.End(); pos += uint64(step) {
		if !s.lines.error(pos) {
			continue
		}
		s.view.Goto(pos)
		if at, _ := s.view.Selected(); at == pos {
			return
		}
	}
	before.restore(s.view)
	where := "newer"
	if step < 0 {
		where = "older"
	}
	s.viewer.Deps.Host.Flash(ui.Info, "no %s line is an error", where)
}

// predecessorAction opens the logs of the task that stopped before this one.
func (s *logScreen) predecessorAction() ui.Action {
	a := ui.Action{ID: "log-predecessor", Name: "previous task", Keys: []string{"p"}, Hint: 7}
	task, ok := s.subject.predecessor(s.scope)
	a.Disabled = unless(ok, "no task is known that stopped before")
	a.Run = func() tea.Cmd {
		return s.viewer.Logs(LogScope{Service: s.scope.Service, Task: &task, Container: s.scope.Container})
	}
	return a
}

// openRecord shows everything about a line.
func (s *logScreen) openRecord(pos uint64) {
	e := s.lines.ring.At(pos)
	if e == nil {
		return
	}
	s.push("record", s.lines.record(e))
}

// openQuery shows how the lines are found, whole.
func (s *logScreen) openQuery() {
	var d document
	if !s.subject.searchable() {
		d.paras = s.emptiness()
	} else {
		d.line(theme.Text, "These lines are found by a query derived from the account:")
		s.found(&d)
	}
	s.push("query", plainText(d.paras))
}

func (s *logScreen) push(name, text string) {
	s.viewer.Deps.Host.Push(ui.NewDocument(s.viewer.Deps.Host, ui.DocumentOptions{
		Name: name, Text: text,
		Header: ui.Header{
			Badge: s.viewer.Deps.badge(s.cluster()),
			Crumb: s.crumb() + " " + name,
			Scope: s.viewer.Deps.Policy.Scope(s.cluster()),
		},
	}))
}

func (s *logScreen) copyLine(pos uint64) {
	if e := s.lines.ring.At(pos); e != nil {
		s.viewer.Deps.Host.Copy("line", safeText(s.lines.At(pos).Message))
	}
}
