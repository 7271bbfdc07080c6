package tail

import (
	"context"
	"errors"
	"time"

	"gantry/logs"
)

// farPages bounds the pages of one look beyond the wide sweep, to either side.
const farPages = 3

// farRead is what was read to one side beyond the wide sweep of a store that does not
// count: its newest lines, as far as some pages reach.
type farRead struct {
	ids map[digest]struct{} // of all that was read; nil before the first look
	// from and to bound the time of which each line is among them.
	from, to time.Time
	// told is how far the pages reached when a gap line said so; zero for none.
	told time.Duration
	// short is how far the newest of the pages lies before what they do not reach; zero
	// when they reach all.
	short time.Duration
}

// reset forgets what was read.
func (f *farRead) reset() { *f = farRead{told: f.told} }

// readFar reads the newest lines of a range beyond the sweep and takes those that came
// since the last look. What a look does not reach is said by the status, and once there are
// lines that came so far from now, by a gap line; by another one when it comes to be much
// more. It reports whether the store answered.
func (p *pump) readFar(ctx context.Context, q *logs.Query, r logs.Range, f *farRead) bool {
	if !r.From.Before(r.To) {
		return true
	}
	entries, reached, err := p.newestBeyond(ctx, q, r)
	if err != nil {
		return false
	}
	ids := make(map[digest]struct{}, len(entries))
	var came []logs.Entry
	for i := range entries {
		e := &entries[i]
		d := p.seen.digest(e)
		if _, twice := ids[d]; twice {
			continue
		}
		ids[d] = struct{}{}
		if _, before := f.ids[d]; !before && !p.seen.has(e) && p.cameBeyond(e, f) {
			came = append(came, *e)
		}
	}
	p.take(came, p.front)
	f.short = 0
	if reached.After(r.From) {
		f.short = max(r.To.Sub(reached), time.Nanosecond)
	}
	found := len(came) > 0 || r.To.After(wall()) // no line lies ahead whose clock is right
	if f.short > 0 && found && (f.told == 0 || f.short < f.told/2) {
		f.told = f.short
		p.gapAside(r.From, reached, "any that came like those marked late or ahead, since the store does not count them and has more than a look reads")
	}
	f.ids, f.from, f.to = ids, reached, r.To
	return true
}

// cameBeyond reports whether a line that was not seen came since the last look: the store
// says when it received it, the last look would have found it, or the sweep that has left
// its time behind since.
func (p *pump) cameBeyond(e *logs.Entry, f *farRead) bool {
	switch {
	case p.far.since.IsZero() && p.cameSince(e), !p.far.since.IsZero() && e.Ingested.After(p.far.since):
		return true
	case f.ids == nil || !e.Time.After(f.from):
		return false
	case !e.Time.After(f.to):
		return true
	}
	return !e.Time.Before(p.seen.forgotten) && !p.hidden(e.Time.Truncate(bar)) && (p.wide.whole || !p.wide.first)
}

// errBeyond is the failure of a look that the store answered in part.
var errBeyond = errors.New("a part of the store did not answer")

// newestBeyond reads the newest lines of a range, with some twice, and returns the time
// after which it has all.
func (p *pump) newestBeyond(ctx context.Context, q *logs.Query, r logs.Range) (entries []logs.Entry, reached time.Time, err error) {
	limits, reached := p.src.Limits(), r.To
	for range farPages {
		page, _, err := logs.Fitting(limits.MaxPage, func(n int) (logs.Page, error) {
			return p.src.Latest(ctx, *q, logs.Range{From: r.From, To: reached}, n)
		})
		switch {
		case err != nil:
			return nil, r.To, err
		case page.Partial.Passing() && page.Scanned.IsZero():
			return nil, r.To, errBeyond
		}
		entries = append(entries, page.Entries...)
		switch {
		case !page.Scanned.IsZero():
			return entries, page.Scanned, nil
		case !page.Full:
			return entries, r.From, nil
		case page.Last.Before(reached):
			reached = page.Last
		default:
			return entries, reached, nil // one time holds more lines than a page
		}
	}
	return entries, reached, nil
}

// reaches puts into the status how late a line may come and is looked for, where that is
// less than elsewhere.
func (p *pump) reaches() {
	p.status.LateMost = 0
	if short := p.far.back.short; short > 0 {
		p.status.LateMost = wideBack + short
	}
	if p.wide.slow {
		p.status.LateMost = p.status.Overlap
	}
}
