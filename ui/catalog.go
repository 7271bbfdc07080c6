package ui

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gantry/internal/words"
)

// Declaration is a kind of screen as it is declared, before any is open.
type Declaration struct {
	// Screen is what such screens are called, as Screen.Name gives it.
	Screen string
	// Title is what the page of keys calls them; empty keeps them out of it.
	Title string
	// Bindings are all that such a screen can offer. Which of them it offers, and what
	// they do, depends on what it shows.
	Bindings []Binding
}

// Catalog is what there is to bind in a console: what every screen has, and the kinds
// of screens. No other list of them exists.
type Catalog struct {
	Everywhere []Binding
	Screens    []Declaration
}

// Everywhere are the shell's own actions, in the order in which a key finds them.
func Everywhere() []Binding {
	return []Binding{
		ActFilter, ActPalette, ActHelp, ActBack, ActPrevious, ActNext, ActLast, ActArm,
		ActSave, ActBare, ActMessages, ActMend, ActRedraw, ActSuspend, ActQuit,
	}
}

// Declarations are the shell's own screens.
func Declarations() []Declaration {
	return []Declaration{{Screen: messages, Bindings: DocumentBindings()}}
}

// Keymap makes the keymap of a configuration: a preset ("" is k9s) and overrides from
// names of actions to keys. What Faults finds is an error.
func (c Catalog) Keymap(preset string, bind map[string][]string) (*Keymap, error) {
	keys, _ := newKeymap(preset, bind)
	return keys, joined(c.Faults(preset, bind))
}

// Faults finds what is wrong with bindings of a configuration: a preset or a key that there
// is not, a name that binds nothing, a key that would run two actions of one screen. Found
// out in the middle of an incident it would cost more.
func (c Catalog) Faults(preset string, bind map[string][]string) []KeyFault {
	keys, faults := newKeymap(preset, bind)
	ids := c.ids()
	for _, name := range slices.Sorted(maps.Keys(bind)) {
		if !slices.Contains(ids, name) {
			near := slices.MinFunc(ids, func(a, b string) int { return cmp.Compare(words.Unlike(name, a), words.Unlike(name, b)) })
			faults = append(faults, KeyFault{name, fmt.Errorf("no action is named %q: did you mean %s? Expected one of %s", name, near, strings.Join(ids, ", "))})
		}
	}
	return append(faults, c.conflicts(keys, bind)...)
}

// conflicts are the keys that would run two actions, each told once with the screens where
// it would, at the binding of the configuration that brings it.
func (c Catalog) conflicts(keys *Keymap, bind map[string][]string) (faults []KeyFault) {
	var told []Conflict
	where := map[string][]string{}
	for _, s := range c.Screens {
		for _, conflict := range keys.Conflicts(slices.Concat(c.Everywhere, s.Bindings)) {
			text := conflict.String()
			if where[text] == nil {
				told = append(told, conflict)
			}
			where[text] = append(where[text], s.Screen)
		}
	}
	for _, conflict := range told {
		at := ""
		for _, id := range conflict.IDs {
			if _, own := bind[id]; own {
				at = id
			}
		}
		faults = append(faults, KeyFault{at, fmt.Errorf("%s on %s", conflict, listed(where[conflict.String()]))})
	}
	return faults
}

// listed are names in a row, of many the first few.
func listed(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// ids are the names of all actions, sorted.
func (c Catalog) ids() []string {
	var ids []string
	add := func(bindings []Binding) {
		for _, b := range bindings {
			ids = append(ids, b.ID)
		}
	}
	add(c.Everywhere)
	for _, s := range c.Screens {
		add(s.Bindings)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Undeclared are the names of the actions that a screen offers and its kind does not
// declare: nobody could bind them. A screen of no declared kind declares none.
func (c Catalog) Undeclared(s Screen) []string {
	declared := slices.Clone(c.Everywhere)
	for _, d := range c.Screens {
		if d.Screen == s.Name() {
			declared = append(declared, d.Bindings...)
		}
	}
	var out []string
	for _, a := range s.Actions() {
		if !slices.ContainsFunc(declared, func(b Binding) bool { return b.ID == a.ID }) {
			out = append(out, a.ID)
		}
	}
	return out
}
