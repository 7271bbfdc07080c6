//go:build integration

package e2e

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"gantry/logs"
	"gantry/logs/elastic"
	"gantry/logs/tail"
)

const (
	writers      = 4
	perWriter    = 500 // documents a second
	writingTime  = time.Minute
	writePeriod  = 200 * time.Millisecond
	burst        = 3000 // documents of one timestamp, three pages full
	minuteAlias  = "minute-lines"
	resendEvery  = 25 // batches
	straggleTime = 15 * time.Second
)

// ledger is what was written: how many documents bear each number. A shipper that
// got no answer sends again, and without ids the store has the line twice.
type ledger struct {
	mu    sync.Mutex
	sent  map[string]int
	total int
}

func (l *ledger) add(lines []line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, x := range lines {
		l.sent[strconv.Itoa(x.n)]++
		l.total++
	}
}

func (l *ledger) copy() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.sent)
}

// reckoning counts what was read: each document once, by its number.
type reckoning struct {
	docs  map[string]bool // index and id
	lines map[string]int
	twice int
}

func newReckoning() *reckoning { return &reckoning{docs: map[string]bool{}, lines: map[string]int{}} }

func (a *reckoning) add(e *logs.Entry) {
	if key := e.Index + "/" + e.ID; a.docs[key] {
		a.twice++
	} else {
		a.docs[key] = true
	}
	n, _ := e.Field("n")
	a.lines[n]++
}

// missing returns how many documents of a ledger were not read.
func (a *reckoning) missing(sent map[string]int) (n int) {
	for number, times := range sent {
		n += max(0, times-a.lines[number])
	}
	return n
}

// aMinute writes 2,000 documents a second for a minute through an alias: from four
// writers of which each is behind by an amount of its own, two have wrong clocks, one
// keeps some of its lines back for a quarter of a minute and sends others twice;
// thousands share one timestamp. In the middle the alias goes over to an index that
// counts nanoseconds. Meanwhile a tail follows, and once somebody reads back.
func (es indexer) aMinute(t *testing.T) {
	es.call("PUT", "/"+minuteAlias+"-000001", `{"aliases":{"`+minuteAlias+`":{"is_write_index":true}}}`)
	src := es.source(t, minuteAlias)
	live := tail.Follow(t.Context(), src, logs.Query{}, tail.Options{From: time.Now().Add(-30 * time.Second)})
	defer live.Close()
	written := &ledger{sent: map[string]int{}}
	began := time.Now()
	var running sync.WaitGroup
	for w := range writers {
		running.Go(func() { es.writer(w, written) })
	}
	rollover := time.AfterFunc(writingTime/2, func() {
		es.call("POST", "/"+minuteAlias+"/_rollover", `{"mappings":{"properties":{"@timestamp":{"type":"date_nanos"}}}}`)
	})
	defer rollover.Stop()
	running.Go(func() {
		time.Sleep(writingTime * 2 / 3)
		es.readBack(t, src, written)
	})
	done := make(chan struct{})
	go func() {
		running.Wait()
		t.Logf("%d documents were written in %s", written.total, time.Since(began).Round(time.Second))
		close(done)
	}()

	got, ring, last := newReckoning(), logs.NewRing(1_000_000, 1<<30), tail.Status{}
	var gaps []logs.Gap
	ctx, cancel := context.WithTimeout(t.Context(), writingTime+time.Minute)
	defer cancel()
	var settle *time.Timer
	for b := range live.All(ctx) {
		ring.Add(b.Entries)
		last = b.Status
		for i := range b.Entries {
			if e := &b.Entries[i]; e.Gap != nil {
				gaps = append(gaps, *e.Gap)
			} else {
				got.add(e)
			}
		}
		select {
		case <-done:
			if len(got.docs) >= written.total && settle == nil {
				// A little longer, for lines that come twice.
				settle = time.AfterFunc(4*time.Second, cancel)
				defer settle.Stop()
			}
		default:
		}
	}
	<-done
	t.Logf("%d late, lateness %s, overlap %s, %d gap lines",
		last.LateLines, last.Lateness.Round(time.Second), last.Overlap.Round(time.Second), last.Gaps)
	if got.twice > 0 {
		t.Errorf("%d documents came twice", got.twice)
	}
	if missing := got.missing(written.copy()); missing > 0 && len(gaps) == 0 {
		t.Errorf("%d of %d documents are missing and no gap line says so; the tail says %q", missing, written.total, last.Words(time.Now()))
	}
	if last.LateLines == 0 {
		t.Error("no line was late, although writers were behind")
	}
	fillGaps(t, src, ring, gaps, got, written.copy())
	var before time.Time
	for _, e := range ring.From(0) {
		if e.Time.Before(before) {
			t.Fatalf("line %s of %s stands after %s", e.Source, e.Time, before)
		}
		before = e.Time
	}
}

// fillGaps fetches what gap lines hide; a machine that keeps up has none.
func fillGaps(t *testing.T, src *elastic.Source, ring *logs.Ring, gaps []logs.Gap, got *reckoning, sent map[string]int) {
	t.Helper()
	for _, g := range gaps {
		t.Logf("a gap line: %+v", g)
		page, err := logs.FetchGap(t.Context(), src, logs.Query{}, g, ring.Known(logs.Range{From: g.From, To: g.To}), 1_000_000)
		if err != nil {
			t.Fatal(err)
		}
		ring.Add(page.Entries)
		for i := range page.Entries {
			got.add(&page.Entries[i])
		}
	}
	if missing := got.missing(sent); missing > 0 || got.twice > 0 {
		t.Errorf("with the gap lines filled %d documents are missing and %d came twice", missing, got.twice)
	}
}

// writer writes its share.
func (es indexer) writer(w int, written *ledger) {
	behind := []time.Duration{0, time.Second, 4 * time.Second, 500 * time.Millisecond}[w]
	skew := []time.Duration{0, 0, -3 * time.Second, 2 * time.Second}[w]
	source := rand.New(rand.NewPCG(uint64(w), 7))
	const batch = perWriter * int(writePeriod) / int(time.Second)
	var kept []line
	n := w * 1_000_000
	send := func(lines []line) {
		if len(lines) > 0 {
			es.write(false, lines...)
			written.add(lines)
		}
	}
	tick := time.NewTicker(writePeriod)
	defer tick.Stop()
	for i := range int(writingTime / writePeriod) {
		<-tick.C
		var lines []line
		for range batch {
			at := time.Now().Add(skew - behind - time.Duration(source.IntN(int(writePeriod))))
			if w == 1 {
				at = at.Truncate(50 * time.Millisecond) // a coarse clock
			}
			lines = append(lines, line{index: minuteAlias, n: n, at: at, more: map[string]any{"writer": w}})
			n++
		}
		if w == 0 && i == 100 {
			at := time.Now()
			for range burst {
				lines = append(lines, line{index: minuteAlias, n: n, at: at})
				n++
			}
		}
		if w == 3 && i%7 == 0 {
			kept = append(kept, lines[:10]...)
			lines = lines[10:]
		}
		send(lines)
		if w == 3 && i%resendEvery == 0 {
			send(lines)
		}
		if len(kept) > 0 && time.Since(kept[0].at) > straggleTime {
			send(kept)
			kept = nil
		}
	}
	send(kept)
}

// readBack pages through everything written so far while more is being written.
func (es indexer) readBack(t *testing.T, src *elastic.Source, written *ledger) {
	sent := written.copy()
	es.call("POST", "/"+minuteAlias+"/_refresh", "")
	h := logs.OpenHistory(src, logs.Query{}, logs.Range{}, logs.Older, logs.Known{})
	defer func() {
		if err := h.Close(t.Context()); err != nil {
			t.Errorf("closing the point in time: %v", err)
		}
	}()
	got, pages := newReckoning(), 0
	var before time.Time
	for {
		page, err := h.Next(t.Context(), 2000)
		if err != nil {
			t.Errorf("reading back: %v", err)
			return
		}
		pages++
		// A page is in the order of its times; the next one lies before it.
		for i := range slices.Backward(page.Entries) {
			e := &page.Entries[i]
			if e.Gap != nil {
				t.Errorf("reading back left a gap line %+v", *e.Gap)
				continue
			}
			got.add(e)
			// Of one millisecond the two mappings know different amounts.
			if at := e.Time.Truncate(time.Millisecond); !before.IsZero() && at.After(before) {
				t.Errorf("reading back, %s stands after %s", at, before)
				return
			} else {
				before = at
			}
		}
		if !page.Full {
			break
		}
	}
	t.Logf("read back %d documents in %d pages while others were written", len(got.docs), pages)
	if len(got.docs) < 10_000 || got.twice > 0 || got.missing(sent) > 0 {
		t.Errorf("of %d documents %d came, %d are missing, %d came twice", len(sent), len(got.docs), got.missing(sent), got.twice)
	}
}
