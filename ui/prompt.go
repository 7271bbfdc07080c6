package ui

import (
	tea "charm.land/bubbletea/v2"

	"gantry/ui/field"
)

// prompt is the filter being typed in the status line. The screen filters along.
type prompt struct {
	id     uint64
	target Filterable
	input  field.Input
	before string // restored when the prompt is left by esc
	err    string
}

func (s *Shell) openPrompt() {
	target, ok := s.trail.top().screen.(Filterable)
	if !ok {
		return
	}
	in := field.New(s.theme, "/")
	in.SetValue(target.Filter())
	in.CursorEnd()
	s.prompt = &prompt{id: s.newID(), target: target, input: in, before: target.Filter()}
}

func (s *Shell) closePrompt() { s.prompt = nil }

func (s *Shell) promptKey(msg tea.KeyPressMsg) {
	p := s.prompt
	switch msg.String() {
	case "enter":
		if p.err != "" {
			s.flash(Warn, p.err)
		}
		s.closePrompt()
	case "esc":
		if err := s.filter(p.target, p.before); err != nil {
			s.flash(Error, err.Error())
		}
		s.closePrompt()
	case "backspace":
		if p.input.Value() == "" {
			s.closePrompt()
			return
		}
		s.promptUpdate(msg)
	default:
		s.promptUpdate(msg)
	}
}

// filter sets the filter of the screen on top, which may have something to do about it.
func (s *Shell) filter(f Filterable, expr string) error {
	err := f.SetFilter(expr)
	if n, ok := f.(Narrowed); ok && err == nil {
		s.as(s.trail.top().owner(), n.Narrowed)
	}
	return err
}

// promptUpdate types. A filter that is not valid yet is named beside what was
// typed, while the last valid one stays in force.
func (s *Shell) promptUpdate(msg tea.Msg) {
	p := s.prompt
	before := p.input.Value()
	var cmd tea.Cmd
	p.input, cmd = p.input.Update(msg)
	s.run(cmd, owner{id: p.id})
	if value := p.input.Value(); value != before {
		p.err = ""
		if err := s.filter(p.target, value); err != nil {
			p.err = err.Error()
		}
	}
}
