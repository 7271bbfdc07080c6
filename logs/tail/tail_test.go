package tail_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gantry/internal/crash"
	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/logstest"
	"gantry/logs/tail"
	"gantry/logs/tail/tailtest"
)

// TestEveryLineComesOnceInOrderOrAGapLineSaysSo drives a tail against stores
// with every trouble at once: several lines a millisecond, lateness, pages much
// smaller than what arrives, page edges inside a timestamp, failures and partial
// answers.
func TestEveryLineComesOnceInOrderOrAGapLineSaysSo(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		type plan struct{ at, late int }
		plans := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) plan {
			return plan{
				at:   rapid.OneOf(rapid.IntRange(0, 40_000), rapid.Just(7000)).Draw(rt, "at"),
				late: rapid.OneOf(rapid.Just(0), rapid.IntRange(0, 20_000)).Draw(rt, "late"),
			}
		}), 0, 200).Draw(rt, "lines")
		pageSize := rapid.IntRange(2, 20).Draw(rt, "page")
		maxPage := rapid.IntRange(pageSize, 200).Draw(rt, "max page")
		budget := rapid.SampledFrom([]int{-1, 2, 20}).Draw(rt, "budget")
		troubled := rapid.Bool().Draw(rt, "troubled")

		var got *tailtest.Reader
		var docs []logstest.Document
		synctest.Test(t, func(*testing.T) {
			start := time.Now()
			src := &logstest.Store{MaxPage: maxPage}
			for i, p := range plans {
				written := start.Add(time.Duration(p.at) * time.Millisecond).Add(time.Duration(i) * time.Microsecond)
				docs = append(docs, logstest.Doc(i, written, written.Add(time.Duration(p.late)*time.Millisecond)))
			}
			src.Add(docs...)
			if troubled {
				src.Fault = func(at time.Time, page *logs.Page) error {
					if at.Sub(start) > 2*time.Minute {
						return nil
					}
					return trouble(at, page)
				}
			}
			got = tailtest.Watch(src, tail.Options{PageSize: pageSize, Budget: budget}, 3*time.Minute)
		})

		for id, n := range got.Counts {
			if n != 1 {
				rt.Fatalf("line %s came %d times", id, n)
			}
		}
		for _, d := range docs {
			if got.Counts[d.ID] == 0 && !covered(d.Time, got.Gaps) {
				rt.Fatalf("line %s of %s is lost and no gap line says so (gaps %v)", d.ID, d.Time, got.Gaps)
			}
		}
		if budget < 0 && maxPage > len(docs) && len(got.Gaps) > 0 {
			rt.Fatalf("gap lines without need: %v", got.Gaps)
		}
		var prev time.Time
		for _, e := range got.Ring.From(0) {
			if e.Time.Before(prev) {
				rt.Fatalf("line %s of %s stands after %s", e.ID, e.Time, prev)
			}
			prev = e.Time
		}
	})
}

// trouble fails one search in four, and answers one in four without every second
// line, saying so.
func trouble(at time.Time, page *logs.Page) error {
	switch at.UnixMilli() / 700 % 8 {
	case 2, 5:
		return fault.Errorf(fault.Throttled, "search", "", "too many requests")
	case 3, 6:
		page.Partial = &logs.Partial{Failed: 1, Shards: 2}
		n := 0
		page.Entries = slices.DeleteFunc(slices.Clone(page.Entries), func(logs.Entry) bool { n++; return n%2 == 0 })
		if len(page.Entries) == 0 {
			page.Full = false
		}
	}
	return nil
}

func covered(at time.Time, gaps []logs.Gap) bool {
	return slices.ContainsFunc(gaps, func(g logs.Gap) bool {
		return !at.Truncate(logstest.Step).Before(g.From.Truncate(logstest.Step)) && !at.Truncate(logstest.Step).After(g.To)
	})
}

func TestATailOpensWithTheNewestLinesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &logstest.Store{}
		now := time.Now()
		for i := range 20 {
			at := now.Add(time.Duration(i-20) * time.Second)
			src.Add(logstest.Doc(i, at, at))
		}
		got := tailtest.Watch(src, tail.Options{Last: 5}, 10*time.Second)
		if got.IDs() != "15 16 17 18 19" {
			t.Errorf("opened with %s, want the last five", got.IDs())
		}
		if len(got.Late) != 0 {
			t.Errorf("lines %v were called late", got.Late)
		}
	})
}

func TestATailSinceATimeReadsAllFromThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &logstest.Store{}
		now := time.Now()
		for i := range 100 {
			at := now.Add(time.Duration(i-100) * time.Second)
			src.Add(logstest.Doc(i, at, at))
		}
		got := tailtest.Watch(src, tail.Options{From: now.Add(-50 * time.Second), PageSize: 7, Budget: -1}, 5*time.Second)
		if got.Ring.Len() != 50 || got.Ring.At(0).ID != "50" {
			t.Errorf("got %d lines from %s on, want 50 from 50 on", got.Ring.Len(), got.Ring.At(0).ID)
		}
	})
}

func TestALateLineIsMarkedAndWidensTheOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &logstest.Store{}
		start := time.Now()
		src.Add(logstest.Doc(1, start.Add(1*time.Second), start.Add(2*time.Second)))
		src.Add(logstest.Doc(2, start.Add(30*time.Second), start.Add(30*time.Second)))
		src.Add(logstest.Doc(3, start.Add(9*time.Second), start.Add(35*time.Second)))
		got := tailtest.Watch(src, tail.Options{}, time.Minute)
		if got.IDs() != "1 3 2" || fmt.Sprint(got.Late) != "[3]" {
			t.Errorf("lines %s with late %v, want 1 3 2 with late [3]", got.IDs(), got.Late)
		}
		if got.Last.Lateness != 21*time.Second || got.Last.Overlap != 42*time.Second {
			t.Errorf("lateness %s and overlap %s, want 21s and 42s", got.Last.Lateness, got.Last.Overlap)
		}
	})
}

func TestALineFromTheFutureDoesNotHideThePresent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &logstest.Store{}
		start := time.Now()
		src.Add(logstest.Doc(1, start.Add(4*time.Minute), start))
		src.Add(logstest.Doc(2, start.Add(10*time.Second), start.Add(10*time.Second)))
		got := tailtest.Watch(src, tail.Options{}, 30*time.Second)
		if got.IDs() != "2 1" {
			t.Errorf("lines are %s, want 2 1", got.IDs())
		}
		if got.Last.HighWater.After(time.Now()) {
			t.Errorf("high water %s passed now", got.Last.HighWater)
		}
	})
}

func TestAProducerThatOutrunsTheBudgetLeavesAGapLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &logstest.Store{}
		start := time.Now()
		for i := range 1000 {
			src.Add(logstest.Doc(i, start.Add(10*time.Second).Add(time.Duration(i)*time.Millisecond), start.Add(12*time.Second)))
		}
		got := tailtest.Watch(src, tail.Options{PageSize: 10, Budget: 3}, time.Minute)
		if len(got.Gaps) != 1 {
			t.Fatalf("%d gap lines, want 1", len(got.Gaps))
		}
		if n := got.Ring.Len(); n < 30+1+10 || n > 40+1+10 {
			t.Errorf("%d lines, want three or four pages, a gap line and the newest page", n)
		}
		if got.Counts["999"] != 1 {
			t.Error("the newest line did not come")
		}
		if !slices.Contains(got.Words, "behind: more lines come than can be read") {
			t.Errorf("the states were %q", got.Words)
		}
	})
}

func TestMoreLinesInOneTimestampThanAPageLeaveOneGapLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &logstest.Store{MaxPage: 40}
		start := time.Now()
		burst := start.Add(5 * time.Second)
		for i := range 100 {
			src.Add(logstest.Doc(i, burst, burst))
		}
		src.Add(logstest.Doc(100, burst.Add(time.Second), burst.Add(time.Second)))
		got := tailtest.Watch(src, tail.Options{PageSize: 10}, 30*time.Second)
		if len(got.Gaps) != 1 || got.Counts["100"] != 1 || len(got.Counts) != 41 {
			t.Errorf("%d lines and gaps %v, want 41 and one gap", len(got.Counts), got.Gaps)
		}
	})
}

func TestDeniedStopsAndSaysSo(t *testing.T) {
	for _, class := range []fault.Class{fault.Denied, fault.Expired, fault.Invalid} {
		synctest.Test(t, func(t *testing.T) {
			src := &logstest.Store{Fault: func(time.Time, *logs.Page) error { return fault.Errorf(class, "search logs", "", "no") }}
			got := tailtest.Watch(src, tail.Options{}, time.Minute)
			if src.Searches != 1 || got.Last.State != tail.Stopped || fault.ClassOf(got.Last.Err) != class {
				t.Errorf("%d searches, then %q", src.Searches, got.Last.Words(time.Now()))
			}
		})
	}
}

func TestThrottlingBacksOffAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		src := &logstest.Store{Fault: func(at time.Time, _ *logs.Page) error {
			if at.Sub(start) < time.Minute {
				return fault.Errorf(fault.Throttled, "search logs", "", "busy")
			}
			return nil
		}}
		at := start.Add(5 * time.Second)
		src.Add(logstest.Doc(1, at, at))
		got := tailtest.Watch(src, tail.Options{}, 3*time.Minute)
		if got.IDs() != "1" {
			t.Errorf("lines are %q, want the one written meanwhile", got.IDs())
		}
		if i := slices.IndexFunc(got.Words, func(w string) bool { return strings.HasPrefix(w, "retrying in ") }); i < 0 {
			t.Errorf("the states were %q, none of them retrying", got.Words)
		}
		if src.Searches > 60 {
			t.Errorf("%d searches in three minutes, want backoff and idle polls", src.Searches)
		}
	})
}

func TestAPartialAnswerIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		src := &logstest.Store{Fault: func(at time.Time, page *logs.Page) error {
			if d := at.Sub(start); d > 10*time.Second && d < 2*time.Minute {
				page.Partial = &logs.Partial{Failed: 1, Shards: 5}
				page.Entries = slices.DeleteFunc(slices.Clone(page.Entries), func(e logs.Entry) bool { return e.ID == "2" })
			}
			return nil
		}}
		src.Add(
			logstest.Doc(1, start.Add(11*time.Second), start.Add(11*time.Second)),
			logstest.Doc(2, start.Add(12*time.Second), start.Add(12*time.Second)),
			logstest.Doc(3, start.Add(100*time.Second), start.Add(100*time.Second)),
		)
		got := tailtest.Watch(src, tail.Options{}, 3*time.Minute)
		if got.IDs() != "1 2 3" {
			t.Errorf("lines are %s, want 1 2 3", got.IDs())
		}
		if !slices.ContainsFunc(got.Words, func(w string) bool { return strings.HasPrefix(w, "partial: 1 of 5 shards failed") }) {
			t.Errorf("the states were %q, none of them partial", got.Words)
		}
	})
}

func TestAnIdleTailSlowsDownAndTellsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &logstest.Store{}
		now := time.Now()
		src.Add(logstest.Doc(1, now, now))
		live := tail.Follow(context.Background(), src, logs.Query{}, tail.Options{})
		defer live.Close()
		b, _ := live.Next(context.Background())
		if len(b.Entries) != 1 {
			t.Fatalf("opened with %d lines, want 1", len(b.Entries))
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		select {
		case b := <-live.Batches():
			t.Errorf("an idle tail handed over %+v", b)
		default:
		}
		if src.Searches < 110 || src.Searches > 140 {
			t.Errorf("%d searches in ten idle minutes, want about one in 5 s", src.Searches)
		}
	})
}

func TestNoLinesAreExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := tailtest.Watch(&logstest.Store{}, tail.Options{}, time.Minute)
		if x := got.Last.Explanation; x == nil || x.Cause != logs.NoDocuments {
			t.Errorf("explanation is %v", x)
		}
	})
}

func TestANewQueryIsReadAtOnceAndBackwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &logstest.Store{}
		live := tail.Follow(context.Background(), src, logs.Query{}, tail.Options{})
		defer live.Close()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		before := src.Searches
		live.SetQuery(logs.Query{Text: "other"})
		synctest.Wait()
		if src.Searches != before+1 {
			t.Fatalf("%d searches at once, want 1", src.Searches-before)
		}
		if back := time.Since(src.From[before]); back < 2*time.Minute {
			t.Errorf("the new query reads back %s, want at least two minutes", back)
		}
	})
}

func TestCancellingTheContextEndsTheTail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		live := tail.Follow(ctx, &logstest.Store{}, logs.Query{}, tail.Options{})
		cancel()
		for range live.Batches() {
		}
		if _, err := live.Next(context.Background()); err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("after the end Next returns %v, want io.EOF", err)
		}
		live.Close()
	})
}

// TestAGapLineIsFilledInTheRing runs a producer past the budget and fetches what
// the gap line hides, a page at a time.
func TestAGapLineIsFilledInTheRing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &logstest.Store{}
		start := time.Now()
		for i := range 1000 {
			src.Add(logstest.Doc(i, start.Add(10*time.Second).Add(time.Duration(i)*time.Millisecond), start.Add(12*time.Second)))
		}
		got := tailtest.Watch(src, tail.Options{PageSize: 10, Budget: 3}, time.Minute)
		fetches := 0
		for {
			var at uint64
			var gap *logs.Gap
			for pos, e := range got.Ring.From(0) {
				if e.Gap != nil {
					at, gap = pos, e.Gap
				}
			}
			if gap == nil {
				break
			}
			fetches++
			page, err := logs.FetchGap(context.Background(), src, logs.Query{}, *gap, got.Ring.Known(logs.Range{From: gap.From, To: gap.To}), 300)
			if err != nil {
				t.Fatal(err)
			}
			got.Ring.Replace(at, page.Entries)
		}
		if fetches != 4 {
			t.Errorf("%d fetches of 300 lines filled the gap, want 4", fetches)
		}
		i := 0
		for _, e := range got.Ring.From(0) {
			if e.ID != fmt.Sprint(i) {
				t.Fatalf("line %s stands at place %d", e.ID, i)
			}
			i++
		}
		if i != 1000 {
			t.Errorf("%d lines, want 1000", i)
		}
	})
}

// faulty is a store that brings down whoever asks it.
type faulty struct{ logs.Source }

func (faulty) Limits() logs.Limits { return logs.Limits{MaxPage: 10} }

func (faulty) Latest(context.Context, logs.Query, logs.Range, int) (logs.Page, error) {
	panic("token=lime-42")
}

// TestAFaultOfATailIsRaisedInItsReader: it ends no process and is no plain end.
func TestAFaultOfATailIsRaisedInItsReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := tail.Follow(t.Context(), faulty{}, logs.Query{}, tail.Options{})
		defer f.Close()
		var report *crash.Report
		func() {
			defer func() { report = crash.Of("a test", recover()) }()
			_, err := f.Next(t.Context())
			t.Errorf("it ended with %v", err)
		}()
		if report == nil || !strings.Contains(report.What, "type string") || strings.Contains(report.Error(), "lime") {
			t.Errorf("%v", report)
		}
	})
}
