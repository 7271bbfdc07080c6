package tail_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/logstest"
	"gantry/logs/tail"
	"gantry/logs/tail/tailtest"
)

func TestWhyNoLinesComeIsToldApart(t *testing.T) {
	now := func(now time.Time) time.Time { return now }
	for name, c := range map[string]struct {
		others func(now time.Time) time.Time
		age    time.Duration // of the one line
		delay  time.Duration
		want   tail.Flow
		words  string
	}{
		"others write":              {others: now, age: 4 * time.Minute, want: tail.Quiet, words: "newest 6m old, quiet while others write"},
		"nobody writes":             {others: func(time.Time) time.Time { return time.Now().Add(-time.Hour) }, age: 4 * time.Minute, want: tail.Stalled, words: "nothing new of anybody"},
		"the store does not say":    {age: 4 * time.Minute, want: tail.FlowUnknown, words: "newest 6m old, no newer line"},
		"a line that came just now": {others: now, age: -118 * time.Second, want: tail.Flowing, words: "following"},
		"a line that came late":     {others: now, delay: 118 * time.Second, want: tail.Quiet, words: "quiet while others write"},
	} {
		synctest.Test(t, func(t *testing.T) {
			src := &logstest.Store{Others: c.others}
			start := time.Now()
			arrives := start.Add(c.delay)
			if c.age < 0 {
				arrives = start.Add(-c.age)
			}
			src.Add(logstest.Doc(1, start.Add(-c.age), arrives))
			got := tailtest.Watch(src, tail.Options{Overlap: 5 * time.Minute}, 2*time.Minute)
			if got.Last.Flow != c.want || got.Last.Lines != 1 {
				t.Errorf("%s: %d lines with flow %d, want %d", name, got.Last.Lines, got.Last.Flow, c.want)
			}
			got.Last.State, got.Last.Err = tail.Following, nil
			if words := got.Last.Words(time.Now()); !strings.Contains(words, c.words) {
				t.Errorf("%s: %q, want %q in it", name, words, c.words)
			}
		})
	}
}

// TestAnOldNewestLineIsNoPipelineThatIsBehind opens on what a dead task wrote last.
func TestAnOldNewestLineIsNoPipelineThatIsBehind(t *testing.T) {
	for words, others := range map[string]func(time.Time) time.Time{
		"newest 38m old, quiet while others write":                       func(now time.Time) time.Time { return now.Add(-2 * time.Second) },
		"newest 38m old, nothing new of anybody: the pipeline is behind": func(now time.Time) time.Time { return now.Add(-20 * time.Minute) },
		"newest 38m old, no newer line":                                  nil,
	} {
		synctest.Test(t, func(t *testing.T) {
			src := &logstest.Store{Others: others}
			at := time.Now().Add(-38 * time.Minute)
			src.Add(logstest.Doc(1, at, at))
			got := tailtest.Watch(src, tail.Options{}, 10*time.Second)
			got.Last.State, got.Last.Err = tail.Following, nil
			if said := got.Last.Words(time.Now()); !strings.HasSuffix(said, words) {
				t.Errorf("it says %q, want %q", said, words)
			}
		})
	}
}

func TestTheRateIsOfArrivalsAndDecays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &logstest.Store{}
		start := time.Now()
		for i := range 500 {
			src.Add(logstest.Doc(-i, start.Add(-time.Duration(i)*time.Millisecond), start))
		}
		for i := range 40 * 60 {
			at := start.Add(time.Duration(i) * 25 * time.Millisecond)
			src.Add(logstest.Doc(1+i, at, at))
		}
		live := tail.Follow(context.Background(), src, logs.Query{}, tail.Options{})
		defer live.Close()
		var rate tail.Rate
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
		defer cancel()
		for b := range live.All(ctx) {
			rate = b.Status.Rate
			if b.Status.Lines <= 501 && rate.PerSecond(time.Now()) != 0 {
				t.Errorf("the lines that it opened with make a rate of %.1f", rate.PerSecond(time.Now()))
			}
		}
		end := start.Add(time.Minute)
		if got := rate.PerSecond(end.Add(time.Second)); math.Abs(got-40) > 2 {
			t.Errorf("the rate is %.1f lines a second, want 40", got)
		}
		if got := rate.PerSecond(end.Add(time.Minute)); got > 0.5 {
			t.Errorf("a minute later the rate is %.1f", got)
		}
	})
}

func TestAQueryThatTheStoreRefusesLeavesTheOneBeforeInForce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &logstest.Store{}
		src.Fault = func(time.Time, *logs.Page) error {
			if src.Queries[len(src.Queries)-1].Text == "bad" {
				return fault.Errorf(fault.Invalid, "search logs", "", "unbalanced parenthesis")
			}
			return nil
		}
		start := time.Now()
		for i := range 60 {
			at := start.Add(time.Duration(i) * time.Second)
			src.Add(logstest.Doc(i, at, at))
		}
		live := tail.Follow(context.Background(), src, logs.Query{Text: "good"}, tail.Options{})
		time.Sleep(10 * time.Second)
		live.SetQuery(logs.Query{Text: "bad"})
		time.Sleep(10 * time.Second)
		b, _ := live.Next(context.Background())
		if b.Status.Refused == nil || !strings.Contains(b.Status.Words(time.Now()), "unbalanced") || b.Status.State != tail.Following {
			t.Errorf("with a bad query the tail says %q", b.Status.Words(time.Now()))
		}
		live.SetQuery(logs.Query{Text: "better"})
		time.Sleep(50 * time.Second)
		last, _ := live.Next(context.Background())
		live.Close()
		if n := len(b.Entries) + len(last.Entries); n != 60 || last.Status.Refused != nil {
			t.Errorf("%d lines came, want 60; refused %v", n, last.Status.Refused)
		}
		bad := 0
		for _, q := range src.Queries {
			if q.Text == "bad" {
				bad++
			}
		}
		if bad != 1 {
			t.Errorf("the bad query was asked %d times", bad)
		}
	})
}

// piece is a part of a message as Docker's fluentd driver sends it.
func piece(id, ordinal int, last bool, at time.Time, arrives time.Time) logstest.Document {
	d := logstest.Doc(id, at, arrives)
	d.Container, d.Message = "aaa111", fmt.Sprintf("part%d.", ordinal)
	d.Source = fmt.Appendf(nil, `{"partial_message":"true","partial_id":"m1","partial_ordinal":"%d","partial_last":"%v"}`, ordinal, last)
	d.Piece = logs.PieceOf(d.Source)
	return d
}

func TestThePiecesOfAMessageAreJoinedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		at := start.Add(10 * time.Second)
		src := &logstest.Store{}
		src.Add(
			piece(3, 3, true, at, at),
			piece(1, 1, false, at, at.Add(time.Second)),
			piece(2, 2, false, at, at.Add(3*time.Second)),
			logstest.Doc(9, at.Add(time.Millisecond), at),
		)
		got := tailtest.Watch(src, tail.Options{}, time.Minute)
		e := got.Ring.At(0)
		if got.IDs() != "1 9" || e.Message != "part1.part2.part3." || e.Piece != nil || len(e.Pieces) != 2 {
			t.Errorf("lines %s, the first is %+v", got.IDs(), e)
		}
	})
}

func TestPiecesWhoseMessageNeverEndsAreShownAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := time.Now().Add(10 * time.Second)
		src := &logstest.Store{}
		src.Add(piece(1, 1, false, at, at), piece(2, 2, false, at, at), piece(4, 4, false, at, at))
		got := tailtest.Watch(src, tail.Options{}, time.Minute)
		if got.IDs() != "1 4" || got.Ring.At(0).Message != "part1.part2." || got.Ring.At(0).Piece == nil {
			t.Errorf("lines are %s, the first %+v", got.IDs(), got.Ring.At(0))
		}
	})
}

func TestAPieceThatWasJoinedIsKnown(t *testing.T) {
	at := logstest.Epoch
	all := logs.Join([]logs.Entry{piece(1, 1, false, at, at).Entry, piece(2, 2, true, at, at).Entry})
	second := piece(2, 2, true, at, at).Entry
	if len(all) != 1 || !logstest.KnownIn(all).Has(&second) {
		t.Errorf("joined to %+v", all)
	}
}

// TestHugeLinesComeInSmallPagesAndLeaveTheRingItsBound reads lines of 5 MiB from a
// store whose answers may hold 20 MiB.
func TestHugeLinesComeInSmallPagesAndLeaveTheRingItsBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &logstest.Store{}
		src.Fault = func(_ time.Time, page *logs.Page) error {
			bytes := 0
			for i := range page.Entries {
				bytes += page.Entries[i].Bytes()
			}
			if bytes > 20<<20 {
				return &fault.Error{Class: fault.Failed, Op: "search logs", Err: logs.ErrTooLarge}
			}
			return nil
		}
		huge := strings.Repeat("x", 5<<20)
		start := time.Now()
		for i := range 40 {
			at := start.Add(time.Duration(i-20) * time.Second)
			d := logstest.Doc(i, at, at)
			d.Message = huge
			src.Add(d)
		}
		live := tail.Follow(context.Background(), src, logs.Query{}, tail.Options{})
		ring := logs.NewRing(0, 64<<20)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		var last string
		for b := range live.All(ctx) {
			ring.Add(b.Entries)
			if ring.Bytes() > 64<<20 {
				t.Fatalf("the ring holds %d bytes", ring.Bytes())
			}
			if n := len(b.Entries); n > 0 {
				last = b.Entries[n-1].ID
			}
		}
		live.Close()
		if last != "39" || ring.Len() != 12 {
			t.Errorf("the last line is %s, the ring holds %d, want 39 and 12", last, ring.Len())
		}
	})
}

func TestLinesThatOnlyANewQueryChoosesAreNoMeasureOfLateness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &logstest.Store{}
		src.Fault = func(_ time.Time, page *logs.Page) error {
			if src.Queries[len(src.Queries)-1].Text == "even" {
				page.Entries = slices.DeleteFunc(slices.Clone(page.Entries), func(e logs.Entry) bool { return len(e.ID)%2 == 1 })
			}
			return nil
		}
		start := time.Now()
		src.Add(logstest.Doc(1, start.Add(10*time.Second), start), logstest.Doc(22, start.Add(70*time.Second), start))
		live := tail.Follow(context.Background(), src, logs.Query{Text: "even"}, tail.Options{})
		time.Sleep(80 * time.Second)
		live.SetQuery(logs.Query{})
		time.Sleep(10 * time.Second)
		b, _ := live.Next(context.Background())
		live.Close()
		if len(b.Entries) != 2 || b.Status.Lateness != 0 || b.Status.Overlap != 30*time.Second {
			t.Errorf("%d lines, lateness %s, overlap %s", len(b.Entries), b.Status.Lateness, b.Status.Overlap)
		}
	})
}
