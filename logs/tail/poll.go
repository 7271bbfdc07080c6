package tail

import (
	"context"
	"maps"
	"slices"
	"time"

	"gantry/logs"
)

// reading is one poll under way.
type reading struct {
	newest  time.Time // the newest line when it began: late is what comes well before
	fresh   int       // new lines so far
	pages   int       // read so far
	partial *logs.Partial
	last    logs.Page
	skipped bool
	// reached is how far a store was read that takes long to find anything; zero when
	// it was read to the end.
	reached time.Time
	counted int // lines that the store counted instead of giving them
	// wide is true for the sweep beyond the overlap: beyond its budget it leaves a gap
	// line and skips nothing.
	wide bool
}

// poll reads everything from an overlap before the high water up to now, page
// after page, and delivers what is new.
func (p *pump) poll(ctx context.Context) error {
	now := wall()
	from, whole := p.start(now)
	if p.changed {
		p.leaveOut(from)
	}
	r := reading{newest: p.front}
	p.lately = 0
	all := logs.Range{From: from, To: now.Add(logs.Ahead)}
	sweeps := whole && p.sweepsToo(now)
	if sweeps {
		// Where the newest line is older than the sweep reaches, the overlap is as well.
		all = logs.Range{From: earlier(from, later(now.Add(-wideBack).Truncate(bar), p.seen.forgotten)), To: now.Add(wideAhead)}
	}
	stretches, err := p.plan(ctx, all, &r)
	if err != nil {
		return err
	}
	for _, stretch := range stretches {
		if err := p.read(ctx, stretch, &r); err != nil {
			return err
		}
		if r.skipped || !r.reached.IsZero() {
			break
		}
	}
	if whole && !r.skipped && r.reached.IsZero() {
		p.swept, p.sweptFrom, p.sweepLines, p.sweepTook = now, from, p.lately+r.counted, wall().Sub(now)
		p.sweptNewest = p.front
	}
	if sweeps {
		p.sweptToo(now, r)
	}
	r.last.Partial = r.partial
	p.settle(now, r)
	p.judge(r.last)
	if r.skipped && r.partial == nil {
		p.status.State = Behind
	}
	return nil
}

// read reads one stretch. When more new lines come than the budget allows, it
// skips to the newest.
func (p *pump) read(ctx context.Context, stretch logs.Range, r *reading) error {
	limits := p.src.Limits()
	regular := min(p.opts.PageSize, limits.MaxPage)
	size := regular
	for cursor := stretch.From; ; {
		if p.opts.Budget > 0 && r.fresh >= p.opts.Budget*p.opts.PageSize {
			if r.wide {
				p.gap(cursor, stretch.To, reasonTooMany)
				return nil
			}
			return p.skip(ctx, cursor, r)
		}
		page, fitting, err := logs.Fitting(size, func(n int) (logs.Page, error) {
			return p.src.Since(ctx, *p.query, logs.Range{From: cursor, To: stretch.To}, n)
		})
		if err != nil {
			return err
		}
		if fitting < size {
			size, regular = fitting, fitting
		}
		p.collect(page, r)
		if r.reached = page.Scanned; !page.Full || !r.reached.IsZero() || len(page.Entries) == 0 {
			return nil
		}
		switch {
		case page.Last.After(cursor):
			cursor = page.Last
			size = regular
		case size < limits.MaxPage:
			size = min(size*2, limits.MaxPage)
		default:
			// One timestamp holds more lines than the store gives in one answer.
			p.overflow(cursor, cursor.Add(limits.Step-1))
			cursor = cursor.Add(limits.Step)
		}
		if len(p.pending) >= flushLines {
			p.flush(cursor)
		}
	}
}

func (p *pump) collect(page logs.Page, r *reading) {
	r.fresh += p.take(page.Entries, r.newest)
	r.pages++
	if page.Partial != nil {
		r.partial = page.Partial
	}
	r.last = page
}

// reasonTooMany is the reason of a gap line beyond a poll's budget.
const reasonTooMany = "more lines came than could be read"

// skip gives up reading page by page: it takes the newest page and leaves a gap
// line between that and what was read. The hole is not read again. While the
// store answers in part, the gap line reaches to the newest line.
func (p *pump) skip(ctx context.Context, cursor time.Time, r *reading) error {
	whole := logs.Range{From: cursor, To: wall().Add(logs.Ahead)}
	page, err := p.newest(ctx, whole, p.opts.PageSize)
	if err != nil {
		return err
	}
	if page.Full && page.Last.After(cursor) {
		end := page.Last
		if page.Partial != nil && len(page.Entries) > 0 {
			end = later(end, page.Entries[len(page.Entries)-1].Time)
		}
		p.gap(cursor, end, reasonTooMany)
		p.holes = slices.DeleteFunc(p.holes, func(h logs.Range) bool { return !h.From.Before(cursor) })
		p.holes = append(p.holes, logs.Range{From: cursor, To: page.Last})
		r.skipped = true
	}
	p.collect(page, r)
	return nil
}

// start returns where a poll begins, and whether it reads the whole overlap: wide
// enough for the lateness seen, and never before what was cut off or forgotten.
func (p *pump) start(now time.Time) (from time.Time, whole bool) {
	if p.lateness > p.status.Overlap/2 {
		p.status.Overlap = min(2*p.lateness, max(maxOverlap, p.opts.Overlap))
	}
	overlap := p.status.Overlap
	due := p.sweepDue()
	whole = !p.busy() || p.changed || p.status.Partial.Passing() || now.Sub(p.swept) >= due
	switch {
	case !whole:
		overlap = min(overlap, briefOverlap)
	case p.busy():
		// What came just after the last sweep has aged by as much.
		overlap += due
	}
	from = p.high.Add(-overlap)
	if p.changed {
		from = earlier(from, now.Add(-catchUp))
	}
	// Whole seconds, so that what is counted by seconds is what was read.
	return later(later(from.Truncate(bar), p.floor), p.seen.forgotten), whole
}

// sweepDue is the wait between two reads of a busy overlap.
func (p *pump) sweepDue() time.Duration { return max(sweepEvery, sweepShare*p.sweepTook) }

// settle moves the high water after a poll that read to the end. A partial answer
// keeps it, unless its reason is lasting, so that the stretch is read again, until
// reading it again would cost too much: then one gap line says what may be missing up
// to now, and reading goes on from now. A skip moves it all the same: its gap line
// says so.
func (p *pump) settle(now time.Time, r reading) {
	if r.partial.Passing() && !r.skipped {
		if now.Sub(p.high) < patience {
			p.high = later(p.high, earlier(r.reached, now))
			return
		}
		p.gap(p.high, now, r.partial.String())
		p.high = now
	}
	p.advance(now)
}

// overflow leaves a gap line for one timestamp, once: each poll of the overlap
// meets it again.
func (p *pump) overflow(from, to time.Time) {
	if p.overflowed[from] {
		return
	}
	p.overflowed[from] = true
	p.gap(from, to, logs.ReasonOneTimestamp)
}

// advance moves the high water to the newest line read, but never beyond now.
func (p *pump) advance(now time.Time) {
	p.high = later(p.high, earlier(p.newestSeen(), now))
	p.forget(now)
}

// forget drops the memory of lines that nothing reads again. Where very many lines
// come it keeps the ids of the overlap alone, and of the others how many there were.
func (p *pump) forget(now time.Time) {
	p.seen.thin(seenMost, p.high.Add(-p.status.Overlap-p.sweepDue()))
	until := earlier(now.Add(-wideBack-farEvery-2*farBar), p.high.Add(-max(2*p.status.Overlap, catchUp))).Add(-p.sweepDue())
	p.seen.drop(until)
	p.holes = slices.DeleteFunc(p.holes, func(h logs.Range) bool { return h.To.Before(until) })
	maps.DeleteFunc(p.overflowed, func(at time.Time, _ bool) bool { return at.Before(until) })
}

// gap appends a gap line after what was read.
func (p *pump) gap(from, to time.Time, reason string) {
	at := from
	for i := len(p.pending) - 1; i >= 0 && p.pending[i].Time.Before(to); i-- {
		at = later(at, p.pending[i].Time)
	}
	p.status.Gaps++
	p.pending = append(p.pending, logs.Entry{Time: at, Gap: &logs.Gap{From: from, To: to, Reason: reason}})
}

// gapAside appends a gap line for some lines of a stretch beside which others may be shown,
// or which lies before all that are: it stands with the newest line.
func (p *pump) gapAside(from, to time.Time, reason string) {
	now := wall()
	at := earlier(p.newestSeen(), now)
	if at.IsZero() {
		at = now
	}
	p.status.Gaps++
	p.pending = append(p.pending, logs.Entry{Time: at, Gap: &logs.Gap{From: from, To: to, Reason: reason, Aside: true}})
}
