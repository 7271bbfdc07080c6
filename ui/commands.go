package ui

import (
	"context"
	"reflect"
	"sync"

	tea "charm.land/bubbletea/v2"
)

// owner is who gets the result of a command: a screen in one of its openings, a
// modal, the background or the shell itself.
type owner struct {
	id, gen uint64
}

// The owners that are always there. Screens and modals are numbered above.
const (
	ownerShell uint64 = iota
	ownerBackground
	ownerFirst
)

// result is what a command brought, on its way to its owner.
type result struct {
	to  owner
	msg tea.Msg
}

// commands tags what comes out of commands and knows which still run, so that
// the program can wait for them: Bubble Tea itself does not.
type commands struct {
	crashes *crashes

	mu      sync.Mutex
	closed  bool
	running int
	idle    chan struct{} // closed when the last one ends after close
}

func newCommands(c *crashes) *commands {
	return &commands{crashes: c, idle: make(chan struct{})}
}

// tag makes the command's results, and those of the commands inside, carry
// their owner.
func (c *commands) tag(cmd tea.Cmd, to owner) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		if !c.begin() {
			return nil
		}
		defer c.end()
		defer c.crashes.catch("a command")
		return c.wrap(cmd(), to)
	}
}

func (c *commands) wrap(msg tea.Msg, to owner) tea.Msg {
	if msg == nil {
		return nil
	}
	if cmds, sequential, ok := Commands(msg); ok {
		tagged := make([]tea.Cmd, 0, len(cmds))
		for _, cmd := range cmds {
			if t := c.tag(cmd, to); t != nil {
				tagged = append(tagged, t)
			}
		}
		switch {
		case len(tagged) == 0:
			return nil
		case sequential:
			return tea.Sequence(append(tagged, done)...)()
		}
		return tea.BatchMsg(tagged)
	}
	if _, owned := msg.(result); owned || runtimeMessage(msg) {
		return msg
	}
	return result{to: to, msg: msg}
}

// done pads a sequence: Bubble Tea makes a sequence of one command into that
// command, whose result would then be taken for a message.
func done() tea.Msg { return nil }

// Commands takes apart a message that stands for other commands, and says
// whether they run one after another. Bubble Tea exports the type of a batch but
// not that of a sequence, which is recognised by its shape.
func Commands(msg tea.Msg) (cmds []tea.Cmd, sequential, ok bool) {
	if batch, ok := msg.(tea.BatchMsg); ok {
		return batch, false, true
	}
	v := reflect.ValueOf(msg)
	list := reflect.TypeFor[[]tea.Cmd]()
	if v.IsValid() && v.Kind() == reflect.Slice && v.CanConvert(list) {
		return v.Convert(list).Interface().([]tea.Cmd), true, true
	}
	return nil, false, false
}

// Drawn is what a screen brings itself when it wants to know that a frame was drawn of what
// it changed: the program draws after each message, and so before it takes the next.
type Drawn struct{}

// AwaitsFrame reports whether a message of the shell's is a Drawn.
func AwaitsFrame(msg tea.Msg) bool {
	r, _ := msg.(result)
	_, ok := r.msg.(Drawn)
	return ok
}

// runtimeMessage reports whether a message is one of Bubble Tea's own (quit, exec, …),
// which must reach it as they are.
func runtimeMessage(msg tea.Msg) bool {
	return reflect.TypeOf(msg).PkgPath() == reflect.TypeFor[tea.QuitMsg]().PkgPath()
}

func (c *commands) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.running++
	return true
}

func (c *commands) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running--
	if c.closed && c.running == 0 {
		close(c.idle)
	}
}

// close lets no further command start and waits for the running ones, whose
// contexts must have ended, until ctx does.
func (c *commands) close(ctx context.Context) error {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		if c.running == 0 {
			close(c.idle)
		}
	}
	c.mu.Unlock()
	select {
	case <-c.idle:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
