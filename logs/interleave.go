package logs

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"gantry/internal/crash"
	"gantry/internal/fault"
)

// Grain is the coarsest resolution in which a store keeps times: pages of
// several stores can only be put in one order at the coarsest of theirs.
const Grain = time.Millisecond

// OldestFirst joins what several stores answered to one Since, or one store to
// several: the oldest limit lines of all of them. A page that is Full may lack
// lines after its Last, so nothing of the others beyond that is taken. The joined
// page can be read on from its own Last like any other.
func OldestFirst(limit int, pages ...Page) Page { return interleave(limit, pages, 1) }

// NewestFirst joins what several stores answered to one Latest.
func NewestFirst(limit int, pages ...Page) Page { return interleave(limit, pages, -1) }

// placed is an entry with the time that it is ordered by.
type placed struct {
	*Entry
	at int64 // milliseconds since 1970
}

// at is an instant in the resolution that all stores have. Rounding down keeps
// the order of every store, and gives a time from which reading on misses nothing.
func at(t time.Time) int64 { return t.UnixMilli() }

// interleave merges pages; direction is 1 for the oldest lines first and -1 for
// the newest.
func interleave(limit int, pages []Page, direction int) Page {
	var out Page
	var all []placed
	var horizon *int64 // what lies beyond is not known of every store
	var slow *Partial  // of pages that say how far they got
	fine := false      // some time is finer than a millisecond
	out.NoShards = len(pages) > 0
	for i := range pages {
		p := &pages[i]
		if direction < 0 {
			p = &pages[len(pages)-1-i] // turned round, the stores stand in one order as well
		}
		out.NoShards = out.NoShards && p.NoShards
		if p.Scanned.IsZero() {
			out.Partial = out.Partial.And(p.Partial)
		} else {
			slow = slow.And(p.Partial)
		}
		out.Full = out.Full || p.Full
		edge := p.Last
		if !p.Scanned.IsZero() {
			edge = p.Scanned
		}
		if edge := at(edge); p.Full && edge > 0 && (horizon == nil || cmp.Compare(edge, *horizon) == -direction) {
			horizon, out.Scanned = &edge, p.Scanned
		}
		for j := range p.Entries {
			fine = fine || p.Entries[j].Time.Nanosecond()%int(Grain) != 0
			all = append(all, placed{&p.Entries[j], at(p.Entries[j].Time)})
		}
	}
	// Stable: lines of one instant keep their store's order, and the stores theirs,
	// so that asking again gives the same beginning.
	slices.SortStableFunc(all, func(a, b placed) int { return direction * cmp.Compare(a.at, b.at) })
	if horizon != nil {
		beyond := func(e placed) bool { return cmp.Compare(e.at, *horizon) == direction }
		if i := slices.IndexFunc(all, beyond); i >= 0 {
			all = all[:i]
		}
	}
	if len(all) > limit {
		all, out.Full, out.Scanned = all[:limit], true, time.Time{}
	}
	if !out.Scanned.IsZero() {
		out.Partial = out.Partial.And(slow)
	}
	if len(all) == 0 {
		return out
	}
	out.Entries = make([]Entry, len(all))
	for i, e := range all {
		out.Entries[i] = *e.Entry
	}
	out.Last = time.UnixMilli(all[len(all)-1].at).UTC()
	if direction < 0 && fine {
		// Reading on towards the past begins at the end of this millisecond: the
		// page may have some of its lines only.
		out.Last = out.Last.Add(Grain - 1)
	}
	return out
}

// Passing reports whether an answer lacks something that may come later.
func (p *Partial) Passing() bool { return p != nil && !p.Lasting }

// And adds up what two answers lack; nil lacks nothing.
func (p *Partial) And(o *Partial) *Partial {
	if p == nil {
		return o
	}
	if o == nil {
		return p
	}
	sum := &Partial{
		Failed: p.Failed, Shards: max(p.Shards, o.Shards), Of: p.Of,
		TimedOut: p.TimedOut || o.TimedOut, Lasting: p.Lasting && o.Lasting,
		Reason: cmp.Or(p.Reason, o.Reason),
	}
	switch {
	case p.Of == o.Of && p.Of != "": // of the same ones, each its own failure
		sum.Failed = min(p.Failed+o.Failed, sum.Shards)
	case p.Of == o.Of:
		sum.Failed, sum.Shards = p.Failed+o.Failed, p.Shards+o.Shards
	case p.Failed == 0 || o.Of != "":
		sum.Failed, sum.Shards, sum.Of = o.Failed, o.Shards, o.Of
	}
	return sum
}

// Gather reads n pages of one store each side by side and waits for all of them. A
// failure leaves the others readable: its page is empty and partial, and says so. One
// of which whole says that it is of all of them fails all; nil is for none. When no
// read succeeds the error is the first, but rather one that passes than one that lasts,
// so that the poll is made again.
func Gather(ctx context.Context, n int, whole func(error) bool, read func(ctx context.Context, i int) (Page, error)) ([]Page, error) {
	pages, errs := make([]Page, n), make([]error, n)
	if n == 1 {
		pages[0], errs[0] = read(ctx, 0)
		return pages, errs[0]
	}
	var wg crash.Group
	for i := range n {
		wg.Go(func() { pages[i], errs[i] = read(ctx, i) })
	}
	wg.Wait()
	var failures []error
	for i, err := range errs {
		switch {
		case errors.Is(err, ErrTooLarge), err != nil && whole != nil && whole(err):
			return nil, err
		case err != nil:
			failures = append(failures, err)
			pages[i] = Page{Partial: Lacking(err, n)}
		}
	}
	if len(failures) == n && n > 0 {
		return nil, failures[max(0, slices.IndexFunc(failures, func(err error) bool { return !fault.Lasting(err) }))]
	}
	return pages, ctx.Err()
}
