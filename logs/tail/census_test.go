package tail_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/logstest"
	"gantry/logs/tail"
	"gantry/logs/tail/tailtest"
)

// countingStore is a store that counts by time, unless its refusal is set.
type countingStore struct {
	*logstest.Store
	refusal  error
	censuses int
	given    int // lines in answers
}

func (s *countingStore) Since(ctx context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	page, err := s.Store.Since(ctx, q, r, limit)
	s.given += len(page.Entries)
	return page, err
}

func (s *countingStore) Tally(_ context.Context, _ logs.Query, r logs.Range, interval time.Duration) (logs.Histogram, error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.censuses++
	if s.refusal != nil {
		return logs.Histogram{}, s.refusal
	}
	h := logs.Histogram{Interval: interval, Bars: logs.EmptyBars(r, interval)}
	for d := range s.Visible(r, logs.Newer) {
		h.Bars[int(d.Time.Sub(h.Bars[0].Start)/interval)].Lines++
	}
	return h, nil
}

// TestABusyTailReadsWhatIsNewAndLittleElse follows 200 lines a second of which some
// come up to twenty seconds late.
func TestABusyTailReadsWhatIsNewAndLittleElse(t *testing.T) {
	const perSecond, seconds = 200, 60
	for name, c := range map[string]struct {
		refusal error
		most    int // lines given for one line
		counts  bool
	}{
		"a store that counts":      {nil, 7, true},
		"a store that cannot":      {fault.Errorf(fault.Invalid, "count", "", "cannot"), 20, false},
		"a store that is too busy": {fault.Errorf(fault.Throttled, "count", "", "busy"), 20, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			mem := &logstest.Store{}
			source := rand.New(rand.NewPCG(1, 2))
			start := time.Now()
			for i := range perSecond * seconds {
				at := start.Add(time.Duration(i) * time.Second / perSecond)
				delay := time.Duration(source.IntN(1000)) * time.Millisecond
				if i%100 == 0 {
					delay = time.Duration(source.IntN(20)) * time.Second
				}
				mem.Docs = append(mem.Docs, logstest.Doc(i, at, at.Add(delay)))
			}
			src := &countingStore{Store: mem, refusal: c.refusal}
			if c.refusal != nil && c.counts {
				// The store recovers, and what was written meanwhile comes.
				time.AfterFunc(40*time.Second, func() {
					mem.Mu.Lock()
					defer mem.Mu.Unlock()
					src.refusal = nil
				})
			}
			got := tailtest.Watch(src, tail.Options{Budget: -1, PageSize: 10_000}, 90*time.Second)
			if len(got.Counts) != perSecond*seconds || len(got.Gaps) > 0 {
				t.Errorf("%s: %d of %d lines and gaps %v", name, len(got.Counts), perSecond*seconds, got.Gaps)
			}
			for id, n := range got.Counts {
				if n != 1 {
					t.Fatalf("%s: line %s came %d times", name, id, n)
				}
			}
			if src.given > c.most*perSecond*seconds {
				t.Errorf("%s: %.1f lines were read for each", name, float64(src.given)/perSecond/seconds)
			}
			if (src.censuses > 1) != c.counts {
				t.Errorf("%s: it was asked to count %d times", name, src.censuses)
			}
		})
	}
}
