package ui

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"
)

// Crash is the error of a console that a fault of its own ended. Its text is a report that
// holds no value of the program's: where the fault is, and what it is only where the Go
// runtime says so, since what else a panic carries may be anything.
type Crash struct {
	// In is what was being done: the update, the view or a command.
	In string
	// What is the fault, and Where the functions that led to it, the innermost first.
	What  string
	Where []string
}

// Error is the report.
func (c *Crash) Error() string {
	return "internal fault in " + c.In + ": " + c.What + "\nplease report this with what was being done\n" + strings.Join(c.Where, "\n")
}

// mostFrames is how many callers a report names.
const mostFrames = 40

// newCrash describes what recover returned, in the deferred function that called it.
func newCrash(in string, v any) *Crash {
	c := &Crash{In: in, What: fmt.Sprintf("a panic with a value of type %T, which is not shown", v)}
	if err, ok := v.(error); ok {
		var fault runtime.Error
		if errors.As(err, &fault) {
			c.What = fault.Error()
		}
	}
	pcs := make([]uintptr, mostFrames)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		c.Where = append(c.Where, fmt.Sprintf("%s (%s:%d)", f.Function, filepath.Base(f.File), f.Line))
	}
	return c
}

// crashes keeps the first crash, whoever meets it, and ends the program.
type crashes struct {
	mu    sync.Mutex
	first *Crash
	stop  func() // ends the running program; nil before it runs
}

// catch is deferred around what may panic.
func (c *crashes) catch(in string) {
	v := recover()
	if v == nil {
		return
	}
	crash := newCrash(in, v)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.first == nil {
		c.first = crash
	}
	if c.stop != nil {
		c.stop()
	}
}

// stopBy says how the program is ended.
func (c *crashes) stopBy(stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop = stop; c.first != nil {
		stop()
	}
}

func (c *crashes) get() *Crash {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.first
}

// Crash is what a fault of the console's own left; nil while there was none. Nothing of the
// console is of use afterwards.
func (s *Shell) Crash() *Crash { return s.crashes.get() }

// crashed reports whether the shell does nothing any more.
func (s *Shell) crashed() bool { return s.crashes.get() != nil }

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
	return s.view()
}

// Init opens the first screen.
func (s *Shell) Init() tea.Cmd {
	defer s.crashes.catch("the first screen")
	return s.begin()
}
