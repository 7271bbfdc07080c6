package errands

import (
	"context"
	"os/exec"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/internal/errand"
	"gantry/internal/plugin"
	"gantry/ui"
	"gantry/views"
	"gantry/views/prose"
)

// The screen below a program that has the terminal.
var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "terminal"}})

// terminalScreen gives the terminal to a program, and leaves when that has ended.
type terminalScreen struct {
	errands *Errands
	line    errand.Line
	ctx     context.Context
	ran     bool
	words   string // how it ended
	prose.Sheet
}

// ready is the program that the terminal is for, and back tells that it is back and how the
// program ended.
type (
	ready struct{ program *exec.Cmd }
	back  struct{ words string }
)

func newTerminal(e *Errands, l errand.Line) *terminalScreen {
	s := &terminalScreen{errands: e, line: l}
	s.Sheet = prose.NewParagraphs(e.Changes.Deps.Host, func() []prose.Para { return []prose.Para{{Text: l.String()}, {Text: s.words}} })
	return s
}

func (s *terminalScreen) Name() string           { return "terminal" }
func (s *terminalScreen) Capturing() bool        { return false }
func (s *terminalScreen) Place() awsx.Ref        { return s.line.Row.Target }
func (s *terminalScreen) Actions() []ui.Action   { return nil }
func (s *terminalScreen) View(w, h int) ui.Frame { return s.Draw("", w, h) }
func (s *terminalScreen) Header() ui.Header {
	target := s.line.Row.Target
	return s.errands.Changes.Deps.Within(target.ClusterRef(), views.Crumb(target)+" "+s.line.Command.Name)
}

// Open finds the program, once: who comes back here through the history does not ask for it
// to be run again.
func (s *terminalScreen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	if s.ran {
		return nil
	}
	s.ran = true
	e, l := s.errands, s.line
	return func() tea.Msg {
		program, err := e.attending(ctx, l)
		if err != nil {
			return back{wordsOf(deploy.Held{}, err)}
		}
		return ready{program}
	}
}

func (s *terminalScreen) Update(msg tea.Msg) tea.Cmd {
	host, ctx := s.errands.Changes.Deps.Host, s.ctx
	switch msg := msg.(type) {
	case ready:
		lower := plugin.Shield()
		return host.Exec(msg.program, func(err error) tea.Msg {
			lower()
			return back{wordsOf(ended(ctx, err))}
		})
	case back:
		s.words = msg.words
		s.Pager.Changed()
		host.Flash(ui.Info, "%s: %s", s.line.Command.Name, msg.words)
		host.Pop()
	}
	return nil
}
