package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// wheel is how many lines a notch of the mouse wheel scrolls.
const wheel = 3

// reflex does what a key does in k9s and in vim, where no action has the key: it scrolls
// sideways or by half a page. It reports whether the screen has such an action; one that is
// not possible now says why. A key with alt is esc and the key after it: on a slow line they
// arrive in one piece.
func (s *Shell) reflex(key string) bool {
	switch half := max(1, (s.h-4)/2); key {
	case "h":
		return s.scroll(ActLeft, 1)
	case "l":
		return s.scroll(ActRight, 1)
	case "ctrl+d":
		return s.scroll(ActDown, half)
	case "ctrl+u":
		return s.scroll(ActUp, half)
	}
	after, apart := strings.CutPrefix(key, "alt+")
	if apart {
		if letter, upper := strings.CutPrefix(after, "shift+"); upper && len(letter) == 1 {
			after = strings.ToUpper(letter)
		}
		s.key(tea.KeyPressMsg{Code: tea.KeyEscape})
		s.press(after)
	}
	return apart
}

// scroll moves the screen by one of its own actions, some times over.
func (s *Shell) scroll(by Binding, times int) bool {
	for _, a := range s.trail.top().screen.Actions() {
		if a.ID == by.ID {
			for range times {
				s.perform(a, s.trail.top().owner())
			}
			return true
		}
	}
	return false
}

// wheeled scrolls by the mouse wheel, where nothing lies over the screen.
func (s *Shell) wheeled(msg tea.MouseWheelMsg) {
	if s.tiny() || s.topModal() != nil || s.prompt != nil || s.trail.top() == nil {
		return
	}
	switch msg.Button {
	case tea.MouseWheelUp:
		s.scroll(ActUp, wheel)
	case tea.MouseWheelDown:
		s.scroll(ActDown, wheel)
	}
}

// strange says that a key does nothing here, and what does what it does in other programs.
func (s *Shell) strange(key string) string {
	if advice := s.opts.Reflexes[key]; advice != "" {
		return key + " does nothing here: " + advice
	}
	return fmt.Sprintf("%s does nothing here, %s lists the keys", key, s.opts.Keys.Key(ActHelp))
}
