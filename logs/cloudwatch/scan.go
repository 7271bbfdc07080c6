package cloudwatch

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"gantry/logs"
)

// maxPages bounds the requests of one scan: at the service's five a second for a
// whole account and region, it takes ten seconds to find out that a long range
// has nothing. The answer then says that it is not complete.
const maxPages = 50

// events requests page after page until take is satisfied or there is no more. It
// returns what is missing when the bound was reached first.
func (s *Source) events(ctx context.Context, req Request, take func([]Event) (enough bool)) (*logs.Partial, error) {
	for range maxPages {
		out, err := s.port.Events(ctx, req)
		if err != nil {
			return nil, err
		}
		if enough := take(out.Events); enough || out.Next == "" || out.Next == req.Token {
			return nil, nil
		}
		req.Token = out.Next
	}
	return &logs.Partial{
		TimedOut: true, Shards: 1,
		Reason: fmt.Sprintf("%d requests did not reach the end of log group %s", maxPages, req.Group.Name),
	}, nil
}

func (f search) request(t target, limit int) Request {
	r := Request{
		Group: t.group, Streams: t.streams, Prefix: t.prefix, Pattern: f.pattern,
		From: f.from, To: f.to, Limit: limit,
	}
	if f.sieved {
		r.Limit = MaxEvents
	}
	return r
}

// ascending returns the oldest lines of a target.
func (s *Source) ascending(ctx context.Context, t target, f search, limit int) (logs.Page, error) {
	var found []line
	partial, err := s.events(ctx, f.request(t, limit), func(events []Event) bool {
		found = f.keep(found, t, events)
		return len(found) >= limit
	})
	return s.page(found, limit, partial), err
}

// descending returns the newest lines of a target.
func (s *Source) descending(ctx context.Context, t target, f search, limit int) (logs.Page, error) {
	if !f.to.IsZero() && f.to.Before(descendingSince) {
		return s.widening(ctx, t, f, limit)
	}
	earliest := f.from
	if f.from.Before(descendingSince) {
		f.from = descendingSince
	}
	order := s.orders.of(t.group.Region)
	if order == onlyAscending {
		f.from = earliest
		return s.widening(ctx, t, f, limit)
	}
	var found []line
	var first time.Time
	// A few events tell whether the order is the one that was asked for.
	req := f.request(t, max(limit, fewEvents))
	req.Descending = true
	partial, err := s.events(ctx, req, func(events []Event) bool {
		if len(events) > 0 && first.IsZero() {
			first = events[0].Time
		}
		if order == unknownOrder {
			order = orderOf(first, events)
		}
		found = f.keep(found, t, events)
		return order == onlyAscending || order != unknownOrder && len(found) >= limit
	})
	if err != nil {
		return logs.Page{}, err
	}
	s.orders.learn(t.group.Region, order)
	if order == onlyAscending {
		f.from = earliest
		return s.widening(ctx, t, f, limit)
	}
	return s.page(found, limit, partial), nil
}

const fewEvents = 100

// keep appends the events that are of the query.
func (f search) keep(found []line, t target, events []Event) []line {
	for _, e := range events {
		if l := (line{t.group, e}); f.matches(l) {
			found = append(found, l)
		}
	}
	return found
}

// page makes a page of lines that are in the order asked for.
func (s *Source) page(found []line, limit int, partial *logs.Partial) logs.Page {
	p := logs.Page{Partial: partial, Full: len(found) >= limit || partial != nil}
	found = found[:min(limit, len(found))]
	if len(found) == 0 {
		return p
	}
	p.Entries = make([]logs.Entry, len(found))
	for i, l := range found {
		p.Entries[i] = s.entry(l)
	}
	p.Last = p.Entries[len(found)-1].Time
	return p
}

// order says whether a region answers with the newest events first when it is
// asked to. Where that is not known, and in emulators of the service, being asked
// is ignored.
type order uint8

const (
	unknownOrder order = iota
	eitherOrder
	onlyAscending
)

// orderOf tells by events that were asked for newest first, and by the time of the
// first one of the answer; they do not tell when all are of one time.
func orderOf(first time.Time, events []Event) order {
	for _, e := range events {
		switch e.Time.Compare(first) {
		case 1:
			return onlyAscending
		case -1:
			return eitherOrder
		}
	}
	return unknownOrder
}

// orders remembers the order of each region.
type orders struct {
	mu       sync.Mutex
	byRegion map[string]order
}

func (o *orders) of(region string) order {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.byRegion[region]
}

func (o *orders) learn(region string, as order) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.byRegion == nil {
		o.byRegion = map[string]order{}
	}
	if as != unknownOrder {
		o.byRegion[region] = as
	}
}

// firstWindow is how far back the first of the widening windows reaches, and
// widerBy how many times longer the next one is.
const (
	firstWindow = time.Minute
	widerBy     = 8
)

// widening returns the newest lines of a target by reading forwards: the minute
// before the end, and further back while that has too few lines.
func (s *Source) widening(ctx context.Context, t target, f search, limit int) (logs.Page, error) {
	end := f.to
	if end.IsZero() {
		end = time.Now().Add(firstWindow)
	}
	earliest := f.from
	if earliest.IsZero() {
		earliest = time.Unix(0, 0)
	}
	var found []line // oldest first
	for window, to := firstWindow, end; ; window *= widerBy {
		f.from, f.to = to.Add(-window), to
		if f.from.Before(earliest) || window > to.Sub(earliest)/widerBy {
			f.from = earliest
		}
		var older []line
		partial, err := s.events(ctx, f.request(t, MaxEvents), func(events []Event) bool {
			older = f.keep(older, t, events)
			return false
		})
		if err != nil {
			return logs.Page{}, err
		}
		found = append(older, found...)
		if partial != nil || len(found) >= limit || !f.from.After(earliest) {
			slices.Reverse(found)
			return s.page(found, limit, partial), nil
		}
		to = f.from.Add(-time.Millisecond)
	}
}
