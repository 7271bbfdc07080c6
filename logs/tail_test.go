package logs

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

	"gantry/internal/fault"
)

// reader takes a tail's batches into a ring, as a screen does.
type reader struct {
	ring   *Ring
	counts map[string]int
	gaps   []Gap
	late   []string
	last   Status
	words  []string
}

func newReader() *reader { return &reader{ring: NewRing(0, 0), counts: map[string]int{}} }

func (r *reader) take(b Batch) {
	r.ring.Add(b.Entries)
	for _, e := range b.Entries {
		if e.Gap != nil {
			r.gaps = append(r.gaps, *e.Gap)
			continue
		}
		r.counts[e.ID]++
		if e.Late {
			r.late = append(r.late, e.ID)
		}
	}
	r.last = b.Status
	if w := b.Status.Words(time.Now()); len(r.words) == 0 || r.words[len(r.words)-1] != w {
		r.words = append(r.words, w)
	}
}

// watch reads a tail for a while and closes it.
func watch(src Source, opts TailOptions, d time.Duration) *reader {
	r := newReader()
	tail := Follow(context.Background(), src, Query{}, opts)
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	for b := range tail.All(ctx) {
		r.take(b)
	}
	tail.Close()
	for b := range tail.Batches() {
		r.take(b)
	}
	return r
}

func (r *reader) ids() string { return strings.Join(ids(r.ring), " ") }

func doc(id int, written, arrives time.Time) document {
	return document{Entry: Entry{Time: written, Index: "logs", ID: fmt.Sprint(id)}, arrives: arrives}
}

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

		var got *reader
		var docs []document
		synctest.Test(t, func(*testing.T) {
			start := time.Now()
			src := &store{maxPage: maxPage}
			for i, p := range plans {
				written := start.Add(time.Duration(p.at) * time.Millisecond).Add(time.Duration(i) * time.Microsecond)
				docs = append(docs, doc(i, written, written.Add(time.Duration(p.late)*time.Millisecond)))
			}
			src.add(docs...)
			if troubled {
				src.fault = func(at time.Time, page *Page) error {
					if at.Sub(start) > 2*time.Minute {
						return nil
					}
					return trouble(at, page)
				}
			}
			got = watch(src, TailOptions{PageSize: pageSize, Budget: budget}, 3*time.Minute)
		})

		for id, n := range got.counts {
			if n != 1 {
				rt.Fatalf("line %s came %d times", id, n)
			}
		}
		for _, d := range docs {
			if got.counts[d.ID] == 0 && !covered(d.Time, got.gaps) {
				rt.Fatalf("line %s of %s is lost and no gap line says so (gaps %v)", d.ID, d.Time, got.gaps)
			}
		}
		if budget < 0 && maxPage > len(docs) && len(got.gaps) > 0 {
			rt.Fatalf("gap lines without need: %v", got.gaps)
		}
		var prev time.Time
		for _, e := range got.ring.From(0) {
			if e.Time.Before(prev) {
				rt.Fatalf("line %s of %s stands after %s", e.ID, e.Time, prev)
			}
			prev = e.Time
		}
	})
}

// trouble fails one search in four, and answers one in four without every second
// line, saying so.
func trouble(at time.Time, page *Page) error {
	switch at.UnixMilli() / 700 % 8 {
	case 2, 5:
		return fault.Errorf(fault.Throttled, "search", "", "too many requests")
	case 3, 6:
		page.Partial = &Partial{Failed: 1, Shards: 2}
		n := 0
		page.Entries = slices.DeleteFunc(slices.Clone(page.Entries), func(Entry) bool { n++; return n%2 == 0 })
		if len(page.Entries) == 0 {
			page.Full = false
		}
	}
	return nil
}

func covered(at time.Time, gaps []Gap) bool {
	return slices.ContainsFunc(gaps, func(g Gap) bool {
		return !at.Truncate(step).Before(g.From.Truncate(step)) && !at.Truncate(step).After(g.To)
	})
}

func TestATailOpensWithTheNewestLinesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &store{}
		now := time.Now()
		for i := range 20 {
			at := now.Add(time.Duration(i-20) * time.Second)
			src.add(doc(i, at, at))
		}
		got := watch(src, TailOptions{Last: 5}, 10*time.Second)
		if got.ids() != "15 16 17 18 19" {
			t.Errorf("opened with %s, want the last five", got.ids())
		}
		if len(got.late) != 0 {
			t.Errorf("lines %v were called late", got.late)
		}
	})
}

func TestATailSinceATimeReadsAllFromThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &store{}
		now := time.Now()
		for i := range 100 {
			at := now.Add(time.Duration(i-100) * time.Second)
			src.add(doc(i, at, at))
		}
		got := watch(src, TailOptions{From: now.Add(-50 * time.Second), PageSize: 7, Budget: -1}, 5*time.Second)
		if got.ring.Len() != 50 || got.ring.At(0).ID != "50" {
			t.Errorf("got %d lines from %s on, want 50 from 50 on", got.ring.Len(), got.ring.At(0).ID)
		}
	})
}

func TestALateLineIsMarkedAndWidensTheOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &store{}
		start := time.Now()
		src.add(doc(1, start.Add(1*time.Second), start.Add(2*time.Second)))
		src.add(doc(2, start.Add(30*time.Second), start.Add(30*time.Second)))
		src.add(doc(3, start.Add(9*time.Second), start.Add(35*time.Second)))
		got := watch(src, TailOptions{}, time.Minute)
		if got.ids() != "1 3 2" || fmt.Sprint(got.late) != "[3]" {
			t.Errorf("lines %s with late %v, want 1 3 2 with late [3]", got.ids(), got.late)
		}
		if got.last.Lateness != 21*time.Second || got.last.Overlap != 42*time.Second {
			t.Errorf("lateness %s and overlap %s, want 21s and 42s", got.last.Lateness, got.last.Overlap)
		}
	})
}

func TestALineFromTheFutureDoesNotHideThePresent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &store{}
		start := time.Now()
		src.add(doc(1, start.Add(4*time.Minute), start))
		src.add(doc(2, start.Add(10*time.Second), start.Add(10*time.Second)))
		got := watch(src, TailOptions{}, 30*time.Second)
		if got.ids() != "2 1" {
			t.Errorf("lines are %s, want 2 1", got.ids())
		}
		if got.last.HighWater.After(time.Now()) {
			t.Errorf("high water %s passed now", got.last.HighWater)
		}
	})
}

func TestAProducerThatOutrunsTheBudgetLeavesAGapLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &store{}
		start := time.Now()
		for i := range 1000 {
			src.add(doc(i, start.Add(10*time.Second).Add(time.Duration(i)*time.Millisecond), start.Add(12*time.Second)))
		}
		got := watch(src, TailOptions{PageSize: 10, Budget: 3}, time.Minute)
		if len(got.gaps) != 1 {
			t.Fatalf("%d gap lines, want 1", len(got.gaps))
		}
		if n := got.ring.Len(); n < 30+1+10 || n > 40+1+10 {
			t.Errorf("%d lines, want three or four pages, a gap line and the newest page", n)
		}
		if got.counts["999"] != 1 {
			t.Error("the newest line did not come")
		}
		if !slices.Contains(got.words, "behind: more lines come than can be read") {
			t.Errorf("the states were %q", got.words)
		}
	})
}

func TestMoreLinesInOneTimestampThanAPageLeaveOneGapLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &store{maxPage: 40}
		start := time.Now()
		burst := start.Add(5 * time.Second)
		for i := range 100 {
			src.add(doc(i, burst, burst))
		}
		src.add(doc(100, burst.Add(time.Second), burst.Add(time.Second)))
		got := watch(src, TailOptions{PageSize: 10}, 30*time.Second)
		if len(got.gaps) != 1 || got.counts["100"] != 1 || len(got.counts) != 41 {
			t.Errorf("%d lines and gaps %v, want 41 and one gap", len(got.counts), got.gaps)
		}
	})
}

func TestDeniedStopsAndSaysSo(t *testing.T) {
	for _, class := range []fault.Class{fault.Denied, fault.Expired, fault.Invalid} {
		synctest.Test(t, func(t *testing.T) {
			src := &store{fault: func(time.Time, *Page) error { return fault.Errorf(class, "search logs", "", "no") }}
			got := watch(src, TailOptions{}, time.Minute)
			if src.searches != 1 || got.last.State != Stopped || fault.ClassOf(got.last.Err) != class {
				t.Errorf("%d searches, then %q", src.searches, got.last.Words(time.Now()))
			}
		})
	}
}

func TestThrottlingBacksOffAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		src := &store{fault: func(at time.Time, _ *Page) error {
			if at.Sub(start) < time.Minute {
				return fault.Errorf(fault.Throttled, "search logs", "", "busy")
			}
			return nil
		}}
		at := start.Add(5 * time.Second)
		src.add(doc(1, at, at))
		got := watch(src, TailOptions{}, 3*time.Minute)
		if got.ids() != "1" {
			t.Errorf("lines are %q, want the one written meanwhile", got.ids())
		}
		if i := slices.IndexFunc(got.words, func(w string) bool { return strings.HasPrefix(w, "retrying in ") }); i < 0 {
			t.Errorf("the states were %q, none of them retrying", got.words)
		}
		if src.searches > 60 {
			t.Errorf("%d searches in three minutes, want backoff and idle polls", src.searches)
		}
	})
}

func TestAPartialAnswerIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		src := &store{fault: func(at time.Time, page *Page) error {
			if d := at.Sub(start); d > 10*time.Second && d < 2*time.Minute {
				page.Partial = &Partial{Failed: 1, Shards: 5}
				page.Entries = slices.DeleteFunc(slices.Clone(page.Entries), func(e Entry) bool { return e.ID == "2" })
			}
			return nil
		}}
		src.add(
			doc(1, start.Add(11*time.Second), start.Add(11*time.Second)),
			doc(2, start.Add(12*time.Second), start.Add(12*time.Second)),
			doc(3, start.Add(100*time.Second), start.Add(100*time.Second)),
		)
		got := watch(src, TailOptions{}, 3*time.Minute)
		if got.ids() != "1 2 3" {
			t.Errorf("lines are %s, want 1 2 3", got.ids())
		}
		if !slices.ContainsFunc(got.words, func(w string) bool { return strings.HasPrefix(w, "partial: 1 of 5 shards failed") }) {
			t.Errorf("the states were %q, none of them partial", got.words)
		}
	})
}

func TestAnIdleTailSlowsDownAndTellsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &store{}
		now := time.Now()
		src.add(doc(1, now, now))
		tail := Follow(context.Background(), src, Query{}, TailOptions{})
		defer tail.Close()
		b, _ := tail.Next(context.Background())
		if len(b.Entries) != 1 {
			t.Fatalf("opened with %d lines, want 1", len(b.Entries))
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		select {
		case b := <-tail.Batches():
			t.Errorf("an idle tail handed over %+v", b)
		default:
		}
		if src.searches < 110 || src.searches > 140 {
			t.Errorf("%d searches in ten idle minutes, want about one in 5 s", src.searches)
		}
	})
}

func TestNoLinesAreExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := watch(&store{}, TailOptions{}, time.Minute)
		if x := got.last.Explanation; x == nil || x.Cause != NoDocuments {
			t.Errorf("explanation is %v", x)
		}
	})
}

func TestAReaderThatDoesNotComeFindsAGapLineForWhatWasLetGo(t *testing.T) {
	entries := make([]Entry, 10)
	for i := range entries {
		entries[i] = line(i, time.Duration(i)*time.Second)
	}
	got := bounded(entries, 4, 1<<20)
	if len(got) != 4 || got[0].Gap == nil || got[3].ID != "9" {
		t.Fatalf("bounded to %+v", got)
	}
	if !got[0].Gap.From.Equal(epoch) || !got[0].Gap.To.Equal(epoch.Add(6*time.Second)) {
		t.Errorf("the gap is %+v, want lines 0 to 6", *got[0].Gap)
	}
	again := bounded(append(got, line(10, 10*time.Second)), 4, 1<<20)
	if !again[0].Gap.From.Equal(epoch) || again[3].ID != "10" {
		t.Errorf("the second gap is %+v, want it to begin with the first", *again[0].Gap)
	}
	if small := bounded(entries[:2], 4, 1<<20); len(small) != 2 || small[0].Gap != nil {
		t.Errorf("two lines became %+v", small)
	}
}

func TestANewQueryIsReadAtOnceAndBackwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &store{}
		tail := Follow(context.Background(), src, Query{}, TailOptions{})
		defer tail.Close()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		before := src.searches
		tail.SetQuery(Query{Text: "other"})
		synctest.Wait()
		if src.searches != before+1 {
			t.Fatalf("%d searches at once, want 1", src.searches-before)
		}
		if back := time.Since(src.from[before]); back < catchUp {
			t.Errorf("the new query reads back %s, want at least %s", back, catchUp)
		}
	})
}

func TestCancellingTheContextEndsTheTail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		tail := Follow(ctx, &store{}, Query{}, TailOptions{})
		cancel()
		for range tail.Batches() {
		}
		if _, err := tail.Next(context.Background()); err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("after the end Next returns %v, want io.EOF", err)
		}
		tail.Close()
	})
}
