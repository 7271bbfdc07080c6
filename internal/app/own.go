package app

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/config"
	"gantry/ui"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/errands"
)

// errands runs the operator's own commands.
func (a *App) errands(c *changes.Changes) *errands.Errands {
	e := &errands.Errands{Changes: c, LookPath: exec.LookPath, Environ: os.Environ}
	if a.apart {
		e.Apart = "the account is a simulated one"
	}
	return e
}

// called is what the configuration calls a context, or its profile and region.
func (a *App) called(id awsx.ContextID) string { return cmp.Or(a.ContextName(id), id.String()) }

// Judge finds what is wrong with a configuration by the screens and actions that there are:
// with keys, and with names of the operator's own that mean something else already.
func Judge(cfg config.Config) (wrong []config.Wrong) {
	say := func(setting, format string, args ...any) {
		wrong = append(wrong, config.Wrong{Setting: setting, Err: fmt.Errorf(format, args...)})
	}
	taken := builtIn()
	sound := cfg // without commands that nothing can bind
	sound.Commands = nil
	kinds, screens := views.RowKinds(), views.RowScreens()
	for _, c := range cfg.Commands {
		at := "commands." + c.Name
		known := func(on string) bool { return slices.Contains(kinds, on) || slices.Contains(screens, on) }
		switch i := slices.IndexFunc(c.On, func(on string) bool { return !known(on) }); {
		case taken[c.Name] != "":
			say(at, "%q is %s already, which another of the name would hide", c.Name, taken[c.Name])
		case i >= 0:
			say(at+".on", "%q is unknown, expected a kind of rows, one of %s, or a screen, one of %s", c.On[i], strings.Join(kinds, ", "), strings.Join(screens, ", "))
		default:
			sound.Commands = append(sound.Commands, c)
		}
	}
	for _, c := range sound.Commands {
		taken[c.Name] = "a command of your own"
	}
	tagged := views.TaggedScreens()
	for _, screen := range slices.Sorted(maps.Keys(cfg.Columns)) {
		if !slices.Contains(tagged, screen) {
			say("columns."+screen, "%q is unknown, expected one of %s", screen, strings.Join(tagged, ", "))
		}
	}
	for _, n := range cfg.Aliases {
		if what := taken[n.Name]; what != "" {
			say("aliases."+n.Name, "%q is %s already, which the alias would hide", n.Name, what)
		}
	}
	bind, where := keysOf(sound)
	for _, f := range views.CatalogWith(sound.Commands).Faults(cfg.Keys.Preset, bind) {
		wrong = append(wrong, config.Wrong{Setting: cmp.Or(where[f.Action], "keys"), Err: f.Err})
	}
	return wrong
}

// keysOf are the keys that a configuration binds, those of its own commands among them, and
// which setting binds those of an action.
func keysOf(cfg config.Config) (bind map[string][]string, where map[string]string) {
	bind, where = map[string][]string{}, map[string]string{}
	for _, c := range cfg.Commands {
		if c.Key != "" {
			bind[c.Name], where[c.Name] = []string{c.Key}, "commands."+c.Name+".key"
		}
	}
	for name, keys := range cfg.Keys.Bind {
		bind[name], where[name] = keys, "keys.bind."+name
	}
	return bind, where
}

// builtIn are the words that the palette knows by itself, each with what it is.
func builtIn() map[string]string {
	words := map[string]string{"ctx": "a list of contexts", "context": "a list of contexts", "contexts": "a list of contexts", "region": "a switch of regions"}
	for _, k := range views.Kinds.All() {
		for _, word := range append([]string{k.Screen, k.Word}, k.Short...) {
			if k.Of != views.OfNothing && word != "" {
				words[word] = "a screen"
			}
		}
	}
	c := views.Catalog()
	note := func(bindings []ui.Binding) {
		for _, b := range bindings {
			for _, word := range append([]string{b.ID, b.Name}, b.Short...) {
				words[word] = "an action"
			}
		}
	}
	note(c.Everywhere)
	for _, s := range c.Screens {
		note(s.Bindings)
	}
	return words
}
