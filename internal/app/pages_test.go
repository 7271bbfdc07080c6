package app

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"gantry/awsx/diagnose/cause"
	"gantry/ui"
	"gantry/views"
	"gantry/views/livetable"
)

const (
	keysPage = "../../docs/keys.md"
	tourPage = "../../docs/tour.md"
	whyPage  = "../../docs/why.md"
)

// part compares what stands in a page between two marks with what the program makes of
// it. With -update, the flag that writes golden frames, it is written there instead.
func part(t *testing.T, page, begin, end, want string) {
	t.Helper()
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), begin)
	was, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place between %q and %q", page, begin, end)
	}
	if u := flag.Lookup("update"); u != nil && u.Value.String() == "true" {
		if err := os.WriteFile(page, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if was != want {
		t.Errorf("%s has\n%s\nand the program\n%s", page, was, want)
	}
}

// TestThePagesListTheKeysThatAreDeclared compares the table of keys with the one that the
// declarations give. Run it with -update after an action has changed.
func TestThePagesListTheKeysThatAreDeclared(t *testing.T) {
	part(t, keysPage, "<!-- keys: make golden -->\n", "<!-- end of keys -->\n", keyTable())
}

// TestThePageOfCausesListsEveryKindOfTrouble compares it with the table of kinds.
func TestThePageOfCausesListsEveryKindOfTrouble(t *testing.T) {
	var b strings.Builder
	b.WriteString("| Finding | Told by |\n|---|---|\n")
	for _, k := range cause.Kinds() {
		b.WriteString("| " + string(k.Kind) + " | " + k.Needs + " |\n")
	}
	part(t, whyPage, "<!-- causes -->\n", "<!-- end of causes -->\n", b.String())
}

// keyTable is a row for what every screen has, one for what every table has, and one
// for each kind of screen with a title.
func keyTable() string {
	tables := livetable.Bindings()
	var b strings.Builder
	b.WriteString("| Where | Keys |\n|---|---|\n")
	row := func(title string, bindings []ui.Binding, known ...ui.Binding) {
		var cells []string
		for _, x := range bindings {
			if !slices.ContainsFunc(known, func(k ui.Binding) bool { return k.ID == x.ID && k.Name == x.Name }) {
				cells = append(cells, keyCell(x))
			}
		}
		b.WriteString("| " + title + " | " + strings.Join(cells, ", ") + " |\n")
	}
	row("Everywhere", views.Catalog().Everywhere)
	row("Moving", ui.MovementBindings())
	row("Tables", tables, ui.MovementBindings()...)
	for _, d := range views.Catalog().Screens {
		if d.Title != "" {
			row(d.Title, d.Bindings, tables...)
		}
	}
	return b.String()
}

// keyCell is an action with its keys, and a star if it carries a change out.
func keyCell(b ui.Binding) string {
	keys := "`:" + b.ID + "`"
	if len(b.Keys) > 0 {
		keys = "`" + strings.Join(b.Keys, "` `") + "`"
	}
	keys += " " + b.Name
	if b.Changes {
		keys += "\\*"
	}
	if b.ID == ui.ActReveal.ID {
		keys += " (recorded)"
	}
	return keys
}
