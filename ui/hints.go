package ui

import (
	"fmt"
	"maps"
	"slices"
	"strings"

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
func (s *Shell) hintLine() string {
	var hinted any = s.trail.top().screen
	if m := s.topModal(); m != nil {
		hinted = m.Modal
	} else if s.prompt != nil {
		keys := []piece{s.piece("enter", "keep", false), s.piece("esc", "cancel", false)}
		if c, ok := s.prompt.target.(Completing); ok && len(c.Completions(s.prompt.input.Value())) > 0 {
			keys = append(keys, s.piece("tab", "complete", false))
		}
		if len(s.prompt.past.Lines()) > 0 {
			keys = append(keys, s.piece("up", "earlier", false))
		}
		return s.fit(keys, nil)
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
	own, everywhere := s.host.Offered()
	for _, a := range byHint(own) {
		if key := s.keyLabel(a); key != "" {
			list = append(list, s.piece(key, a.Name, a.Disabled != ""))
		}
	}
	for _, a := range byHint(everywhere) {
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

// rowActions are what lists share, in their own part of the help.
var rowActions = []Binding{
	ActCopy, ActCopyCell, ActDescribe, ActJSON, ActRefresh, ActFaults, ActWide, ActMark, ActMarkRange, ActClearMarks,
	ActSort, ActSortName, ActSortState, ActSortAge,
}

// openHelp lists every action of the screen and of the shell, once each, and what keys of
// other programs do here.
func (s *Shell) openHelp() {
	scope := s.scope()
	own, rows, moves := modal.KeyGroup{Title: s.trail.top().screen.Name()}, modal.KeyGroup{Title: "rows"}, modal.KeyGroup{Title: "moving"}
	for _, a := range s.screenActions(scope) {
		group := &own
		switch {
		case a.Hidden:
			group = &moves
		case slices.ContainsFunc(rowActions, func(b Binding) bool { return b.ID == a.ID }):
			group = &rows
		}
		group.Keys = append(group.Keys, s.helpOn(a))
	}
	everywhere, elsewhere := modal.KeyGroup{Title: "everywhere"}, modal.KeyGroup{Title: "keys of k9s and vim"}
	for _, a := range s.globals(scope) {
		if a.Yields && a.Disabled != "" {
			continue
		}
		everywhere.Keys = append(everywhere.Keys, s.helpOn(a))
	}
	for _, key := range slices.Sorted(maps.Keys(s.opts.Reflexes)) {
		if _, here := s.opts.Keys.Find(s.screenActions(scope), key); here {
			continue
		}
		elsewhere.Keys = append(elsewhere.Keys, modal.KeyHelp{Keys: key, Name: "not here", Why: s.opts.Reflexes[key]})
	}
	groups := slices.DeleteFunc([]modal.KeyGroup{own, rows, moves, everywhere, elsewhere}, func(g modal.KeyGroup) bool { return len(g.Keys) == 0 })
	s.openModal(modal.NewKeys(s.theme, "Keys", groups), 0)
}

func (s *Shell) helpOn(a Action) modal.KeyHelp {
	keys := strings.Join(s.opts.Keys.Keys(a.Binding), " ")
	if keys == "" {
		keys = ":" + a.ID
	}
	return modal.KeyHelp{Keys: keys, Name: a.Name, Why: a.Disabled}
}
