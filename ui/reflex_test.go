package ui_test

import (
	"testing"

	tea "charm.land/bubbletea/v2"

	"gantry/ui"
	"gantry/ui/uitest"
)

// ribbon is a screen that counts how it was scrolled.
type ribbon struct {
	ui.Screen
	at, across int
	own        bool // it has an action of its own on ctrl+d
	stopped    bool
}

func (r *ribbon) Actions() []ui.Action {
	out := []ui.Action{
		ui.ActDown.Does(func() { r.at++ }), ui.ActUp.Does(func() { r.at-- }),
		ui.ActLeft.Does(func() { r.across-- }), ui.ActRight.Does(func() { r.across++ }),
	}
	if r.own {
		out = append(out, ui.Binding{ID: "stop", Name: "stop", Keys: []string{"ctrl+d"}}.Does(func() { r.stopped = true }))
	}
	return out
}

func onRibbon(t *testing.T, mouse bool) (*ribbon, *uitest.Console) {
	r := &ribbon{Screen: &toy{name: "ribbon"}}
	return r, uitest.New(t, uitest.Options{Shell: ui.Options{
		Title: "t", Root: func(*ui.Host) ui.Screen { return r }, Mouse: mouse,
		Reflexes: map[string]string{"0": ":all lists all"},
	}})
}

func TestKeysOfOtherProgramsScroll(t *testing.T) {
	r, c := onRibbon(t, false)
	c.Press("l", "l", "h")
	if r.across != 1 {
		t.Errorf("h and l scroll to column %d", r.across)
	}
	if c.Press("ctrl+d"); r.at != 10 { // half of the 20 rows of a page
		t.Errorf("ctrl+d scrolls to line %d", r.at)
	}
	if c.Press("j", "ctrl+u"); r.at != 1 {
		t.Errorf("ctrl+u scrolls to line %d", r.at)
	}
	r.own = true
	if c.Press("ctrl+d"); !r.stopped || r.at != 1 {
		t.Errorf("ctrl+d scrolls where it has an action of its own")
	}
}

func TestAKeyThatDoesNothingNamesTheOneThatDoes(t *testing.T) {
	_, c := onRibbon(t, false)
	c.Press("0").Shows("0 does nothing here: :all lists all").Press("X").Shows("X does nothing here, ? lists the keys")
}

func TestTheWheelScrollsWhereTheMouseIsTaken(t *testing.T) {
	r, c := onRibbon(t, true)
	if c.View().MouseMode == tea.MouseModeNone {
		t.Error("the mouse is not asked for")
	}
	c.Send(tea.MouseWheelMsg{Button: tea.MouseWheelDown}).Send(tea.MouseWheelMsg{Button: tea.MouseWheelDown}).Send(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
	if r.at != 3 {
		t.Errorf("the wheel scrolls to line %d", r.at)
	}
	if c.Press(":").Send(tea.MouseWheelMsg{Button: tea.MouseWheelDown}); r.at != 3 {
		t.Error("the wheel scrolls what lies below a dialog")
	}
	if _, c = onRibbon(t, false); c.View().MouseMode != tea.MouseModeNone {
		t.Error("the mouse is taken unasked")
	}
}
