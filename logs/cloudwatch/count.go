package cloudwatch

import (
	"context"
	"time"

	"gantry/logs"
)

// Count counts the lines of a range. The service cannot count, so they are read,
// and an answer that would take too many requests is partial.
func (s *Source) Count(ctx context.Context, q logs.Query, r logs.Range) (logs.Count, error) {
	var c logs.Count
	partial, err := s.each(ctx, q, r, func(line) { c.Lines++ })
	c.Partial = partial
	return c, err
}

// Histogram counts the lines of a range by time and level, by reading them as
// Count does.
func (s *Source) Histogram(ctx context.Context, q logs.Query, r logs.Range, interval time.Duration) (logs.Histogram, error) {
	h := logs.Histogram{Interval: interval, Bars: logs.EmptyBars(r, interval)}
	partial, err := s.each(ctx, q, r, func(l line) { h.Tally(l.Time, s.levels.In(l.Message)) })
	h.Partial = partial
	return h, err
}

// each visits the lines of a range, one target after the other.
func (s *Source) each(ctx context.Context, q logs.Query, r logs.Range, visit func(line)) (*logs.Partial, error) {
	find, err := s.prepare(q, r)
	if err != nil {
		return nil, err
	}
	targets, err := s.plan(ctx, q.Where)
	if err != nil {
		return nil, err
	}
	var lacking *logs.Partial
	for _, t := range targets {
		page, err := s.existing(ctx, t, func(t target) (logs.Page, error) {
			left := countPages
			how, err := s.chain(ctx, find.request(t, find.from, find.to, MaxEvents), &left, func(events []Event) bool {
				for _, l := range find.keep(nil, t, events) {
					visit(l)
				}
				return false
			})
			if err == nil && how == unread {
				return logs.Page{Partial: partial(t, countPages)}, nil
			}
			return logs.Page{}, err
		})
		if err != nil {
			return nil, err
		}
		if page.Partial != nil {
			lacking = page.Partial
		}
	}
	return lacking, nil
}
