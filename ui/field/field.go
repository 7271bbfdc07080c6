// Package field makes text inputs that look alike: in the theme's colours and
// with the terminal's own cursor, which neither blinks by redrawing nor hides
// what lies under it.
package field

import (
	"charm.land/bubbles/v2/textinput"

	"gantry/ui/theme"
)

// New makes an input that has the focus.
func New(th *theme.Theme, prompt string) textinput.Model {
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
	return in
}
