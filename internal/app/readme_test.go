package app

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"gantry/ui"
	"gantry/views"
	"gantry/views/livetable"
)

// TestTheReadmeListsTheKeysThatAreDeclared compares the table of keys between the
// README's markers with the one that the declarations give. Run it with -update after
// an action has changed.
func TestTheReadmeListsTheKeysThatAreDeclared(t *testing.T) {
	const file, begin, end = "../../README.md", "<!-- keys: go test ./internal/app -run Readme -update -->\n", "<!-- end of keys -->\n"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), begin)
	was, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("the README has no place for its keys between %q and %q", begin, end)
	}
	want := keyTable()
	// The flag is the one that writes golden frames.
	if u := flag.Lookup("update"); u != nil && u.Value.String() == "true" {
		if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if was != want {
		t.Errorf("the README lists\n%s\nand these are declared:\n%s", was, want)
	}
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
	if b.Reveals {
		keys += " (recorded)"
	}
	return keys
}
