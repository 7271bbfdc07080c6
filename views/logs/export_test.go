package logs

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"gantry/logs"
	"gantry/logs/tail"
	"gantry/views"
)

// Screen is the log screen, for tests that look into it or put it into a state that
// takes long to come about.
type Screen = screen

// NewScreen makes the screen of scopes.
func NewScreen(v *Viewer, scopes ...views.LogScope) *Screen { return newScreen(v, scopes) }

// Unfollow ends the tail, as reading far back does.
func (s *screen) Unfollow() { s.search.unfollow() }

// Ring is the lines that the screen holds.
func (s *screen) Ring() *logs.Ring { return s.page.lines.ring }

// ClearTo shows other lines, as if they had been read.
func (s *screen) ClearTo(ring *logs.Ring) {
	status := s.search.status
	s.clear()
	s.page.lines.ring, s.search.status = ring, status
	s.page.lines.attribute(s.whose.Subject)
	s.page.view.Changed(nil)
}

// HideAllBut begins to show only the lines that match.
func (s *screen) HideAllBut(expr string) (tea.Cmd, error) { return s.page.filter(expr) }

// Attach gives the screen a store and a tail of its own, whose batches the test brings.
func (s *screen) Attach(ctx context.Context, source logs.Source, tail *tail.Tail) {
	s.search.source, s.search.session = source, newSession(ctx)
	s.search.session.tail = tail
}

// Take brings a batch of the tail that was attached.
func (s *screen) Take(b tail.Batch) { s.take(batched{s.search.session, b}) }

// DrawnAt has the screen drawn at a moment: frames are drawn outside the bubble.
func (s *screen) DrawnAt(at time.Time) { s.viewer.Deps.Now = func() time.Time { return at } }
