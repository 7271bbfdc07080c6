package logs

import (
	tea "charm.land/bubbletea/v2"

	"gantry/ui"
	"gantry/ui/form"
	"gantry/ui/theme"
	"gantry/views/logs/whose"
	"gantry/views/prose"
)

// Actions are what can be done with lines.
func (s *screen) Actions() []ui.Action {
	pos, ok := s.page.view.Selected()
	noLine := unless(ok, "no line is shown")
	follow := actFollow.Runs(s.page.moving(ui.Do(s.toggleFollowing)))
	switch {
	case s.page.view.Following() && s.search.following():
		follow.Name = "pause"
	case !s.search.following():
		follow.Run = s.followAgain
		fallthrough
	default:
		follow.Helps = true
	}
	out := []ui.Action{
		s.enterAction(pos, noLine), follow, s.page.filterAction(), s.queryAction(),
		actNextError.Runs(s.page.moving(ui.Do(func() { s.page.seekError(1) }))).Unless(noLine),
		actPreviousError.Runs(s.page.moving(ui.Do(func() { s.page.seekError(-1) }))).Unless(noLine),
		s.keeping(actWrap.Does(func() { s.page.view.SetWrap(!s.page.view.Wrap()) })),
		s.keeping(actTime.Does(func() { s.page.view.SetTime(!s.page.view.Time()) })),
		s.jumpAction(), s.aroundAction(pos, noLine), s.histogramAction(), s.keeping(s.page.columnsAction()), s.page.chooseAction(s.keep),
		actUnfold.Runs(s.page.moving(ui.Do(s.page.view.ToggleFold))).Unless(noLine),
		s.keeping(actUnfoldAll.Does(func() { s.page.view.SetUnfolded(!s.page.view.Unfolded()) })),
		s.page.selectAction(noLine), s.page.copyAction(pos, noLine), s.markAction(), s.secrets.action(&s.page), s.linkAction(), s.fullAction(),
		s.predecessorAction(), actQueryInFull.Does(s.openQuery), actSearchAnew.Runs(s.refresh),
	}
	out = append(out, s.page.searching()...)
	out = append(out, windowActions(func(w window) tea.Cmd { return s.reopen(opening{window: w}) })...)
	for _, move := range ui.Movement(s.page.view) {
		run := s.page.moving(move.Run)
		move.Run = func() tea.Cmd { return tea.Batch(run(), s.beyond.further()) }
		if move.ID == ui.ActBottom.ID && !s.search.following() {
			move.Run = s.followAgain
		}
		out = append(out, move)
	}
	wrapped := unless(!s.page.view.Wrap(), "lines are wrapped")
	return append(out,
		actLeft.Does(func() { s.page.view.ScrollColumns(-1) }).Unless(wrapped),
		actRight.Does(func() { s.page.view.ScrollColumns(1) }).Unless(wrapped),
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
func (p *page) moving(run func() tea.Cmd) func() tea.Cmd {
	return func() tea.Cmd {
		p.anchor = nil
		return run()
	}
}

// followAgain goes to the newest lines and follows them.
func (s *screen) followAgain() tea.Cmd {
	w := s.search.opening.window
	if w.head {
		w = windows[0]
	}
	return s.reopen(opening{window: w})
}

// enterAction opens what is under the cursor: a line's record, what a gap line hides,
// or what lies beyond the lines.
func (s *screen) enterAction(pos uint64, noLine string) ui.Action {
	a := actRecord.Does(func() { s.openRecord(pos) }).Unless(noLine)
	e := s.page.lines.ring.At(pos)
	switch beyond := s.page.view.Beyond(); {
	case beyond != 0 && (beyond < 0 || !s.search.following()):
		a.Name, a.Run = "read on", s.beyond.further
	case e != nil && e.Gap != nil:
		a.Name, a.Run = "read what is missing", func() tea.Cmd { return s.beyond.readGap(e) }
	}
	return a
}

// searching are the actions on what the search matches.
func (p *page) searching() []ui.Action {
	find := func(step func() bool, where string) func() tea.Cmd {
		return p.moving(ui.Do(func() {
			if !step() {
				p.deps.Host.Flash(ui.Info, "no %s line matches %s", where, p.view.Search())
			}
		}))
	}
	none := unless(p.view.Search() != "", "nothing is searched for")
	return []ui.Action{
		ui.ActFindNext.Runs(find(p.view.FindNext, "newer")).Unless(none),
		ui.ActFindPrev.Runs(find(p.view.FindPrevious, "older")).Unless(none),
	}
}

// filterAction asks for a filter: other than the search it hides lines.
func (p *page) filterAction() ui.Action {
	return actFilter.Does(func() {
		p.deps.Host.Modal(form.New(p.deps.Host.Theme(), form.Options{
			Title: "Show only the lines that match",
			Fields: []form.Field{{
				Label: "filter", Value: p.view.Filter(),
				Help: "a regular expression; ! before it hides what matches; empty shows all",
			}},
			Submit: func(values []string) (tea.Cmd, error) { return p.filter(values[0]) },
		}))
	})
}

// seekError goes to the next error line that is shown, in steps of one line.
func (p *page) seekError(step int) {
	from, ok := p.view.Selected()
	if !ok {
		return
	}
	before := anchor{pos: from, following: p.view.Following()}
	for pos := from + uint64(step); pos >= p.lines.First() && pos < p.lines.End(); pos += uint64(step) {
		if !p.lines.error(pos) {
			continue
		}
		p.view.Goto(pos)
		if at, _ := p.view.Selected(); at == pos {
			return
		}
	}
	before.restore(p.view)
	where := "newer"
	if step < 0 {
		where = "older"
	}
	p.deps.Host.Flash(ui.Info, "no %s line is an error", where)
}

// predecessorAction opens the logs of the task that stopped before this one. From there to
// the one before it takes that screen's place: going back leads to where it began, and
// however many are looked at, no more are followed.
func (s *screen) predecessorAction() ui.Action {
	a := actPredecessor.Runs(nil)
	scope, ok := s.whose.Subject.Before()
	a.Disabled = unless(ok, "no task is known that stopped before")
	a.Run = func() tea.Cmd {
		before := newScreen(s.viewer, whose.Scopes{scope})
		before.before = true
		if s.before {
			s.viewer.Deps.Host.Replace(before)
		} else {
			s.viewer.Deps.Host.Push(before)
		}
		return nil
	}
	return a
}

// openRecord shows everything about a line.
func (s *screen) openRecord(pos uint64) {
	if s.page.lines.ring.At(pos) != nil {
		s.viewer.Deps.Host.Push(s.newRecord(pos))
	}
}

// openQuery shows how the lines are found, whole. A copy is the query alone, to be
// pasted into Kibana.
func (s *screen) openQuery() {
	var d prose.Document
	if !s.whose.Subject.Searchable() {
		d.Paras = s.words().emptiness()
		s.viewer.Deps.Host.Push(s.document("query", ui.Plain(prose.PlainText(d.Paras))))
		return
	}
	d.Line(theme.Text, "These lines are found by a query derived from the account:")
	s.words().found(&d)
	s.viewer.Deps.Host.Push(s.document("query", worded{ui.Plain(prose.PlainText(d.Paras)), s.search.wanted(s.whose.Subject).String()}))
}

// worded is a query with what is to be said of it.
type worded struct {
	ui.Plain
	query string
}

// Text is the query.
func (e worded) Text() string { return e.query }

// document is a text about the lines.
func (s *screen) document(name string, content ui.Content) *ui.Document {
	return ui.NewDocument(s.viewer.Deps.Host, ui.DocumentOptions{
		Name: name, Content: content,
		Header: s.viewer.Deps.Within(s.cluster(), s.words().crumb()+" "+name),
	})
}
