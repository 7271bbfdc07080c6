package logs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gantry/internal/fault"
)

// readAll reads a history to its end, n lines at a time, and returns its lines in
// the order of their times.
func readAll(t rapid.TB, h *History, n int) (entries []Entry, gaps []Gap) {
	t.Helper()
	for range 10_000 {
		page, err := h.Next(context.Background(), n)
		if err != nil {
			t.Fatalf("history: %v", err)
		}
		var lines []Entry
		for _, e := range page.Entries {
			if e.Gap != nil {
				gaps = append(gaps, *e.Gap)
				continue
			}
			lines = append(lines, e)
		}
		if h.dir == Older {
			entries = append(lines, entries...)
		} else {
			entries = append(entries, lines...)
		}
		if !page.Full {
			return entries, gaps
		}
		if len(page.Entries) == 0 {
			t.Fatalf("a page that is not the last has no lines")
		}
	}
	t.Fatalf("history does not end")
	return nil, nil
}

// TestHistoryHasEveryLineOnceInOrder reads stores of every kind, in both
// directions, while more lines are written: with points in time, with points that
// expire, without a tiebreak, and without points.
func TestHistoryHasEveryLineOnceInOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		at := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 50), rapid.Just(7)), 0, 120).Draw(rt, "lines")
		kind := rapid.SampledFrom([]string{"points", "points that expire", "no tiebreak", "no points", "points refused"}).Draw(rt, "kind")
		dir := rapid.SampledFrom([]Direction{Older, Newer}).Draw(rt, "direction")
		n := rapid.IntRange(1, 30).Draw(rt, "page")
		held := rapid.IntRange(0, 20).Draw(rt, "held")

		mem := &store{maxPage: 200}
		var want []Entry
		for i, ms := range at {
			d := doc(i, epoch.Add(time.Duration(ms)*time.Millisecond).Add(time.Duration(i)*time.Microsecond/2), epoch)
			mem.add(d)
			want = append(want, d.Entry)
		}
		var src Source = mem
		points := &pointStore{store: mem}
		switch kind {
		case "points":
			src = points
		case "points that expire":
			points.life, src = 2, points
		case "no tiebreak":
			points.loose, src = true, points
		case "points refused":
			points.refuse, src = fault.Errorf(fault.Denied, "open", "", "no"), points
		}
		// What a screen holds already, at the end where reading begins.
		SortByTime(want)
		if dir == Older {
			slices.Reverse(want)
		}
		held = min(held, len(want))
		h := OpenHistory(src, Query{}, Range{}, dir, KnownOf(each(want[:held])))
		got, gaps := readAll(rt, h, n)
		if err := h.Close(context.Background()); err != nil {
			rt.Fatalf("close: %v", err)
		}
		if points.opened != points.closed && points.life == 0 {
			rt.Fatalf("%d points were opened and %d closed", points.opened, points.closed)
		}
		counts := map[string]int{}
		for i, e := range got {
			counts[e.ID]++
			if i == 0 {
				continue
			}
			before, after := got[i-1].Time.Truncate(step), e.Time.Truncate(step)
			if after.Before(before) {
				rt.Fatalf("%s stands after %s", after, before)
			}
		}
		for i, e := range want {
			if wanted := i >= held; wanted != (counts[e.ID] == 1) || counts[e.ID] > 1 {
				rt.Fatalf("line %s came %d times, held before: %v", e.ID, counts[e.ID], !wanted)
			}
		}
		if len(gaps) > 0 {
			rt.Fatalf("gap lines without need: %v", gaps)
		}
	})
}

func TestHistoryDoesNotSeeWhatIsWrittenMeanwhile(t *testing.T) {
	src := &pointStore{store: &store{}}
	for i := range 10 {
		src.add(doc(i, epoch.Add(time.Duration(i)*time.Second), epoch))
	}
	h := OpenHistory(src, Query{}, Range{}, Older, Known{})
	defer func() { _ = h.Close(context.Background()) }()
	page, err := h.Next(context.Background(), 4)
	if err != nil || len(page.Entries) != 4 {
		t.Fatalf("%d lines: %v", len(page.Entries), err)
	}
	src.add(doc(90, epoch.Add(3*time.Second), epoch))
	got, _ := readAll(t, h, 4)
	if ids := idsOf(got); ids != "0 1 2 3 4 5" {
		t.Errorf("then came %s, want the six of before", ids)
	}
}

func TestTheNewestLinesAreReadInOneSearchWhereTheStoreGivesThem(t *testing.T) {
	src := &pointStore{store: &store{maxPage: 6}}
	for i := range 20 {
		src.add(doc(i, epoch.Add(time.Duration(i/8)*time.Second), epoch))
	}
	page, err := Newest(context.Background(), src, Query{}, Range{}, 6)
	if ids := idsOf(page.Entries); err != nil || ids != "14 15 16 17 18 19" || !page.Full || src.searches != 1 || src.opened != 0 {
		t.Errorf("the newest are %s after %d searches and %d points (%v)", ids, src.searches, src.opened, err)
	}
	page, err = Newest(context.Background(), src, Query{}, Range{}, 9)
	if ids := idsOf(page.Entries); err != nil || ids != "11 12 13 14 15 16 17 18 19" || !page.Full {
		t.Errorf("beyond a page they are %s (%v)", ids, err)
	}
}

func TestMoreLinesInOneTimestampThanTheStoreGivesAreAGapLineInHistory(t *testing.T) {
	for _, dir := range []Direction{Older, Newer} {
		src := &store{maxPage: 20}
		src.add(doc(0, epoch, epoch))
		for i := range 50 {
			src.add(doc(1+i, epoch.Add(time.Second), epoch))
		}
		src.add(doc(99, epoch.Add(2*time.Second), epoch))
		got, gaps := readAll(t, OpenHistory(src, Query{}, Range{}, dir, Known{}), 10)
		if len(got) != 22 || len(gaps) != 1 || !gaps[0].From.Equal(epoch.Add(time.Second)) {
			t.Errorf("direction %d: %d lines and gaps %v, want 22 and one of the second", dir, len(got), gaps)
		}
	}
}

func TestAPartialPageOfHistoryLeavesAGapLineThatCanBeFetched(t *testing.T) {
	faulty := true
	src := &store{}
	src.fault = func(_ time.Time, page *Page) error {
		if faulty {
			page.Partial = &Partial{Failed: 1, Shards: 2}
			page.Entries = slices.DeleteFunc(slices.Clone(page.Entries), func(e Entry) bool { return e.ID == "3" })
		}
		return nil
	}
	for i := range 6 {
		src.add(doc(i, epoch.Add(time.Duration(i)*time.Second), epoch))
	}
	got, gaps := readAll(t, OpenHistory(src, Query{}, Range{From: epoch, To: epoch.Add(5 * time.Second)}, Older, Known{}), 50)
	if len(got) != 5 || len(gaps) != 1 || gaps[0].Reason != "1 of 2 shards failed" {
		t.Fatalf("%d lines and gaps %v", len(got), gaps)
	}
	faulty = false
	page, err := FetchGap(context.Background(), src, Query{}, gaps[0], KnownOf(each(got)), 100)
	if err != nil || len(page.Entries) != 1 || page.Entries[0].ID != "3" {
		t.Errorf("the gap hides %v (%v), want line 3", page.Entries, err)
	}
}

func TestAFailedPageOfHistoryCanBeAskedForAgain(t *testing.T) {
	fail := false
	src := &store{}
	src.fault = func(time.Time, *Page) error {
		if fail {
			return fault.Errorf(fault.Throttled, "search", "", "busy")
		}
		return nil
	}
	for i := range 6 {
		src.add(doc(i, epoch.Add(time.Duration(i)*time.Second), epoch))
	}
	h := OpenHistory(src, Query{}, Range{}, Older, Known{})
	first, _ := h.Next(context.Background(), 2)
	fail = true
	if _, err := h.Next(context.Background(), 2); fault.ClassOf(err) != fault.Throttled {
		t.Fatalf("a busy store gives %v", err)
	}
	fail = false
	rest, _ := readAll(t, h, 2)
	if len(first.Entries)+len(rest) != 6 {
		t.Errorf("%d lines came, want 6", len(first.Entries)+len(rest))
	}
}

func TestAStoreThatIsOfflineIsNotAskedTwice(t *testing.T) {
	src := &pointStore{store: &store{}, refuse: fault.Errorf(fault.Offline, "open", "", "down")}
	h := OpenHistory(src, Query{}, Range{}, Older, Known{})
	if _, err := h.Next(context.Background(), 2); fault.ClassOf(err) != fault.Offline || src.searches != 0 {
		t.Errorf("got %v after %d searches", err, src.searches)
	}
}

// TestAGapLineIsFilledInTheRing runs a producer past the budget and fetches what
// the gap line hides, a page at a time.
func TestAGapLineIsFilledInTheRing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &store{}
		start := time.Now()
		for i := range 1000 {
			src.add(doc(i, start.Add(10*time.Second).Add(time.Duration(i)*time.Millisecond), start.Add(12*time.Second)))
		}
		got := watch(src, TailOptions{PageSize: 10, Budget: 3}, time.Minute)
		fetches := 0
		for {
			var at uint64
			var gap *Gap
			for pos, e := range got.ring.From(0) {
				if e.Gap != nil {
					at, gap = pos, e.Gap
				}
			}
			if gap == nil {
				break
			}
			fetches++
			page, err := FetchGap(context.Background(), src, Query{}, *gap, got.ring.Known(Range{From: gap.From, To: gap.To}), 300)
			if err != nil {
				t.Fatal(err)
			}
			got.ring.Replace(at, page.Entries)
		}
		if fetches != 4 {
			t.Errorf("%d fetches of 300 lines filled the gap, want 4", fetches)
		}
		i := 0
		for _, e := range got.ring.From(0) {
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

func TestAroundALineTheSearchIsOffAndTheFilterOn(t *testing.T) {
	src := &store{}
	for i := range 30 {
		src.add(doc(i, epoch.Add(time.Duration(i/3)*time.Second), epoch))
	}
	where := Match{Fields: []string{"container_id"}, Values: []string{"a"}}
	anchor := doc(13, epoch.Add(4*time.Second), epoch).Entry
	got, err := Around(context.Background(), src, Query{Where: where, Text: "needle"}, anchor, 4)
	if err != nil {
		t.Fatal(err)
	}
	if ids := idsOf(got.Entries); ids != "8 9 10 11 12 13 14 15 16" {
		t.Errorf("about line 13 stand %s", ids)
	}
	if got.Entries[got.Anchor].ID != "13" || !got.Before || !got.After {
		t.Errorf("the anchor is %s, more before %v and after %v", got.Entries[got.Anchor].ID, got.Before, got.After)
	}
	for _, q := range src.queries {
		if q.Text != "" || q.Where == nil {
			t.Errorf("searched for %s", q)
		}
	}
}

func TestALineBeyondThePageOfItsTimestampStillStandsInItsSurroundings(t *testing.T) {
	src := &store{}
	for i := range 100 {
		src.add(doc(i, epoch, epoch))
	}
	anchor := doc(77, epoch, epoch).Entry
	got, err := Around(context.Background(), src, Query{}, anchor, 5)
	if err != nil || got.Entries[got.Anchor].ID != "77" || !got.After {
		t.Errorf("got %s with anchor %d (%v)", idsOf(got.Entries), got.Anchor, err)
	}
}

func TestAJumpToATimeShowsBothSides(t *testing.T) {
	src := &store{}
	for i := range 10 {
		src.add(doc(i, epoch.Add(time.Duration(i)*time.Second), epoch))
	}
	got, err := At(context.Background(), src, Query{}, epoch.Add(4500*time.Millisecond), 3)
	if err != nil || idsOf(got.Entries) != "2 3 4 5 6 7" || got.Entries[got.Anchor].ID != "5" {
		t.Errorf("got %s with anchor %d (%v)", idsOf(got.Entries), got.Anchor, err)
	}
	got, err = At(context.Background(), src, Query{}, epoch.Add(time.Hour), 3)
	if err != nil || idsOf(got.Entries) != "7 8 9" || got.Anchor != 3 || got.After {
		t.Errorf("beyond the end: %s with anchor %d (%v)", idsOf(got.Entries), got.Anchor, err)
	}
}

func idsOf(entries []Entry) string {
	out := make([]string, len(entries))
	for i := range entries {
		out[i] = entries[i].ID
	}
	return strings.Join(out, " ")
}
