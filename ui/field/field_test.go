package field_test

import (
	"testing"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"gantry/ui/field"
	"gantry/ui/theme"
)

// TestNoKeyBringsAnInputDown types whatever may be typed: letters, white space and every
// key that edits, with and without modifiers.
func TestNoKeyBringsAnInputDown(t *testing.T) {
	th := theme.New(theme.Options{})
	codes := []rune{'a', 'b', 'd', 'e', 'f', 'h', 'k', 'n', 'p', 'u', 'v', 'w', 'é', '世', ' ', '\t', tea.KeyLeft, tea.KeyRight, tea.KeyUp, tea.KeyDown,
		tea.KeyHome, tea.KeyEnd, tea.KeyDelete, tea.KeyBackspace, tea.KeyEnter, tea.KeyEscape}
	rapid.Check(t, func(r *rapid.T) {
		in := field.New(th, "> ")
		in.SetWidth(rapid.IntRange(0, 8).Draw(r, "width"))
		for range rapid.IntRange(1, 60).Draw(r, "keys") {
			k := tea.KeyPressMsg{Code: rapid.SampledFrom(codes).Draw(r, "code"), Mod: rapid.SampledFrom([]tea.KeyMod{0, 0, 0, tea.ModAlt, tea.ModCtrl, tea.ModShift}).Draw(r, "modifier")}
			if k.Mod == 0 && k.Code < tea.KeyExtended && k.Code >= ' ' {
				k.Text = string(k.Code)
			}
			in, _ = in.Update(k)
			_ = in.View()
		}
	})
}

// TestTheWordAheadOfTheLastCharacterIsDeleted as any other is.
func TestTheWordAheadOfTheLastCharacterIsDeleted(t *testing.T) {
	in := field.New(theme.New(theme.Options{}), "")
	for _, c := range []struct {
		value string
		at    int
		want  string
	}{{" ", 0, ""}, {"x", 0, ""}, {"ab", 1, "a"}, {"ab cd", 0, " cd"}, {"ab ", 2, "ab"}, {"ab", 2, "ab"}, {"", 0, ""}, {"日本", 1, "日"}} {
		in.SetValue(c.value)
		in.SetCursor(c.at)
		in, _ = in.Update(tea.KeyPressMsg{Code: 'd', Mod: tea.ModAlt})
		if in.Value() != c.want {
			t.Errorf("%q at %d became %q, want %q", c.value, c.at, in.Value(), c.want)
		}
	}
}
