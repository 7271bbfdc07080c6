package ui

import (
	"fmt"
	"os/exec"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/ui/theme"
)

// Host is what a screen may ask of the shell. Its methods are called on the
// loop, from a screen's Open, Update, View and actions, and act at once.
type Host struct {
	shell *Shell
}

// Push opens a screen over the current one, which keeps its state.
func (h *Host) Push(s Screen) { h.shell.push(s) }

// Raise shows the open screens of which something is true over the others, as they were left,
// and reports whether there are any, and others were shown. Where it is not known of a screen, it counts to the one
// below it.
func (h *Host) Raise(of func(Screen) (yes, known bool)) bool { return h.shell.raise(of) }

// Replace leaves the current screen for another in its place.
func (h *Host) Replace(s Screen) { h.shell.replace(s) }

// Pop leaves the current screen. It does nothing when the caller is a screen
// that something else lies over, or the first one.
func (h *Host) Pop() {
	s := h.shell
	if caller := s.actor; caller.id >= ownerFirst && s.trail.top().owner() != caller {
		return
	}
	s.walk(s.trail.at - 1)
}

// Screens are those that are open, the one that is shown first.
func (h *Host) Screens() []Screen {
	var open []Screen
	for i := h.shell.trail.at; i >= 0 && i < len(h.shell.trail.entries); i-- {
		open = append(open, h.shell.trail.entries[i].screen)
	}
	return open
}

// Offered are the actions that there are now, those of the shown screen and the others; none
// while something else takes the keys, and on a bare screen, which has no room to tell of them.
// They are made once after each message.
func (h *Host) Offered() (own, everywhere []Action) {
	s := h.shell
	if s.bare || s.trail.top() == nil || s.topModal() != nil || s.prompt != nil || s.trail.top().screen.Capturing() {
		return nil, nil
	}
	if s.offered[0] == nil {
		scope := s.scope()
		s.offered = [2][]Action{s.screenActions(scope), s.globals(scope)}
	}
	return s.offered[0], s.offered[1]
}

// Modal asks the operator something. Keys typed ahead are swallowed for a
// moment, so that they cannot answer what was not read yet; text is not (Fielded).
func (h *Host) Modal(m Modal) { h.shell.openModal(m, typeAhead) }

// Palette opens the palette with text typed already.
func (h *Host) Palette(text string) { h.shell.openPalette(text) }

// Flash shows a plain line in the status line and keeps it in the messages.
func (h *Host) Flash(level Level, format string, args ...any) {
	h.shell.flash(level, fmt.Sprintf(format, args...))
}

// Copy puts text on the clipboard and says so, calling it what.
func (h *Host) Copy(what, text string) { h.shell.copy(what, text) }

// Mode is the gate's answer for a scope, open if there is no gate.
func (h *Host) Mode(scope string) Mode { return h.shell.mode(scope) }

// Arm makes a scope writable and then goes on for the caller. If that is refused, or the
// caller is no longer the screen that is seen, it does not go on.
func (h *Host) Arm(scope string, then func() tea.Cmd) { h.shell.armed(scope, then) }

// Theme is the current theme; it changes when the terminal answers with its colours.
func (h *Host) Theme() *theme.Theme { return h.shell.theme }

// Behind runs a command of the Background's, whatever screen is shown.
func (h *Host) Behind(cmd tea.Cmd) { h.shell.run(cmd, owner{id: ownerBackground}) }

// SetKeys binds other keys from now on.
func (h *Host) SetKeys(k *Keymap) { h.shell.opts.Keys = k }

// Scheme is the one in which is drawn, and SetScheme changes it at once.
func (h *Host) Scheme() theme.Scheme { return h.shell.opts.Scheme }

// SetScheme draws in another one from now on.
func (h *Host) SetScheme(s theme.Scheme) {
	h.shell.opts.Scheme = s
	h.shell.restyle()
}

// Exec gives the terminal to a program until it ends; its end comes to the caller
// as what done makes of it. The loop stands still meanwhile.
func (h *Host) Exec(c *exec.Cmd, done func(error) tea.Msg) tea.Cmd {
	to := h.shell.actor
	return h.shell.opts.Exec(c, func(err error) (msg tea.Msg) {
		defer h.shell.crashes.catch("the end of a program")
		return result{to: to, msg: done(err)}
	})
}

// ToggleBare gives the screen all rows, or the chrome its own again.
func (h *Host) ToggleBare() { h.shell.bare = !h.shell.bare }

// Key is the key that runs an action, for a text that mentions it.
func (h *Host) Key(b Binding) string { return h.shell.opts.Keys.Key(b) }

// Now is the console's clock.
func (h *Host) Now() time.Time { return h.shell.opts.Now() }

// After brings msg to the caller after d. A screen at rest must not use it.
func (h *Host) After(d time.Duration, msg tea.Msg) tea.Cmd { return h.shell.opts.After(d, msg) }
