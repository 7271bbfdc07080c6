package tail

import (
	"cmp"
	"context"
	"io"
	"iter"
	"sync/atomic"
	"time"

	"gantry/internal/crash"
	"gantry/internal/wake"
	"gantry/logs"
)

// Options shape a tail. The zero value follows from the newest 500 lines.
type Options struct {
	// Last is how many lines to open with; zero is 500.
	Last int
	// From, when set, opens with everything since then instead of Last lines.
	From time.Time
	// Overlap is how far before the high water each poll reads again at first;
	// zero is 30 s. Lines that come later than that are found by the wide sweep, each
	// half a minute.
	Overlap time.Duration
	// PageSize is the lines asked for in one request; zero is 1,000.
	PageSize int
	// Budget is how many pages of new lines one poll reads before the tail skips
	// to the newest and leaves a gap line; zero is 20, a negative budget never
	// skips.
	Budget int
	// Poll is the wait between polls while lines come, IdlePoll the longest wait
	// while none do; zero is 1 s and 5 s.
	Poll, IdlePoll time.Duration
	// Clocks tell that the machine slept; nil are the machine's own.
	Clocks wake.Clocks
}

func (o Options) withDefaults() Options {
	o.Last = cmp.Or(max(o.Last, 0), 500)
	o.Overlap = cmp.Or(o.Overlap, 30*time.Second)
	o.PageSize = cmp.Or(o.PageSize, 1000)
	o.Budget = cmp.Or(o.Budget, 20)
	o.Poll = cmp.Or(o.Poll, time.Second)
	o.IdlePoll = max(o.Poll, cmp.Or(o.IdlePoll, 5*time.Second))
	return o
}

// Batch is what came since the last one was taken.
type Batch struct {
	// Entries are in the order of their times and shared: do not change them.
	// Late ones belong before lines of earlier batches.
	Entries []logs.Entry
	// Status is the tail's state after the entries.
	Status Status
}

// Tail follows a query. Its goroutine polls the Source and hands over batches
// through a slot that holds one: what a slow reader has not taken is joined, so
// nothing waits for the reader and one reception brings all there is.
type Tail struct {
	out    chan Batch
	query  atomic.Pointer[logs.Query]
	poke   chan struct{}
	rests  atomic.Bool
	cancel context.CancelFunc
	done   chan struct{}
	// pumping is the goroutine; what was at fault in it is raised in who reads on.
	pumping crash.Group
}

// Follow starts a tail. It runs until ctx ends, Close is called, or the store
// refuses for good (denied, expired, invalid); whoever calls Follow owns it and
// must call Close.
func Follow(ctx context.Context, src logs.Source, q logs.Query, opts Options) *Tail {
	ctx, cancel := context.WithCancel(ctx)
	t := &Tail{
		out:    make(chan Batch, 1),
		poke:   make(chan struct{}, 1),
		cancel: cancel,
		done:   make(chan struct{}),
	}
	t.query.Store(&q)
	p := newPump(t, src, opts.withDefaults())
	t.pumping.Go(func() {
		defer close(t.done)
		defer close(t.out)
		defer t.pumping.Catch("a tail") // before who reads is told that it ended
		p.run(ctx)
	})
	return t
}

// Batches returns the slot. It is closed after the last batch, whose status says
// why the tail ended.
func (t *Tail) Batches() <-chan Batch { return t.out }

// Next waits for the next batch. It returns io.EOF after the last one, and the
// context's error when that ends first.
func (t *Tail) Next(ctx context.Context) (Batch, error) {
	select {
	case b, ok := <-t.out:
		if !ok {
			t.pumping.Raise()
			return Batch{}, io.EOF
		}
		return b, nil
	case <-ctx.Done():
		return Batch{}, ctx.Err()
	}
}

// All iterates over the batches until the tail or ctx ends.
func (t *Tail) All(ctx context.Context) iter.Seq[Batch] {
	return func(yield func(Batch) bool) {
		for {
			b, err := t.Next(ctx)
			if err != nil || !yield(b) {
				return
			}
		}
	}
}

// SetQuery replaces the query from the next poll on, which is at once: the tasks
// of a service come and go while it is followed. Lines of the last two minutes
// that only the new query chooses are delivered late, unless the tail opened
// with younger ones.
func (t *Tail) SetQuery(q logs.Query) {
	t.query.Store(&q)
	select {
	case t.poke <- struct{}{}:
	default:
	}
}

// Rest has the tail poll rarely while nobody looks: a quota is shared by all who ask, and
// the wide sweep finds what a rare poll would not. Its end is told by false, and is
// followed by a poll at once.
func (t *Tail) Rest(on bool) {
	if t.rests.Swap(on) && !on {
		select {
		case t.poke <- struct{}{}:
		default:
		}
	}
}

// Close ends the tail and waits for its goroutine.
func (t *Tail) Close() {
	t.cancel()
	<-t.done
}

// hand puts a batch into the slot, joined with what was not taken. Only the pump
// sends, so after taking the slot's content back the send finds it empty.
func (t *Tail) hand(b Batch) {
	select {
	case waiting := <-t.out:
		b.Entries = bounded(merged(waiting.Entries, b.Entries), heldLines, heldBytes)
	default:
	}
	t.out <- b
}

// merged joins two ordered runs into a new one; of equal times the first run's
// come first.
func merged(a, b []logs.Entry) []logs.Entry {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	both := make([]logs.Entry, 0, len(a)+len(b))
	both = append(append(both, a...), b...)
	if b[0].Time.Before(a[len(a)-1].Time) {
		logs.SortByTime(both)
	}
	return both
}

// bounded drops the oldest entries beyond the bounds and puts a gap line in their
// place.
func bounded(entries []logs.Entry, lines, bytes int) []logs.Entry {
	keep := len(entries)
	for keep > 0 && len(entries)-keep < lines-1 && bytes > 0 {
		keep--
		bytes -= entries[keep].Bytes()
	}
	if keep == 0 || len(entries) <= lines && bytes > 0 {
		return entries
	}
	from := entries[0].Time
	if g := entries[0].Gap; g != nil {
		from = earlier(from, g.From)
	}
	gap := logs.Gap{From: from, To: entries[keep-1].Time, Reason: "lines came faster than they were taken"}
	return append([]logs.Entry{{Time: gap.To, Gap: &gap}}, entries[keep:]...)
}
