package ui

import (
	tea "charm.land/bubbletea/v2"

	"gantry/ui/field"
	"gantry/ui/palette"
)

// Typed keeps what an operator types, for this run and for later ones. Its methods answer
// from memory.
type Typed interface {
	// Commands are those of the palette, oldest first; Commanded keeps one more.
	Commands() []string
	Commanded(line string)
	// Filters are those that were typed on such a screen, oldest first; Filtered keeps one
	// more.
	Filters(on Screen) []string
	Filtered(on Screen, expr string)
}

// typed is what keeps filters for this run, by the name of the screen. The palette keeps its
// commands itself.
type typed map[string][]string

func (typed) Commands() []string                { return nil }
func (typed) Commanded(string)                  {}
func (t typed) Filters(on Screen) []string      { return t[on.Name()] }
func (t typed) Filtered(on Screen, expr string) { t[on.Name()] = append(t[on.Name()], expr) }

// prompt is the filter being typed in the status line. The screen filters along.
type prompt struct {
	id     uint64
	target Filterable
	input  field.Input
	past   *palette.History
	before string // restored when the prompt is left by esc
	err    string
	ways   palette.Continuing
}

func (s *Shell) openPrompt() {
	target, ok := s.trail.top().screen.(Filterable)
	if !ok {
		return
	}
	in := field.New(s.theme, "/")
	in.SetValue(target.Filter())
	in.CursorEnd()
	past := palette.NewHistory(s.opts.Typed.Filters(s.trail.top().screen))
	s.prompt = &prompt{id: s.newID(), target: target, input: in, past: past, before: target.Filter()}
}

func (s *Shell) closePrompt() { s.prompt = nil }

func (s *Shell) promptKey(msg tea.KeyPressMsg) {
	p := s.prompt
	switch msg.String() {
	case "enter":
		if p.err != "" {
			s.flash(Warn, p.err)
		} else if expr := p.input.Value(); expr != "" {
			s.opts.Typed.Filtered(s.trail.top().screen, expr)
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
	case "tab":
		if c, ok := p.target.(Completing); ok {
			s.promptType(p.ways.Next(p.input.Value(), c.Completions))
		}
	case "up", "ctrl+p":
		s.promptType(p.past.Recall(-1))
	case "down", "ctrl+n":
		s.promptType(p.past.Recall(1))
	default:
		s.promptUpdate(msg)
	}
}

// promptType puts a whole filter in the place of what was typed.
func (s *Shell) promptType(expr string) {
	s.prompt.input.SetWidth(0) // what of a text is seen is decided as it is set
	s.prompt.input.SetValue(expr)
	s.prompt.input.CursorEnd()
	s.promptTry(expr)
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
		s.promptTry(value)
	}
}

// promptTry filters by what was typed, or says what is wrong with it.
func (s *Shell) promptTry(expr string) {
	s.prompt.err = ""
	if err := s.filter(s.prompt.target, expr); err != nil {
		s.prompt.err = err.Error()
	}
}
