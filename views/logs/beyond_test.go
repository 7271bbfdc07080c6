package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	logviews "gantry/views/logs"
	"gantry/views/viewstest"
)

// stocked is a shelf with n lines of a service's first task, ten seconds apart, the
// newest of now.
func stocked(n int) (*viewstest.Shelf, *awsxtest.Account, views.LogScope) {
	a, service := accountOfTwo()
	s := &viewstest.Shelf{}
	id := viewstest.TasksOf(a, service)[0].Containers[0].RuntimeID
	for i := range n {
		level := "info"
		if i%50 == 7 {
			level = "error"
		}
		s.Write(time.Now().Add(-time.Duration(n-i)*10*time.Second), id, "", level, fmt.Sprintf("line %d.", i))
	}
	return s, a, views.LogScope{Service: service}
}

// openLogs opens the logs of a stocked shelf.
func openLogs(t *testing.T, s *viewstest.Shelf, a *awsxtest.Account, scope views.LogScope, look uitest.Look, change func(*logviews.Viewer)) *desk {
	t.Helper()
	d := &desk{shelf: s, service: scope.Service}
	d.Desk = viewstest.Sit(t, a, look, func(deps *views.Deps) ui.Screen {
		v := viewerOf(deps, s)
		if change != nil {
			change(v)
		}
		d.screen = logviews.NewScreen(v, scope)
		return d.screen
	})
	d.ids = d.Runtimes(scope.Service)
	d.Read()
	return d
}

// numbered fails the test unless the screen holds each line from first to last once
// and in order.
func (d *desk) numbered(t *testing.T, first, last int) {
	t.Helper()
	var got []string
	for _, e := range d.screen.Ring().From(d.screen.Ring().First()) {
		got = append(got, e.Message)
	}
	var want []string
	for i := first; i <= last; i++ {
		want = append(want, fmt.Sprintf("line %d.", i))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("%d lines are held, want those from %d to %d", len(got), first, last)
	}
}

// TestLinesAreOpenedAtATime: those about it are read, and neither the newest nor the oldest.
func TestLinesAreOpenedAtATime(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(3000)
		scope.At = time.Now().Add(-1500 * 10 * time.Second)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.Shows("at "+scope.At.UTC().Format("2006-01-02 15:04:05"), "line 1500.").Hides("line 2999.")
	})
}

func TestScrollingAboveTheOldestLineReadsOlderOnes(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(1800)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.Shows("tail, 500 lines").Press("g").Shows("line 1300.")
		d.Press("k").Advance(time.Second)
		d.onLine(t, "line 1299.")
		d.Shows("999 lines") // a page, of which one line is known
		d.numbered(t, 801, 1799)
		// New lines come meanwhile.
		d.say(0, "info", "line 1800.")
		d.Advance(10*time.Second).Shows("paused +1 new", "line 1299.")
		for range 4 {
			d.Press("g", "k").Advance(time.Second)
		}
		d.Press("g", "k").Shows("the beginning: there are no older lines", "line 0.")
		d.numbered(t, 0, 1800)
		d.Press("G").Shows("following", "line 1800.")
		if d.shelf.Searches > 12 {
			t.Errorf("%d searches for the newest lines", d.shelf.Searches)
		}
	})
}

func TestOlderLinesThatCannotBeReadAreTriedAgain(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(700)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		s.Do(func() { s.Err = fault.Errorf(fault.Denied, "search", "", "revoked") })
		d.Press("g", "k").Advance(time.Second).Shows("older lines could not be read", "revoked")
		s.Do(func() { s.Err = nil })
		d.Press("enter").Advance(time.Second).Shows("line 199.").Hides("could not be read")
		d.numbered(t, 0, 699)
	})
}

// TestAFullBufferIsReadBackAndForth: beyond what the buffer holds the newest lines give
// way, and come back on the way down.
func TestAFullBufferIsReadBackAndForth(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(3000)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.screen.ClearTo(smaller(d.screen.Ring(), 600))
		d.Press("g", "k").Advance(time.Second).Shows("not following", "600 lines")
		d.numbered(t, 2001, 2600)
		d.Press("G").Advance(readTime).Shows("following", "line 2999.")
	})
}

func TestWhatLeftTheBufferIsReadAgain(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(2000)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		for range 2 {
			d.Press("g", "k").Advance(time.Second)
		}
		d.numbered(t, 501, 1999)
		d.screen.ClearTo(smaller(d.screen.Ring(), 1000))
		d.Press("g").Shows("499 older lines left the buffer, enter reads them again", "line 1000.")
		d.Press("k").Advance(time.Second).Shows("not following")
		d.onLine(t, "line 999.")
		d.numbered(t, 501, 1500)
	})
}

func smaller(from *logs.Ring, lines int) *logs.Ring {
	r := logs.NewRing(lines, 0)
	var batch []logs.Entry
	for _, e := range from.From(from.First()) {
		batch = append(batch, *e)
	}
	r.Add(batch)
	return r
}

func TestTheHeadIsReadOnDownwards(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(1200)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.Press("1").Advance(readTime).Shows("head, 500 lines", "line 0.", "not following")
		for range 75 {
			d.Press("pgdown").Advance(100 * time.Millisecond)
		}
		d.Shows("line 1199.", "1200 lines", "newer lines are read on the way down, G follows the newest")
		d.numbered(t, 0, 1199)
		d.say(0, "info", "line 1200.")
		d.Press("j").Advance(time.Second).Press("j").Advance(time.Second).Shows("line 1200.")
		d.Press("s").Advance(readTime).Shows("following", "tail, 500 lines")
	})
}

func TestAGapIsReadOnEnter(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(40)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		from, to := s.Entries[10].Time, s.Entries[29].Time
		held := append(append([]logs.Entry(nil), s.Entries[:10]...), logs.Entry{Time: to, Gap: &logs.Gap{From: from, To: to, Reason: "more lines came than could be read"}})
		held = append(held, s.Entries[30:]...)
		ring := logs.NewRing(0, 0)
		ring.Add(held)
		d.screen.ClearTo(ring)
		d.Shows("lines from 09:26:53 to 09:30:03 are not shown: more lines")
		d.onLine(t, "are not shown", strings.Split(strings.Repeat("k", 10), "")...)
		d.Shows("<enter>read what is missing")
		s.Do(func() { s.Err = fault.Errorf(fault.Denied, "search", "", "revoked") })
		d.Press("enter").Advance(time.Second).Shows("could not be read", "are not shown")
		s.Do(func() { s.Err = nil })
		d.Press("esc", "enter").Advance(time.Second).Shows("20 lines read").Hides("are not shown")
		d.numbered(t, 0, 39)
	})
}

func TestGoingToATime(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(3000)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		ask := func(typed string) {
			d.Press("T").Advance(time.Second).Type(typed).Press("enter").Advance(time.Second)
		}
		ask("2h")
		d.onLine(t, "line 2281.")
		d.Shows("not following", "at 2026-03-14 07:31")
		d.Press("k")
		d.onLine(t, "line 2280.")
		for range 70 {
			d.Press("pgup").Advance(100 * time.Millisecond)
		}
		d.onLine(t, "line 977.")
		d.Hides("beginning")
		ask("25:00")
		d.Shows(`"25:00" is no time: expected 14:05`)
		d.Press("esc").Shows("line 977.")
		ask("06:00:05")
		d.onLine(t, "line 1730.")
		d.Press("G").Advance(readTime).Shows("following", "line 2999.")
	})
}

func TestLinesAroundALine(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		s, a, scope := stocked(1500)
		d := openLogs(t, s, a, scope, viewstest.Standard, nil)
		d.Press("&").Advance(time.Second).Type("line 1457").Press("enter").Shows("shows 1 of").Hides("line 1456.")
		d.Press("o").Advance(time.Second).Shows("around a line", "around 09:24", "line 1456.", "line 1458.").Hides("&line")
		d.onLine(t, "line 1457.")
		d.Press("k")
		if row := d.Row("line 1457."); !strings.HasPrefix(row, "→") {
			t.Errorf("the line is not marked: %q", row)
		}
		d.Press("o").Advance(time.Second)
		d.onLine(t, "line 1456.")
		d.Press("esc", "esc").Shows("shows 1 of")
		d.Press("v", "o").Advance(time.Second).Press("esc").Shows("shows 1 of")
	})
}
