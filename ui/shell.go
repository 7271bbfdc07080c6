package ui

import (
	"context"
	"os/exec"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/ui/clipboard"
	"gantry/ui/palette"
	"gantry/ui/theme"
)

// typeAhead is how long a modal that opened takes no answer: long enough for keys
// already under way, short enough not to be felt.
const typeAhead = 300 * time.Millisecond

// Options is all that the shell is given. Root is required.
type Options struct {
	Title string // the program's name in the window title
	// Root makes the first screen.
	Root  func(*Host) Screen
	Begin func(*Host) // opens more screens over the first one; nil for none
	// Terminal is how to draw, and Scheme in which colours.
	Terminal Terminal
	Scheme   theme.Scheme
	// Keys are the bindings; nil leaves each action its own.
	Keys *Keymap
	// Gate guards what carries a change out; nil lets all through.
	Gate Gate
	// Globals are actions that every screen has besides the shell's own; nil for
	// none. They are asked for as often as a screen's.
	Globals func(*Host) []Action
	// Background is what runs whatever screen is shown; nil for nothing.
	Background Background
	// Guide leads the operator; nil for nobody.
	Guide Guide
	// Attended is asked for a command of the Background's whenever somebody is there: at each
	// key, and when the terminal comes to the front; nil for none.
	Attended func() tea.Cmd
	// Performed is told of each action that was run; nil tells nobody.
	Performed func(Binding)
	// Reflexes say what does here what a key does in other programs, for keys that have no
	// action on a screen.
	Reflexes map[string]string
	Mouse    bool // takes the mouse wheel from the terminal, which then selects no text
	// Palette are what ":" finds besides actions: screens, services, pasted
	// identifiers. They are asked on the loop and answer from memory.
	Palette   func(*Host) []palette.Source
	Typed     Typed               // keeps what is typed; nil keeps it for this run
	Clipboard clipboard.Clipboard // takes what is copied
	SaveDir   string              // where ctrl+s writes; empty is the working directory
	// LookPath finds a program that a banner names; nil is exec.LookPath. Mended is called on
	// the loop after it ended well; nil for nothing.
	LookPath func(name string) (string, error)
	Mended   func(*Host)
	Again    func(*Host) // has what was refused tried once more, on the loop; nil offers no such thing
	// Exec gives the terminal to a program; nil is tea.ExecProcess.
	Exec func(c *exec.Cmd, done tea.ExecCallback) tea.Cmd
	// Now and After are the clock; nil is the real one.
	Now   func() time.Time
	After func(d time.Duration, msg tea.Msg) tea.Cmd
}

// Shell is the root model: it owns the trail of screens, the modals and the
// frame around them, and routes what comes in.
type Shell struct {
	ctx    context.Context
	cancel context.CancelFunc
	opts   Options
	host   *Host
	theme  *theme.Theme

	crashes crashes
	cmds    *commands
	pending []tea.Cmd
	actor   owner // on whose behalf the loop works now
	nextID  uint64

	trail   trail
	modals  []*openModal
	prompt  *prompt
	history *palette.History
	notes   *notes

	offered [2][]Action // what Host.Offered made; nil until it is asked
	w, h    int
	bare    bool
	ticking bool // a wake-up for the armed time is under way
}

// New makes a shell whose screens live until ctx ends or Close is called.
func New(ctx context.Context, o Options) *Shell {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.LookPath == nil {
		o.LookPath = exec.LookPath
	}
	if o.Exec == nil {
		o.Exec = tea.ExecProcess
	}
	ctx, cancel := context.WithCancel(ctx)
	if o.After == nil {
		o.After = func(d time.Duration, msg tea.Msg) tea.Cmd { return After(ctx, d, msg) }
	}
	s := &Shell{
		ctx:    ctx,
		cancel: cancel,
		opts:   o,
		nextID: ownerFirst,
		notes:  newNotes(o.Now),
	}
	if o.Typed == nil {
		s.opts.Typed = typed{}
	}
	s.history = palette.NewHistory(s.opts.Typed.Commands()).Told(s.opts.Typed.Commanded)
	s.cmds, s.host = newCommands(&s.crashes), &Host{shell: s}
	s.restyle()
	return s
}

// After brings msg after d. It is tea.Tick that ends with a context, so that leaving does not wait for it.
func After(ctx context.Context, d time.Duration, msg tea.Msg) tea.Cmd {
	return func() tea.Msg {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return msg
		case <-ctx.Done():
			return nil
		}
	}
}

// Close ends the screens' contexts and waits until their commands have returned
// or ctx ends. Call it after the program has run.
func (s *Shell) Close(ctx context.Context) error {
	s.cancel()
	return s.cmds.close(ctx)
}

// Top is the screen that is shown; nil before Init.
func (s *Shell) Top() Screen {
	if top := s.trail.top(); top != nil {
		return top.screen
	}
	return nil
}

// Host is what the shell does for who makes it.
func (s *Shell) Host() *Host { return s.host }

func (s *Shell) begin() tea.Cmd {
	if s.opts.Background != nil {
		s.as(owner{id: ownerBackground}, func() tea.Cmd { return s.opts.Background.Open(s.ctx) })
	}
	s.push(s.opts.Root(s.host))
	if s.opts.Begin != nil {
		s.opts.Begin(s.host)
	}
	s.pending = append(s.pending, s.opts.Terminal.start()...)
	return s.flush()
}

func (s *Shell) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.w, s.h = msg.Width, msg.Height
	case tea.KeyPressMsg:
		s.attend()
		s.key(msg)
	case tea.FocusMsg:
		s.attend()
	case tea.PasteMsg:
		s.paste(msg)
	case tea.MouseWheelMsg:
		s.wheeled(msg)
	case tea.ColorProfileMsg:
		s.opts.Terminal.Profile = theme.Reduce(s.opts.Terminal.Profile, msg.Profile)
		s.restyle()
	case tea.BackgroundColorMsg:
		if s.opts.Terminal.Ask {
			s.opts.Terminal.Dark = msg.IsDark()
			s.restyle()
		}
	case result:
		s.deliver(msg)
	}
	s.offered = [2][]Action{}
	if s.opts.Guide != nil {
		s.opts.Guide.Step(s.host)
	}
	s.watchGate()
	return s.flush()
}

// attend tells that somebody is there.
func (s *Shell) attend() {
	if s.opts.Attended != nil && s.opts.Background != nil {
		s.run(s.opts.Attended(), owner{id: ownerBackground})
	}
}

// restyle builds the styles anew: once for each thing learnt of the terminal.
func (s *Shell) restyle() { s.theme = theme.New(s.opts.Terminal.Theme(s.opts.Scheme)) }

// flush hands over the commands gathered since the last time.
func (s *Shell) flush() tea.Cmd {
	cmd := tea.Batch(s.pending...)
	s.pending = nil
	return cmd
}

// as runs f on behalf of an owner, who also gets what the command brings.
func (s *Shell) as(o owner, f func() tea.Cmd) {
	before := s.actor
	s.actor = o
	cmd := f()
	s.actor = before
	s.run(cmd, o)
}

func (s *Shell) run(cmd tea.Cmd, o owner) {
	if tagged := s.cmds.tag(cmd, o); tagged != nil {
		s.pending = append(s.pending, tagged)
	}
}

func (s *Shell) newID() uint64 {
	s.nextID++
	return s.nextID
}

// key routes a key: leaving first, then whoever takes all keys, then the
// actions, the shell's before the screen's.
func (s *Shell) key(msg tea.KeyPressMsg) {
	key := msg.String()
	// On a slow line an esc just before it arrives in one piece with it, which
	// reads as alt.
	if key == "ctrl+c" || key == "ctrl+alt+c" {
		s.quit()
		return
	}
	if s.tiny() {
		return
	}
	if s.taken(msg, func() { s.promptKey(msg) }) {
		return
	}
	if key == "esc" && s.notes.current.level == Error {
		s.notes.dismiss()
		return
	}
	if s.notes.current.text == "" && s.opts.Background != nil {
		s.opts.Background.Read()
	}
	s.notes.keyPressed()
	s.press(key)
}

// taken gives what is typed or pasted to whoever takes all of it: a modal, which
// lets pass by what comes too early, the prompt, or a capturing screen.
func (s *Shell) taken(msg tea.Msg, prompt func()) bool {
	m, top := s.topModal(), s.trail.top()
	switch {
	case m != nil:
		if m.hears(msg, s.opts.Now()) {
			s.updateModal(m, msg)
		}
	case s.prompt != nil:
		prompt()
	case top == nil:
	case top.screen.Capturing():
		s.as(top.owner(), func() tea.Cmd { return top.screen.Update(msg) })
	default:
		return false
	}
	return true
}

// press runs what a key is bound to, or says why nothing happens.
func (s *Shell) press(key string) {
	scope := s.scope()
	a, global := s.opts.Keys.Find(s.globals(scope), key)
	if global && !a.Yields {
		s.perform(a, owner{id: ownerShell})
		return
	}
	top := s.trail.top()
	if own, ok := s.opts.Keys.Find(s.screenActions(scope), key); ok {
		s.perform(own, top.owner())
		return
	}
	if global {
		s.perform(a, owner{id: ownerShell})
		return
	}
	if !s.reflex(key) {
		s.flash(Warn, s.strange(key))
	}
}

// perform runs an action unless it is disabled, and then says why.
func (s *Shell) perform(a Action, o owner) {
	if a.Disabled != "" {
		s.flash(Warn, a.Name+": "+a.Disabled)
		return
	}
	if s.opts.Performed != nil {
		s.opts.Performed(a.Binding)
	}
	s.as(o, a.Run)
}

// paste goes where typing would go; on a screen that takes none it opens the
// palette with it, where an identifier finds its screen.
func (s *Shell) paste(msg tea.PasteMsg) {
	if s.tiny() || s.taken(msg, func() { s.promptUpdate(msg) }) {
		return
	}
	top := s.trail.top()
	if p, ok := top.screen.(Pastable); ok {
		s.as(top.owner(), func() tea.Cmd { return p.Paste(msg.Content) })
		return
	}
	s.openPalette(msg.Content)
}

// deliver brings a result to its owner. One whose screen was left, or opened
// anew, since the command started is stale and dropped.
func (s *Shell) deliver(r result) {
	switch r.to.id {
	case ownerShell:
		s.own(r.msg)
		return
	case ownerBackground:
		s.as(r.to, func() tea.Cmd { return s.opts.Background.Update(r.msg) })
		return
	}
	if e := s.trail.find(r.to); e != nil {
		s.as(r.to, func() tea.Cmd { return e.screen.Update(r.msg) })
		return
	}
	for _, m := range s.modals {
		if m.id == r.to.id {
			s.updateModal(m, r.msg)
			return
		}
	}
	if s.prompt != nil && s.prompt.id == r.to.id {
		s.promptUpdate(r.msg)
	}
}
