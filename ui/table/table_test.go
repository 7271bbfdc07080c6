package table_test

import (
	"slices"
	"strings"
	"testing"

	"gantry/ui/table"
	"gantry/ui/theme"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
)

// order returns the names shown, from the top, as the screen has them.
func order(t *table.Table[service]) []string {
	var out []string
	for line := range strings.Lines(ansi.Strip(t.View(plainTheme(), 120, 1000))) {
		if f := strings.Fields(strings.TrimLeft(line, ">* ")); len(f) > 0 && f[0] != "SERVICE" && f[0] != "SERVICE^" && f[0] != "SERVICEv" {
			out = append(out, f[0])
		}
	}
	return out
}

func wantOrder(t *testing.T, tb *table.Table[service], names ...string) {
	t.Helper()
	if got := order(tb); !slices.Equal(got, names) {
		t.Errorf("shown %v, want %v", got, names)
	}
}

func wantSelected(t *testing.T, tb *table.Table[service], name string) {
	t.Helper()
	if got, _ := tb.Selected(); got.name != name {
		t.Errorf("the cursor is on %q, want %q", got.name, name)
	}
}

func TestFrames(t *testing.T) {
	for name, c := range map[string]struct {
		th   *theme.Theme
		w, h int
		do   func(*table.Table[service])
	}{
		"80x24":      {coloured(), 80, 24, func(tb *table.Table[service]) { tb.Move(3); tb.ToggleMark(); tb.Move(1) }},
		"200x50":     {coloured(), 200, 50, func(tb *table.Table[service]) { tb.SetWide(true); tb.SortBy("state") }},
		"60x15 bare": {plainTheme(), 60, 15, func(tb *table.Table[service]) { tb.SortBy("targets") }},
		"40x10":      {coloured(), 40, 10, func(tb *table.Table[service]) {}},
		"40x10 right": {coloured(), 40, 10, func(tb *table.Table[service]) {
			tb.ScrollColumns(3)
			tb.Choose(1)
		}},
		"80x24 stale": {coloured(), 80, 24, func(tb *table.Table[service]) { tb.SetStale(true); tb.SetFaultsOnly(true) }},
	} {
		t.Run(name, func(t *testing.T) {
			tb := newTable()
			tb.SetRows(services(60))
			c.do(tb)
			golden.RequireEqual(t, tb.View(c.th, c.w, c.h))
		})
	}
}

func TestTheCursorStaysOnItsRowWhileRowsChange(t *testing.T) {
	tb := newTable()
	tb.SetRows(named("b", "d", "f"))
	tb.Move(1)
	wantSelected(t, tb, "d")
	tb.SetRows(named("a", "b", "c", "d", "e"))
	wantSelected(t, tb, "d")
	tb.SortBy("name")
	wantOrder(t, tb, "e", "d", "c", "b", "a")
	wantSelected(t, tb, "d")
}

func TestTheCursorGoesToTheNearestWhenItsRowVanishes(t *testing.T) {
	tb := newTable()
	tb.SetRows(named("a", "b", "c", "d", "e"))
	tb.Move(2)
	tb.SetRows(named("a", "b", "d", "e"))
	wantSelected(t, tb, "d")
	tb.SetRows(named("a", "b"))
	wantSelected(t, tb, "b")
	tb.SetRows(nil)
	if _, ok := tb.Selected(); ok || tb.SelectedKey() != "" {
		t.Error("a row is selected in an empty table")
	}
	tb.SetRows(named("z"))
	wantSelected(t, tb, "z")
}

func TestTheSelectedRowKeepsItsLineOnScreen(t *testing.T) {
	tb := newTable()
	tb.SetRows(services(100))
	tb.View(coloured(), 80, 11)
	tb.Move(50)
	before := slices.Index(tb.Visible(), tb.SelectedKey())
	tb.SetRows(append(services(100), named("aaa", "aab", "aac")...))
	tb.View(coloured(), 80, 11)
	if after := slices.Index(tb.Visible(), tb.SelectedKey()); after != before || before < 0 {
		t.Errorf("the cursor moved from line %d to %d", before, after)
	}
}

func TestATableAtItsTopShowsWhatSortsAbove(t *testing.T) {
	tb := newTable()
	tb.SetRows(named("m", "n"))
	tb.Pin()
	tb.View(coloured(), 80, 11)
	tb.SetRows(named("a", "m", "n"))
	tb.View(coloured(), 80, 11)
	wantSelected(t, tb, "m")
	if got := tb.Visible()[0]; got != "arn:a" {
		t.Errorf("the first row on screen is %s", got)
	}
}

func TestUntilItIsPinnedTheCursorIsOnTheFirstRow(t *testing.T) {
	tb := newTable()
	tb.SetRows(named("m", "n"))
	tb.SetRows(named("a", "m", "n"))
	wantSelected(t, tb, "a")
	tb.Move(1)
	tb.SetRows(named("A", "a", "m", "n"))
	wantSelected(t, tb, "m")
}

func TestEqualRowsAreOrderedByKey(t *testing.T) {
	tb := newTable()
	tb.SetRows(named("c", "a", "b"))
	tb.SortBy("age")
	wantOrder(t, tb, "a", "b", "c")
	tb.SortBy("age")
	wantOrder(t, tb, "a", "b", "c")
	tb.SetRows(named("b", "c", "a"))
	wantOrder(t, tb, "a", "b", "c")
}

func TestHeldRowsKeepTheirPlacesUntilResort(t *testing.T) {
	tb := newTable()
	tb.SetRows(named("b", "d", "f"))
	tb.Hold()
	tb.SetRows(named("f", "a", "b"))
	wantOrder(t, tb, "b", "f", "a")
	tb.SetRows(named("e", "f", "a", "b"))
	wantOrder(t, tb, "b", "f", "a", "e")
	if !tb.Held() {
		t.Error("not held any more")
	}
	tb.Resort()
	wantOrder(t, tb, "a", "b", "e", "f")
}

func TestUnreadSortsBetweenIllAndWell(t *testing.T) {
	tb := newTable()
	rows := named("well", "unread", "ill")
	rows[1].healthy, rows[2].healthy = -1, 0
	tb.SetRows(rows)
	tb.SortBy("targets")
	wantOrder(t, tb, "ill", "unread", "well")
}

func TestSortingByChoosingAColumn(t *testing.T) {
	tb := newTable()
	tb.SetRows(services(5))
	tb.Choose(1)
	if got := tb.Chosen(); got != "state" {
		t.Fatalf("chose %q, want the sortable column after the sorted one", got)
	}
	tb.SortChosen()
	if id, down := tb.Sort(); id != "state" || !down {
		t.Errorf("sorted by %s, descending %v; want the column's own first direction", id, down)
	}
	tb.SortChosen()
	if _, down := tb.Sort(); down {
		t.Error("sorting again did not turn the direction")
	}
	tb.Choose(99)
	tb.SortChosen()
	if id, _ := tb.Sort(); id != "age" {
		t.Errorf("sorted by %s, want the last sortable column", id)
	}
	if tb.SortBy("why") || tb.SortBy("nonsense") {
		t.Error("an unsortable column was accepted")
	}
}

func TestFilters(t *testing.T) {
	names := []string{"api-orders", "api-users", "worker", "Mailer-API"}
	for typed, want := range map[string][]string{
		"":         {"Mailer-API", "api-orders", "api-users", "worker"},
		"API":      {"Mailer-API", "api-orders", "api-users"},
		"^api":     {"api-orders", "api-users"},
		"^worker$": {"worker"},
		"!api":     {"worker"},
		"!":        {"Mailer-API", "api-orders", "api-users", "worker"},
		"or|mail":  {"Mailer-API", "api-orders", "worker"},
		"-f aus":   {"api-users"},
		"!-f api":  {"worker"},
		"nothing":  nil,
	} {
		tb := newTable()
		tb.SetRows(named(names...))
		if err := tb.SetFilter(typed); err != nil {
			t.Errorf("%q: %v", typed, err)
		}
		if got := order(tb); !slices.Equal(got, want) {
			t.Errorf("filter %q shows %v, want %v", typed, got, want)
		}
		if c := tb.Counts(); c.Total != 4 || c.Shown != len(want) {
			t.Errorf("filter %q: %+v", typed, c)
		}
	}
}

func TestABadFilterSaysSoAndKeepsTheLastGoodOne(t *testing.T) {
	tb := newTable()
	tb.SetRows(named("api", "worker"))
	if err := tb.SetFilter("api"); err != nil {
		t.Fatal(err)
	}
	err := tb.SetFilter("api(")
	if err == nil || tb.FilterError() == nil || !strings.Contains(err.Error(), "api(") || !strings.Contains(err.Error(), "missing closing )") {
		t.Errorf("got %v", err)
	}
	if tb.Filter() != "api" {
		t.Errorf("filter in force: %q", tb.Filter())
	}
	wantOrder(t, tb, "api")
	if err := tb.SetFilter(""); err != nil || tb.FilterError() != nil {
		t.Error("the error outlives the bad filter")
	}
}

func TestAFilterAlsoHoldsForRowsThatComeLater(t *testing.T) {
	tb := newTable()
	tb.SetRows(named("api", "worker"))
	_ = tb.SetFilter("api")
	tb.SetRows(named("api", "worker", "api-2"))
	wantOrder(t, tb, "api", "api-2")
}

func TestFaultsOnlyKeepsWhatIsUnknown(t *testing.T) {
	tb := newTable()
	rows := named("well", "ill", "unread")
	rows[1].status, rows[2].status = theme.StatusFailed, theme.StatusUnknown
	tb.SetRows(rows)
	tb.SetFaultsOnly(true)
	wantOrder(t, tb, "ill", "unread")
	tb.SetFaultsOnly(false)
	wantOrder(t, tb, "ill", "unread", "well")
}

func marked(tb *table.Table[service]) string {
	var out []string
	for _, s := range tb.Marked() {
		out = append(out, s.name)
	}
	return strings.Join(out, " ")
}

func TestMarksAreKeys(t *testing.T) {
	tb := newTable()
	tb.SetRows(named("b", "d", "f"))
	press(tb, "space")
	press(tb, "G")
	press(tb, "ctrl+space")
	if got := marked(tb); got != "b d f" {
		t.Errorf("a range marked %q", got)
	}
	press(tb, "space")
	tb.SetRows(named("a", "b", "c", "d"))
	if got := marked(tb); got != "b d" {
		t.Errorf("after other rows came, %q is marked", got)
	}
	_ = tb.SetFilter("d")
	if c := tb.Counts(); c.Marked != 2 || c.MarkedHidden != 1 {
		t.Errorf("%+v, want one mark hidden", c)
	}
	if hidden := tb.HiddenMarks(); len(hidden) != 1 || hidden[0].name != "b" {
		t.Errorf("%v are marked and hidden", hidden)
	}
	press(tb, `ctrl+\`)
	if got := marked(tb); got != "" {
		t.Errorf("%q is still marked", got)
	}
}

func TestKeysMove(t *testing.T) {
	tb := newTable()
	tb.SetRows(services(100))
	tb.View(coloured(), 80, 11)
	for _, c := range []struct {
		key  string
		want int
	}{{"j", 1}, {"down", 2}, {"k", 1}, {"pgdown", 11}, {"ctrl+f", 21}, {"pgup", 11}, {"G", 99}, {"j", 99}, {"up", 98}, {"g", 0}, {"k", 0}, {"ctrl+b", 0}} {
		press(tb, c.key)
		tb.View(coloured(), 80, 11)
		all := order(tb)
		tb.View(coloured(), 80, 11)
		if got := slices.Index(all, under(tb)); got != c.want {
			t.Errorf("after %s the cursor is on row %d, want %d", c.key, got, c.want)
		}
	}
}

// under is the name of the row under the cursor.
func under(tb *table.Table[service]) string {
	row, _ := tb.Selected()
	return row.name
}

func TestCopyingGivesTheRawText(t *testing.T) {
	tb := newTable()
	rows := named("api")
	rows[0].image = "registry/with/a/very/long/path/to/the/image/api:v1"
	tb.SetRows(rows)
	if got := tb.CellText(rows[0], "image"); got != rows[0].image {
		t.Errorf("the cut text was copied: %q", got)
	}
	if got := tb.CellText(rows[0], "nonsense"); got != "" {
		t.Errorf("CellText of no column = %q", got)
	}
}

func TestWidthsHoldStillWhileRowsChange(t *testing.T) {
	tb := newTable()
	header := func(name string) string {
		tb.SetRows(named(name))
		first, _, _ := strings.Cut(ansi.Strip(tb.View(plainTheme(), 80, 10)), "\n")
		return first
	}
	wide := header("a-service-with-a-long-name")
	if narrow := header("short"); narrow != wide {
		t.Errorf("the columns moved:\n%q\n%q", wide, narrow)
	}
}
