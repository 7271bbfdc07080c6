package logs

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/clean"
	"gantry/logs"
	"gantry/ui"
	"gantry/ui/modal"
	"gantry/views"
	"gantry/views/prose"
	"gantry/views/wording"
)

// selectAction begins and ends a selection.
func (s *logScreen) selectAction(noLine string) ui.Action {
	a := actSelect.Runs(nil).Unless(noLine)
	if s.view.Selecting() {
		a.Name, a.Hint = "give the selection up", 2
	}
	a.Run = ui.Do(func() { s.view.SetSelecting(!s.view.Selecting()) })
	return a
}

// Escape gives a selection up before the screen is left.
func (s *logScreen) Escape() bool {
	selecting := s.view.Selecting()
	s.view.SetSelecting(false)
	return selecting
}

// copyAction copies the lines that are selected, or the one under the cursor.
func (s *logScreen) copyAction(pos uint64, noLine string) ui.Action {
	a := actCopy.Does(func() { s.copy(pos) }).Unless(noLine)
	if s.view.Selecting() {
		a.Name, a.Hint = "copy the selection", 1
	}
	return a
}

func (s *logScreen) copy(pos uint64) {
	if !s.view.Selecting() {
		if s.lines.ring.At(pos) != nil {
			s.viewer.Deps.Host.Copy("line", s.lines.safe(s.lines.At(pos).Message))
		}
		return
	}
	var b strings.Builder
	n := 0
	for pos := range s.view.Selection() {
		line := s.lines.At(pos)
		fmt.Fprintf(&b, "%s\n", wording.JoinNonEmpty(" ", line.Time.Format("15:04:05.000"), clean.ShownText(line.Label), s.lines.safe(line.Message)))
		n++
	}
	s.view.SetSelecting(false)
	s.viewer.Deps.Host.Copy(wording.Count(n, "line"), b.String())
}

// Text is what is selected, or else all lines that are shown, or why there are none,
// for a file.
func (s *logScreen) Text() string {
	switch {
	case s.view.Selecting():
		return s.lines.text(s.view.Selection())
	case s.lines.ring.Len() > 0:
		return s.lines.text(s.view.All())
	}
	return prose.PlainText(s.emptiness())
}

// markIndex is where no line of a store is from: no index has such a name.
const markIndex = "\x00mark"

func isMark(e *logs.Entry) bool { return e.Index == markIndex }

// markAction draws a line below what has come, to tell it from what comes.
func (s *logScreen) markAction() ui.Action {
	return actMark.Does(func() {
		now := s.viewer.Deps.Now()
		mark := logs.Entry{Time: now, Index: markIndex, ID: now.String(), Message: "mark " + now.Format("15:04:05")}
		s.view.Changed(s.lines.ring.Add([]logs.Entry{mark}).Inserted)
	}).Unless(unless(s.following(), "new lines are not followed"))
}

// target is whose secrets the lines may tell.
func (s *logScreen) target() awsx.Ref {
	if s.scope.Service.ARN == "" && s.scope.Task != nil {
		return s.scope.Task.Ref
	}
	return s.scope.Service
}

// revealAction shows what is masked. The first time that is an act which is confirmed
// and leaves a record.
func (s *logScreen) revealAction() ui.Action {
	a := actReveal.Runs(nil)
	switch {
	case s.lines.reveal:
		a.Name, a.Run = "mask secrets again", ui.Do(func() { s.setReveal(false) })
	case s.shown:
		a.Run = ui.Do(func() { s.setReveal(true) })
	default:
		a.Tier, a.Run = int(deploy.TierName), ui.Do(s.askToReveal)
		a.Disabled = unless(s.viewer.Reveal != nil, "nothing records it")
	}
	return a
}

func (s *logScreen) setReveal(on bool) {
	s.lines.reveal = on
	s.view.SetReveal(on)
}

func (s *logScreen) askToReveal() {
	target, reveal := s.target(), s.viewer.Reveal
	tier := deploy.TierConfirm
	if s.viewer.Deps.Policy.Production(target.ClusterRef()) {
		tier = deploy.TierName
	}
	views.Ask(s.viewer.Deps.Host, tier, target, target.Name(), modal.Question{
		Title: "Show what is masked in the lines of " + target.ClusterName() + "/" + target.Name() + "?",
		Body:  modal.Plain(" The audit file records that it was shown."),
		Yes:   func() tea.Cmd { return func() tea.Msg { return shownSecrets{reveal(target)} } },
	})
}

// shownSecrets is whether showing what was hidden was recorded.
type shownSecrets struct{ err error }

// reveal shows what is masked once that is recorded.
func (s *logScreen) reveal(msg shownSecrets) {
	if msg.err != nil {
		s.viewer.Deps.Host.Flash(ui.Error, "%s", msg.err)
		return
	}
	s.shown = true
	s.setReveal(true)
}

// linkAction links to the same lines in a browser.
func (s *logScreen) linkAction() ui.Action {
	return actLink.Does(func() {
		host := s.viewer.Deps.Host
		name, url, err := s.viewer.Link(s.scope.Context(), s.wanted(), s.stretch())
		if err != nil {
			host.Flash(ui.Warn, "%v", err)
			return
		}
		host.Copy("link", url)
		host.Modal(modal.NewMessage(host.Theme(), "These lines in "+name, modal.Plain(url)))
	}).Unless(unless(s.viewer.Link != nil && s.subject.searchable(), "nothing is searched for"))
}

// stretch is the time that the lines which are held span, up to now while they are
// followed.
func (s *logScreen) stretch() logs.Range {
	now := s.viewer.Deps.Now()
	r := logs.Range{From: now.Add(-time.Hour), To: now}
	ring := s.lines.ring
	if ring.Len() > 0 {
		r.From = ring.At(ring.First()).Time
		if newest := ring.At(ring.End() - 1).Time; !s.following() || newest.After(now) {
			r.To = newest
		}
	}
	if since := s.opening.window.since; since > 0 && s.following() {
		r.From = now.Add(-since)
	}
	if !r.From.Before(r.To) {
		r.From = r.To.Add(-time.Minute)
	}
	return r
}

// fullAction gives the lines the whole screen.
func (s *logScreen) fullAction() ui.Action {
	return actFull.Does(s.viewer.Deps.Host.ToggleBare)
}
