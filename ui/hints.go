package ui

import (
	"fmt"
	"slices"
	"strings"

	"gantry/ui/pager"
	"gantry/ui/text"
	"gantry/ui/theme"

	"gantry/ui/modal"
)

func sizeText(w, h int) string { return fmt.Sprintf("%dx%d", w, h) }

// keyLabel is how an action's first key is written, empty if it has none.
func (s *Shell) keyLabel(a Action) string { return s.opts.Keys.Key(a.Binding) }

// piece is one hint, drawn and measured.
type piece struct {
	drawn string
	width int
}

func (s *Shell) piece(key, name string, disabled bool) piece {
	plain := "<" + key + ">" + name
	p := piece{width: text.Width(plain)}
	if disabled {
		p.drawn = s.theme.Paint(theme.Dim, text.Line(plain))
		return p
	}
	p.drawn = s.theme.Paint(theme.Key, "<"+text.Line(key)+">") + text.Line(name)
	return p
}

// hintLine names the keys that matter most, as many as fit. The ways to all
// others stand at its end and are never dropped.
func (s *Shell) hintLine(scope string) string {
	var hinted any = s.trail.top().screen
	if m := s.topModal(); m != nil {
		hinted = m.Modal
	} else if s.prompt != nil {
		return s.fit([]piece{s.piece("enter", "keep", false), s.piece("esc", "cancel", false)}, nil)
	} else if !s.trail.top().screen.Capturing() {
		hinted = nil
	}
	if h, ok := hinted.(Hinted); ok {
		var list []piece
		for _, hint := range h.Hints() {
			list = append(list, s.piece(hint.Key, hint.Name, false))
		}
		return s.fit(list, nil)
	}
	if hinted != nil {
		return ""
	}
	var list, fixed []piece
	for _, a := range byHint(s.screenActions(scope)) {
		if key := s.keyLabel(a); key != "" {
			list = append(list, s.piece(key, a.Name, a.Disabled != ""))
		}
	}
	for _, a := range byHint(s.globals(scope)) {
		if key := s.keyLabel(a); key != "" {
			fixed = append(fixed, s.piece(key, "", a.Disabled != ""))
		}
	}
	return s.fit(list, fixed)
}

// byHint are the actions that want to be hinted at, the first first.
func byHint(actions []Action) []Action {
	list := slices.DeleteFunc(slices.Clone(actions), func(a Action) bool { return a.Hint == 0 })
	slices.SortStableFunc(list, func(a, b Action) int { return a.Hint - b.Hint })
	return list
}

// fit joins pieces while they fit beside the fixed ones. The first that does not
// ends the line, so that what is shown is always the most important part.
func (s *Shell) fit(list, fixed []piece) string {
	room := s.w
	for _, p := range fixed {
		room -= p.width + 1
	}
	var b strings.Builder
	for _, p := range list {
		if p.width > room {
			break
		}
		room -= p.width + 1
		b.WriteString(p.drawn + " ")
	}
	for _, p := range fixed {
		b.WriteString(p.drawn + " ")
	}
	return strings.TrimSuffix(b.String(), " ")
}

// openHelp lists every action of the screen and of the shell, once each.
func (s *Shell) openHelp() {
	top := s.trail.top().screen
	scope := s.scope()
	screen, global := s.screenActions(scope), s.globals(scope)
	var acts, moves []Action
	for _, a := range screen {
		if a.Hidden {
			moves = append(moves, a)
		} else {
			acts = append(acts, a)
		}
	}
	layout := func(w int) []string {
		var out []string
		out = append(out, s.helpSection(top.Name(), acts, w)...)
		out = append(out, s.helpSection("moving", moves, w)...)
		return append(out, s.helpSection("everywhere", global, w)...)
	}
	s.openModal(modal.NewMessage(s.theme, "Keys", modal.Body(pager.Layout(layout))), 0)
}

// keyColumn is the width of the keys in the help.
const keyColumn = 18

func (s *Shell) helpSection(title string, actions []Action, w int) []string {
	if len(actions) == 0 {
		return nil
	}
	tail := s.theme.Glyphs().Ellipsis
	out := []string{s.theme.Paint(theme.Header, text.Truncate(title, w, tail))}
	for _, a := range actions {
		keys := strings.Join(s.opts.Keys.Keys(a.Binding), " ")
		if keys == "" {
			keys = ":" + a.ID
		}
		line := "  " + s.theme.Paint(theme.Key, text.Fit(keys, keyColumn, tail)) + " "
		if a.Disabled == "" {
			line += text.Line(a.Name)
		} else {
			line += s.theme.Paint(theme.Dim, text.Line(a.Name+": "+a.Disabled))
		}
		out = append(out, text.TruncatePainted(line, w, tail))
	}
	return append(out, "")
}
