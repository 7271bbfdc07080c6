package ui

import (
	"cmp"
	"errors"
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
	// Title is what the README calls them; empty keeps them out of it.
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
		ActSave, ActBare, ActMessages, ActRedraw, ActSuspend, ActQuit,
	}
}

// Declarations are the shell's own screens.
func Declarations() []Declaration {
	return []Declaration{{Screen: "messages", Bindings: DocumentBindings()}}
}

// Keymap makes the keymap of a configuration: a preset ("" is k9s) and overrides from
// names of actions to keys. A name that binds nothing, or a key that would run two
// actions of one screen, is an error: found out in the middle of an incident it would
// cost more.
func (c Catalog) Keymap(preset string, bind map[string][]string) (*Keymap, error) {
	keys, err := NewKeymap(preset, bind)
	if err != nil {
		return nil, err
	}
	var wrong []error
	for _, s := range c.Screens {
		for _, conflict := range keys.Conflicts(slices.Concat(c.Everywhere, s.Bindings)) {
			wrong = append(wrong, fmt.Errorf("keys.bind: on %s %s", s.Screen, conflict))
		}
	}
	ids := c.ids()
	for _, name := range slices.Sorted(maps.Keys(bind)) {
		if !slices.Contains(ids, name) {
			near := slices.MinFunc(ids, func(a, b string) int { return cmp.Compare(words.Unlike(name, a), words.Unlike(name, b)) })
			wrong = append(wrong, fmt.Errorf("keys.bind: no action is named %q: did you mean %s? Expected one of %s", name, near, strings.Join(ids, ", ")))
		}
	}
	return keys, errors.Join(wrong...)
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
