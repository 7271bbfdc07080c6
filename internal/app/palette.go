package app

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/ui"
	"gantry/ui/palette"
	"gantry/views"
)

// palette lists what ":" opens besides actions: contexts of the configuration,
// the clusters seen, and whatever an ARN that was typed or pasted names.
func (a *App) palette(deps *views.Deps, h *ui.Host) []palette.Source {
	open := func(k views.Kind, of awsx.Ref) func() tea.Cmd {
		return ui.Do(func() { h.Push(k.Open(deps, of)) })
	}
	contexts := func(string) []palette.Item {
		var items []palette.Item
		for _, k := range kindsOf(views.OfContext) {
			items = append(items, palette.Item{Name: k.Screen, Detail: a.Context.String(), Run: open(k, awsx.Ref{Context: a.Context})})
			for _, c := range a.Config.Contexts {
				id := a.resolved(c.ID)
				items = append(items, palette.Item{Name: k.Word + " " + c.Name, Detail: id.String(), Run: open(k, awsx.Ref{Context: id})})
			}
		}
		return items
	}
	clusters := func(string) []palette.Item {
		w := a.Store.Clusters(a.Context)
		defer w.Close()
		var items []palette.Item
		for _, c := range w.Snapshot().Items {
			for _, k := range kindsOf(views.OfCluster) {
				items = append(items, palette.Item{Name: k.Word + " " + c.Name, Detail: a.Context.String(), Run: open(k, c.Ref)})
			}
		}
		return items
	}
	arns := func(text string) []palette.Item {
		name, of, ref := a.named(strings.TrimSpace(text))
		var items []palette.Item
		for _, k := range kindsOf(of) {
			items = append(items, palette.Item{Name: k.Word + " " + name, Answer: true, Run: open(k, ref)})
		}
		return items
	}
	return []palette.Source{contexts, clusters, arns}
}

// kindsOf are the screens that can be opened for something by its name alone.
func kindsOf(of views.Of) []views.Kind {
	return slices.DeleteFunc(kinds(), func(k views.Kind) bool { return k.Of != of || of == views.OfNothing })
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

// named is what a cluster's or service's ARN names. The cluster's ARN is made from
// the service's, which names it (the long form, the only one since 2021). An ARN of
// another region is looked for there, under the same profile.
func (a *App) named(arn string) (name string, of views.Of, ref awsx.Ref) {
	region, _, resource, ok := awsx.ARNParts(arn)
	if !ok || !strings.Contains(arn, ":ecs:") {
		return "", views.OfNothing, awsx.Ref{}
	}
	id := a.Context
	if region != "" {
		id.Region = region
	}
	parts := strings.Split(resource, "/")
	switch {
	case parts[0] == "cluster" && len(parts) == 2:
		return parts[1], views.OfCluster, awsx.Ref{Context: id, Cluster: arn, ARN: arn}
	case parts[0] == "service" && len(parts) == 3:
		cluster := strings.TrimSuffix(arn, resource) + "cluster/" + parts[1]
		return parts[1] + "/" + parts[2], views.OfService, awsx.Ref{Context: id, Cluster: cluster, ARN: arn}
	}
	return "", views.OfNothing, awsx.Ref{}
}
