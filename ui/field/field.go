// Package field makes text inputs that look alike: in the theme's colours and
// with the terminal's own cursor, which neither blinks by redrawing nor hides
// what lies under it.
package field

import (
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"gantry/ui/theme"
)

// Input is Bubbles' text input without its faults.
type Input struct{ textinput.Model }

// Update types. Deleting the word ahead is deleting the character ahead when that is the
// last one: the input itself looks past the end then, and panics (Bubbles 2,
// textinput.deleteWordForward).
func (in Input) Update(msg tea.Msg) (Input, tea.Cmd) {
	if k, ok := msg.(tea.KeyPressMsg); ok && key.Matches(k, in.KeyMap.DeleteWordForward) && in.Position() == utf8.RuneCountInString(in.Value())-1 {
		msg = tea.KeyPressMsg{Code: tea.KeyDelete}
	}
	var cmd tea.Cmd
	in.Model, cmd = in.Model.Update(msg)
	return in, cmd
}

// New makes an input that has the focus.
func New(th *theme.Theme, prompt string) Input {
	in := textinput.New()
	in.Prompt = prompt
	in.SetVirtualCursor(false)
	state := textinput.StyleState{
		Text:        th.Style(theme.Text),
		Placeholder: th.Style(theme.Dim),
		Suggestion:  th.Style(theme.Dim),
		Prompt:      th.Style(theme.Key),
	}
	in.SetStyles(textinput.Styles{Focused: state, Blurred: state})
	in.Focus()
	return Input{in}
}
