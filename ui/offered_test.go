package ui_test

import (
	"testing"

	"gantry/ui"
	"gantry/ui/uitest"
)

// counting is a screen that counts how often it made its actions.
type counting struct {
	*toy
	made int
}

func (c *counting) Actions() []ui.Action {
	c.made++
	return c.toy.Actions()
}

// asking is a guide who looks through what is offered.
type asking struct{ offered int }

func (a *asking) Step(h *ui.Host) {
	own, everywhere := h.Offered()
	a.offered = len(own) + len(everywhere)
}

func (a *asking) Leave() bool          { return false }
func (a *asking) Text(*ui.Host) string { return "" }

// TestActionsAreMadeOnceForAMessage, though a guide and the line of hints both look through them,
// and anew for the next.
func TestActionsAreMadeOnceForAMessage(t *testing.T) {
	guide := &asking{}
	var screen *counting
	c := uitest.New(t, uitest.Options{Shell: ui.Options{Title: "t", Guide: guide, Root: func(h *ui.Host) ui.Screen {
		screen = &counting{toy: newToy(h)}
		return screen
	}}})
	screen.made = 0
	offered := guide.offered
	for range 5 {
		c.Send("news")
	}
	if screen.made != 5 {
		t.Errorf("the actions were made %d times for 5 messages", screen.made)
	}
	screen.extra = []ui.Action{{Binding: ui.Binding{ID: "more", Name: "more of it", Keys: []string{"M"}, Hint: 1}}}
	if c.Send("news").Shows("more of it"); guide.offered != offered+1 {
		t.Errorf("%d actions are offered, want %d", guide.offered, offered+1)
	}
}
