package ui

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"
)

// maxTrail bounds how far back the operator can go; the oldest screen is left
// when one more is opened.
const maxTrail = 64

// entry is a screen on the trail. It is open from the trail's start up to the
// current one; the screens after it were left and can be opened again with what
// they remember.
type entry struct {
	id     uint64
	gen    uint64
	screen Screen
	open   bool
	cancel context.CancelFunc
}

func (e *entry) owner() owner { return owner{id: e.id, gen: e.gen} }

// trail is the operator's way: the stack of open screens with the history of
// the ones left ahead of it.
type trail struct {
	entries []*entry
	at      int    // the current one
	last    *entry // the one that was current before
}

func (t *trail) top() *entry {
	if len(t.entries) == 0 {
		return nil
	}
	return t.entries[t.at]
}

func (t *trail) index(e *entry) int {
	return slices.Index(t.entries, e)
}

// find returns the open screen that owns a result, nil if it was left since.
func (t *trail) find(o owner) *entry {
	for _, e := range t.entries {
		if e.id == o.id && e.gen == o.gen && e.open {
			return e
		}
	}
	return nil
}

// enter opens an entry's screen in a context of its own.
func (s *Shell) enter(e *entry) {
	e.gen++
	e.open = true
	ctx, cancel := context.WithCancel(s.ctx)
	e.cancel = cancel
	s.as(e.owner(), func() tea.Cmd { return e.screen.Open(ctx) })
}

// leave ends a screen's context: its commands end, and their results are stale.
func (s *Shell) leave(e *entry) {
	if !e.open {
		return
	}
	e.cancel()
	s.dropModals(e.owner())
	e.open = false
	e.gen++
}

func (s *Shell) cover(e *entry, covered bool) {
	if c, ok := e.screen.(Coverable); ok {
		s.as(e.owner(), func() tea.Cmd { return c.Covered(covered) })
	}
}

// push opens a screen over the current one and forgets what was ahead.
func (s *Shell) push(screen Screen) {
	s.closePrompt()
	e := &entry{id: s.newID(), screen: screen}
	t := &s.trail
	if top := t.top(); top != nil {
		s.cover(top, true)
		t.last = top
		t.entries = t.entries[:t.at+1]
	}
	t.entries = append(t.entries, e)
	if len(t.entries) > maxTrail {
		s.leave(t.entries[0])
		t.entries = append([]*entry(nil), t.entries[1:]...)
	}
	t.at = len(t.entries) - 1
	s.enter(e)
}

// replace leaves the current screen for another in its place.
func (s *Shell) replace(screen Screen) {
	t := &s.trail
	if t.top() == nil {
		s.push(screen)
		return
	}
	s.closePrompt()
	s.leave(t.top())
	e := &entry{id: s.newID(), screen: screen}
	t.entries = append(t.entries[:t.at], e)
	s.enter(e)
}

// raise puts the open screens that something is true of over the others, in their order and
// as they are, and reports whether there are any and others are shown now. A screen of which it is not known goes
// where the one below it goes. What was ahead is forgotten.
func (s *Shell) raise(of func(Screen) (yes, known bool)) bool {
	t := &s.trail
	var up, rest []*entry
	below := false
	for _, e := range t.entries[:t.at+1] {
		if yes, known := of(e.screen); known {
			below = yes
		}
		if below {
			up = append(up, e)
		} else {
			rest = append(rest, e)
		}
	}
	top := t.top()
	if len(up) == 0 || up[len(up)-1] == top {
		return false
	}
	s.closePrompt()
	s.cover(top, true)
	t.last = top
	t.entries = append(rest, up...)
	t.at = len(t.entries) - 1
	s.cover(t.top(), false)
	return true
}

// walk makes the i-th screen of the trail the current one: screens above it are
// left, screens up to it are opened again.
func (s *Shell) walk(i int) {
	t := &s.trail
	if i < 0 || i >= len(t.entries) || i == t.at {
		return
	}
	s.closePrompt()
	t.last = t.top()
	for ; t.at > i; t.at-- {
		s.leave(t.entries[t.at])
		if t.at-1 == i {
			s.cover(t.entries[i], false)
		}
	}
	for t.at < i {
		s.cover(t.entries[t.at], true)
		t.at++
		s.enter(t.entries[t.at])
	}
}

// back is the operator's way out of a screen: it asks when typed text would be
// lost.
func (s *Shell) back(to int) {
	for i := s.trail.at; i > to; i-- {
		if u, ok := s.trail.entries[i].screen.(Unsaved); ok && u.Unsaved() != "" {
			s.ask("Leave "+s.trail.entries[i].screen.Name()+"?", u.Unsaved(), func() tea.Cmd {
				s.walk(to)
				return nil
			})
			return
		}
	}
	s.walk(to)
}
