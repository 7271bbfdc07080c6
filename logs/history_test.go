package logs_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/logstest"
)

// TestHistoryHasEveryLineOnceInOrder reads stores of every kind, in both
// directions, while more lines are written: with points in time, with points that
// expire, without a tiebreak, and without points.
func TestHistoryHasEveryLineOnceInOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		at := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 50), rapid.Just(7)), 0, 120).Draw(rt, "lines")
		kind := rapid.SampledFrom([]string{"points", "points that expire", "no tiebreak", "no points", "points refused"}).Draw(rt, "kind")
		dir := rapid.SampledFrom([]logs.Direction{logs.Older, logs.Newer}).Draw(rt, "direction")
		n := rapid.IntRange(1, 30).Draw(rt, "page")
		held := rapid.IntRange(0, 20).Draw(rt, "held")

		mem := &logstest.Store{MaxPage: 200}
		var want []logs.Entry
		for i, ms := range at {
			d := logstest.Doc(i, logstest.Epoch.Add(time.Duration(ms)*time.Millisecond).Add(time.Duration(i)*time.Microsecond/2), logstest.Epoch)
			mem.Add(d)
			want = append(want, d.Entry)
		}
		var src logs.Source = mem
		points := &logstest.PointStore{Store: mem}
		switch kind {
		case "points":
			src = points
		case "points that expire":
			points.Life, src = 2, points
		case "no tiebreak":
			points.Loose, src = true, points
		case "points refused":
			points.Refuse, src = fault.Errorf(fault.Denied, "open", "", "no"), points
		}
		// What a screen holds already, at the end where reading begins.
		logs.SortByTime(want)
		if dir == logs.Older {
			slices.Reverse(want)
		}
		held = min(held, len(want))
		h := logs.OpenHistory(src, logs.Query{}, logs.Range{}, dir, logstest.KnownIn(want[:held]))
		got, gaps := logstest.ReadAll(rt, h, dir, n)
		if err := h.Close(context.Background()); err != nil {
			rt.Fatalf("close: %v", err)
		}
		if points.Opened != points.Closed && points.Life == 0 {
			rt.Fatalf("%d points were opened and %d closed", points.Opened, points.Closed)
		}
		counts := map[string]int{}
		for i, e := range got {
			counts[e.ID]++
			if i == 0 {
				continue
			}
			before, after := got[i-1].Time.Truncate(logstest.Step), e.Time.Truncate(logstest.Step)
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
	src := &logstest.PointStore{Store: &logstest.Store{}}
	for i := range 10 {
		src.Add(logstest.Doc(i, logstest.Epoch.Add(time.Duration(i)*time.Second), logstest.Epoch))
	}
	h := logs.OpenHistory(src, logs.Query{}, logs.Range{}, logs.Older, logs.Known{})
	defer func() { _ = h.Close(context.Background()) }()
	page, err := h.Next(context.Background(), 4)
	if err != nil || len(page.Entries) != 4 {
		t.Fatalf("%d lines: %v", len(page.Entries), err)
	}
	src.Add(logstest.Doc(90, logstest.Epoch.Add(3*time.Second), logstest.Epoch))
	got, _ := logstest.ReadAll(t, h, logs.Older, 4)
	if ids := idsOf(got); ids != "0 1 2 3 4 5" {
		t.Errorf("then came %s, want the six of before", ids)
	}
}

func TestTheNewestLinesAreReadInOneSearchWhereTheStoreGivesThem(t *testing.T) {
	src := &logstest.PointStore{Store: &logstest.Store{MaxPage: 6}}
	for i := range 20 {
		src.Add(logstest.Doc(i, logstest.Epoch.Add(time.Duration(i/8)*time.Second), logstest.Epoch))
	}
	page, err := logs.Newest(context.Background(), src, logs.Query{}, logs.Range{}, 6)
	if ids := idsOf(page.Entries); err != nil || ids != "14 15 16 17 18 19" || !page.Full || src.Searches != 1 || src.Opened != 0 {
		t.Errorf("the newest are %s after %d searches and %d points (%v)", ids, src.Searches, src.Opened, err)
	}
	page, err = logs.Newest(context.Background(), src, logs.Query{}, logs.Range{}, 9)
	if ids := idsOf(page.Entries); err != nil || ids != "11 12 13 14 15 16 17 18 19" || !page.Full {
		t.Errorf("beyond a page they are %s (%v)", ids, err)
	}
}

func TestMoreLinesInOneTimestampThanTheStoreGivesAreAGapLineInHistory(t *testing.T) {
	for _, dir := range []logs.Direction{logs.Older, logs.Newer} {
		src := &logstest.Store{MaxPage: 20}
		src.Add(logstest.Doc(0, logstest.Epoch, logstest.Epoch))
		for i := range 50 {
			src.Add(logstest.Doc(1+i, logstest.Epoch.Add(time.Second), logstest.Epoch))
		}
		src.Add(logstest.Doc(99, logstest.Epoch.Add(2*time.Second), logstest.Epoch))
		got, gaps := logstest.ReadAll(t, logs.OpenHistory(src, logs.Query{}, logs.Range{}, dir, logs.Known{}), dir, 10)
		if len(got) != 22 || len(gaps) != 1 || !gaps[0].From.Equal(logstest.Epoch.Add(time.Second)) {
			t.Errorf("direction %d: %d lines and gaps %v, want 22 and one of the second", dir, len(got), gaps)
		}
	}
}

func TestAPartialPageOfHistoryLeavesAGapLineThatCanBeFetched(t *testing.T) {
	faulty := true
	src := &logstest.Store{}
	src.Fault = func(_ time.Time, page *logs.Page) error {
		if faulty {
			page.Partial = &logs.Partial{Failed: 1, Shards: 2}
			page.Entries = slices.DeleteFunc(slices.Clone(page.Entries), func(e logs.Entry) bool { return e.ID == "3" })
		}
		return nil
	}
	for i := range 6 {
		src.Add(logstest.Doc(i, logstest.Epoch.Add(time.Duration(i)*time.Second), logstest.Epoch))
	}
	got, gaps := logstest.ReadAll(t, logs.OpenHistory(src, logs.Query{}, logs.Range{From: logstest.Epoch, To: logstest.Epoch.Add(5 * time.Second)}, logs.Older, logs.Known{}), logs.Older, 50)
	if len(got) != 5 || len(gaps) != 1 || gaps[0].Reason != "1 of 2 shards failed" {
		t.Fatalf("%d lines and gaps %v", len(got), gaps)
	}
	faulty = false
	page, err := logs.FetchGap(context.Background(), src, logs.Query{}, gaps[0], logstest.KnownIn(got), 100)
	if err != nil || len(page.Entries) != 1 || page.Entries[0].ID != "3" {
		t.Errorf("the gap hides %v (%v), want line 3", page.Entries, err)
	}
}

func TestAFailedPageOfHistoryCanBeAskedForAgain(t *testing.T) {
	fail := false
	src := &logstest.Store{}
	src.Fault = func(time.Time, *logs.Page) error {
		if fail {
			return fault.Errorf(fault.Throttled, "search", "", "busy")
		}
		return nil
	}
	for i := range 6 {
		src.Add(logstest.Doc(i, logstest.Epoch.Add(time.Duration(i)*time.Second), logstest.Epoch))
	}
	h := logs.OpenHistory(src, logs.Query{}, logs.Range{}, logs.Older, logs.Known{})
	first, _ := h.Next(context.Background(), 2)
	fail = true
	if _, err := h.Next(context.Background(), 2); fault.ClassOf(err) != fault.Throttled {
		t.Fatalf("a busy store gives %v", err)
	}
	fail = false
	rest, _ := logstest.ReadAll(t, h, logs.Older, 2)
	if len(first.Entries)+len(rest) != 6 {
		t.Errorf("%d lines came, want 6", len(first.Entries)+len(rest))
	}
}

func TestAStoreThatIsOfflineIsNotAskedTwice(t *testing.T) {
	src := &logstest.PointStore{Store: &logstest.Store{}, Refuse: fault.Errorf(fault.Offline, "open", "", "down")}
	h := logs.OpenHistory(src, logs.Query{}, logs.Range{}, logs.Older, logs.Known{})
	if _, err := h.Next(context.Background(), 2); fault.ClassOf(err) != fault.Offline || src.Searches != 0 {
		t.Errorf("got %v after %d searches", err, src.Searches)
	}
}

func TestAroundALineTheSearchIsOffAndTheFilterOn(t *testing.T) {
	src := &logstest.Store{}
	for i := range 30 {
		src.Add(logstest.Doc(i, logstest.Epoch.Add(time.Duration(i/3)*time.Second), logstest.Epoch))
	}
	where := logs.Match{Fields: []string{"container_id"}, Values: []string{"a"}}
	anchor := logstest.Doc(13, logstest.Epoch.Add(4*time.Second), logstest.Epoch).Entry
	got, err := logs.Around(context.Background(), src, logs.Query{Where: where, Text: "needle"}, anchor, 4)
	if err != nil {
		t.Fatal(err)
	}
	if ids := idsOf(got.Entries); ids != "8 9 10 11 12 13 14 15 16" {
		t.Errorf("about line 13 stand %s", ids)
	}
	if got.Entries[got.Anchor].ID != "13" || !got.Before || !got.After {
		t.Errorf("the anchor is %s, more before %v and after %v", got.Entries[got.Anchor].ID, got.Before, got.After)
	}
	for _, q := range src.Queries {
		if q.Text != "" || q.Where == nil {
			t.Errorf("searched for %s", q)
		}
	}
}

func TestALineBeyondThePageOfItsTimestampStillStandsInItsSurroundings(t *testing.T) {
	src := &logstest.Store{}
	for i := range 100 {
		src.Add(logstest.Doc(i, logstest.Epoch, logstest.Epoch))
	}
	anchor := logstest.Doc(77, logstest.Epoch, logstest.Epoch).Entry
	got, err := logs.Around(context.Background(), src, logs.Query{}, anchor, 5)
	if err != nil || got.Entries[got.Anchor].ID != "77" || !got.After {
		t.Errorf("got %s with anchor %d (%v)", idsOf(got.Entries), got.Anchor, err)
	}
}

func TestAJumpToATimeShowsBothSides(t *testing.T) {
	src := &logstest.Store{}
	for i := range 10 {
		src.Add(logstest.Doc(i, logstest.Epoch.Add(time.Duration(i)*time.Second), logstest.Epoch))
	}
	got, err := logs.At(context.Background(), src, logs.Query{}, logstest.Epoch.Add(4500*time.Millisecond), 3)
	if err != nil || idsOf(got.Entries) != "2 3 4 5 6 7" || got.Entries[got.Anchor].ID != "5" {
		t.Errorf("got %s with anchor %d (%v)", idsOf(got.Entries), got.Anchor, err)
	}
	got, err = logs.At(context.Background(), src, logs.Query{}, logstest.Epoch.Add(time.Hour), 3)
	if err != nil || idsOf(got.Entries) != "7 8 9" || got.Anchor != 3 || got.After {
		t.Errorf("beyond the end: %s with anchor %d (%v)", idsOf(got.Entries), got.Anchor, err)
	}
}

func idsOf(entries []logs.Entry) string {
	out := make([]string, len(entries))
	for i := range entries {
		out[i] = entries[i].ID
	}
	return strings.Join(out, " ")
}
