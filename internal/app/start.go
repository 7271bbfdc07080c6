package app

import (
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/config"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/views"
	"gantry/views/resources"
)

// Beginning is where the console begins; its zero value is where the last run ended.
type Beginning struct {
	// Target is a cluster, a service as "web" or "prod/web", or an identifier such as an
	// ARN; empty is the whole context.
	Target string
	// Screen is the name of a screen of that; empty is the first.
	Screen string
}

// ParseBeginning reads where to begin as the command line says it: a target, the name of a
// screen, or both in either order. The error is of class Invalid.
func ParseBeginning(args []string) (b Beginning, err error) {
	for _, arg := range args {
		switch _, screen := kindCalled(arg); {
		case screen && b.Screen == "":
			b.Screen = arg
		case b.Target == "":
			b.Target = arg
		default:
			return b, fault.Errorf(fault.Invalid, "start", "", "no screen is named %q; gantry begins at CLUSTER, CLUSTER/SERVICE, or at a screen of it such as: gantry prod/web logs", arg)
		}
	}
	if k, _ := kindCalled(b.Screen); b.Target == "" && len(args) > 0 && k.Of != views.OfContext {
		return b, fault.Errorf(fault.Invalid, "start", "", "say of what: gantry %s %s", wanted(k.Of), b.Screen)
	}
	return b, nil
}

// KnowsScreen reports whether a word is the name of a screen at which the console can begin.
func KnowsScreen(word string) bool {
	_, ok := kindCalled(word)
	return ok
}

func kindCalled(word string) (views.Kind, bool) {
	kinds := views.Kinds.All()
	i := slices.IndexFunc(kinds, func(k views.Kind) bool { return word != "" && k.Of != views.OfNothing && called(k, word) })
	if i < 0 {
		return views.Kind{}, false
	}
	return kinds[i], true
}

// wanted is what a screen is opened for, as the command line takes it.
func wanted(of views.Of) string {
	return map[views.Of]string{views.OfCluster: "CLUSTER", views.OfService: "CLUSTER/SERVICE"}[of]
}

// begin opens over the clusters what was asked for, or else what the last run ended at. Of
// that the ARNs are known: it is shown at once, without a search.
func (a *App) begin(f finder) {
	if a.left.First() {
		key := f.host.Key
		f.host.Flash(ui.Info, "welcome: %s goes in, %s back, %s anywhere by name, %s lists the keys here",
			key(ui.ActEnter), key(ui.ActBack), key(ui.ActPalette), key(ui.ActHelp))
	}
	a.sayWhere(f.host)
	b := a.Beginning
	for _, n := range a.Config.Aliases {
		if b.Target != n.Name {
			continue
		}
		if meant, err := ParseBeginning(strings.Fields(n.Text)); err == nil && b.Screen == "" {
			b = meant
		}
	}
	if b == (Beginning{}) {
		if p, ok := a.left.place(a.Context); ok && a.remembersPlaces() && a.Config.Start != config.StartClusters {
			k, _ := kindCalled(p.Screen)
			f.open(awsx.Ref{Context: a.Context, Cluster: p.Cluster, ARN: p.ARN}, k)
		}
		return
	}
	f.beginAt(b)
}

// beginAt opens what a beginning names, and reports whether it names anything.
func (f finder) beginAt(b Beginning) bool {
	k, _ := kindCalled(b.Screen)
	switch {
	case b.Target != "":
		f.host.Push(f.lookFor(b.Target, func(n inquiry.Named) { f.show(n, k) }))
	case k.Word != "": // the clusters, which are open already
	case b.Screen != "":
		k.Open(f.deps, awsx.Ref{Context: f.app.Context})
	default:
		return false
	}
	return true
}

// show puts what was found in the place of the screen that looked for it.
func (f finder) show(n inquiry.Named, k views.Kind) {
	of := n.Service
	if of.ARN == "" {
		of = n.Cluster
	}
	if n.Task != nil || n.Instance != nil || n.Revisions {
		f.host.Replace(f.screen(n))
		return
	}
	f.host.Pop()
	if _, ok := k.Of.Within(of); !ok && k.Screen != "" {
		f.host.Flash(ui.Warn, "say of what: gantry %s %s", wanted(k.Of), k.Screen)
	}
	f.open(of, k)
}

// open shows a cluster or a service, and over it a screen of that. The cursor below is on it.
func (f finder) open(of awsx.Ref, k views.Kind) {
	cluster := of.ClusterRef()
	resources.Lists{Deps: f.deps}.Service(of)
	part, ok := k.Of.Within(of)
	switch {
	case k.Of == views.OfCluster && k.Word != "": // the services, which are open already
	case ok:
		k.Open(f.deps, part)
	case of.ARN != cluster.ARN:
		f.host.Push(f.screen(inquiry.Named{Cluster: cluster, Service: of}))
	}
}

// lastPlace is the screen of a context that is shown, or the nearest below it that can be
// opened by its name; ok is false for the list of clusters.
func lastPlace(open []ui.Screen, in awsx.ContextID) (p leftPlace, ok bool) {
	for _, s := range open {
		placed, stands := s.(views.Placed)
		k, named := kindCalled(s.Name())
		if !stands || !named || placed.Place().Context != in {
			continue
		}
		of, ok := k.Of.Within(placed.Place())
		if ok && of.Cluster != "" {
			return leftPlace{Cluster: of.Cluster, ARN: of.ARN, Screen: s.Name()}, true
		}
	}
	return leftPlace{}, false
}
