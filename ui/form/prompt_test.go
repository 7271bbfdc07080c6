package form

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"gantry/ui/theme"
)

// TestAPromptHelpsWithOneLine: offers, what was typed before, a mark at the mistake.
func TestAPromptHelpsWithOneLine(t *testing.T) {
	f := New(theme.New(theme.Options{}), Options{Title: "t", Fields: []Field{{
		Label: "q", Value: "ab cd",
		Check: func(v string) error {
			if i := strings.IndexByte(v, '!'); i >= 0 {
				return &Mistake{Column: i + 1, Says: "no exclamation"}
			}
			return nil
		},
		Prompt: &Prompt{
			Past: []string{"cold", "warm", "old"},
			Offer: func(before string) Offer {
				from := strings.LastIndexByte(before, ' ') + 2
				return Offer{From: from, Text: []string{"one", "two", "three"}}
			},
			Note: func(v string) string { return strings.Repeat("noted", strings.Count(v, "n")) },
		},
	}}, Submit: func([]string) (tea.Cmd, error) { return nil, nil }})
	press := func(keys ...tea.KeyPressMsg) string {
		for _, k := range keys {
			f.Update(k)
		}
		return f.Values()[0]
	}
	key := func(code rune) tea.KeyPressMsg { return tea.KeyPressMsg{Code: code} }
	letter := func(r rune) tea.KeyPressMsg { return tea.KeyPressMsg{Code: r, Text: string(r)} }
	shown := func() string {
		s, _ := f.View(40, 10)
		return ansi.Strip(s)
	}
	if got := press(key(tea.KeyTab)); got != "ab one" || !strings.Contains(shown(), "noted") {
		t.Errorf("completed to %q: %s", got, shown())
	}
	press(tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}, tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift})
	if got := press(key(tea.KeyTab)); got != "ab three" {
		t.Errorf("the next but one completes to %q", got)
	}
	// Within the line, what follows the cursor stays.
	press(key(tea.KeyHome), key(tea.KeyRight))
	if got := press(key(tea.KeyTab)); got != "oneb three" {
		t.Errorf("within the line: %q", got)
	}
	if got := press(key(tea.KeyUp)); got != "cold" {
		t.Errorf("up brings %q", got)
	}
	if got := press(key(tea.KeyUp), key(tea.KeyUp), key(tea.KeyUp), key(tea.KeyDown)); got != "warm" {
		t.Errorf("up to the oldest and down brings %q", got)
	}
	if got := press(key(tea.KeyDown), key(tea.KeyDown), key(tea.KeyDown)); got != "oneb three" {
		t.Errorf("down brings %q back", got)
	}
	press(tea.KeyPressMsg{Code: 'u', Mod: tea.ModCtrl}, key(tea.KeyEnd), tea.KeyPressMsg{Code: 'u', Mod: tea.ModCtrl}, letter('o'), letter('l'))
	again := tea.KeyPressMsg{Code: 'r', Mod: tea.ModCtrl}
	if first, second := press(again), press(again); first != "cold" || second != "old" {
		t.Errorf("ctrl+r finds %q and %q", first, second)
	}
	press(letter('!'), letter('x'))
	lines := strings.Split(shown(), "\n")
	if at := strings.IndexByte(lines[1], '!'); at < 0 || strings.IndexByte(lines[2], '^') != at || !strings.Contains(shown(), "no exclamation") {
		t.Errorf("the mistake is not marked:\n%s", shown())
	}
}
