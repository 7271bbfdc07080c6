package views

import (
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/declared"
	"gantry/ui"
)

// Kinds are all kinds of screens in the program, and Everywhere what every screen can do
// beside the shell's own: each is declared by its file, and no other list of them exists.
var (
	Kinds      kinds
	Everywhere declared.List[ui.Binding]
)

// kinds refuses the declaration of a kind that could not be used, while the program starts:
// whoever adds a screen reads it at the first test that he runs.
type kinds struct{ declared.List[Kind] }

// Add declares kinds of screens.
func (l *kinds) Add(items ...Kind) *kinds {
	for _, k := range items {
		switch {
		case k.Screen == "":
			panic("views: a kind of screen is declared without the name of its Screen")
		case slices.ContainsFunc(l.All(), func(other Kind) bool { return other.Screen == k.Screen }):
			panic("views: the kind of screen " + k.Screen + " is declared twice")
		case (k.Of != OfNothing) != (k.Open != nil):
			panic("views: the kind of screen " + k.Screen + " needs both Of and Open, or neither")
		}
		l.List.Add(k)
	}
	return l
}

// Catalog is what there is to bind in the console, its screens by title.
func Catalog() ui.Catalog { return CatalogWith(nil) }

// Kind is a kind of screen as its file declares it: what can be done there, and how
// the palette opens one.
type Kind struct {
	ui.Declaration
	// Of is what the palette opens such a screen for; screens OfNothing are opened by
	// others alone.
	Of Of
	// Word is what it is of, where it is the first screen of that: "cluster payments" opens
	// it.
	Word string
	// Rows is what a row of it is, such as "service": commands of the operator's own mean all
	// screens of such rows by it. Empty where rows are of no kind that commands know.
	Rows string
	// Tagged says that its rows have tags: the configuration may show some in columns.
	Tagged bool
	// Short are other names by which the palette knows it, whole, such as "svc".
	Short []string
	// Open opens the screen of a context, a cluster or a service. Of a context only
	// Ref.Context is set.
	Open func(deps *Deps, of awsx.Ref)
	// Together opens one screen for several services that are named one after the other; nil
	// where there is none such.
	Together func(deps *Deps, of []awsx.Ref)
	// Several opens one screen for all of several contexts, which are named as "@prod @lab";
	// nil where there is none such.
	Several func(deps *Deps, of []awsx.ContextID)
}

// Of is what a screen can be opened for by its name alone.
type Of int

// The things that the palette knows by name.
const (
	OfNothing Of = iota
	OfContext
	OfCluster
	OfService
)

// Placed is a screen that stands somewhere in an account.
type Placed interface {
	// Place is what the operator looks at: the row under the cursor, else what the screen
	// is about. A list of clusters without one has a context alone.
	Place() awsx.Ref
}

// Within is the part of a place that a screen of a kind is opened for; ok is false when the
// place has no such part.
func (o Of) Within(place awsx.Ref) (of awsx.Ref, ok bool) {
	_, _, resource, _ := awsx.ARNParts(place.ARN)
	switch o {
	case OfContext:
		return awsx.Ref{Context: place.Context}, true
	case OfCluster:
		return place.ClusterRef(), place.Cluster != ""
	case OfService:
		return place, strings.HasPrefix(resource, "service/")
	}
	return awsx.Ref{}, false
}
