package views

import (
	"gantry/awsx"
	"gantry/ui"
)

// Kind is a kind of screen as its file declares it: what can be done there, and how
// the palette opens one.
type Kind struct {
	ui.Declaration
	// Of is what the palette opens such a screen for; screens OfNothing are opened by
	// others alone.
	Of Of
	// Word stands before the name of what it is of, as in "cluster payments".
	Word string
	// Open makes the screen of a context, a cluster or a service. Of a context only
	// Ref.Context is set.
	Open func(deps *Deps, of awsx.Ref) ui.Screen
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
