package app

import (
	"regexp"
	"slices"

	"gantry/awsx"
	"gantry/internal/config"
	"gantry/ui"
	"gantry/views"
)

var _ = views.Everywhere.Add(actContexts)

// actContexts lists the contexts and profiles that the console can go on with.
var actContexts = ui.Binding{ID: "contexts", Name: "profile and region", Keys: []string{"ctrl+p"}}

// switchable are the contexts of the configuration and, behind them, the profiles of the
// shared config that it does not name. A profile without a region keeps the one where the
// operator is. Each is opened beside the others: what is open stays as it is.
func (a *App) switchable(here awsx.ContextID) []config.NamedContext {
	var list []config.NamedContext
	for _, c := range a.Config.Contexts {
		list = append(list, config.NamedContext{Name: c.Name, ID: a.resolved(c.ID)})
	}
	if a.profiles == nil {
		return list
	}
	for _, p := range a.profiles() {
		id := awsx.ContextID{Profile: p.Profile, Region: p.Region, Endpoint: here.Endpoint}
		if id.Region == "" {
			id.Region = here.Region
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
