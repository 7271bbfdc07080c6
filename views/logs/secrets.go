package logs

import (
	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/ui"
	"gantry/views"
	"gantry/views/logs/whose"
)

// secrets says whether what is masked in the lines may be shown.
type secrets struct {
	deps   *views.Deps
	scopes whose.Scopes
	record func(target awsx.Ref) error // nil where nothing records it
	shown  bool                        // it was shown once, and that is recorded
}

// action shows what is masked on a page. The first time that is an act which is
// confirmed and leaves a record.
func (x *secrets) action(p *page) ui.Action {
	a := actReveal.Runs(nil)
	switch {
	case p.lines.reveal:
		a.Name, a.Run = "mask secrets again", ui.Do(func() { p.setReveal(false) })
	case x.shown:
		a.Run = ui.Do(func() { p.setReveal(true) })
	default:
		a.Run = ui.Do(x.ask)
		a.Disabled = unless(x.record != nil, "nothing records it")
	}
	return a
}

// shownSecrets is whether showing what was hidden was recorded.
type shownSecrets struct{ err error }

// ask asks whether it may be shown, and has that recorded.
func (x *secrets) ask() {
	x.deps.Reveal(x.scopes.Targets(), "Show what is masked in the lines", x.record, func(err error) tea.Msg { return shownSecrets{err} })
}

// take shows what is masked once that is recorded.
func (x *secrets) take(msg shownSecrets, p *page) {
	if msg.err != nil {
		x.deps.Host.Flash(ui.Error, "%s", msg.err)
		return
	}
	x.shown = true
	p.setReveal(true)
}

// Revealing reports whether what is masked is shown now.
func (s *screen) Revealing() bool { return s.secrets.shown }
