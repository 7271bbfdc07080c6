package logs

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"gantry/internal/fault"
)

// ReasonOneTimestamp is the reason of a gap line for a timestamp whose lines the
// store does not give whole.
const ReasonOneTimestamp = "more lines share one timestamp than the store returns at once"

// closeWithin bounds how long giving a point in time back may take.
const closeWithin = 5 * time.Second

// History reads a range page by page, in either direction and without an end:
// each line once, though others are written meanwhile. It holds a point in time
// where the store has them; where that expires it opens another at the edge of
// what was read. Where the store has none, each page begins at the timestamp that
// the one before ended with, and what was read of it is dropped.
//
// Opening makes no request. Calls may come from different goroutines and wait for
// one another. Whoever opens a History must close it.
type History struct {
	src   Source
	query Query
	rng   Range
	dir   Direction
	known Known

	mu     sync.Mutex
	point  Point
	plain  bool // this store has no points in time
	cursor Cursor
	edge   time.Time // the timestamp that the last page ended with, in the store's resolution
	atEdge Known     // the documents of that timestamp that were read
	done   bool
	held   []Entry // pieces of messages whose other pieces may be on the next pages
	since  int     // documents read while some were held
	slow   *Partial
}

// slowPages is how many pages the end of a range may take that a store reads slowly.
const slowPages = 10

// pieceReach is how many documents further on the other pieces of a message are looked
// for: they follow closely, but among the lines of others.
const pieceReach = 500

// OpenHistory makes a History of a range that leaves out the documents in known.
// To read on from what a screen shows, the range ends (for Newer: begins) at its
// last line's time, and known holds its lines: see Ring.Known.
func OpenHistory(src Source, q Query, r Range, d Direction, known Known) *History {
	return &History{src: src, query: q, rng: r, dir: d, known: known, atEdge: KnownOf(each(nil))}
}

// Next returns the next lines in the direction of reading, at most n and at least
// one while there are any; Page.Full says whether there may be more. Whatever the
// direction, the lines of a page are in the order of their times, and pieces of one
// message are joined, with those of the next page where some are there. A stretch of which a part of the store did not answer, or of
// which one timestamp holds more lines than the store gives, has a gap line at its
// far end. After an error the same call may be made again. Where a store takes long to
// find anything, a page may be empty and Full: its Scanned says how far it was read.
func (h *History) Next(ctx context.Context, n int) (Page, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		if h.done {
			return Page{}, nil
		}
		page, err := h.read(ctx, max(n, 1))
		if err != nil {
			return Page{}, err
		}
		page = h.fresh(page)
		h.since += len(page.Entries)
		if h.dir == Older {
			slices.Reverse(page.Entries)
			page.Entries = append(page.Entries, h.held...)
		} else {
			page.Entries = slices.Concat(h.held, page.Entries)
		}
		// Entries may be finer than the times that the store orders by.
		SortByTime(page.Entries)
		h.hold(&page)
		if len(page.Entries) > 0 || !page.Full || !page.Scanned.IsZero() {
			page.Entries = Join(page.Entries)
			return page, nil
		}
	}
}

// hold takes the pieces of unfinished messages out of a page. Where their other pieces
// do not follow they are given as far as they came.
func (h *History) hold(page *Page) {
	if h.held = nil; page.Full && h.since <= pieceReach {
		h.held = unfinishedPieces(page.Entries)
		page.Entries = KnownOf(each(h.held)).without(page.Entries)
	}
	if len(h.held) == 0 {
		h.since = 0
	}
}

// Close gives the point in time back, even when ctx has ended.
func (h *History) Close(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done = true
	if h.point == nil {
		return nil
	}
	point := h.point
	h.point = nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer cancel()
	return point.Close(ctx)
}

// read asks for the next n lines, and for those at the edge again where nothing
// else tells the place.
func (h *History) read(ctx context.Context, n int) (Page, error) {
	for reopened := false; ; reopened = true {
		if err := h.open(ctx); err != nil {
			return Page{}, err
		}
		size := n
		if len(h.cursor) == 0 {
			size += len(h.atEdge.keys)
		}
		size = min(size, h.src.Limits().MaxPage)
		page, _, err := Fitting(size, func(n int) (Page, error) { return h.page(ctx, n) })
		if !errors.Is(err, ErrPointGone) || reopened {
			return page, err
		}
		h.point, h.cursor = nil, nil
	}
}

// page asks for one page in the point in time, or of the store as it is.
func (h *History) page(ctx context.Context, size int) (Page, error) {
	switch {
	case h.point != nil:
		return h.point.Read(ctx, h.query, h.rest(), h.dir, h.cursor, size)
	case h.dir == Newer:
		return h.src.Since(ctx, h.query, h.rest(), size)
	}
	return h.src.Latest(ctx, h.query, h.rest(), size)
}

// open opens a point in time where there is none. A store that does not answer at
// all is not asked to search either.
func (h *History) open(ctx context.Context) error {
	historian, ok := h.src.(Historian)
	if h.point != nil || h.plain || !ok {
		return nil
	}
	point, err := historian.OpenPoint(ctx)
	switch {
	case err == nil:
		h.point = point
	case fault.ClassOf(err) == fault.Offline || ctx.Err() != nil:
		return err
	default:
		// Whatever else is wrong, the search says it better, or works.
		h.plain = true
	}
	return nil
}

// rest returns the range that is left to read, the edge included.
func (h *History) rest() Range {
	switch {
	case h.edge.IsZero():
		return h.rng
	case h.dir == Newer:
		return Range{From: h.edge, To: h.rng.To}
	}
	return Range{From: h.rng.From, To: h.edge}
}

// fresh takes a page in: it moves the edge and returns the page without what was
// read before.
func (h *History) fresh(page Page) Page {
	before := h.edge
	entries := h.atEdge.without(page.Entries)
	stuck := len(entries) == 0
	entries = h.known.without(entries)
	if len(page.Entries) > 0 {
		h.move(page)
	}
	h.cursor = page.Cursor
	switch {
	case !page.Scanned.IsZero():
		// The next page goes on from there: nothing is in doubt.
		if h.edge.IsZero() || h.dir == Older && page.Scanned.Before(h.edge) || h.dir == Newer && page.Scanned.After(h.edge) {
			h.edge, h.atEdge = page.Scanned, KnownOf(each(nil))
		}
		h.slow, page.Partial = page.Partial, nil
	case page.Partial != nil && !page.Partial.Lasting:
		entries = h.unread(entries, before, page)
	case stuck && page.Full && len(page.Cursor) == 0:
		entries = append(entries, h.overflow())
	}
	h.done = h.done || !page.Full
	page.Entries, page.Full = entries, !h.done
	return page
}

// move puts the edge at a page's end and remembers the documents that share its
// timestamp. Entries may be finer than the store's timestamps.
func (h *History) move(page Page) {
	unit := h.unit()
	if !h.edge.Truncate(unit).Equal(page.Last.Truncate(unit)) {
		h.atEdge = KnownOf(each(nil))
	}
	h.edge = page.Last
	for i := range slices.Backward(page.Entries) {
		if !page.Entries[i].Time.Truncate(unit).Equal(h.edge.Truncate(unit)) {
			break
		}
		h.atEdge.add(&page.Entries[i])
	}
}

// unit is the coarsest resolution that an index of the store may have: of a
// pattern, some may keep nanoseconds and others milliseconds.
func (h *History) unit() time.Duration { return max(h.src.Limits().Step, time.Millisecond) }

// unread appends a gap line for the stretch of a partial answer. An answer that
// was not full leaves all the rest of the range in doubt.
func (h *History) unread(entries []Entry, before time.Time, page Page) []Entry {
	from, to := h.edge, before
	if h.dir == Newer {
		from, to = before, h.edge
	}
	if from.IsZero() || h.dir == Older && !page.Full {
		if from = h.rng.From; from.IsZero() {
			from = time.Unix(0, 0)
		}
	}
	if to.IsZero() || h.dir == Newer && !page.Full {
		to = h.rng.To
		if to.IsZero() {
			to = time.Now().Add(Ahead)
		}
	}
	at := to
	if len(entries) > 0 {
		at = entries[len(entries)-1].Time
	}
	return append(entries, Entry{Time: at, Gap: &Gap{From: from, To: to, Reason: page.Partial.String()}})
}

// overflow returns a gap line for the timestamp at the edge and steps over it.
func (h *History) overflow() Entry {
	step := h.src.Limits().Step
	last := h.edge.Add(step - 1)
	gap := Entry{Time: h.edge, Gap: &Gap{From: h.edge, To: last, Reason: ReasonOneTimestamp}}
	if h.dir == Newer {
		gap.Time = last
		h.edge = h.edge.Add(step)
	} else {
		h.edge = h.edge.Add(-step)
	}
	h.atEdge = KnownOf(each(nil))
	return gap
}

// Newest reads the newest lines of a range, at most limit of them, in the order of
// their times. It holds no point in time: where the store gives that many at once,
// it makes one search.
func Newest(ctx context.Context, src Source, q Query, r Range, limit int) (Page, error) {
	return readEnd(ctx, src, q, r, Older, limit)
}

// Oldest reads the oldest lines of a range, as Newest does the newest.
func Oldest(ctx context.Context, src Source, q Query, r Range, limit int) (Page, error) {
	return readEnd(ctx, src, q, r, Newer, limit)
}

// readEnd reads the lines at one end of a range.
func readEnd(ctx context.Context, src Source, q Query, r Range, d Direction, limit int) (Page, error) {
	h := OpenHistory(src, q, r, d, Known{})
	h.plain = true
	var all Page
	for slow := 0; ; {
		page, err := h.Next(ctx, limit-len(all.Entries))
		if err != nil {
			return Page{}, err
		}
		if d == Older {
			page.Entries = append(page.Entries, all.Entries...)
		} else {
			page.Entries = append(all.Entries, page.Entries...)
		}
		page.Partial = page.Partial.And(all.Partial)
		all = page
		if !page.Scanned.IsZero() {
			slow++
		}
		switch more := page.Full && (len(page.Entries) < limit || len(h.held) > 0); {
		case more && slow < slowPages:
			continue
		case more:
			all.Partial = h.slow
		}
		if beyond := len(all.Entries) - limit; beyond > 0 && d == Older {
			all.Entries, all.Full = all.Entries[beyond:], true
		} else if beyond > 0 {
			all.Entries, all.Full = all.Entries[:limit], true
		}
		return all, nil
	}
}

// FetchGap reads what a gap line hides, oldest first: at most limit lines of those
// that are not in known, which holds the lines shown of its stretch (Ring.Known).
// Where more remain, the last entry is a gap line for the rest. Ring.Replace puts
// the answer in the gap line's place.
func FetchGap(ctx context.Context, src Source, q Query, g Gap, known Known, limit int) (Page, error) {
	h := OpenHistory(src, q, Range{From: g.From, To: g.To}, Newer, known)
	// An answer is worth no less because the point could not be given back: the
	// store lets it go by itself.
	defer func() { _ = h.Close(ctx) }()
	var all Page
	for slow := 0; ; {
		page, err := h.Next(ctx, limit-len(all.Entries))
		if err != nil {
			return Page{}, err
		}
		all.Entries = append(all.Entries, page.Entries...)
		all.Partial, all.NoShards, all.Last, all.Full = page.Partial, page.NoShards, h.edge, page.Full
		if !page.Scanned.IsZero() {
			slow++
		}
		if !page.Full || len(all.Entries) >= limit || slow >= slowPages {
			break
		}
	}
	if all.Full {
		all.Entries = append(all.Entries, Join(h.held)...)
		rest := Entry{Time: g.From, Gap: &Gap{From: h.edge, To: g.To, Reason: g.Reason, Aside: g.Aside}}
		if n := len(all.Entries); n > 0 {
			rest.Time = all.Entries[n-1].Time
		}
		all.Entries = append(all.Entries, rest)
	}
	return all, nil
}
