package table_test

import (
	"slices"
	"testing"

	"gantry/ui/table"

	"pgregory.net/rapid"
)

// TestAKeyLooksAtAPartOfManyRows: what a letter costs before the next frame does not grow with
// the rows. Cells are counted, not seconds.
func TestAKeyLooksAtAPartOfManyRows(t *testing.T) {
	read := 0
	cols := columns()
	for i, text := range cols {
		cols[i].Text = func(s service) string {
			read++
			return text.Cell(s).Text
		}
	}
	tb := table.New(table.Options[service]{Key: func(s service) string { return s.name }, Columns: cols, Sort: "name"})
	tb.SetRows(services(many))
	before := tb.Counts().Shown
	for key, most := range map[string]int{"o": 1000, "^ord.*9": 1000, "-f ord": 5000} {
		_ = tb.SetFilter("")
		read = 0
		if err := tb.Narrow(key); err != nil {
			t.Fatal(err)
		}
		if rows := read / len(cols); rows > most || !tb.Narrowing() || tb.Counts().Shown != before {
			t.Errorf("%q read the text of %d rows at once; narrowing %v, %d shown", key, rows, tb.Narrowing(), tb.Counts().Shown)
		}
		parts := 0
		for ; tb.Narrowing(); parts++ {
			tb.NarrowOn()
		}
		shown := tb.Counts().Shown
		if _ = tb.SetFilter(key); shown != tb.Counts().Shown || parts == 0 {
			t.Errorf("%q shows %d rows after %d parts, %d at once", key, shown, parts, tb.Counts().Shown)
		}
		tb.SetRows(services(many)) // what was gathered is forgotten
	}
}

// TestALongerTextIsLookedForInWhatTheShorterFound: each row is looked at once for each filter
// that its text may still match.
func TestALongerTextIsLookedForInWhatTheShorterFound(t *testing.T) {
	read := 0
	cols := columns()
	cols[0].Text = func(s service) string {
		read++
		return s.name
	}
	tb := table.New(table.Options[service]{Key: func(s service) string { return s.name }, Columns: cols, Sort: "name"})
	tb.SetRows(services(600))
	_ = tb.SetFilter("-f wo")
	hits := tb.Counts().Shown
	read = 0
	if _ = tb.SetFilter("-f wor"); read > hits || tb.Counts().Shown != 100 {
		t.Errorf("%d rows were read, %d had matched before; %d match", read, hits, tb.Counts().Shown)
	}
}

// TestRowsThatAreNarrowedInPartsAreThoseNarrowedAtOnce, whatever happens between the parts.
func TestRowsThatAreNarrowedInPartsAreThoseNarrowedAtOnce(t *testing.T) {
	typed := rapid.SampledFrom([]string{"", "a", "ab", "b", "[a-m]", "!c", "!", "-f b", "-f bc", "-f c", "^c.*1"})
	rapid.Check(t, func(t *rapid.T) {
		tb := newTable()
		tb.LookAt(rapid.IntRange(1, 60).Draw(t, "part"))
		rows := someRows(t)
		tb.SetRows(rows)
		last := ""
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			before := shownKeys(tb)
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0, 1:
				last = typed.Draw(t, "typed")
				if _ = tb.Narrow(last); tb.Narrowing() && !slices.Equal(before, shownKeys(tb)) {
					t.Fatal("rows changed while they were not all looked at")
				}
			case 2:
				tb.NarrowOn()
			case 3:
				rows = someRows(t)
				tb.SetRows(rows)
			case 4:
				tb.Narrowed()
			}
			if tb.Narrowing() {
				continue
			}
			fresh := newTable()
			fresh.SetRows(rows)
			_ = fresh.SetFilter(last)
			if got, want := shownKeys(tb), shownKeys(fresh); !slices.Equal(got, want) {
				t.Fatalf("%q shows %v, at once %v", last, got, want)
			}
		}
	})
}

// TestAFigureIsNeverCut in a column of figures: it is left out whole.
func TestAFigureIsNeverCut(t *testing.T) {
	for _, c := range []struct{ s, short, want string }{
		{"stopped: exit 137", "stopped: exit 13…", "stopped: exit…"},
		{"until 09:05", "until 09:0…", "until…"},
		{"until 09:05", "until 09…", "until…"},
		{"exit 137, until", "exit 137…", "exit…"}, // what follows might be of it

		{"exit 137", "exit 137", "exit 137"},
		{"a long word", "a lon…", "a lon…"},
		{"ends. So", "ends…", "ends…"},
	} {
		if got := table.WholeFigures(c.s, c.short, "…"); got != c.want {
			t.Errorf("%q of %q became %q, want %q", c.short, c.s, got, c.want)
		}
	}
}
