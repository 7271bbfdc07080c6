package logs

import (
	tea "charm.land/bubbletea/v2"

	"gantry/ui"
	"gantry/ui/form"
	"gantry/ui/theme"
	"gantry/views"
	"gantry/views/prose"
)

// Actions are what can be done with lines.
func (s *logScreen) Actions() []ui.Action {
	pos, ok := s.view.Selected()
	noLine := unless(ok, "no line is shown")
	follow := actFollow.Runs(s.moving(ui.Do(func() {
		s.view.SetFollowing(!s.view.Following())
	})))
	switch {
	case s.view.Following() && s.following():
		follow.Name = "pause"
	case !s.following():
		follow.Run = s.followAgain
	}
	out := []ui.Action{
		s.enterAction(pos, noLine), follow, s.filterAction(), s.queryAction(),
		actNextError.Runs(s.moving(ui.Do(func() { s.seekError(1) }))).Unless(noLine),
		actPreviousError.Runs(s.moving(ui.Do(func() { s.seekError(-1) }))).Unless(noLine),
		actWrap.Does(func() { s.view.SetWrap(!s.view.Wrap()) }),
		actTime.Does(func() { s.view.SetTime(!s.view.Time()) }),
		s.jumpAction(), s.aroundAction(pos, noLine), s.histogramAction(), s.columnsAction(), s.chooseAction(),
		actUnfold.Runs(s.moving(ui.Do(s.view.ToggleFold))).Unless(noLine),
		actUnfoldAll.Does(func() { s.view.SetUnfolded(!s.view.Unfolded()) }),
		s.selectAction(noLine), s.copyAction(pos, noLine), s.markAction(), s.revealAction(), s.linkAction(), s.fullAction(),
		s.predecessorAction(), actQueryInFull.Does(s.openQuery), actSearchAnew.Runs(s.refresh),
	}
	out = append(out, s.searching()...)
	out = append(out, windowActions(func(w logWindow) tea.Cmd { return s.reopen(logOpening{window: w}) })...)
	for _, move := range ui.Movement(s.view) {
		run := s.moving(move.Run)
		move.Run = func() tea.Cmd { return tea.Batch(run(), s.further()) }
		if move.ID == ui.ActBottom.ID && !s.following() {
			move.Run = s.followAgain
		}
		out = append(out, move)
	}
	wrapped := unless(!s.view.Wrap(), "lines are wrapped")
	return append(out,
		actLeft.Does(func() { s.view.ScrollColumns(-1) }).Unless(wrapped),
		actRight.Does(func() { s.view.ScrollColumns(1) }).Unless(wrapped),
	)
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

// followAgain goes to the newest lines and follows them.
func (s *logScreen) followAgain() tea.Cmd {
	w := s.opening.window
	if w.head {
		w = logWindows[0]
	}
	return s.reopen(logOpening{window: w})
}

// enterAction opens what is under the cursor: a line's record, what a gap line hides,
// or what lies beyond the lines.
func (s *logScreen) enterAction(pos uint64, noLine string) ui.Action {
	a := actRecord.Does(func() { s.openRecord(pos) }).Unless(noLine)
	e := s.lines.ring.At(pos)
	switch beyond := s.view.Beyond(); {
	case beyond != 0 && (beyond < 0 || !s.following()):
		a.Name, a.Run = "read on", s.further
	case e != nil && e.Gap != nil:
		a.Name, a.Run = "read what is missing", func() tea.Cmd { return s.readGap(e) }
	}
	return a
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
	none := unless(s.view.Search() != "", "nothing is searched for")
	return []ui.Action{
		ui.ActFindNext.Runs(find(s.view.FindNext, "newer")).Unless(none),
		ui.ActFindPrev.Runs(find(s.view.FindPrevious, "older")).Unless(none),
	}
}

// filterAction asks for a filter: other than the search it hides lines.
func (s *logScreen) filterAction() ui.Action {
	return actFilter.Does(func() {
		s.viewer.Deps.Host.Modal(form.New(s.viewer.Deps.Host.Theme(), form.Options{
			Title: "Show only the lines that match",
			Fields: []form.Field{{
				Label: "filter", Value: s.view.Filter(),
				Help: "a regular expression; ! before it hides what matches; empty shows all",
			}},
			Submit: func(values []string) (tea.Cmd, error) { return nil, s.view.SetFilter(values[0]) },
		}))
	})
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
	a := actPredecessor.Runs(nil)
	task, ok := s.subject.predecessor(s.scope)
	a.Disabled = unless(ok, "no task is known that stopped before")
	a.Run = func() tea.Cmd {
		return s.viewer.Logs(views.LogScope{Service: s.scope.Service, Task: &task, Container: s.scope.Container})
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
	var d prose.Document
	if !s.subject.searchable() {
		d.Paras = s.emptiness()
	} else {
		d.Line(theme.Text, "These lines are found by a query derived from the account:")
		s.found(&d)
	}
	s.push("query", prose.PlainText(d.Paras))
}

func (s *logScreen) push(name, text string) {
	s.viewer.Deps.Host.Push(ui.NewDocument(s.viewer.Deps.Host, ui.DocumentOptions{
		Name: name, Text: text,
		Header: ui.Header{
			Badge: s.viewer.Deps.Badge(s.cluster()),
			Crumb: s.crumb() + " " + name,
			Scope: s.viewer.Deps.Policy.Scope(s.cluster()),
		},
	}))
}
