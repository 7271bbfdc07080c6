package table_test

import (
	"strings"
	"testing"

	"gantry/ui/theme"
)

func TestMarkingGoesOnTheWayTheCursorWent(t *testing.T) {
	tb := newTable()
	tb.SetRows(named("a", "b", "c", "d", "e"))
	for _, key := range []string{"G", "space", "space", "space"} {
		press(tb, key)
	}
	if got := tb.SelectedKey(); got != "arn:b" || tb.Counts().Marked != 3 {
		t.Errorf("from the bottom up the cursor is on %s with %d marks, want b with 3", got, tb.Counts().Marked)
	}
	for _, key := range []string{"g", "space"} {
		press(tb, key)
	}
	if got := tb.SelectedKey(); got != "arn:b" || tb.Counts().Marked != 4 {
		t.Errorf("from the top down the cursor is on %s with %d marks, want b with 4", got, tb.Counts().Marked)
	}
}

func TestTheColumnCursorGoesAlongWhatIsShown(t *testing.T) {
	tb := newTable()
	tb.SetRows(services(5))
	tb.View(plainTheme(), 24, 10)
	header, _, _ := strings.Cut(tb.View(plainTheme(), 24, 10), "\n")
	for range 9 {
		tb.Choose(1)
		if title := titles[tb.Chosen()]; !strings.Contains(header, title) {
			t.Errorf("chose %s, which the header does not show: %q", title, header)
		}
	}
}

var titles = map[string]string{"name": "SERVICE", "state": "ST", "targets": "TGT", "age": "CHG"}

func TestNamesAreCutInTheMiddle(t *testing.T) {
	tb := newTable()
	tb.SetRows(named("preprod-api-orders-eu-west-1-blue", "preprod-api-orders-eu-west-1-green"))
	frame := tb.View(plainTheme(), 40, 5)
	for _, end := range []string{"blue", "green", "preprod"} {
		if !strings.Contains(frame, end) {
			t.Errorf("%q is lost:\n%s", end, frame)
		}
	}
}

func TestATableTellsHowWideItNeedsToBe(t *testing.T) {
	rows := named("a", "b")
	rows[1].why = "a cause of some length that nobody wants to lose"
	tb := newTable()
	tb.SetRows(rows)
	need := tb.Fit(200, 10)
	if frame := tb.View(plainTheme(), need, 10); !strings.Contains(frame, rows[1].why) {
		t.Errorf("%d cells cut the cause:\n%s", need, frame)
	}
	if frame := tb.View(plainTheme(), need-1, 10); strings.Contains(frame, rows[1].why) {
		t.Errorf("%d cells were not needed:\n%s", need, frame)
	}
}

func TestTheWholeRowIsMarkedOnDemand(t *testing.T) {
	tb := newTable()
	tb.SetRows(services(3))
	tb.SetWhole(true)
	th := coloured()
	row := strings.Split(tb.View(th, 60, 5), "\n")[1]
	from, to := strings.Index(row, th.Open(theme.Selected)), strings.LastIndex(row, th.Close(theme.Selected))
	if from < 0 || to != len(row)-len(th.Close(theme.Selected)) || strings.Contains(row[from+len(th.Open(theme.Selected)):to], "\x1b") {
		t.Errorf("not reversed from edge to edge: %q", row)
	}
}
