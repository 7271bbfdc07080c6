package logs

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/internal/clean"
	"gantry/logs"
	"gantry/ui"
	"gantry/ui/modal"
	"gantry/views/prose"
	"gantry/views/wording"
)

// selectAction begins and ends a selection.
func (p *page) selectAction(noLine string) ui.Action {
	a := actSelect.Runs(nil).Unless(noLine)
	if p.view.Selecting() {
		a.Name, a.Hint = "give the selection up", 2
	}
	a.Run = ui.Do(func() { p.view.SetSelecting(!p.view.Selecting()) })
	return a
}

// Escape gives up, before the screen is left, a selection, then what hides lines, the
// nearest first: the filter, the search, the query, the moment that the histogram or a
// jump led to.
func (s *screen) Escape() (tea.Cmd, bool) {
	view := s.page.view
	switch {
	case view.Selecting():
		view.SetSelecting(false)
		return nil, true
	case view.Filter() != "":
		cmd, err := s.page.filter("")
		return cmd, err == nil
	case view.Search() != "": // the shell takes it off
		return nil, false
	case !s.search.expr.IsZero():
		return s.accept(tried{}), true
	case !s.search.opening.at.IsZero() && !s.search.opening.at.Equal(s.scopes[0].At): // where it began is left whole
		return s.followAgain(), true
	}
	return nil, false
}

// copyAction copies the lines that are selected, or the one under the cursor.
func (p *page) copyAction(pos uint64, noLine string) ui.Action {
	a := actCopy.Does(func() { p.copy(pos) }).Unless(noLine)
	if p.view.Selecting() {
		a.Name, a.Hint = "copy the selection", 1
	}
	return a
}

func (p *page) copy(pos uint64) {
	if !p.view.Selecting() {
		if p.lines.ring.At(pos) != nil {
			p.deps.Host.Copy("line", p.lines.safe(p.lines.whole(pos)))
		}
		return
	}
	var b strings.Builder
	n := 0
	for pos := range p.view.Selection() {
		line := p.lines.At(pos)
		fmt.Fprintf(&b, "%s\n", wording.JoinNonEmpty(" ", line.Time.Format("15:04:05.000"), clean.ShownText(line.Label), p.lines.safe(p.lines.whole(pos))))
		n++
	}
	p.view.SetSelecting(false)
	p.deps.Host.Copy(wording.Count(n, "line"), b.String())
}

// Text is what is selected, or else all lines that are shown, or why there are none,
// for a file.
func (s *screen) Text() string {
	switch {
	case s.page.view.Selecting():
		return s.page.lines.text(s.page.view.Selection())
	case s.page.lines.ring.Len() > 0:
		return s.page.lines.text(s.page.view.All())
	}
	return prose.PlainText(s.words().emptiness())
}

// markIndex is where no line of a store is from: no index has such a name.
const markIndex = "\x00mark"

func isMark(e *logs.Entry) bool { return e.Index == markIndex }

// markAction draws a line below what has come, to tell it from what comes.
func (s *screen) markAction() ui.Action {
	return actMark.Does(func() {
		now := s.viewer.Deps.Now()
		mark := logs.Entry{Time: now, Index: markIndex, ID: now.String(), Message: "mark " + now.Format("15:04:05")}
		s.page.view.Changed(s.page.lines.ring.Add([]logs.Entry{mark}).Inserted)
	}).Unless(unless(s.search.following(), "new lines are not followed"))
}

// linkAction links to the same lines in a browser.
func (s *screen) linkAction() ui.Action {
	return actLink.Does(func() {
		host := s.viewer.Deps.Host
		name, url, err := s.viewer.Link(s.scopes.Context(), s.search.wanted(s.whose.Subject), s.stretch())
		if err != nil {
			host.Flash(ui.Warn, "%v", err)
			return
		}
		host.Copy("link", url)
		host.Modal(modal.NewMessage(host.Theme(), "These lines in "+name, modal.Plain(url)))
	}).Unless(unless(s.viewer.Link != nil && s.whose.Subject.Searchable(), "nothing is searched for"))
}

// stretch is the time that the lines which are held span, up to now while they are
// followed.
func (s *screen) stretch() logs.Range {
	now := s.viewer.Deps.Now()
	r := logs.Range{From: now.Add(-time.Hour), To: now}
	ring := s.page.lines.ring
	if ring.Len() > 0 {
		r.From = ring.At(ring.First()).Time
		if newest := ring.At(ring.End() - 1).Time; !s.search.following() || newest.After(now) {
			r.To = newest
		}
	}
	if since := s.search.opening.window.since; since > 0 && s.search.following() {
		r.From = now.Add(-since)
	}
	if !r.From.Before(r.To) {
		r.From = r.To.Add(-time.Minute)
	}
	return r
}

// fullAction gives the lines the whole screen.
func (s *screen) fullAction() ui.Action {
	return actFull.Does(s.viewer.Deps.Host.ToggleBare)
}
