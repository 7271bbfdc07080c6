package ui

import (
	"cmp"
	"fmt"
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
		{ID: ActFilter, Name: "filter", Keys: []string{"/"}, Hint: 90, Run: Do(s.openPrompt),
			Disabled: unless(filterable, "there is nothing to filter on "+top.screen.Name())},
		{ID: ActPalette, Name: "command", Keys: []string{":"}, Hint: 91, Run: Do(func() { s.openPalette("") })},
		{ID: ActHelp, Name: "help", Keys: []string{"?"}, Hint: 92, Run: Do(s.openHelp)},
		{ID: ActBack, Name: "back", Keys: []string{"esc"}, Run: Do(s.escape)},
		{ID: ActPrevious, Name: "back in history", Keys: []string{"["}, Run: Do(func() { s.back(s.trail.at - 1) }),
			Disabled: unless(s.trail.at > 0, "this is the first screen")},
		{ID: ActNext, Name: "forward in history", Keys: []string{"]"}, Run: Do(func() { s.walk(s.trail.at + 1) }),
			Disabled: unless(s.trail.at+1 < len(s.trail.entries), "no screen was left after this one")},
		{ID: ActLast, Name: "last screen", Keys: []string{"-"}, Run: Do(func() { s.back(s.trail.index(s.trail.last)) }),
			Disabled: unless(s.trail.index(s.trail.last) >= 0, "no other screen was open")},
		{ID: ActArm, Name: "arm writing", Keys: []string{"W"}, Run: Do(s.arm),
			Disabled: unless(!mode.Writable, "writing is not locked here")},
		{ID: ActSave, Name: "save screen", Keys: []string{"ctrl+s"}, Run: s.save},
		{ID: ActBare, Name: "bare screen", Keys: []string{"b"}, Run: Do(s.host.ToggleBare)},
		{ID: ActMessages, Name: "messages", Run: Do(s.openMessages)},
		{ID: ActRedraw, Name: "redraw", Keys: []string{"ctrl+l"}, Run: func() tea.Cmd { return tea.ClearScreen }},
		{ID: ActSuspend, Name: "suspend", Keys: []string{"ctrl+z"}, Run: func() tea.Cmd { return tea.Suspend }},
		{ID: ActQuit, Name: "quit", Keys: []string{"ctrl+c"}, Run: Do(s.quit)},
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
// that change something are refused while the gate is closed.
func (s *Shell) screenActions(scope string) []Action {
	actions := s.trail.top().screen.Actions()
	out := make([]Action, len(actions))
	for i, a := range actions {
		if a.Tier > 0 && a.Disabled == "" {
			a.Disabled = s.refusal(s.mode(cmp.Or(a.Scope, scope)))
		}
		out[i] = a
	}
	return out
}

// refusal is why a mode forbids a change, empty if it does not.
func (s *Shell) refusal(m Mode) string {
	if m.Writable {
		return ""
	}
	why := m.Why
	if why == "" {
		why = "read-only"
	}
	if m.Armable {
		why += ", " + s.armKey() + " arms writing"
	}
	return why
}

func (s *Shell) armKey() string {
	return s.opts.Keys.Key(Action{ID: ActArm, Keys: []string{"W"}})
}

// strange says why a key does nothing here.
func (s *Shell) strange(key string) string {
	for _, id := range sharedIDs() {
		a := Shared(id, nil)
		if _, ok := s.opts.Keys.Find([]Action{a}, key); ok {
			return fmt.Sprintf("%s (%s) means nothing on %s", a.Name, key, s.trail.top().screen.Name())
		}
	}
	return fmt.Sprintf("%s does nothing here, %s lists the keys", key, s.opts.Keys.Key(Action{ID: ActHelp, Keys: []string{"?"}}))
}

// escape goes one step out: what the screen itself is in first, then the filter, then
// the screen.
func (s *Shell) escape() {
	if s.bare {
		s.bare = false
		return
	}
	if e, ok := s.trail.top().screen.(Escaper); ok && e.Escape() {
		return
	}
	if f, ok := s.trail.top().screen.(Filterable); ok && f.Filter() != "" {
		if err := f.SetFilter(""); err != nil {
			s.flash(Error, err.Error())
		}
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
	for _, m := range s.modals {
		if m.quits {
			return
		}
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

func (s *Shell) scope() string { return s.header().Scope }

// mode asks the gate; without one all is open.
func (s *Shell) mode(scope string) Mode {
	if s.opts.Gate == nil {
		return Mode{Writable: true}
	}
	return s.opts.Gate.Mode(scope)
}

// armed is what the waiting part of arming brought.
type armed struct{ commit func() error }

// rearm wakes the shell when the shown time left changes.
type rearm struct{}

func (s *Shell) arm() {
	arming, err := s.opts.Gate.Arm(s.scope())
	switch {
	case err != nil:
		s.flash(Error, err.Error())
	case arming == nil:
		s.flashArmed()
	default:
		ctx := s.ctx
		s.flash(Info, "arming writing …")
		s.run(func() tea.Msg { return armed{arming(ctx)} }, owner{id: ownerShell})
	}
}

func (s *Shell) flashArmed() {
	if m := s.mode(s.scope()); m.Left > 0 {
		s.flash(Info, "writing is armed for "+minutes(m.Left))
		return
	}
	s.flash(Info, "writing is armed")
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
		if err := msg.commit(); err != nil {
			s.flash(Error, err.Error())
			return
		}
		s.flashArmed()
	case rearm:
		s.ticking = false
	case saved:
		if msg.err != nil {
			s.flash(Error, "saving the screen: "+msg.err.Error())
			return
		}
		s.flash(Info, "saved to "+msg.path)
	case copied:
		if msg.err != nil {
			s.flash(Error, "copying "+msg.what+": "+msg.err.Error())
			return
		}
		s.flash(Info, msg.what+" "+msg.how)
	}
}

// Bindings are the shell's actions followed by those of a screen, in the order
// in which keys find them: what Keymap.Conflicts is asked about.
func (s *Shell) Bindings(screen []Action) []Action {
	return append(s.globals(s.scope()), screen...)
}
