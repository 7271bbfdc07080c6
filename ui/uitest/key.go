package uitest

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Key makes the message of a key by the name that Bubble Tea gives it.
func Key(name string) tea.KeyPressMsg {
	var mod tea.KeyMod
	base := name
	for {
		head, rest, found := strings.Cut(base, "+")
		m, known := map[string]tea.KeyMod{
			"ctrl": tea.ModCtrl, "alt": tea.ModAlt, "shift": tea.ModShift, "meta": tea.ModMeta,
		}[head]
		if !found || !known || rest == "" {
			break
		}
		mod |= m
		base = rest
	}
	special := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "backspace": tea.KeyBackspace,
		"delete": tea.KeyDelete, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	}
	if code, ok := special[base]; ok {
		return tea.KeyPressMsg{Code: code, Mod: mod}
	}
	if base == "space" {
		k := tea.KeyPressMsg{Code: tea.KeySpace, Mod: mod}
		if mod == 0 {
			k.Text = " "
		}
		return k
	}
	code := []rune(base)[0]
	k := tea.KeyPressMsg{Code: code, Mod: mod}
	if mod == 0 {
		k.Text = base
	}
	return k
}
