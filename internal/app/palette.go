package app

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/ui"
	"gantry/ui/palette"
	"gantry/views"
	"gantry/views/resources"
)

// palette lists what ":" opens besides actions: contexts of the configuration,
// the clusters seen, and whatever an ARN that was typed or pasted names.
func (a *App) palette(deps *views.Deps, h *ui.Host) []palette.Source {
	open := func(s ui.Screen) func() tea.Cmd {
		return ui.Do(func() { h.Push(s) })
	}
	contexts := func(string) []palette.Item {
		items := []palette.Item{{Name: "clusters", Detail: a.Context.String(), Run: open(resources.NewClusters(deps, a.Context))}}
		for _, c := range a.Config.Contexts {
			id := a.resolved(c.ID)
			items = append(items, palette.Item{Name: "context " + c.Name, Detail: id.String(), Run: open(resources.NewClusters(deps, id))})
		}
		return items
	}
	clusters := func(string) []palette.Item {
		w := a.Store.Clusters(a.Context)
		defer w.Close()
		var items []palette.Item
		for _, c := range w.Snapshot().Items {
			items = append(items, palette.Item{Name: "cluster " + c.Name, Detail: a.Context.String(), Run: open(resources.NewServices(deps, c.Ref))})
		}
		return items
	}
	arns := func(text string) []palette.Item {
		name, screen := a.screenOf(deps, strings.TrimSpace(text))
		if screen == nil {
			return nil
		}
		return []palette.Item{{Name: name, Answer: true, Run: open(screen)}}
	}
	return []palette.Source{contexts, clusters, arns}
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

// screenOf is the screen of a cluster's or service's ARN. The cluster's ARN is
// made from the service's, which names it (the long form, the only one since
// 2021). An ARN of another region is looked for there, under the same profile.
func (a *App) screenOf(deps *views.Deps, arn string) (string, ui.Screen) {
	region, _, resource, ok := awsx.ARNParts(arn)
	if !ok || !strings.Contains(arn, ":ecs:") {
		return "", nil
	}
	id := a.Context
	if region != "" {
		id.Region = region
	}
	parts := strings.Split(resource, "/")
	switch {
	case parts[0] == "cluster" && len(parts) == 2:
		return "cluster " + parts[1], resources.NewServices(deps, awsx.Ref{Context: id, Cluster: arn, ARN: arn})
	case parts[0] == "service" && len(parts) == 3:
		cluster := strings.TrimSuffix(arn, resource) + "cluster/" + parts[1]
		return "service " + parts[1] + "/" + parts[2], resources.NewTasks(deps, awsx.Ref{Context: id, Cluster: cluster, ARN: arn})
	}
	return "", nil
}
