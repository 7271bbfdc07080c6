package tail

import (
	"context"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
)

// bar is the width of what a census counts.
const bar = time.Second

// plan returns the stretches that a poll reads. Where few lines come it is all from
// the poll's beginning on. Where many do, a store that can count is asked how many
// lines each second of the overlap has, and only those with more lines than were
// seen are read again: of thousands a second, reading the overlap would cost many
// times what the new lines do.
func (p *pump) plan(ctx context.Context, all logs.Range, r *reading) ([]logs.Range, error) {
	known := p.high.Truncate(bar)
	if p.changed || !p.busy() || !all.From.Before(known) {
		return p.cut(all), nil
	}
	overlap := logs.Range{From: all.From, To: known.Add(-1)}
	census, ok, err := p.count(ctx, overlap)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return p.cut(all), nil
	}
	r.partial = census.Partial
	var out []logs.Range
	for _, b := range census.Bars {
		r.counted += b.Lines
		if b.Lines > p.seen.of(b.Start) {
			second := logs.Range{From: later(b.Start, overlap.From), To: b.Start.Add(bar - 1)}
			if n := len(out); n > 0 && out[n-1].To.Equal(second.From.Add(-1)) {
				out[n-1].To = second.To
				continue
			}
			out = append(out, second)
		}
	}
	var cut []logs.Range
	for _, stretch := range append(out, logs.Range{From: known, To: all.To}) {
		cut = append(cut, p.cut(stretch)...)
	}
	return cut, nil
}

// uncountedFor is how long a store that refused to count is not asked again.
const uncountedFor = 5 * time.Minute

// count has the store count the lines of each second of a range; ok is false where it
// cannot, or does not for now. A refusal to count is no reason to end: lines are read
// then.
func (p *pump) count(ctx context.Context, r logs.Range) (census logs.Histogram, ok bool, err error) {
	return p.tally(ctx, p.query, r, bar)
}

// tally is count by any query, for bars of any width.
func (p *pump) tally(ctx context.Context, q *logs.Query, r logs.Range, width time.Duration) (census logs.Histogram, ok bool, err error) {
	counting, ok := p.src.(logs.Tallier)
	if !ok || wall().Before(p.uncounted) {
		return census, false, nil
	}
	census, err = counting.Tally(ctx, *q, r, width)
	if fault.Lasting(err) {
		p.uncounted = wall().Add(uncountedFor)
		return census, false, nil
	}
	return census, err == nil, err
}

// busy reports whether the overlap holds too many lines to be read by every poll.
func (p *pump) busy() bool { return p.sweepLines > busyLines }

// cut returns a range without the holes that gap lines stand for.
func (p *pump) cut(r logs.Range) []logs.Range {
	var out []logs.Range
	for _, h := range p.holes {
		if h.To.Before(r.From) || h.From.After(r.To) {
			continue
		}
		if !h.From.Before(r.From) {
			out = append(out, logs.Range{From: r.From, To: h.From})
		}
		r.From = later(r.From, h.To)
	}
	if r.From.After(r.To) {
		return out
	}
	return append(out, r)
}
