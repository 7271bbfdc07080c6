// Package uitest drives the console in tests as a person does: press keys, read
// the screen. What is drawn goes through a terminal emulator, so that a test sees
// what a person would and never searches a stream of escape sequences.
package uitest

import (
	"context"
	"os/exec"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/vt"

	"gantry/ui"
)

// maxSteps bounds what one input may set off: more is a loop.
const maxSteps = 10_000

// Options configure a console under test.
type Options struct {
	// Shell is what the program would be given. Without a terminal it is drawn in
	// true colour on a dark background; without a clock it has one that stands
	// still, unless Bubble is set.
	Shell ui.Options
	// W and H are the size in cells; 80x24 if zero.
	W, H int
	// Bubble says that the test runs in a synctest bubble. Commands then run
	// side by side and may wait for channels and timers; otherwise each runs to its
	// end before the next, and timers are those of Advance.
	Bubble bool
	// EveryFrame draws after each message, as the program does. Otherwise a frame is drawn
	// when all is at rest, and before who waits for one is told: a frame that nobody looks at
	// costs as much as one that is read.
	EveryFrame bool
}

// Console is a shell that is driven step by step.
type Console struct {
	Shell *ui.Shell
	// Quit reports whether the program would have ended.
	Quit bool
	// Clipboard is what was last sent to the terminal's clipboard.
	Clipboard string

	t       testing.TB
	bubble  bool
	every   bool
	stale   bool // a message came since the frame was drawn
	w, h    int
	now     time.Time
	timers  []timer
	parked  chan timer
	queue   []tea.Cmd
	results chan tea.Msg

	emulator *vt.Emulator
	drawn    string   // the frame that the emulator shows
	rows     []string // that frame as text
}

// timer is a command that waits for Advance.
type timer struct {
	at   time.Time
	fire chan struct{}
	done <-chan tea.Msg
}

// patience is how long a command may run outside a bubble, in real time.
const patience = 10 * time.Second

// New starts a shell, shows it and lets its first commands finish.
func New(t testing.TB, o Options) *Console {
	t.Helper()
	c := &Console{
		t: t, bubble: o.Bubble, every: o.EveryFrame, w: o.W, h: o.H,
		now:     time.Date(2026, 3, 14, 3, 12, 0, 0, time.UTC),
		results: make(chan tea.Msg, maxSteps),
		parked:  make(chan timer),
	}
	if c.w == 0 {
		c.w, c.h = 80, 24
	}
	if o.Shell.Terminal == (ui.Terminal{}) {
		o.Shell.Terminal = trueColour()
	}
	if o.Shell.Exec == nil {
		o.Shell.Exec = inPlace
	}
	if !o.Bubble {
		if o.Shell.Now == nil {
			o.Shell.Now = func() time.Time { return c.now }
		}
		if o.Shell.After == nil {
			o.Shell.After = c.after
		}
	}
	c.Shell = ui.New(context.Background(), o.Shell)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		c.expire()
		if err := c.Shell.Close(ctx); err != nil {
			t.Errorf("commands did not end with their contexts: %v", err)
		}
	})
	t.Cleanup(func() {
		if crash := c.Shell.Crash(); crash != nil {
			t.Errorf("the console crashed: %v", crash)
		}
	})
	c.View() // Bubble Tea draws once before it knows the size.
	c.queue = append(c.queue, c.Shell.Init())
	c.Send(tea.WindowSizeMsg{Width: c.w, Height: c.h})
	return c
}

// inPlace runs a program without a terminal of its own.
func inPlace(p *exec.Cmd, done tea.ExecCallback) tea.Cmd {
	return func() tea.Msg { return done(p.Run()) }
}

// trueColour is the terminal of a test that names none.
func trueColour() ui.Terminal {
	return ui.Terminal{Profile: colorprofile.TrueColor, Dark: true}
}

// Send brings a message to the shell and lets all that follows happen.
func (c *Console) Send(msg tea.Msg) *Console {
	c.t.Helper()
	c.update(msg)
	c.Settle()
	return c
}

func (c *Console) update(msg tea.Msg) {
	if ui.AwaitsFrame(msg) {
		c.draw()
	}
	_, cmd := c.Shell.Update(msg)
	c.queue = append(c.queue, cmd)
	if c.stale = true; c.every {
		c.draw()
	}
}

// draw draws what messages changed, as the program does after each.
func (c *Console) draw() {
	if c.stale {
		c.View()
	}
}

// Timers is how many timers are waiting, outside a bubble.
func (c *Console) Timers() int { return len(c.timers) }

// Settle runs commands until none is left, or in a bubble until all that are left
// wait for something.
func (c *Console) Settle() {
	c.t.Helper()
	for range maxSteps {
		if len(c.queue) > 0 {
			cmd := c.queue[0]
			c.queue = c.queue[1:]
			c.start(cmd)
			continue
		}
		if c.bubble {
			synctest.Wait()
		}
		select {
		case msg := <-c.results:
			c.receive(msg)
		default:
			c.draw()
			return
		}
	}
	c.t.Fatalf("uitest: still not at rest after %d steps: two commands feed each other", maxSteps)
}

func (c *Console) start(cmd tea.Cmd) {
	c.t.Helper()
	if cmd == nil {
		return
	}
	if c.bubble {
		go func() { c.results <- cmd() }()
		return
	}
	done := make(chan tea.Msg, 1)
	go func() { done <- cmd() }()
	select {
	case msg := <-done:
		c.results <- msg
	case t := <-c.parked:
		t.done = done
		c.timers = append(c.timers, t)
	case <-time.After(patience):
		c.t.Fatalf("uitest: a command has not returned for %v; one that waits needs Options.Bubble", patience)
	}
}

// receive does what Bubble Tea would do with what a command brought.
func (c *Console) receive(msg tea.Msg) {
	if msg == nil {
		return
	}
	if cmds, sequential, ok := ui.Commands(msg); ok {
		if sequential {
			c.queue = append(c.queue, c.sequence(cmds))
			return
		}
		c.queue = append(c.queue, cmds...)
		return
	}
	if _, ok := msg.(tea.QuitMsg); ok {
		c.Quit = true
		return
	}
	if v := reflect.ValueOf(msg); v.Type().Name() == "setClipboardMsg" {
		c.Clipboard = v.String()
	}
	c.update(msg)
}

// sequence runs the first command and leaves the others for when it is done.
func (c *Console) sequence(cmds []tea.Cmd) tea.Cmd {
	if len(cmds) == 0 {
		return nil
	}
	return func() tea.Msg {
		var msg tea.Msg
		if cmds[0] != nil {
			msg = cmds[0]()
		}
		one := func() tea.Msg { return msg }
		return tea.BatchMsg{one, c.sequence(cmds[1:])}
	}
}

// after is the shell's timer outside a bubble: it parks until Advance.
func (c *Console) after(d time.Duration, msg tea.Msg) tea.Cmd {
	at := c.now.Add(d)
	return func() tea.Msg {
		t := timer{at: at, fire: make(chan struct{})}
		c.parked <- t
		<-t.fire
		return msg
	}
}

// Advance lets time pass. In a bubble that is the bubble's time.
func (c *Console) Advance(d time.Duration) *Console {
	c.t.Helper()
	if c.bubble {
		time.Sleep(d)
		c.Settle()
		return c
	}
	until := c.now.Add(d)
	for {
		next := -1
		for i, t := range c.timers {
			if !t.at.After(until) && (next < 0 || t.at.Before(c.timers[next].at)) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		t := c.timers[next]
		c.timers = slices.Delete(c.timers, next, next+1)
		c.now = t.at
		close(t.fire)
		c.results <- <-t.done
		c.Settle()
	}
	c.now = until
	return c
}

// expire releases the timers that were never reached.
func (c *Console) expire() {
	for _, t := range c.timers {
		close(t.fire)
		<-t.done
	}
	c.timers = nil
}

// Press presses keys one after another, each by its name: "j", "enter", "ctrl+d".
func (c *Console) Press(keys ...string) *Console {
	c.t.Helper()
	for _, k := range keys {
		c.Send(Key(k))
	}
	return c
}

// Type presses the keys that write a text.
func (c *Console) Type(s string) *Console {
	c.t.Helper()
	for _, r := range s {
		c.Send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	return c
}

// Paste pastes a text.
func (c *Console) Paste(s string) *Console {
	c.t.Helper()
	return c.Send(tea.PasteMsg{Content: s})
}

// Resize changes the terminal's size.
func (c *Console) Resize(w, h int) *Console {
	c.t.Helper()
	c.w, c.h = w, h
	return c.Send(tea.WindowSizeMsg{Width: w, Height: h})
}
