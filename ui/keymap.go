package ui

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Keymap says which keys run an action. It holds only what differs from the
// actions' own keys, so that an action of any screen can be rebound by name.
type Keymap struct {
	bound map[string][]string
}

// The presets a configuration may name.
const (
	PresetK9s = "k9s"
	PresetVim = "vim"
)

// vimKeys are the bindings that a vim user expects and k9s gives otherwise. "stop" leaves
// ctrl+d to the half page and moves to a capital.
func vimKeys() map[string][]string {
	return map[string][]string{
		ActBack.ID:     {"esc", "q", "ctrl+o"},
		ActNext.ID:     {"]", "tab"},
		ActLast.ID:     {"-", "ctrl+^"},
		ActPageDown.ID: {"pgdown", "ctrl+f"},
		ActPageUp.ID:   {"pgup", "ctrl+b"},
		ActLeft.ID:     {"left", "H"},
		ActRight.ID:    {"right", "L"},
		"stop":         {"D"},
		"last-lines":   {"K"},
		"copy-address": {"U"},
	}
}

// KeyFault is what is wrong with one binding of a configuration.
type KeyFault struct {
	// Action is the name whose binding is at fault; empty for the preset.
	Action string
	Err    error
}

// NewKeymap makes a keymap of a preset ("" is k9s) and of overrides from names
// of actions to keys; an empty list takes an action its keys. The error names
// the preset and each key that is wrong.
func NewKeymap(preset string, overrides map[string][]string) (*Keymap, error) {
	k, faults := newKeymap(preset, overrides)
	return k, joined(faults)
}

// newKeymap makes a keymap of what is right, and tells what is wrong, by the names of the
// actions.
func newKeymap(preset string, overrides map[string][]string) (*Keymap, []KeyFault) {
	k := &Keymap{bound: map[string][]string{}}
	var faults []KeyFault
	switch preset {
	case "", PresetK9s:
	case PresetVim:
		k.bound = vimKeys()
	default:
		faults = append(faults, KeyFault{Err: fmt.Errorf("unknown preset %q, expected %s or %s", preset, PresetK9s, PresetVim)})
	}
	for _, name := range slices.Sorted(maps.Keys(overrides)) {
		normal := make([]string, 0, len(overrides[name]))
		for _, key := range overrides[name] {
			n, err := normalKey(key)
			if err != nil {
				faults = append(faults, KeyFault{name, err})
				continue
			}
			normal = append(normal, n)
		}
		if name == ActQuit.ID && !slices.Contains(normal, "ctrl+c") {
			// Leaving must not depend on a configuration.
			normal = append(normal, "ctrl+c")
		}
		k.bound[name] = normal
	}
	return k, faults
}

// joined is all that is wrong as one error.
func joined(faults []KeyFault) error {
	var all []error
	for _, f := range faults {
		if f.Action == "" {
			all = append(all, fmt.Errorf("keys: %w", f.Err))
		} else {
			all = append(all, fmt.Errorf("keys: %s: %w", f.Action, f.Err))
		}
	}
	return errors.Join(all...)
}

// Keys are the keys of an action.
func (k *Keymap) Keys(b Binding) []string {
	if k != nil {
		if keys, ok := k.bound[b.ID]; ok {
			return keys
		}
	}
	return b.Keys
}

// Key is the key shown for an action, empty if it has none.
func (k *Keymap) Key(b Binding) string {
	if keys := k.Keys(b); len(keys) > 0 {
		return keys[0]
	}
	return ""
}

// Find returns the action that a key runs.
func (k *Keymap) Find(actions []Action, key string) (Action, bool) {
	for _, a := range actions {
		if slices.Contains(k.Keys(a.Binding), key) {
			return a, true
		}
	}
	return Action{}, false
}

// Conflict is a key that would run more than one action.
type Conflict struct {
	Key string
	IDs []string // in the order in which they would be found
}

// String says it as a configuration error would.
func (c Conflict) String() string {
	return fmt.Sprintf("key %q runs %s", c.Key, strings.Join(c.IDs, " and "))
}

// Conflicts are the keys that more than one of the bindings claim, by key, of those that yield
// none to others. Give it one screen's together with those that every screen has.
func (k *Keymap) Conflicts(bindings []Binding) []Conflict {
	claims := make(map[string][]string, 2*len(bindings))
	for _, yielding := range [...]bool{false, true} {
		for _, b := range bindings {
			for _, key := range k.Keys(b) {
				ids := claims[key]
				given := yielding && b.Yields && len(ids) > 0 && !slices.ContainsFunc(bindings, func(o Binding) bool { return o.Yields && slices.Contains(ids, o.ID) })
				if b.Yields == yielding && !given && !slices.Contains(ids, b.ID) {
					claims[key] = append(ids, b.ID)
				}
			}
		}
	}
	var out []Conflict
	for key, ids := range claims {
		if len(ids) > 1 {
			out = append(out, Conflict{Key: key, IDs: ids})
		}
	}
	slices.SortFunc(out, func(a, b Conflict) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// Unknown are the bound names that none of the given actions has, sorted: a
// misspelt name in a configuration binds nothing.
func (k *Keymap) Unknown(ids []string) []string {
	out := slices.Sorted(maps.Keys(k.bound))
	return slices.DeleteFunc(out, func(name string) bool { return slices.Contains(ids, name) })
}

// normalKey turns the spellings people write into the one Bubble Tea reports.
func normalKey(key string) (string, error) {
	parts := strings.Split(key, "+")
	if strings.HasSuffix(key, "+") { // the plus key itself
		parts = append(strings.Split(strings.TrimSuffix(key, "+"), "+"), "+")
		parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	}
	base := parts[len(parts)-1]
	mods := map[string]bool{}
	for _, m := range parts[:len(parts)-1] {
		m = strings.ToLower(m)
		if m == "control" {
			m = "ctrl"
		}
		if !slices.Contains([]string{"ctrl", "alt", "shift", "meta"}, m) {
			return "", fmt.Errorf("key %q: unknown modifier %q, expected ctrl, alt, shift or meta", key, m)
		}
		mods[m] = true
	}
	named := map[string]string{
		"escape": "esc", "return": "enter", " ": "space", "pageup": "pgup", "pagedown": "pgdown", "del": "delete",
	}
	if n, ok := named[strings.ToLower(base)]; ok {
		base = n
	}
	switch single := len([]rune(base)) == 1; {
	case base == "":
		return "", fmt.Errorf("key %q is empty, expected a key such as ctrl+d, O or enter", key)
	case single && mods["shift"] && !mods["ctrl"]:
		// A shifted letter is reported as the capital it writes.
		base = strings.ToUpper(base)
		delete(mods, "shift")
	case single && mods["ctrl"]:
		base = strings.ToLower(base)
	case !single && !knownKey(base):
		return "", fmt.Errorf("key %q: unknown key %q, expected one character or a name such as enter, esc, tab, up, pgdown, f1", key, base)
	case !single:
		base = strings.ToLower(base)
	}
	var b strings.Builder
	for _, m := range []string{"ctrl", "alt", "shift", "meta"} {
		if mods[m] {
			b.WriteString(m + "+")
		}
	}
	return b.String() + base, nil
}

func knownKey(name string) bool {
	name = strings.ToLower(name)
	if n, ok := strings.CutPrefix(name, "f"); ok {
		var i int
		if _, err := fmt.Sscanf(n, "%d", &i); err == nil && i >= 1 && i <= 24 {
			return true
		}
	}
	return slices.Contains([]string{
		"enter", "esc", "tab", "space", "backspace", "delete", "insert",
		"up", "down", "left", "right", "home", "end", "pgup", "pgdown",
	}, name)
}
