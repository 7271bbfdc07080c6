package views

import (
	"cmp"
	"slices"
	"strings"

	"gantry/internal/errand"
	"gantry/internal/words"
	"gantry/ui"
)

// CatalogWith is what there is to bind in the console together with commands of the
// operator's own, its screens by title.
func CatalogWith(commands []errand.Command) ui.Catalog {
	c := ui.Catalog{Everywhere: append(ui.Everywhere(), Everywhere.All()...), Screens: ui.Declarations()}
	for _, k := range Kinds.All() {
		for _, own := range commands {
			if k.Has(own) {
				k.Bindings = append(slices.Clip(k.Bindings), CommandBinding(own))
			}
		}
		c.Screens = append(c.Screens, k.Declaration)
	}
	slices.SortFunc(c.Screens, func(a, b ui.Declaration) int {
		return strings.Compare(cmp.Or(a.Title, a.Screen), cmp.Or(b.Title, b.Screen))
	})
	return c
}

// CommandBinding is how a command of the operator's own is bound.
func CommandBinding(c errand.Command) ui.Binding {
	b := ui.Binding{ID: c.Name, Name: c.Name}
	if c.Key != "" {
		b.Keys = []string{c.Key}
	}
	if c.Each {
		b.Takes = ui.TakesMarked
	}
	return b
}

// Has reports whether screens of the kind have a command of the operator's own.
func (k Kind) Has(c errand.Command) bool {
	if len(c.On) == 0 {
		return k.Rows != ""
	}
	return k.table() && slices.ContainsFunc(c.On, func(on string) bool {
		if slices.Contains(RowKinds(), on) {
			return k.Rows == on
		}
		return k.Screen == on
	})
}

// table reports whether screens of the kind have rows.
func (k Kind) table() bool {
	return slices.ContainsFunc(k.Bindings, func(b ui.Binding) bool { return b.ID == ui.ActMark.ID })
}

// RowKinds are the kinds of rows that there are, sorted.
func RowKinds() []string {
	var kinds []string
	for _, k := range Kinds.All() {
		if k.Rows != "" {
			kinds = words.AddNew(kinds, k.Rows)
		}
	}
	slices.Sort(kinds)
	return kinds
}

// RowScreens are the names of the screens with rows, sorted.
func RowScreens() []string {
	var screens []string
	for _, k := range Kinds.All() {
		if k.table() {
			screens = append(screens, k.Screen)
		}
	}
	slices.Sort(screens)
	return screens
}

// CommandsOn are the commands that a screen has, by its name.
func (d *Deps) CommandsOn(screen string) (list []errand.Command) {
	for _, k := range Kinds.All() {
		if k.Screen != screen {
			continue
		}
		for _, c := range d.Commands {
			if k.Has(c) {
				list = append(list, c)
			}
		}
	}
	return list
}

// TaggedScreens are what the configuration may give columns of tags: the screens whose rows
// have tags and the kinds of those rows, sorted.
func TaggedScreens() []string {
	var list []string
	for _, k := range Kinds.All() {
		if k.Tagged {
			list = words.AddNew(words.AddNew(list, k.Screen), k.Rows)
		}
	}
	slices.Sort(list)
	return list
}
