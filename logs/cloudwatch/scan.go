package cloudwatch

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"gantry/logs"
)

const (
	// maxPages bounds the requests of one answer, of all its targets together but for
	// fewestPages each: at the service's five a second for a whole account and region,
	// more would leave nothing to others. The answer then says how far it got.
	maxPages, fewestPages = 12, 2
	// countPages bounds the requests of a count, which a person has asked for.
	countPages = 50
)

// The windows of time that a long range is read in: a scan whose end is not reached
// within the bound is worth nothing but for the windows that it has read whole.
const (
	// firstWindow is how long the first one is, and widerBy how many times longer the
	// next. Where even the first one takes too many requests, the next scan's is shorter,
	// down to leastWindow, which is read whole in up to countPages requests.
	firstWindow = 15 * time.Minute
	leastWindow = time.Millisecond
	widerBy     = 256
)

// outcome says how reading a stretch ended.
type outcome uint8

const (
	finished outcome = iota // there is no more of it
	enough                  // no more of it is wanted
	unread                  // the bound was reached first
)

// chain requests page after page of a stretch until take is satisfied, there is no
// more, or the requests left are used up.
func (s *Source) chain(ctx context.Context, req Request, left *int, take func([]Event) bool) (outcome, error) {
	for ; *left > 0; *left-- {
		out, err := s.port.Events(ctx, req)
		if s.answered.once(req.Group, err) {
			out, err = s.port.Events(ctx, req)
			s.answered.once(req.Group, err)
		}
		if err != nil {
			return unread, err
		}
		if take(out.Events) {
			*left--
			return enough, nil
		}
		if out.Next == "" || out.Next == req.Token {
			*left--
			return finished, nil
		}
		req.Token = out.Next
	}
	return unread, nil
}

// request asks for a stretch of a target.
func (f search) request(t target, from, to time.Time, limit int) Request {
	r := Request{Group: t.group, Streams: t.streams, Prefix: t.prefix, Pattern: f.pattern, From: from, To: to, Limit: limit}
	if f.sieved {
		r.Limit = MaxEvents
	}
	return r
}

// partial says that an answer is not whole because the bound was reached.
func partial(t target, requests int) *logs.Partial {
	return &logs.Partial{
		TimedOut: true, Shards: 1,
		Reason: fmt.Sprintf("the end of log group %s was not reached by request %d", t.group.Name, requests),
	}
}

// ascending returns the oldest lines of a target.
func (s *Source) ascending(ctx context.Context, t target, f search, limit int) (logs.Page, error) {
	var found []line
	lo, read := f.from, f.from
	left := s.bound(t, f)
	for window := s.windows.of(t.group); ; window *= widerBy {
		hi, last := lo.Add(window), true
		if end := f.end(); lo.IsZero() || !hi.Before(end) {
			hi = f.to
		} else {
			last = false
		}
		how, err := s.chain(ctx, f.request(t, lo, hi, limit), &left, func(events []Event) bool {
			if n := len(events); n > 0 {
				read = events[n-1].Time
			}
			found = f.keep(found, t, events)
			return len(found) >= limit
		})
		switch {
		case err != nil:
			return logs.Page{}, err
		case how == unread:
			return s.unfinished(found, limit, t, f, window, read, read.After(f.from)), nil
		case how == enough || last:
			s.windows.fits(t.group, window)
			return s.page(found, limit), nil
		}
		lo = hi.Add(time.Millisecond)
		read = lo
	}
}

// descending returns the newest lines of a target.
func (s *Source) descending(ctx context.Context, t target, f search, limit int) (logs.Page, error) {
	var found []line
	hi, read := f.to, f.end()
	top, left := read, s.bound(t, f)
	for window := s.windows.of(t.group); ; window *= widerBy {
		lo := read.Add(-window)
		last := lo.Before(f.from) || lo.Before(beginning) || window > read.Sub(beginning)/widerBy
		if last {
			lo = f.from
		}
		how, err := s.window(ctx, t, f, lo, hi, limit, &left, &found, &read)
		switch {
		case err != nil:
			return logs.Page{}, err
		case how == unread:
			return s.unfinished(found, limit, t, f, window, read, read.Before(top)), nil
		case how == enough || last || len(found) >= limit:
			s.windows.fits(t.group, window)
			return s.page(found, limit), nil
		}
		hi, read = lo.Add(-time.Millisecond), lo
	}
}

// beginning is before the first event that the service has kept.
var beginning = time.Unix(0, 0)

// window reads one window of a descending scan and appends its lines, the newest first;
// read moves on with them. Where the service gives the oldest first, whatever it is
// asked for, only a window that was read whole counts.
func (s *Source) window(
	ctx context.Context, t target, f search, lo, hi time.Time, limit int, left *int, found *[]line, read *time.Time,
) (outcome, error) {
	order := s.orders.of(t.group.Region)
	// Before that time the service does not give the newest first.
	reachable := hi.IsZero() || !hi.Before(descendingSince)
	if order != onlyAscending && reachable && lo.Before(descendingSince) {
		how, err := s.window(ctx, t, f, descendingSince, hi, limit, left, found, read)
		if err != nil || how != finished || len(*found) >= limit {
			return how, err
		}
		hi = descendingSince.Add(-time.Millisecond)
		reachable = false
	}
	if order != onlyAscending && reachable {
		var first time.Time
		// A few events tell whether the order is the one that was asked for.
		req := f.request(t, lo, hi, max(limit, fewEvents))
		req.Descending = true
		before, edge := len(*found), *read
		how, err := s.chain(ctx, req, left, func(events []Event) bool {
			if len(events) > 0 && first.IsZero() {
				first = events[0].Time
			}
			if order == unknownOrder {
				order = orderOf(first, events)
			}
			if n := len(events); n > 0 {
				*read = events[n-1].Time
			}
			*found = f.keep(*found, t, events)
			return order == onlyAscending || order != unknownOrder && len(*found) >= limit
		})
		if err != nil {
			return how, err
		}
		s.orders.learn(t.group.Region, order)
		// Events of one time tell no order: as long as there are more of them, they may be
		// the oldest as well as the newest.
		untold := order == unknownOrder && how == unread
		if order != onlyAscending && !untold {
			return how, nil
		}
		*found, *read = (*found)[:before], edge
	}
	var oldest []line
	how, err := s.chain(ctx, f.request(t, lo, hi, MaxEvents), left, func(events []Event) bool {
		oldest = f.keep(oldest, t, events)
		return false
	})
	if err == nil && how == finished {
		slices.Reverse(oldest)
		*found = append(*found, oldest...)
	}
	return how, err
}

const fewEvents = 100

// end is where a search ends that has no end, or one that lies ahead; what lies ahead as a
// whole ends where it does.
func (f search) end() time.Time {
	if now := time.Now(); f.to.IsZero() || f.to.After(now) && !f.from.After(now) {
		return now.Round(0).Truncate(time.Millisecond)
	}
	return f.to
}

// keep appends the events that are of the query.
func (f search) keep(found []line, t target, events []Event) []line {
	for _, e := range events {
		if l := (line{t.group, e}); f.matches(&l) {
			found = append(found, l)
		}
	}
	return found
}

// unfinished makes a page of a scan that the bound has ended. It says how far that got;
// when it did not get on at all, the next one begins with a shorter window.
func (s *Source) unfinished(found []line, limit int, t target, f search, window time.Duration, read time.Time, gotOn bool) logs.Page {
	p := s.page(found, limit)
	if p.Full {
		return p // what came is enough
	}
	p.Full, p.Partial = true, partial(t, f.pages)
	if gotOn || window > leastWindow {
		p.Scanned = read
	}
	if !gotOn {
		s.windows.exceeds(t.group, window)
	}
	return p
}

// bound is how many requests a scan may make.
func (s *Source) bound(t target, f search) int {
	if s.windows.of(t.group) <= leastWindow {
		return countPages
	}
	return f.pages
}

// page makes a page of lines that are in the order asked for.
func (s *Source) page(found []line, limit int) logs.Page {
	p := logs.Page{Full: len(found) >= limit}
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

// windows remembers with how long a window to begin in each group.
type windows struct {
	mu    sync.Mutex
	first map[GroupID]time.Duration
}

func (w *windows) of(g GroupID) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if d := w.first[g]; d > 0 {
		return d
	}
	return firstWindow
}

// exceeds notes that a window took too many requests, fits that it did not. Windows are of
// whole milliseconds, as the service counts time: what lies between two of them would be in
// neither.
func (w *windows) exceeds(g GroupID, window time.Duration) {
	w.set(g, max((window/widerBy).Truncate(time.Millisecond), leastWindow))
}

func (w *windows) fits(g GroupID, window time.Duration) { w.set(g, min(window*widerBy, firstWindow)) }

func (w *windows) set(g GroupID, window time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.first == nil {
		w.first = map[GroupID]time.Duration{}
	}
	w.first[g] = window
}
