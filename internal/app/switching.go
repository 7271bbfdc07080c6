package app

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/internal/config"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/palette"
	"gantry/views"
)

var _ = views.Everywhere.Add(actContexts)

// actContexts lists the contexts and profiles that the console can go on with.
var actContexts = ui.Binding{ID: "contexts", Name: "profile and region", Keys: []string{"ctrl+p"}}

// switchable are the contexts of the configuration and, behind them, the profiles of the shared
// config that it does not name. A profile without a region takes the one here, and the address
// where it is every profile's: it may be another account's. What is open stays as it is.
func (a *App) switchable(here awsx.ContextID) []config.NamedContext {
	var list []config.NamedContext
	for _, c := range a.Config.Contexts {
		list = append(list, config.NamedContext{Name: c.Name, ID: a.resolved(c.ID)})
	}
	for _, p := range a.profiles {
		id := awsx.ContextID{Profile: p.Profile, Region: cmp.Or(p.Region, here.Region)}
		if p.Profile == here.Profile || here.Endpoint == a.Config.Endpoint {
			id.Endpoint = here.Endpoint
		}
		if !slices.ContainsFunc(list, func(c config.NamedContext) bool { return c.Name == p.Profile || c.ID == id }) {
			list = append(list, config.NamedContext{Name: p.Profile, ID: id})
		}
	}
	return list
}

// regionName is how AWS names regions: eu-west-1, us-gov-east-1.
var regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]+$`)

// inRegion is the context of the same profile in another region: "region us-east-1".
func inRegion(here awsx.ContextID, word, name string) (awsx.ContextID, bool) {
	if word != "region" || !regionName.MatchString(name) {
		return here, false
	}
	here.Region = name
	return here, true
}

// across is one screen for all of several contexts: "faults @prod-eu @prod-us", or "@all".
func (f finder) across(text string) []palette.Item {
	words := strings.Fields(text)
	if len(words) < 2 || !strings.HasPrefix(words[1], "@") {
		return nil
	}
	var items []palette.Item
	for _, k := range views.Kinds.All() {
		if k.Several == nil || !called(k, words[0]) {
			continue
		}
		item := palette.Item{Name: k.Screen + " " + strings.Join(words[1:], " "), Answer: true}
		of, err := f.app.ContextsNamed(words[1:])
		if err != nil {
			item.Disabled = fault.Of(err).Err.Error()
		}
		item.Run = func() tea.Cmd {
			k.Several(f.deps, of)
			return nil
		}
		items = append(items, item)
	}
	return items
}

// ContextsNamed are contexts of the configuration, named as "@prod"; "@all" is each of them,
// or the one in use where the configuration names none.
func (a *App) ContextsNamed(names []string) ([]awsx.ContextID, error) {
	var of []awsx.ContextID
	for _, word := range names {
		name, at := strings.CutPrefix(word, "@")
		known := word == "@all" && len(a.Config.Contexts) == 0
		if known && !slices.Contains(of, a.Context) {
			of = append(of, a.Context)
		}
		for _, c := range a.Config.Contexts {
			if id := a.resolved(c.ID); at && (c.Name == name || name == "all") {
				known = true
				if !slices.Contains(of, id) {
					of = append(of, id)
				}
			}
		}
		if !known {
			return nil, fault.Errorf(fault.Invalid, "contexts", "", "%s is no context of the configuration", word)
		}
	}
	return of, nil
}

// resolved is a context of the configuration as this run knows it: where it
// began is filled in from the machine, and stays one context with one set of
// watches.
func (a *App) resolved(id awsx.ContextID) awsx.ContextID {
	if id == a.Config.Context {
		return a.Context
	}
	return id
}
