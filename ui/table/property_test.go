package table_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"gantry/ui/table"
	"gantry/ui/theme"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// someRows draws rows with distinct names out of a small set, so that they come, go
// and come back.
func someRows(t *rapid.T) []service {
	names := rapid.SliceOfNDistinct(rapid.SampledFrom(strings.Split("abcdefghijklmnopqrstuvwxyz", "")), 0, 26, rapid.ID).Draw(t, "names")
	rows := named(names...)
	for i := range rows {
		rows[i].status = theme.Status(rapid.IntRange(0, 5).Draw(t, "status"))
		rows[i].minutes = rapid.IntRange(0, 3).Draw(t, "minutes")
		rows[i].why = rapid.OneOf(rapid.Just(""), rapid.String()).Draw(t, "why")
	}
	return rows
}

// act does one random thing that changes rows or their places, and not the cursor.
func act(t *rapid.T, tb *table.Table[service]) {
	switch rapid.IntRange(0, 6).Draw(t, "act") {
	case 0, 1:
		tb.SetRows(someRows(t))
	case 2:
		tb.SortBy(rapid.SampledFrom([]string{"name", "state", "age", "targets"}).Draw(t, "sort"))
	case 3:
		tb.Hold()
	case 4:
		tb.Resort()
	case 5:
		_ = tb.SetFilter(rapid.SampledFrom([]string{"", "a", "[a-m]", "!c", "-f b", "("}).Draw(t, "filter"))
	case 6:
		tb.SetFaultsOnly(rapid.Bool().Draw(t, "faults"))
	}
}

func TestTheCursorFollowsItsKeyThroughAnyChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tb := newTable()
		tb.SetRows(someRows(t))
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			tb.Move(rapid.IntRange(-30, 30).Draw(t, "move"))
			key := tb.SelectedKey()
			act(t, tb)
			h := rapid.IntRange(2, 30).Draw(t, "h")
			tb.View(plainTheme(), 80, h)
			now := tb.SelectedKey()
			all := shownKeys(tb)
			tb.View(plainTheme(), 80, h)
			switch {
			case len(all) == 0:
				if now != "" {
					t.Fatalf("%q is selected and nothing is shown", now)
				}
			case slices.Contains(all, key):
				if now != key {
					t.Fatalf("the cursor went from %q to %q though its row is still shown", key, now)
				}
			case !slices.Contains(all, now):
				t.Fatalf("the cursor is on %q, which is not shown", now)
			}
			if now != "" && !slices.Contains(tb.Visible(), now) {
				t.Fatalf("the cursor's row %q is not on screen", now)
			}
		}
	})
}

func shownKeys(tb *table.Table[service]) []string {
	tb.View(plainTheme(), 80, 1000)
	return tb.Visible()
}

func TestNoRowIsLostOrShownTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tb := newTable()
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			act(t, tb)
			shown := shownKeys(tb)
			c := tb.Counts()
			if c.Total != len(tb.Rows()) || c.Shown != len(shown) {
				t.Fatalf("%+v, but %d rows are set and %d are shown", c, len(tb.Rows()), len(shown))
			}
			unique := slices.Compact(slices.Sorted(slices.Values(shown)))
			if len(unique) != len(shown) {
				t.Fatalf("a row is shown twice: %v", shown)
			}
			if tb.Filter() == "" && !tb.FaultsOnly() && c.Shown != c.Total {
				t.Fatalf("%+v without a filter", c)
			}
		}
	})
}

func TestNoLineIsWiderThanTheScreenOrObeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tb := newTable()
		rows := someRows(t)
		for i := range rows {
			rows[i].name += rapid.String().Draw(t, "name")
		}
		tb.SetRows(rows)
		tb.SetWide(rapid.Bool().Draw(t, "wide"))
		tb.ScrollColumns(rapid.IntRange(-2, 9).Draw(t, "scroll"))
		for range 3 {
			w, h := rapid.IntRange(0, 130).Draw(t, "w"), rapid.IntRange(0, 30).Draw(t, "h")
			view := tb.View(coloured(), w, h)
			lines := strings.Split(view, "\n")
			if view != "" && len(lines) > h {
				t.Fatalf("%d lines on a screen of %d", len(lines), h)
			}
			for _, line := range lines {
				if ansi.StringWidthWc(line) > w {
					t.Fatalf("%d cells on a screen of %d: %q", ansi.StringWidthWc(line), w, line)
				}
				for _, r := range ansi.Strip(line) {
					if unicode.In(r, unicode.C) {
						t.Fatalf("%U on screen in %q", r, line)
					}
				}
			}
			tb.Move(rapid.IntRange(-5, 20).Draw(t, "move"))
		}
	})
}

// TestRowsThatChangeOneByOneStandWhereAllWouldBeSorted compares a table that is told
// which rows are the ones before with one that is told of none.
func TestRowsThatChangeOneByOneStandWhereAllWouldBeSorted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := table.Options[*service]{Key: func(s *service) string { return s.name }, Fault: func(s *service) bool { return s.status.Fault() }}
		for _, c := range columns() {
			x := table.Column[*service]{ID: c.ID, Title: c.Title, Cell: func(s *service) table.Cell { return c.Cell(*s) }, Descending: c.Descending}
			if c.Compare != nil {
				x.Compare = func(a, b *service) int { return c.Compare(*a, *b) }
			}
			o.Columns = append(o.Columns, x)
		}
		o.Sort = rapid.SampledFrom([]string{"", "name", "state", "age"}).Draw(t, "sort")
		anew := table.New(o)
		o.Same = table.Identical[*service]
		kept := table.New(o)
		var rows []*service
		for range rapid.IntRange(1, 15).Draw(t, "loads") {
			if len(rows) == 0 || rapid.IntRange(0, 4).Draw(t, "rows come and go") == 0 {
				rows = nil
				for _, s := range someRows(t) {
					rows = append(rows, &s)
				}
			}
			rows = slices.Clone(rows)
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				if len(rows) == 0 {
					break
				}
				i := rapid.IntRange(0, len(rows)-1).Draw(t, "changed")
				x := *rows[i]
				x.status, x.minutes = theme.Status(rapid.IntRange(0, 5).Draw(t, "status")), rapid.IntRange(0, 3).Draw(t, "minutes")
				x.why = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "why")
				rows[i] = &x
			}
			what, by := rapid.IntRange(0, 5).Draw(t, "act"), rapid.SampledFrom([]string{"name", "state", "age"}).Draw(t, "by")
			filter := rapid.SampledFrom([]string{"", "a", "[a-m]", "!b", "-f b"}).Draw(t, "filter")
			down := rapid.IntRange(-3, 3).Draw(t, "down")
			for _, tb := range []*table.Table[*service]{anew, kept} {
				switch what {
				case 0:
					tb.SortBy(by)
				case 1:
					tb.Hold()
				case 2:
					tb.Resort()
				case 3:
					_ = tb.SetFilter(filter)
				}
				tb.Move(down)
				tb.SetRows(rows)
			}
			if a, b := anew.View(plainTheme(), 120, 40), kept.View(plainTheme(), 120, 40); a != b {
				t.Fatalf("the table made anew is\n%s\nand the one that was kept\n%s", a, b)
			}
		}
	})
}

// TestMarksAreWhatWasMarkedAfterAnyChange asks for the marked rows before and after each
// change: what was found before it is not told after it.
func TestMarksAreWhatWasMarkedAfterAnyChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tb := newTable()
		tb.SetRows(someRows(t))
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			switch rapid.IntRange(0, 6).Draw(t, "mark") {
			case 0, 1, 2:
				tb.MarkOn()
			case 3:
				tb.MarkRange()
			case 4:
				tb.ClearMarks()
			}
			tb.Move(rapid.IntRange(-30, 30).Draw(t, "move"))
			before := tb.Counts()
			act(t, tb)
			if c := tb.Counts(); c.Total == before.Total && c.Marked > before.Marked {
				t.Fatalf("%+v became %+v", before, c)
			}
			shown := shownKeys(tb)
			var hidden []string
			for _, row := range tb.Marked() {
				if !slices.Contains(shown, "arn:"+row.name) {
					hidden = append(hidden, row.name)
				}
			}
			var told []string
			for _, row := range tb.HiddenMarks() {
				told = append(told, row.name)
			}
			if c := tb.Counts(); !slices.Equal(hidden, told) || c.MarkedHidden != len(told) || c.Marked != len(tb.Marked()) {
				t.Fatalf("hidden are %q, told are %q and %+v", hidden, told, c)
			}
			for _, row := range tb.Marked() {
				if !slices.ContainsFunc(tb.Rows(), func(r service) bool { return r == row }) {
					t.Fatalf("%+v is marked and is no row", row)
				}
			}
		}
	})
}
