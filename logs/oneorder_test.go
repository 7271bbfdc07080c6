package logs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/logs"
	"gantry/logs/logstest"
)

// cutUp is a store with three messages: one of four pieces, a plain one before it and
// one after, and pieces of one that never ends.
func cutUp() *logstest.Store {
	s := &logstest.Store{}
	add := func(id int, message string, piece *logs.Piece) {
		d := logstest.Doc(id, logstest.Epoch.Add(time.Duration(id)*time.Millisecond), logstest.Epoch)
		d.Message, d.Piece, d.Container = message, piece, "c"
		s.Docs = append(s.Docs, d)
	}
	add(1, "before", nil)
	for i := range 4 {
		add(2+i, fmt.Sprint("part", i+1, "."), &logs.Piece{Of: "m", Ordinal: i + 1, Last: i == 3})
	}
	add(6, "after", nil)
	add(7, "lost1.", &logs.Piece{Of: "n", Ordinal: 1})
	add(8, "lost2.", &logs.Piece{Of: "n", Ordinal: 2})
	add(9, "last", nil)
	return s
}

// TestPiecesAreJoinedAcrossPagesByEveryReader reads by pages of each size, in both
// directions, the ends of the range, around a line and in place of a gap line.
func TestPiecesAreJoinedAcrossPagesByEveryReader(t *testing.T) {
	const whole = "before|part1.part2.part3.part4.|after|lost1.lost2.|last"
	src := cutUp()
	text := func(entries []logs.Entry) string {
		var out []string
		for _, e := range entries {
			out = append(out, e.Message)
		}
		return strings.Join(out, "|")
	}
	for n := 1; n <= 10; n++ {
		for _, d := range []logs.Direction{logs.Older, logs.Newer} {
			h := logs.OpenHistory(src, logs.Query{}, logs.Range{}, d, logs.Known{})
			all, gaps := logstest.ReadAll(t, h, d, n)
			logs.SortByTime(all) // as a ring does: what has no end comes later, as far as it came
			if got := text(all); got != whole || len(gaps) > 0 {
				t.Errorf("by %d in direction %d: %s, gaps %v", n, d, got, gaps)
			}
		}
		// The end counts messages, not their pieces.
		page, err := logs.Oldest(t.Context(), src, logs.Query{}, logs.Range{}, n)
		if want := strings.Join(strings.Split(whole, "|")[:min(n, 3)], "|"); err != nil || !strings.HasPrefix(text(page.Entries), want) {
			t.Errorf("the first %d are %s, %v", n, text(page.Entries), err)
		}
		if len(page.Entries) > n {
			t.Errorf("%d lines for %d", len(page.Entries), n)
		}
	}
	page, err := logs.Newest(t.Context(), src, logs.Query{}, logs.Range{To: logstest.Epoch.Add(6 * time.Millisecond)}, 2)
	if err != nil || text(page.Entries) != "part1.part2.part3.part4.|after" {
		t.Errorf("the last two are %s, %v", text(page.Entries), err)
	}
	around, err := logs.Around(t.Context(), src, logs.Query{}, src.Docs[5].Entry, 2)
	if err != nil || text(around.Entries) != "before|part1.part2.part3.part4.|after|lost1.lost2.|last" {
		t.Errorf("around a line are %s, %v", text(around.Entries), err)
	}
	gap := logs.Gap{From: logstest.Epoch, To: logstest.Epoch.Add(time.Second)}
	filled, err := logs.FetchGap(t.Context(), src, logs.Query{}, gap, logs.Known{}, 3)
	if err != nil || !strings.HasPrefix(text(filled.Entries), "before|part1.part2.part3.part4.|") {
		t.Errorf("in place of a gap line are %s, %v", text(filled.Entries), err)
	}
}

// TestStoresStandInOneOrderWhicheverWayTheyAreRead joins lines of one millisecond.
func TestStoresStandInOneOrderWhicheverWayTheyAreRead(t *testing.T) {
	lines := func(names ...string) logs.Page {
		var p logs.Page
		for _, n := range names {
			p.Entries = append(p.Entries, logs.Entry{ID: n, Time: logstest.Epoch})
		}
		return p
	}
	turned := func(p logs.Page) logs.Page {
		slices.Reverse(p.Entries)
		return p
	}
	forward := logs.OldestFirst(9, lines("a1", "a2"), lines("b1", "b2"), lines("c1"))
	back := turned(logs.NewestFirst(9, turned(lines("a1", "a2")), turned(lines("b1", "b2")), lines("c1")))
	if !slices.EqualFunc(forward.Entries, back.Entries, func(a, b logs.Entry) bool { return a.ID == b.ID }) {
		t.Errorf("one way %v, the other %v", forward.Entries, back.Entries)
	}
}
