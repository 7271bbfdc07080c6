package ui

import (
	"sync"

	tea "charm.land/bubbletea/v2"

	"gantry/internal/crash"
)

// crashes keeps the first fault of the console, whoever meets it, and ends the program.
type crashes struct {
	crash.Keeper

	mu   sync.Mutex
	stop func() // ends the running program; nil before it runs
}

// catch is deferred around what may panic.
func (c *crashes) catch(in string) {
	r := crash.Of(in, recover())
	if r == nil {
		return
	}
	c.Keep(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop != nil {
		c.stop()
	}
}

// stopBy says how the program is ended.
func (c *crashes) stopBy(stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop = stop; c.Report() != nil {
		stop()
	}
}

// Crash is what a fault of the console's own left, or of what it reads; nil while there was
// none. Nothing of the console is of use afterwards.
func (s *Shell) Crash() *crash.Report { return s.crashes.Report() }

// crashed reports whether the shell does nothing any more.
func (s *Shell) crashed() bool { return s.Crash() != nil }

// Update routes a message. A panic on its way ends the console and nothing else.
func (s *Shell) Update(msg tea.Msg) (model tea.Model, cmd tea.Cmd) {
	model = s // a panic returns it as well
	defer s.crashes.catch("the update")
	if !s.crashed() {
		cmd = s.update(msg)
	}
	return model, cmd
}

// View draws the frame. It runs after every message, so it only reads.
func (s *Shell) View() tea.View {
	defer s.crashes.catch("the view")
	if s.crashed() {
		return tea.View{}
	}
	defer func() { s.offered = [2][]Action{} }()
	return s.view()
}

// Init opens the first screen.
func (s *Shell) Init() tea.Cmd {
	defer s.crashes.catch("the first screen")
	return s.begin()
}
