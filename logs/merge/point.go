package merge

import (
	"context"
	"errors"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
)

// OpenPoint makes a point that holds still what one store has, as far as that
// store can. Lines of several stores are read without one: their order has no
// place that all of them know.
func (m *Source) OpenPoint(context.Context) (logs.Point, error) { return &mergedPoint{of: m}, nil }

// mergedPoint opens the point of the store that the query turns out to concern.
type mergedPoint struct {
	of    *Source
	point logs.Point
	plain bool // the store has no points in time
}

// Read reads from the one store's point, or anew where there is none.
func (p *mergedPoint) Read(ctx context.Context, q logs.Query, r logs.Range, d logs.Direction, after logs.Cursor, limit int) (logs.Page, error) {
	asked := p.of.split(q)
	if len(asked) == 1 && p.point == nil && !p.plain {
		if err := p.open(ctx, asked[0]); err != nil {
			return logs.Page{}, err
		}
	}
	switch {
	case p.point != nil:
		return p.point.Read(ctx, asked[0].query, r, d, after, limit)
	case d == logs.Newer:
		return p.of.Since(ctx, q, r, limit)
	}
	return p.of.Latest(ctx, q, r, limit)
}

func (p *mergedPoint) open(ctx context.Context, a asked) error {
	src, err := a.open(ctx)
	if err != nil {
		return err
	}
	historian, ok := src.(logs.Historian)
	if !ok {
		p.plain = true
		return nil
	}
	p.point, err = historian.OpenPoint(ctx)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil, fault.ClassOf(err) == fault.Offline && !errors.Is(err, logs.ErrNoPoints):
		return err
	}
	// Whatever else is wrong, the search says it better, or works.
	p.point, p.plain = nil, true
	return nil
}

// Close gives the store's point back.
func (p *mergedPoint) Close(ctx context.Context) error {
	if p.point == nil {
		return nil
	}
	return p.point.Close(ctx)
}

// Count adds up the lines of the stores that a query concerns. The error is of
// class invalid when one of them cannot count.
func (m *Source) Count(ctx context.Context, q logs.Query, r logs.Range) (logs.Count, error) {
	var sum logs.Count
	asked := m.split(q)
	refused := 0
	for _, a := range asked {
		src, err := a.open(ctx)
		if err != nil {
			return logs.Count{}, err
		}
		counter, ok := src.(logs.Counter)
		if !ok {
			return logs.Count{}, fault.Errorf(fault.Invalid, "count lines", "", "this log store cannot")
		}
		c, err := counter.Count(ctx, a.query, r)
		if c.Partial, err = lacking(c.Partial, err, len(asked), &refused); err != nil {
			return logs.Count{}, err
		}
		sum.Lines += c.Lines
		sum.Partial = sum.Partial.And(c.Partial)
	}
	return sum, nil
}

// Tally adds up the bars of the stores that a query concerns. The error is of class
// invalid when one of them does not count by itself.
func (m *Source) Tally(ctx context.Context, q logs.Query, r logs.Range, interval time.Duration) (logs.Histogram, error) {
	return m.bars(ctx, q, r, interval, func(src logs.Source) counts {
		if counting, ok := src.(logs.Tallier); ok {
			return counting.Tally
		}
		return nil
	})
}

// Histogram adds up the bars of the stores that a query concerns. The error is of
// class invalid when one of them cannot count by time.
func (m *Source) Histogram(ctx context.Context, q logs.Query, r logs.Range, interval time.Duration) (logs.Histogram, error) {
	return m.bars(ctx, q, r, interval, func(src logs.Source) counts {
		if counting, ok := src.(logs.Histogrammer); ok {
			return counting.Histogram
		}
		return nil
	})
}

// lacking takes the refusal of one store of several for a part that the answer lacks;
// when all refuse, it is the error.
func lacking(partial *logs.Partial, err error, stores int, refused *int) (*logs.Partial, error) {
	if !fault.Lasting(err) {
		return partial, err
	}
	if *refused++; *refused == stores {
		return nil, err
	}
	return logs.Lacking(err, stores), nil
}

// counts is a way of a store to count by time.
type counts func(context.Context, logs.Query, logs.Range, time.Duration) (logs.Histogram, error)

// bars counts in each store that a query concerns; of returns nil for one that cannot.
// What one refuses is lacking in the sum, while others count.
func (m *Source) bars(ctx context.Context, q logs.Query, r logs.Range, interval time.Duration, of func(logs.Source) counts) (logs.Histogram, error) {
	sum := logs.Histogram{Interval: interval, Bars: logs.EmptyBars(r, interval)}
	asked := m.split(q)
	refused := 0
	for _, a := range asked {
		src, err := a.open(ctx)
		if err != nil {
			return logs.Histogram{}, err
		}
		count := of(src)
		if count == nil {
			return logs.Histogram{}, fault.Errorf(fault.Invalid, "count lines by time", "", "this log store cannot")
		}
		h, err := count(ctx, a.query, r, interval)
		if h.Partial, err = lacking(h.Partial, err, len(asked), &refused); err != nil {
			return logs.Histogram{}, err
		}
		sum.Partial, sum.Estimated = sum.Partial.And(h.Partial), sum.Estimated || h.Estimated
		for i := range min(len(h.Bars), len(sum.Bars)) {
			sum.Bars[i].Lines += h.Bars[i].Lines
			sum.Bars[i].Errors += h.Bars[i].Errors
			sum.Bars[i].Warnings += h.Bars[i].Warnings
		}
	}
	return sum, nil
}
