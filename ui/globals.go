package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// globals are the actions that every screen has, in the order of the help.
func (s *Shell) globals(scope string) []Action {
	top := s.trail.top()
	_, filterable := top.screen.(Filterable)
	mode := s.mode(scope)
	own := []Action{
		ActFilter.Does(s.openPrompt).Unless(unless(filterable, "there is nothing to filter on "+top.screen.Name())),
		ActPalette.Does(func() { s.openPalette("") }),
		ActHelp.Does(s.openHelp),
		ActBack.Does(s.escape),
		ActPrevious.Does(func() { s.back(s.trail.at - 1) }).Unless(unless(s.trail.at > 0, "this is the first screen")),
		ActNext.Does(func() { s.walk(s.trail.at + 1) }).Unless(unless(s.trail.at+1 < len(s.trail.entries), "no screen was left after this one")),
		ActLast.Does(func() { s.back(s.trail.index(s.trail.last)) }).Unless(unless(s.trail.index(s.trail.last) >= 0, "no other screen was open")),
		ActArm.Does(s.arm).Unless(unless(!mode.Writable || mode.Left > 0, "writing is not locked here")).Helping(mode.Armable && !mode.Writable),
		ActSave.Runs(s.save),
		ActBare.Does(s.host.ToggleBare),
		ActMessages.Does(s.openMessages),
		ActMend.Runs(s.mend),
		ActRedraw.Runs(func() tea.Cmd { return tea.ClearScreen }),
		ActSuspend.Runs(suspend),
		ActQuit.Does(s.quit),
	}
	if s.opts.Globals == nil {
		return own
	}
	return append(own, s.opts.Globals(s.host)...)
}

func unless(ok bool, why string) string {
	if ok {
		return ""
	}
	return why
}

// screenActions are the current screen's actions as they may be done now: those
// that change something are refused where the gate cannot be opened. Where it can, they
// ask for that themselves.
func (s *Shell) screenActions(scope string) []Action {
	actions := s.trail.top().screen.Actions()
	out := make([]Action, len(actions))
	for i, a := range actions {
		if a.Changes && a.Disabled == "" {
			a.Disabled = s.mode(scope).Refusal()
		}
		out[i] = a
	}
	return out
}

// escape goes one step out: what the screen itself is in first, then the filter, then
// the screen.
func (s *Shell) escape() {
	if s.bare {
		s.bare = false
		return
	}
	if e, ok := s.trail.top().screen.(Escaper); ok {
		left := false
		s.as(s.trail.top().owner(), func() (cmd tea.Cmd) {
			cmd, left = e.Escape()
			return cmd
		})
		if left {
			return
		}
	}
	if f, ok := s.trail.top().screen.(Filterable); ok && f.Filter() != "" {
		if err := s.filter(f, ""); err != nil {
			s.flash(Error, err.Error())
		}
		return
	}
	if s.trail.at == 0 && s.opts.Guide != nil && s.opts.Guide.Leave() {
		s.flash(Info, "the tour is over")
		return
	}
	if s.trail.at == 0 {
		s.flash(Info, "this is the first screen, :q quits")
		return
	}
	s.back(s.trail.at - 1)
}

// quit leaves the program; it asks while a change runs or typed text would be
// lost.
func (s *Shell) quit() {
	if s.quitting() {
		if s.tiny() { // the question is not seen, and was put by the same key
			s.pending = append(s.pending, tea.Quit)
		}
		return
	}
	var reasons []string
	if s.opts.Background != nil {
		if busy := s.opts.Background.Busy(); busy != "" {
			reasons = append(reasons, busy)
		}
	}
	if len(s.trail.entries) > 0 {
		for _, e := range s.trail.entries[:s.trail.at+1] {
			if u, ok := e.screen.(Unsaved); ok && u.Unsaved() != "" {
				reasons = append(reasons, e.screen.Name()+": "+u.Unsaved())
			}
		}
	}
	if len(reasons) == 0 {
		s.pending = append(s.pending, tea.Quit)
		return
	}
	s.ask("Quit "+s.opts.Title+"?", strings.Join(reasons, "\n"), func() tea.Cmd { return tea.Quit })
	s.topModal().quits = true
}

// quitting reports whether it is being asked whether to quit.
func (s *Shell) quitting() bool {
	return slices.ContainsFunc(s.modals, func(m *openModal) bool { return m.quits })
}

func (s *Shell) scope() string { return s.header().Scope }

// mode asks the gate; without one all is open.
func (s *Shell) mode(scope string) Mode {
	if s.opts.Gate == nil {
		return Mode{Writable: true}
	}
	return s.opts.Gate.Mode(scope)
}

// armed is what the waiting part of arming brought, and what waits for it.
type armed struct {
	commit func() error
	scope  string
	then   func() tea.Cmd
	actor  owner
}

// rearm wakes the shell when the shown time left changes.
type rearm struct{}

// arm asks for writing, and takes it back where it was given.
func (s *Shell) arm() {
	if s.mode(s.scope()).Left > 0 {
		s.opts.Gate.Disarm(s.scope())
		s.flash(Info, "writing is locked again")
		return
	}
	s.armed(s.scope(), func() tea.Cmd { return nil })
}

// armed arms a scope and then does what waits for it, on behalf of whoever asked.
// When arming is refused nothing is done.
func (s *Shell) armed(scope string, then func() tea.Cmd) {
	done := armed{scope: scope, then: then, actor: s.actor, commit: func() error { return nil }}
	arming, err := s.opts.Gate.Arm(scope)
	switch {
	case err != nil:
		s.flash(Error, err.Error())
	case arming == nil:
		s.goOn(done)
	default:
		ctx := s.ctx
		s.flash(Info, "arming writing …")
		s.run(func() tea.Msg {
			waited := done
			waited.commit = arming(ctx)
			return waited
		}, owner{id: ownerShell})
	}
}

// goOn does what waited for arming, unless the screen that asked is no longer the one
// that is seen.
func (s *Shell) goOn(a armed) {
	if err := a.commit(); err != nil {
		s.flash(Error, err.Error())
		return
	}
	words := "writing is armed"
	if m := s.mode(a.scope); m.Left > 0 {
		words += " for " + minutes(m.Left)
	}
	s.flash(Info, words)
	if a.actor == s.trail.top().owner() {
		s.as(a.actor, a.then)
	}
}

// watchGate keeps one wake-up under way while a time left is shown. Only an
// armed console ticks, once a minute.
func (s *Shell) watchGate() {
	if s.ticking || s.trail.top() == nil {
		return
	}
	left := s.mode(s.scope()).Left
	if left <= 0 {
		return
	}
	s.ticking = true
	s.run(s.opts.After((left-1)%time.Minute+1, rearm{}), owner{id: ownerShell})
}

// minutes rounds up: a minute that has begun is still there.
func minutes(d time.Duration) string {
	return fmt.Sprintf("%dm", (d+time.Minute-1)/time.Minute)
}

// own takes the results of the shell's own commands.
func (s *Shell) own(msg tea.Msg) {
	switch msg := msg.(type) {
	case armed:
		s.goOn(msg)
	case rearm:
		s.ticking = false
	case suspended:
		if msg.err != nil {
			s.flash(Warn, "suspend: "+msg.err.Error())
		}
	case found:
		s.start(msg)
	case mended:
		s.after(msg)
	case saved:
		if msg.err != nil {
			s.flash(Error, "saving the screen: "+msg.err.Error())
			return
		}
		s.flash(Info, "saved to "+msg.path)
	case copied:
		s.took(msg)
	}
}
