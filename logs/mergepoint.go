package logs

import (
	"context"
	"errors"
	"time"

	"gantry/internal/fault"
)

// OpenPoint makes a point that holds still what one store has, as far as that
// store can. Lines of several stores are read without one: their order has no
// place that all of them know.
func (m *Merged) OpenPoint(context.Context) (Point, error) { return &mergedPoint{of: m}, nil }

// mergedPoint opens the point of the store that the query turns out to concern.
type mergedPoint struct {
	of    *Merged
	point Point
	plain bool // the store has no points in time
}

// Read reads from the one store's point, or anew where there is none.
func (p *mergedPoint) Read(ctx context.Context, q Query, r Range, d Direction, after Cursor, limit int) (Page, error) {
	asked := p.of.split(q)
	if len(asked) == 1 && p.point == nil && !p.plain {
		if err := p.open(ctx, asked[0]); err != nil {
			return Page{}, err
		}
	}
	switch {
	case p.point != nil:
		return p.point.Read(ctx, asked[0].query, r, d, after, limit)
	case d == Newer:
		return p.of.Since(ctx, q, r, limit)
	}
	return p.of.Latest(ctx, q, r, limit)
}

func (p *mergedPoint) open(ctx context.Context, a asked) error {
	src, err := a.open(ctx)
	if err != nil {
		return err
	}
	historian, ok := src.(Historian)
	if !ok {
		p.plain = true
		return nil
	}
	p.point, err = historian.OpenPoint(ctx)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil, fault.ClassOf(err) == fault.Offline && !errors.Is(err, ErrNoPoints):
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
func (m *Merged) Count(ctx context.Context, q Query, r Range) (Count, error) {
	var sum Count
	for _, a := range m.split(q) {
		src, err := a.open(ctx)
		if err != nil {
			return Count{}, err
		}
		counter, ok := src.(Counter)
		if !ok {
			return Count{}, fault.Errorf(fault.Invalid, "count lines", "", "this log store cannot")
		}
		c, err := counter.Count(ctx, a.query, r)
		if err != nil {
			return Count{}, err
		}
		sum.Lines += c.Lines
		sum.Partial = sum.Partial.And(c.Partial)
	}
	return sum, nil
}

// Histogram adds up the bars of the stores that a query concerns. The error is of
// class invalid when one of them cannot count by time.
func (m *Merged) Histogram(ctx context.Context, q Query, r Range, interval time.Duration) (Histogram, error) {
	sum := Histogram{Interval: interval, Bars: EmptyBars(r, interval)}
	for _, a := range m.split(q) {
		src, err := a.open(ctx)
		if err != nil {
			return Histogram{}, err
		}
		counting, ok := src.(Histogrammer)
		if !ok {
			return Histogram{}, fault.Errorf(fault.Invalid, "count lines by time", "", "this log store cannot")
		}
		h, err := counting.Histogram(ctx, a.query, r, interval)
		if err != nil {
			return Histogram{}, err
		}
		sum.Partial = sum.Partial.And(h.Partial)
		for i := range min(len(h.Bars), len(sum.Bars)) {
			sum.Bars[i].Lines += h.Bars[i].Lines
			sum.Bars[i].Errors += h.Bars[i].Errors
			sum.Bars[i].Warnings += h.Bars[i].Warnings
		}
	}
	return sum, nil
}
