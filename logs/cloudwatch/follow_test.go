package cloudwatch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/tail"
	"gantry/logs/tail/tailtest"
)

// watch follows a group for some time.
func watch(s *service, q logs.Query, d time.Duration) *tailtest.Reader {
	r := tailtest.NewReader()
	live := tail.Follow(context.Background(), New(s, home), q, tail.Options{})
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	for b := range live.All(ctx) {
		r.Take(b)
	}
	live.Close()
	for b := range live.Batches() {
		r.Take(b)
	}
	return r
}

// TestEventsOfClocksThatAreOffAndOfSlowDriversComeOnce counts events in and out.
func TestEventsOfClocksThatAreOffAndOfSlowDriversComeOnce(t *testing.T) {
	for name, c := range map[string]struct {
		older     int
		off, late time.Duration
	}{
		"ten minutes behind":                     {0, -10 * time.Minute, 0},
		"ten minutes behind, after many others":  {3000, -10 * time.Minute, 0},
		"ten minutes ahead":                      {0, 10 * time.Minute, 0},
		"two minutes late":                       {0, 0, 2 * time.Minute},
		"two minutes late, after many others":    {3000, 0, 2 * time.Minute},
		"ten minutes ahead, after as many lines": {3000, 10 * time.Minute, 0},
		"two hours behind":                       {0, -2 * time.Hour, 0},
		"two hours behind, after many others":    {3000, -2 * time.Hour, 0},
		"two hours ahead":                        {0, 2 * time.Hour, 0},
		"a day behind":                           {3000, -24 * time.Hour, 0},
		"forty minutes late":                     {0, 0, 40 * time.Minute},
		"forty minutes late, after many others":  {3000, 0, 40 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{}
				g := GroupID{home, "/g"}
				start := time.Now()
				for i := range c.older {
					at := start.Add(time.Duration(i-c.older) * 200 * time.Millisecond)
					s.write(g, "web/1", at, at, "older")
				}
				sent := 0
				for at := time.Second; at < 3*time.Minute; at += time.Second {
					sent += 2
					s.write(g, "web/1", start.Add(at), start.Add(at+time.Second), fmt.Sprint("right ", at))
					s.write(g, "web/2", start.Add(at+c.off), start.Add(at+time.Second+c.late), fmt.Sprint("wrong ", at))
				}
				took := 10*time.Minute + c.late
				got := watch(s, logs.Query{Where: inGroup("/g")}, took)
				once := map[string]int{}
				for _, e := range got.Ring.From(0) {
					if e.Gap == nil && e.Message != "older" {
						once[e.Message]++
					}
				}
				for message, n := range once {
					if n != 1 {
						t.Errorf("%q came %d times", message, n)
					}
				}
				if len(once) != sent {
					t.Errorf("%d of %d came; gaps %v", len(once), sent, got.Gaps)
				}
				for id, n := range got.Counts {
					if n != 1 {
						t.Errorf("event %s came %d times", id, n)
					}
				}
				if most := int(took.Seconds()); len(s.requests) > most {
					t.Errorf("%d requests in %s", len(s.requests), took)
				}
			})
		})
	}
}

// haystack is a group with an event each second for six hours, of which two in a row,
// three hours ago, are what is looked for. A page of the service looks at 125 of them.
func haystack() *service {
	s := &service{perPage: 125}
	start := time.Now()
	for i := range 6 * 60 * 60 {
		at := start.Add(-time.Duration(i) * time.Second)
		message := "hay"
		if i == 10_800 || i == 10_801 {
			message = fmt.Sprint("needle ", i)
		}
		s.events = append(s.events, stored{GroupID{home, "/g"}, Event{ID: fmt.Sprint(i), Stream: "x", Message: message, Time: at, Ingested: at}})
	}
	// In the order of their times.
	for i, j := 0, len(s.events)-1; i < j; i, j = i+1, j-1 {
		s.events[i], s.events[j] = s.events[j], s.events[i]
	}
	s.has(GroupID{home, "/g"})
	return s
}

var needle = logs.Query{Where: inGroup("/g"), Text: "needle"}

// TestARareQueryIsReadOnWhereverAnAnswerHadToEnd reads older lines until the needles are
// found: each answer within the bound, each from where the one before got to.
func TestARareQueryIsReadOnWhereverAnAnswerHadToEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := haystack()
		for _, headOnly := range []bool{false, true} {
			s.headOnly = headOnly
			src := New(s, home)
			h := logs.OpenHistory(src, needle, logs.Range{}, logs.Older, logs.Known{})
			var found []string
			last := time.Now().Add(time.Hour)
			for range 60 {
				before := len(s.requests)
				page, err := h.Next(t.Context(), 10)
				if err != nil {
					t.Fatal(err)
				}
				if n := len(s.requests) - before; n > maxPages {
					t.Fatalf("%d requests for one answer", n)
				}
				for _, e := range page.Entries {
					found = append(found, e.Message)
				}
				if !page.Scanned.IsZero() && !page.Scanned.Before(last) {
					t.Fatalf("it got from %s to %s", last, page.Scanned)
				}
				if last = page.Scanned; !page.Full || len(found) == 2 {
					break
				}
			}
			if slices.Sort(found); strings.Join(found, ", ") != "needle 10800, needle 10801" {
				t.Errorf("oldest first %t: found %q, read back to %s", headOnly, found, last)
			}
		}
	})
}

// TestATailOfARareQueryAsksLittleAndLeavesNoGapLine follows it for minutes. Its
// status says how late lines are looked for.
func TestATailOfARareQueryAsksLittleAndLeavesNoGapLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := haystack()
		start := time.Now()
		for i := range 180 {
			at := start.Add(time.Duration(i) * time.Second)
			s.write(GroupID{home, "/g"}, "x", at, at, map[bool]string{true: "needle", false: "hay"}[i%60 == 5])
		}
		got := watch(s, needle, 4*time.Minute)
		if len(got.Gaps) != 0 || !strings.HasPrefix(got.Last.Reach(), "late lines are looked for ") || len(got.Counts) != 3 {
			t.Errorf("%d of 3 lines, %q, gaps %v", len(got.Counts), got.Last.Reach(), got.Gaps)
		}
		first := 0
		for _, r := range s.requests {
			if r.Descending {
				first++
			}
		}
		if first > 2*maxPages+2 || len(s.requests) > 240*2 {
			t.Errorf("%d requests to open, %d in four minutes", first, len(s.requests))
		}
	})
}

func TestAGroupOfInfrequentAccessIsNamed(t *testing.T) {
	s := &service{infrequent: []GroupID{{home, "/rare"}}}
	s.has(GroupID{home, "/rare"})
	s.write(GroupID{home, "/g"}, "x", at(0), at(0).AddDate(-50, 0, 0), "m")
	_, err := New(s, home).Latest(t.Context(), logs.Query{Where: inGroup("/rare")}, logs.Range{}, 1)
	if err == nil || !strings.Contains(err.Error(), "Infrequent Access") || !strings.Contains(err.Error(), "Logs Insights") {
		t.Errorf("it says %v", err)
	}
	page, err := New(s, home).Latest(t.Context(), logs.Query{Where: exact(logs.FieldGroup, "/rare", "/g")}, logs.Range{}, 1)
	if err != nil || messages(page) != "m" || !strings.Contains(page.Partial.String(), "Infrequent Access") {
		t.Errorf("beside another it is %q, %v, %v", messages(page), page.Partial, err)
	}
}

// TestOneRefusalAmongAnswersEndsNothing refuses one request after the other, each after
// others of the group were answered, also in the middle of the opening of a tail, and then
// all of them.
func TestOneRefusalAmongAnswersEndsNothing(t *testing.T) {
	for nth := 2; nth < 9; nth++ {
		for name, times := range map[string]int{"once": 1, "for good": 1 << 20} {
			t.Run(fmt.Sprint(nth, " ", name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &service{perPage: 25}
					g := GroupID{home, "/g"}
					start := time.Now()
					for i := range 200 {
						at := start.Add(time.Duration(i-100) * time.Second)
						s.write(g, "web/1", at, at, fmt.Sprint(i))
					}
					n := 0
					s.fault = func(Request) error {
						if n++; n >= nth && n < nth+times {
							return fault.Errorf(fault.Denied, "logs:FilterLogEvents", "/g", "AccessDeniedException")
						}
						return nil
					}
					got := watch(s, logs.Query{Where: inGroup("/g")}, 3*time.Minute)
					if times == 1 && (len(got.Counts) != 200 || got.Last.Err != nil) {
						t.Errorf("%d of 200 events, then %v", len(got.Counts), got.Last.Err)
					}
					if times > 1 && fault.ClassOf(got.Last.Err) != fault.Denied {
						t.Errorf("refused for good, it ends with %v", got.Last.Err)
					}
				})
			})
		}
	}
}
