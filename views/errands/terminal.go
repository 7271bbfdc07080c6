package errands

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
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
	prose.Sheet
}

// back tells that the terminal is back, and how the program ended.
type back struct{ words string }

func newTerminal(e *Errands, l errand.Line) *terminalScreen {
	s := &terminalScreen{errands: e, line: l}
	s.Sheet = prose.NewParagraphs(e.Changes.Deps.Host, func() []prose.Para { return []prose.Para{{Text: l.String()}} })
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

func (s *terminalScreen) Open(ctx context.Context) tea.Cmd {
	s.ctx = ctx
	program, err := s.errands.attending(ctx, s.line)
	if err != nil {
		return func() tea.Msg { return back{err.Error()} }
	}
	lower := plugin.Shield()
	return s.errands.Changes.Deps.Host.Exec(program, func(err error) tea.Msg {
		lower()
		held, err := ended(ctx, err)
		if held.Words == "" && err != nil {
			held.Words = err.Error()
		}
		return back{held.Words}
	})
}

func (s *terminalScreen) Update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(back); ok {
		host := s.errands.Changes.Deps.Host
		host.Flash(ui.Info, "%s: %s", s.line.Command.Name, msg.words)
		host.Pop()
	}
	return nil
}
