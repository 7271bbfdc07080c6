package tail

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gantry/logs"
)

const (
	// wideBack and wideAhead bound the wide sweep: how far a line's time may be from
	// when it comes, because it was held up or because its writer's clock is off.
	wideBack  = 15 * time.Minute
	wideAhead = 15 * time.Minute
	// wideEvery is the time between two searches of the wide sweep, as an average:
	// one that took several makes the next one wait, but no longer than wideMost.
	wideEvery = 30 * time.Second
	wideMost  = 2 * time.Minute
	// wideFew is the time between two polls that are the sweep as well: where few lines
	// come, one search reads all.
	wideFew = 5 * time.Second
	// wideParts is how many stretches one sweep reads again at most: what lies between
	// two is read as well where there are more.
	wideParts = 3
)

// wide is what the wide sweep knows. It looks where no poll reads any more, or does
// not yet, for lines that came late or lie in the future. A store that counts by itself
// is asked how many lines each second has; where those are more than are known, the
// second is read. Where the store does not count, all are read, a page each time. Where
// the lines of the whole sweep fit into a page, a poll now and then reads them instead of
// its overlap, and no search is made for the sweep.
type wide struct {
	due time.Time
	// based is the query for which it is known which lines were there before, and were
	// left out on purpose; nil for none.
	based *logs.Query
	// few is true when the lines of the whole sweep fit into a page.
	few bool
	// whole is true when each line that was left out is known, and counted when their
	// number in each second is. With neither, the first round learns what it reads.
	whole, counted bool
	first          bool
	// place is how far reading has come in this round, zero between two, and began when
	// the round did.
	place, began time.Time
	// told is up to where a gap line says that no late line would be found.
	told time.Time
	// slow is true while lines come so fast that a round misses some.
	slow bool
	// edge is the oldest line shown from before the floor, and reached the oldest one of
	// all: what lies between a line and the floor was left out on purpose, and has a gap
	// line.
	edge, reached time.Time
	// since is when the store had received what was left out, where it says when.
	since time.Time
}

// reasonLeftOut is the reason of the gap line between a late line and those that the
// tail began with.
const reasonLeftOut = "older lines, from before the log was opened"

// leaveOut notes that no poll reads the lines before a time.
func (p *pump) leaveOut(before time.Time) {
	if before.After(p.floor) {
		p.floor = before
		p.wide.edge, p.wide.reached = before, before
	}
	p.wide.based, p.wide.place = nil, time.Time{}
}

// sweepWide makes a step of the wide sweep when it is due. Its failures are for the
// next poll to meet and to tell.
func (p *pump) sweepWide(ctx context.Context) {
	now := wall()
	if now.Before(p.wide.due) || p.status.Partial.Passing() || p.sweepsToo(now) {
		return
	}
	p.tell() // what the poll brought need not wait
	used, err := p.wider(ctx, now)
	if p.bridge(); len(p.pending) > 0 {
		p.explain(ctx, true)
	}
	if err != nil {
		used = 1
	}
	if p.wide.due = now.Add(min(wideEvery*time.Duration(used), wideMost)); used == 0 {
		p.wide.due = now.Add(wideFew)
	}
}

// sweepsToo reports whether the poll reads all that the sweep would.
func (p *pump) sweepsToo(now time.Time) bool {
	w := &p.wide
	return w.based == p.query && w.few && w.whole && !p.changed && !now.Before(w.due)
}

// sweptToo notes that a poll was the sweep as well, and whether its lines are still few.
func (p *pump) sweptToo(now time.Time, r reading) {
	p.bridge()
	p.wide.few = r.pages <= 1 || r.last.Partial != nil
	p.wide.due = now.Add(wideFew)
}

// wider makes the step and returns how many searches it took.
func (p *pump) wider(ctx context.Context, now time.Time) (used int, err error) {
	w := &p.wide
	if w.based != p.query {
		if used, err = p.base(ctx, now); err != nil || used > 0 {
			return used, err
		}
	}
	if !p.floor.After(now.Add(-wideBack)) {
		w.whole = true // what was left out lies beyond the sweep by now
	}
	if w.few && w.whole {
		return 0, nil // the next poll sweeps too
	}
	if w.whole || w.counted {
		if used, ok, err := p.compare(ctx, now); ok || err != nil {
			return used, err
		}
	}
	return 1, p.leaf(ctx, now)
}

// base finds out which lines before the floor are there already. Where they are few,
// all of them become known; of more, the number in each second where the store counts.
func (p *pump) base(ctx context.Context, now time.Time) (used int, err error) {
	w := &p.wide
	*w = wide{edge: w.edge, reached: w.reached, told: w.told, since: p.ingested, first: true}
	if w.since.IsZero() {
		w.since = now.Add(-catchUp)
	}
	before := logs.Range{From: now.Add(-wideBack).Truncate(bar), To: p.floor.Add(-p.src.Limits().Step)}
	if !before.From.Before(before.To) {
		w.based, w.few, w.whole = p.query, true, true
		return 0, nil
	}
	page, _, err := logs.Fitting(min(p.opts.PageSize, p.src.Limits().MaxPage), func(n int) (logs.Page, error) {
		return p.src.Since(ctx, *p.query, before, n)
	})
	switch {
	case err != nil:
		return 1, err
	case page.Partial.Passing() && page.Scanned.IsZero():
		return 1, nil
	}
	for i := range page.Entries {
		if !p.cameSince(&page.Entries[i]) {
			p.seen.add(&page.Entries[i])
		}
	}
	if !page.Full {
		w.based, w.few, w.whole = p.query, true, true
		return 1, nil
	}
	census, ok, err := p.count(ctx, before)
	if err != nil || ok && census.Partial.Passing() {
		return 2, err
	}
	w.based, w.counted = p.query, ok
	for _, b := range census.Bars {
		if b.Start.Add(bar).After(p.floor) {
			// The second in which the floor lies: those after it are known and not counted here.
			p.seen.at(b.Start).others = b.Lines
			continue
		}
		p.seen.settle(b.Start, b.Lines)
	}
	return 2, nil
}

// cameSince reports whether a line from before the floor is known to have come after
// those that were left out.
func (p *pump) cameSince(e *logs.Entry) bool { return e.Ingested.After(p.wide.since) }

// compare has the store count the seconds of the sweep and reads those with more lines
// than are known; ok is false where it cannot count.
func (p *pump) compare(ctx context.Context, now time.Time) (used int, ok bool, err error) {
	w := &p.wide
	all := logs.Range{From: now.Add(-wideBack).Truncate(bar), To: now.Add(wideAhead).Truncate(bar).Add(-1)}
	census, ok, err := p.count(ctx, all)
	if err != nil || !ok {
		return 1, ok, err
	}
	if census.Partial.Passing() {
		return 1, true, nil
	}
	lines, counted, known := 0, 0, 0
	var more []logs.Bar // seconds with more lines than are known
	for _, b := range census.Bars {
		lines += b.Lines
		end := b.Start.Add(bar)
		switch {
		case end.After(p.sweptFrom) && !b.Start.After(now.Add(logs.Ahead)):
			// The polls read here. What they read tells whether the count can be believed.
			if b.Start.After(p.sweptFrom) && end.Before(p.high) {
				counted, known = counted+b.Lines, known+p.seen.of(b.Start)
			}
		case b.Lines > p.seen.expected(b.Start) && !p.hidden(b.Start):
			more = append(more, b)
		}
	}
	if counted < known/2 {
		p.uncounted = now.Add(uncountedFor)
		return 1, false, nil
	}
	w.few = lines <= p.opts.PageSize && w.whole
	used, err = p.recover(ctx, more, census)
	return 1 + used, true, err
}

// hidden reports whether a gap line stands for a second.
func (p *pump) hidden(second time.Time) bool {
	return slices.ContainsFunc(p.holes, func(h logs.Range) bool { return h.From.Before(second.Add(bar)) && h.To.After(second) })
}

// recover reads the seconds that have more lines than are known. Where the ids of the
// known ones are forgotten, they cannot be told apart, and a gap line stands for them.
func (p *pump) recover(ctx context.Context, more []logs.Bar, census logs.Histogram) (searches int, err error) {
	var lost int
	var gap logs.Range
	tell := func() {
		if lost > 0 {
			p.gapAside(gap.From, gap.To, fmt.Sprintf("%d came late, among more than can be told apart", lost))
		}
		lost = 0
	}
	for len(more) > 0 && more[0].Start.Before(p.seen.forgotten) {
		b := more[0]
		if lost > 0 && b.Start.Sub(gap.To) > 10*bar {
			tell()
		}
		if lost == 0 {
			gap.From = b.Start
		}
		gap.To = b.Start.Add(bar - 1)
		lost += b.Lines - p.seen.expected(b.Start)
		p.seen.settle(b.Start, b.Lines)
		more = more[1:]
	}
	tell()
	r := reading{newest: p.front, wide: true}
	for _, stretch := range stretches(more) {
		searches++
		if err := p.read(ctx, stretch, &r); err != nil {
			return searches, err
		}
		if r.partial.Passing() {
			return searches, nil // it is found to have more the next time as well
		}
		for _, b := range census.Bars {
			if !b.Start.Before(stretch.From) && b.Start.Before(stretch.To) {
				p.seen.settle(b.Start, b.Lines)
			}
		}
	}
	return searches, nil
}

// stretches joins seconds to at most wideParts ranges, across the smallest holes.
func stretches(seconds []logs.Bar) []logs.Range {
	var out []logs.Range
	for _, b := range seconds {
		out = append(out, logs.Range{From: b.Start, To: b.Start.Add(bar - 1)})
	}
	for hole := time.Duration(1); len(out) > 0; hole *= 4 {
		joined := out[:1]
		for _, r := range out[1:] {
			if last := &joined[len(joined)-1]; r.From.Sub(last.To) <= hole {
				last.To = r.To
			} else {
				joined = append(joined, r)
			}
		}
		if out = joined; len(out) <= wideParts {
			break
		}
	}
	return out
}

// leaf reads the next page of the sweep. A round goes from the far past to the far
// future, and leaves out what the polls read.
func (p *pump) leaf(ctx context.Context, now time.Time) error {
	w := &p.wide
	limits := p.src.Limits()
	if w.place.IsZero() {
		p.beginRound(now)
	}
	page, _, err := logs.Fitting(limits.MaxPage, func(n int) (logs.Page, error) {
		return p.src.Since(ctx, *p.query, logs.Range{From: w.place, To: now.Add(wideAhead)}, n)
	})
	switch {
	case err != nil:
		return err
	case page.Partial.Passing() && page.Scanned.IsZero():
		return nil
	}
	r := reading{newest: p.front, wide: true}
	page.Entries = slices.DeleteFunc(slices.Clone(page.Entries), func(e logs.Entry) bool { return p.leftOut(&e) })
	p.collect(page, &r)
	switch {
	case !page.Full:
		w.place, w.first = time.Time{}, false
	case later(page.Last, page.Scanned).After(w.place):
		w.place = later(page.Last, page.Scanned)
	default:
		w.place = w.place.Add(limits.Step)
	}
	if w.place.After(p.sweptFrom) && w.place.Before(now.Add(logs.Ahead)) {
		w.place = now.Add(logs.Ahead)
	}
	return nil
}

// leftOut reports whether a line is none that the sweep looks for: a gap line stands
// for it, it cannot be told from the known ones any more, or it was there before.
func (p *pump) leftOut(e *logs.Entry) bool {
	switch {
	case e.Time.Before(p.seen.forgotten):
		return true
	case slices.ContainsFunc(p.holes, func(h logs.Range) bool { return e.Time.After(h.From) && e.Time.Before(h.To) }):
		return true
	case !e.Time.Before(p.floor) || p.wide.whole || p.cameSince(e):
		return false
	case e.Ingested.IsZero() && !p.wide.first:
		return false
	}
	p.seen.add(e)
	return true
}

// beginRound begins to read the sweep from its beginning. A round that takes longer
// than lines stay within its bounds misses some: the status says so, and once lines were
// seen to come that late, a gap line.
func (p *pump) beginRound(now time.Time) {
	w := &p.wide
	from := later(now.Add(-wideBack).Truncate(bar), p.seen.forgotten)
	slow := !w.began.IsZero() && now.Sub(w.began) > wideBack || from.After(now.Add(-wideBack/2))
	w.slow = slow
	p.reaches()
	if until := now.Add(-p.status.Overlap); slow && p.status.Lateness > p.status.Overlap && until.Sub(w.told) >= wideBack {
		p.gapAside(later(w.told, now.Add(-wideBack)), until, "so many lines come that late ones are not looked for")
		w.told = until
	}
	w.place, w.began = from, now
}

// bridge puts a gap line between lines from before the floor and those that the log
// was opened with: what lies between was not read.
func (p *pump) bridge() {
	if w := &p.wide; w.reached.Before(w.edge) {
		p.status.Gaps++
		p.pending = append(p.pending, logs.Entry{
			Time: w.edge.Add(-1), Gap: &logs.Gap{From: w.reached, To: w.edge, Reason: reasonLeftOut},
		})
		w.edge = w.reached
	}
}
