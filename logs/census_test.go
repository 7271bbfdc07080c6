package logs

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"gantry/internal/fault"
)

// countingStore is a store that counts by time, unless its refusal is set.
type countingStore struct {
	*store
	refusal  error
	censuses int
	given    int // lines in answers
}

func (s *countingStore) Since(ctx context.Context, q Query, r Range, limit int) (Page, error) {
	page, err := s.store.Since(ctx, q, r, limit)
	s.given += len(page.Entries)
	return page, err
}

func (s *countingStore) Histogram(_ context.Context, _ Query, r Range, interval time.Duration) (Histogram, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.censuses++
	if s.refusal != nil {
		return Histogram{}, s.refusal
	}
	h := Histogram{Interval: interval, Bars: EmptyBars(r, interval)}
	for _, d := range s.visible(r) {
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
		"a store that counts":      {nil, 6, true},
		"a store that cannot":      {fault.Errorf(fault.Invalid, "count", "", "cannot"), 20, false},
		"a store that is too busy": {fault.Errorf(fault.Throttled, "count", "", "busy"), 20, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			mem := &store{}
			source := rand.New(rand.NewPCG(1, 2))
			start := time.Now()
			for i := range perSecond * seconds {
				at := start.Add(time.Duration(i) * time.Second / perSecond)
				delay := time.Duration(source.IntN(1000)) * time.Millisecond
				if i%100 == 0 {
					delay = time.Duration(source.IntN(20)) * time.Second
				}
				mem.docs = append(mem.docs, doc(i, at, at.Add(delay)))
			}
			src := &countingStore{store: mem, refusal: c.refusal}
			if c.refusal != nil && c.counts {
				// The store recovers, and what was written meanwhile comes.
				time.AfterFunc(40*time.Second, func() {
					mem.mu.Lock()
					defer mem.mu.Unlock()
					src.refusal = nil
				})
			}
			got := watch(src, TailOptions{Budget: -1, PageSize: 10_000}, 90*time.Second)
			if len(got.counts) != perSecond*seconds || len(got.gaps) > 0 {
				t.Errorf("%s: %d of %d lines and gaps %v", name, len(got.counts), perSecond*seconds, got.gaps)
			}
			for id, n := range got.counts {
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
