package app

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/palette"
	"gantry/views"
	"gantry/views/finding"
	"gantry/views/resources"
	"gantry/views/tasks"
)

// finder lists what ":" opens besides actions: screens by their names and short names, of
// where the operator is or of what is named behind them; contexts, clusters and services by
// name; and what an identifier means, for which the account is asked.
type finder struct {
	app  *App
	deps *views.Deps
	host *ui.Host
	// screen makes the screen of what the account was asked for.
	screen func(inquiry.Named) ui.Screen
}

func (a *App) palette(deps *views.Deps, h *ui.Host, screen func(inquiry.Named) ui.Screen) []palette.Source {
	f := finder{a, deps, h, screen}
	return append([]palette.Source{f.named}, f.sources()...)
}

// sources are those of what is there, whatever it is called by the operator.
func (f finder) sources() []palette.Source {
	return []palette.Source{f.screens, f.contexts, f.across, f.places, f.together, f.alarms, f.themes, f.identified}
}

// openable are the kinds of screens that can be opened for something by its name alone.
func openable(of views.Of) []views.Kind {
	return slices.DeleteFunc(views.Kinds.All(), func(k views.Kind) bool { return k.Of != of || of == views.OfNothing })
}

// place is what the operator looks at.
func (f finder) place() awsx.Ref {
	for _, s := range f.host.Screens() {
		if p, ok := s.(views.Placed); ok && p.Place().Context != (awsx.ContextID{}) {
			return p.Place()
		}
	}
	return awsx.Ref{Context: f.app.Context}
}

func (f finder) item(name string, k views.Kind, of awsx.Ref) palette.Item {
	return palette.Item{Name: name, Detail: f.deps.Where(of.Context), Run: func() tea.Cmd {
		k.Open(f.deps, of)
		return nil
	}}
}

// into goes to a context: to where one was in it, or to its first screen, as from within it.
func (f finder) into(name string, first views.Kind, id awsx.ContextID) palette.Item {
	item := f.item(name, first, awsx.Ref{Context: id})
	open := item.Run
	item.Run = func() tea.Cmd {
		f.app.tryAgain(id) // who chooses it wants it
		there := func(s ui.Screen) (yes, known bool) {
			p, ok := s.(views.Placed)
			if of, ok := s.(interface{ Several() bool }); ok && of.Several() {
				return false, false
			}
			known = ok && p.Place().Context != (awsx.ContextID{})
			return known && p.Place().Context == id, known
		}
		if f.host.Raise(there) {
			return nil
		}
		return open()
	}
	return item
}

// screens are those of where the operator is, by the names that k9s has for them too.
func (f finder) screens(string) []palette.Item {
	var items []palette.Item
	place := f.place()
	for _, k := range slices.Concat(openable(views.OfContext), openable(views.OfCluster), openable(views.OfService)) {
		of, ok := k.Of.Within(place)
		item := f.item(k.Screen, k, of)
		if item.Aliases = k.Short; !ok {
			item.Disabled = "say of what: " + k.Screen + " " + map[views.Of]string{views.OfCluster: "CLUSTER", views.OfService: "CLUSTER/SERVICE"}[k.Of]
		} else if of.ARN != "" {
			item.Detail = strings.TrimPrefix(of.ClusterName()+"/"+of.Name(), of.Name()+"/")
		}
		items = append(items, item)
	}
	return items
}

// contexts are those of the configuration: "ctx" lists them, "ctx NAME" opens one.
func (f finder) contexts(text string) []palette.Item {
	word, name, _ := strings.Cut(text, " ")
	listed := slices.Contains([]string{"ctx", "context", "contexts"}, word)
	var items []palette.Item
	for _, k := range openable(views.OfContext) {
		if k.Word == "" {
			continue // not the first screen of a context
		}
		names := f.app.switchable(f.place().Context)
		for _, c := range names {
			item := f.into(k.Word+" "+c.Name, k, c.ID)
			item.Detail, item.Answer = c.ID.String(), listed && strings.HasPrefix(c.Name, strings.TrimSpace(name))
			items = append(items, item)
		}
		if id, ok := inRegion(f.place().Context, word, strings.TrimSpace(name)); ok {
			item := f.into(text, k, id)
			item.Answer = true
			items = append(items, item)
		}
		if len(names) == 0 && listed {
			item := f.into(k.Word+" "+f.app.Context.String(), k, f.app.Context)
			item.Detail, item.Answer = "the only one: the configuration names no others", true
			items = append(items, item)
		}
	}
	return items
}

// named is something that is known by name.
type named struct {
	name string
	ref  awsx.Ref
}

// known are the clusters and services that were read, of the context that the operator is
// in, the nearest first.
func (f finder) known() (clusters, services []named) {
	place := f.place()
	w := f.app.Store.Clusters(place.Context)
	defer w.Close()
	all := w.Snapshot().Values()
	slices.SortStableFunc(all, func(a, b awsx.Cluster) int {
		return cmp.Compare(far(a.Ref, place), far(b.Ref, place))
	})
	for _, c := range all {
		clusters = append(clusters, named{c.Name, c.Ref})
		for _, s := range f.app.Store.KnownServices(c.Ref) {
			services = append(services, named{c.Name + "/" + s.Name, s.Ref})
		}
	}
	return clusters, services
}

func far(cluster, place awsx.Ref) int {
	if cluster.ARN == place.Cluster {
		return 0
	}
	return 1
}

// places are the clusters and services that bear a name, each with its first screen, or
// with the screen that is named before them. A service is known by its own name as well.
func (f finder) places(text string) []palette.Item {
	clusters, services := f.known()
	word, target, two := strings.Cut(text, " ")
	target = strings.TrimSpace(target)
	var items []palette.Item
	for _, k := range openable(views.OfCluster) {
		wanted := two && called(k, word)
		for _, c := range clusters {
			switch {
			case wanted && strings.Contains(c.name, target):
				items = append(items, f.answer(k.Screen+" "+c.name, k, c, target, true))
			case k.Word != "" && (!two || word == k.Word && strings.Contains(c.name, target)):
				items = append(items, f.answer(k.Word+" "+c.name, k, c, cmp.Or(target, text), two))
			}
		}
	}
	for _, k := range openable(views.OfService) {
		wanted := two && called(k, word)
		for _, s := range append(services, beyond(clusters, services, cmp.Or(target, text))...) {
			switch {
			case wanted && strings.Contains(s.name, target):
				items = append(items, f.answer(k.Screen+" "+s.name, k, s, target, true))
			case k.Word != "" && text != "" && (!two || word == k.Word && strings.Contains(s.name, target)):
				items = append(items, f.answer(k.Word+" "+s.name, k, s, cmp.Or(target, text), two))
			}
		}
	}
	// What bears the very name comes before what holds it.
	slices.SortStableFunc(items, func(a, b palette.Item) int { return len(b.Aliases) - len(a.Aliases) })
	return items
}

// together is one screen for several services: "logs web api", each by its name or as
// "cluster/name", of several with one name the nearest.
func (f finder) together(text string) []palette.Item {
	words := strings.Fields(text)
	if len(words) < 3 {
		return nil
	}
	var items []palette.Item
	for _, k := range openable(views.OfService) {
		if k.Together == nil || !called(k, words[0]) {
			continue
		}
		_, services := f.known()
		var of []awsx.Ref
		item := palette.Item{Name: k.Screen + " " + strings.Join(words[1:], " "), Answer: true}
		for _, name := range words[1:] {
			i := slices.IndexFunc(services, func(s named) bool { return s.name == name || strings.HasSuffix(s.name, "/"+name) })
			if i < 0 {
				item.Disabled = "no service that was read is called " + name
				continue
			}
			if !slices.Contains(of, services[i].ref) {
				of = append(of, services[i].ref)
			}
		}
		item.Run = func() tea.Cmd {
			k.Together(f.deps, of)
			return nil
		}
		items = append(items, item)
	}
	return items
}

// called reports whether a screen has a name.
func called(k views.Kind, word string) bool {
	return word == k.Screen || slices.Contains(k.Short, word)
}

// answer is an item that is called as was typed when that is the name, with or without its
// cluster. Worded says that the kind was typed before it: nothing else is meant then.
func (f finder) answer(name string, k views.Kind, n named, typed string, worded bool) palette.Item {
	item := f.item(name, k, n.ref)
	_, own, _ := strings.Cut(n.name, "/")
	if item.Answer = worded; typed == n.name || typed == own {
		item.Aliases = []string{typed, item.Name}
	}
	return item
}

// beyond is a service "cluster/name" of a cluster whose services were not read: what there
// is of it, its screen says.
func beyond(clusters, services []named, text string) []named {
	cluster, name, ok := strings.Cut(text, "/")
	if !ok || name == "" || strings.ContainsAny(name, "/ ") {
		return nil
	}
	for _, c := range clusters {
		unread := !slices.ContainsFunc(services, func(s named) bool { return s.ref.Cluster == c.ref.ARN })
		if c.name == cluster && unread {
			return []named{{text, c.ref.In(strings.Replace(c.ref.ARN, ":cluster/", ":service/", 1) + "/" + name)}}
		}
	}
	return nil
}

// identified is what is looked for in the account: an identifier, or a name that nothing
// known bears while there are clusters of which nothing was read.
func (f finder) identified(text string) []palette.Item {
	id, ok := inquiry.Identify(text)
	name := ""
	if !ok {
		if strings.ContainsAny(text, " :") || len(text) < 2 || !f.unread() {
			return nil
		}
		name = text
	}
	what := "look for " + text
	if ok {
		what = id.String()
	}
	item := palette.Item{Name: what, Detail: "looked for in the account", Answer: ok, Resort: !ok, Run: func() tea.Cmd {
		f.host.Push(f.look(id, name))
		return nil
	}}
	return []palette.Item{item}
}

// alarms are those of CloudWatch that were read, by name: each leads to what it concerns.
func (f finder) alarms(text string) []palette.Item {
	if len(text) < 3 {
		return nil
	}
	w := f.app.Store.Alarms(f.place().Context)
	defer w.Close()
	var items []palette.Item
	for _, a := range w.Snapshot().Items {
		if strings.Contains(a.Name, text) {
			items = append(items, palette.Item{Name: "alarm " + a.Name, Aliases: []string{a.Name}, Detail: a.State, Run: func() tea.Cmd {
				f.host.Push(f.look(inquiry.Identifier{Mention: a.Name}, ""))
				return nil
			}})
		}
	}
	return items
}

// unread reports whether there are clusters of which the services were not read.
func (f finder) unread() bool {
	clusters, services := f.known()
	return slices.ContainsFunc(clusters, func(c named) bool {
		return !slices.ContainsFunc(services, func(s named) bool { return s.ref.Cluster == c.ref.ARN })
	})
}

func (f finder) look(id inquiry.Identifier, name string) ui.Screen {
	return finding.New(f.looking(), id, name)
}

// lookFor looks for what a text means, an identifier or a name, and shows the only answer.
func (f finder) lookFor(text string, show func(inquiry.Named)) ui.Screen {
	o := f.looking()
	o.Show = show
	id, ok := inquiry.Identify(text)
	if ok {
		text = ""
	}
	return finding.New(o, id, text)
}

func (f finder) looking() finding.Options {
	reader := f.app.Reader
	reader.Context = f.place().Context
	o := finding.Options{Deps: f.deps, Reader: reader, Screen: f.screen}
	for _, c := range f.app.Config.Contexts {
		o.Configured = append(o.Configured, inquiry.Configured{Name: c.Name, ID: f.app.resolved(c.ID)})
	}
	return o
}

// screenOf makes the screen of what was found in the account.
func screenOf(deps *views.Deps, revisions func(service awsx.Ref) ui.Screen) func(inquiry.Named) ui.Screen {
	return func(n inquiry.Named) ui.Screen {
		switch {
		case n.Task != nil:
			return tasks.NewContainers(deps, cmp.Or(n.Service, n.Cluster), *n.Task)
		case n.Instance != nil:
			return tasks.NewHosted(deps, *n.Instance)
		case n.Revisions:
			return revisions(n.Service)
		case n.Service.ARN != "":
			return tasks.New(deps, n.Service)
		}
		return resources.NewServices(deps, n.Cluster)
	}
}

var _ = views.Kinds.Add(views.Kind{Declaration: ui.Declaration{Screen: "aliases", Bindings: ui.DocumentBindings()}})
var _ = views.Everywhere.Add(actAliases)

// actAliases lists the names of screens, by the key that k9s has for that.
var actAliases = ui.Binding{ID: "aliases", Name: "names of screens", Keys: []string{"ctrl+a"}, Short: []string{"alias", "a"}}

// reflexes are what keys of k9s and vim do by other keys here.
func reflexes() map[string]string {
	const bars = "there are no rows here: h and l go from bar to bar"
	return map[string]string{
		"j": bars, "k": bars, "g": bars, "G": bars, "ctrl+u": bars, "ctrl+d": bars, // of a histogram
		"h": "it scrolls to the left where there is more to see",
		"l": "on a service, a task or a container it shows logs",
		"x": "r shows what is masked, in the environment and in a log record",
		"z": "the row under the cursor stays in view by itself; :deployments shows how a service was deployed",
	}
}

// aliases is the list of all names by which screens can be opened.
func aliases(h *ui.Host, own string) ui.Screen {
	var b strings.Builder
	b.WriteString(own)
	for _, k := range slices.Concat(openable(views.OfContext), openable(views.OfCluster), openable(views.OfService)) {
		what := map[views.Of]string{views.OfContext: "of the context", views.OfCluster: "of a cluster", views.OfService: "of a service"}[k.Of]
		b.WriteString(pad(k.Screen, 14) + pad(what, 16) + strings.Join(k.Short, " ") + "\n")
	}
	b.WriteString(pad("ctx", 14) + pad("", 16) + "context contexts\n\n" +
		"SCREEN CLUSTER and SCREEN CLUSTER/SERVICE open it there, CLUSTER/SERVICE and a name alone its first screen.\n" +
		"An ARN, a link of the web console, a task's or an instance's id, an image: what it is, or what names it.\n" +
		"A private address with or without a port, a URL, the name of a host: what answers there.\n")
	return ui.NewDocument(h, ui.DocumentOptions{Name: "aliases", Header: ui.Header{Crumb: "aliases"}, Content: ui.Plain(b.String())})
}

func pad(s string, n int) string { return s + strings.Repeat(" ", max(1, n-len(s))) }
