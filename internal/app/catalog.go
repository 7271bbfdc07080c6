package app

import (
	"slices"

	"gantry/ui"
	"gantry/views"
	"gantry/views/changes"
	"gantry/views/editors"
	"gantry/views/finding"
	"gantry/views/images"
	logviews "gantry/views/logs"
	"gantry/views/prose"
	"gantry/views/resources"
	"gantry/views/revisions"
)

// kinds are all the screens there are, a room after another.
func kinds() []views.Kind {
	return slices.Concat(
		resources.Kinds(), images.Kinds(), changes.Kinds(), editors.Kinds(), revisions.Kinds(), logviews.Kinds(), prose.Kinds(), finding.Kinds(),
	)
}

// Catalog is what there is to bind in the console.
func Catalog() ui.Catalog {
	c := ui.Catalog{Everywhere: slices.Concat(ui.Everywhere(), changes.Everywhere()), Screens: append(ui.Declarations(), ui.Declaration{Screen: "aliases", Bindings: ui.DocumentBindings()})}
	for _, k := range kinds() {
		c.Screens = append(c.Screens, k.Declaration)
	}
	return c
}
