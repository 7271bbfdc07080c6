package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/ui/modal"
	"gantry/ui/palette"
)

// openModal is a modal on the screen and the owner on whose behalf it asks.
type openModal struct {
	Modal
	id      uint64
	opener  owner
	answers time.Time // from when it takes an answer
	quits   bool      // it is the question whether to quit
}

func (s *Shell) openModal(m Modal, deaf time.Duration) {
	s.modals = append(s.modals, &openModal{Modal: m, id: s.newID(), opener: s.actor, answers: s.opts.Now().Add(deaf)})
}

// hears reports whether a modal takes a key or paste: text at once, an answer only when
// what is asked can have been read.
func (m *openModal) hears(msg tea.Msg, now time.Time) bool {
	f, ok := m.Modal.(Fielded)
	return ok && f.Writes(msg) || !now.Before(m.answers)
}

func (s *Shell) topModal() *openModal {
	if len(s.modals) == 0 {
		return nil
	}
	return s.modals[len(s.modals)-1]
}

// updateModal lets a modal act as its opener: what its answer starts belongs to
// the opener, what it starts while it stays belongs to the modal.
func (s *Shell) updateModal(m *openModal, msg tea.Msg) {
	before := s.actor
	s.actor = m.opener
	cmd := m.Update(msg)
	s.actor = before
	if m.Done() {
		s.modals = slices.DeleteFunc(s.modals, func(o *openModal) bool { return o == m })
		s.run(cmd, m.opener)
		return
	}
	s.run(cmd, owner{id: m.id})
}

// dropModals closes what a screen asked when the screen is left.
func (s *Shell) dropModals(o owner) {
	s.modals = slices.DeleteFunc(s.modals, func(m *openModal) bool { return m.opener == o })
}

// ask puts a yes-or-no question of the shell's own.
func (s *Shell) ask(title, body string, yes func() tea.Cmd) {
	s.openModal(modal.NewConfirm(s.theme, modal.Question{
		Title: title, Body: modal.Plain(body), Yes: yes,
	}), typeAhead)
}

// openPalette opens the palette with text already typed.
func (s *Shell) openPalette(text string) {
	sources := []palette.Source{s.commandItems}
	if s.opts.Palette != nil {
		sources = append(sources, s.opts.Palette(s.host)...)
	}
	// What is chosen acts for the screen it was chosen on.
	before := s.actor
	s.actor = s.trail.top().owner()
	s.openModal(palette.New(s.theme, palette.Options{
		Sources: sources, History: s.history, Text: text,
		Refused: func(line string) { s.flash(Warn, line) },
	}), 0)
	s.actor = before
}

// commandItems are the palette's own part: every action that a key runs here.
func (s *Shell) commandItems(string) []palette.Item {
	var items []palette.Item
	add := func(actions []Action, global bool) {
		for _, a := range actions {
			if a.Hidden || a.ID == ActPalette.ID || a.Yields && a.Disabled != "" {
				continue
			}
			item := palette.Item{
				Name: a.Name, Aliases: append([]string{a.ID}, a.Short...), Detail: s.keyLabel(a), Disabled: a.Disabled, Run: a.Run,
				Writes: a.Changes || a.Writes,
			}
			if global {
				run := a.Run
				item.Run = func() tea.Cmd {
					s.as(owner{id: ownerShell}, run)
					return nil
				}
			}
			items = append(items, item)
		}
	}
	scope := s.scope()
	add(s.screenActions(scope), false)
	add(s.globals(scope), true)
	return items
}
