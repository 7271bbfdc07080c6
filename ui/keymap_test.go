package ui_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/ui"
	"gantry/ui/uitest"
)

func keymap(t *testing.T, preset string, overrides map[string][]string) *ui.Keymap {
	t.Helper()
	k, err := ui.NewKeymap(preset, overrides)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAnOverrideReplacesAnActionsKeysByName(t *testing.T) {
	k := keymap(t, "", map[string][]string{"eat": {"shift+e", "control+E", "Escape"}})
	c, s := start(t, nil, func(o *uitest.Options) { o.Shell.Keys = k })
	c.Press("e").Shows("e does nothing here").Press("E", "ctrl+e")
	if diff := cmp.Diff([]string{"eaten", "eaten"}, s.got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c.Shows("<E>eat")
}

func TestKeysAreSpeltAsTheTerminalReportsThem(t *testing.T) {
	for given, want := range map[string]string{
		"shift+o": "O", "O": "O", "ctrl+D": "ctrl+d", "return": "enter", "PageDown": "pgdown",
		"shift+left": "shift+left", "ctrl+space": "ctrl+space", `ctrl+\`: `ctrl+\`, "+": "+", "ctrl++": "ctrl++", "F5": "f5", "alt+x": "alt+x",
	} {
		a := ui.Binding{ID: "a"}
		if got := keymap(t, "", map[string][]string{"a": {given}}).Keys(a); !slices.Equal(got, []string{want}) {
			t.Errorf("%q is bound as %q, want %q", given, got, want)
		}
	}
}

func TestAWrongKeyOrPresetIsNamed(t *testing.T) {
	for _, tc := range []struct {
		preset string
		keys   map[string][]string
		want   string
	}{
		{"emacs", nil, `unknown preset "emacs", expected k9s or vim`},
		{"", map[string][]string{"eat": {"hyperspace"}}, `eat: key "hyperspace": unknown key`},
		{"", map[string][]string{"eat": {"cntrl+x"}}, `unknown modifier "cntrl"`},
		{"", map[string][]string{"eat": {""}}, "is empty"},
	} {
		_, err := ui.NewKeymap(tc.preset, tc.keys)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v %v: error %v, want %q", tc.preset, tc.keys, err, tc.want)
		}
	}
}

func TestLeavingCannotBeBoundAway(t *testing.T) {
	k := keymap(t, "", map[string][]string{"quit": {"Q"}})
	if keys := k.Keys(ui.ActQuit); !slices.Contains(keys, "ctrl+c") {
		t.Errorf("quit is bound to %q only", keys)
	}
}

func TestConflictsAreFoundAcrossAnyActions(t *testing.T) {
	actions := []ui.Binding{{ID: "a", Keys: []string{"x"}}, {ID: "b", Keys: []string{"y"}}, {ID: "c", Keys: []string{"z"}}}
	if got := keymap(t, "", nil).Conflicts(actions); len(got) != 0 {
		t.Errorf("conflicts %v, want none", got)
	}
	got := keymap(t, "", map[string][]string{"b": {"x"}}).Conflicts(actions)
	if len(got) != 1 || got[0].String() != `key "x" runs a and b` {
		t.Errorf("conflicts %v", got)
	}
}

func TestUnknownNamesAreReported(t *testing.T) {
	c := ui.Catalog{Screens: []ui.Declaration{{Screen: "fruit", Bindings: []ui.Binding{{ID: "eat", Keys: []string{"e"}}}}}}
	_, err := c.Keymap("", map[string][]string{"eat": {"x"}, "aet": {"y"}})
	if err == nil || err.Error() != `keys: aet: no action is named "aet": did you mean eat? Expected one of eat` {
		t.Errorf("error %v", err)
	}
	if _, err := c.Keymap("vim", map[string][]string{"eat": {"x"}}); err != nil {
		t.Errorf("what a preset binds is not the operator's: %v", err)
	}
}

func TestTheShellsKeysDoNotConflictWithAScreensInEitherPreset(t *testing.T) {
	for _, preset := range []string{ui.PresetK9s, ui.PresetVim} {
		k := keymap(t, preset, nil)
		_, s := start(t, nil, func(o *uitest.Options) { o.Shell.Keys = k })
		if got := k.Conflicts(append(ui.Everywhere(), bindingsOf(s)...)); len(got) != 0 {
			t.Errorf("%s: %v", preset, got)
		}
	}
}

// bindingsOf are the bindings of what a screen offers.
func bindingsOf(s ui.Screen) (out []ui.Binding) {
	for _, a := range s.Actions() {
		out = append(out, a.Binding)
	}
	return out
}

func TestSharedActionsAreNamedAndBound(t *testing.T) {
	for _, b := range []ui.Binding{
		ui.ActEnter, ui.ActRefresh, ui.ActWide, ui.ActFaults, ui.ActMark, ui.ActMarkRange, ui.ActClearMarks, ui.ActSort,
		ui.ActColumnLeft, ui.ActColumnRight, ui.ActSortName, ui.ActSortAge, ui.ActSortState, ui.ActCopy, ui.ActCopyCell,
		ui.ActDescribe, ui.ActJSON, ui.ActUp, ui.ActDown, ui.ActTop, ui.ActBottom, ui.ActPageUp, ui.ActPageDown,
	} {
		if b.ID == "" || b.Name == "" || len(b.Keys) == 0 {
			t.Errorf("%+v", b)
		}
	}
}
