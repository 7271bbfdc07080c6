package tail

import (
	"context"
	"fmt"
	"maps"
	"time"

	"gantry/logs"
)

const (
	// farEvery is the time between two looks beyond the wide sweep, and farAgain the wait
	// after one that failed, and after the first one: a clock that is off is told soon. Each
	// wait is twice the one before.
	farEvery = 5 * time.Minute
	farAgain = 30 * time.Second
	// farReach is how far they go to either side of now: a clock that is a day off is
	// within it. farBar is the width of what they count.
	farReach = 25 * time.Hour
	farBar   = time.Minute
)

// far is what is known of the time that the wide sweep does not reach. A store that counts
// by itself is asked how many lines each minute has: where those are more than before, a
// gap line says so. Of one that does not, the newest lines of that time are read, and the
// new ones among them are shown: see farRead.
type far struct {
	due, looked time.Time
	wait        time.Duration
	waited      bool // the first look was put off once
	// since is when the store had received the last line that the last look knew, where it
	// says when.
	since time.Time
	query *logs.Query
	// from is where those minutes begin of which the sweep has known every line.
	from        time.Time
	known       map[time.Time]counted // each minute that the sweep does not reach; nil before the first count
	back, ahead farRead
}

// counted is how many lines the store counted in a minute, and how many of them were to
// be expected.
type counted struct{ lines, expected int }

// lookFar looks for the lines that came too late for the wide sweep, or lie too far ahead
// for it. Its failures are for the next poll to meet and to tell.
func (p *pump) lookFar(ctx context.Context) {
	f, now := &p.far, wall()
	if f.query != p.query && !f.looked.IsZero() {
		f.due = earlier(f.due, f.looked.Add(farAgain))
	}
	if now.Before(f.due) || p.wide.based != p.query || p.status.Partial.Passing() {
		return
	}
	f.due = now.Add(farAgain)
	if f.query != p.query {
		// What came since the last look is found by the query of that look alone: by the
		// new one it is not told from the older lines of tasks that are new to it.
		if !f.looked.IsZero() && !p.look(ctx, f.query, now) {
			return
		}
		*f = far{due: f.due, looked: f.looked, wait: f.wait, since: f.since, query: p.query, back: farRead{told: f.back.told}, ahead: farRead{told: f.ahead.told}}
	}
	if !p.look(ctx, p.query, now) {
		return
	}
	p.reaches()
	f.wait = min(max(farAgain, 2*f.wait), farEvery)
	f.looked, f.due, f.since = now, now.Add(f.wait), p.ingested
}

// look makes a look by a query, and reports whether the store answered.
func (p *pump) look(ctx context.Context, q *logs.Query, now time.Time) bool {
	f := &p.far
	h, counts, err := p.tally(ctx, q, logs.Range{From: now.Add(-farReach).Truncate(farBar), To: now.Add(farReach).Truncate(farBar).Add(-1)}, farBar)
	switch {
	case err != nil || h.Partial.Passing():
		return false
	case counts:
		f.back.reset()
		f.ahead.reset()
		p.countFar(h, now)
	case f.looked.IsZero() && !f.waited && !p.ingested.IsZero():
		// A store that says when it received a line needs no look to compare with: whoever
		// only glances at a log is spared it.
		f.waited = true
		return false
	default:
		f.known = nil
		back := logs.Range{From: later(now.Add(-farReach), p.opts.From), To: now.Add(-wideBack)}
		if !p.readFar(ctx, q, back, &f.back) || !p.readFar(ctx, q, logs.Range{From: now.Add(wideAhead), To: now.Add(farReach)}, &f.ahead) {
			return false
		}
		p.bridge()
	}
	return true
}

// countFar tells of the minutes that have more lines than before.
func (p *pump) countFar(h logs.Histogram, now time.Time) {
	f := &p.far
	switch {
	case f.known == nil:
		f.known, f.from = map[time.Time]counted{}, now.Add(-wideBack)
	case now.Sub(f.looked) > wideBack:
		// Minutes went by that nobody looked at, as in a laptop's sleep: what the sweep would
		// have known of them is not known.
		maps.DeleteFunc(f.known, func(minute time.Time, _ counted) bool { return minute.Add(farBar).After(f.looked.Add(-wideBack)) })
		f.from = now
	}
	back, ahead := now.Add(-wideBack), now.Add(wideAhead)
	maps.DeleteFunc(f.known, func(minute time.Time, _ counted) bool {
		return minute.Before(h.Bars[0].Start) || minute.Add(farBar).After(back) && minute.Before(ahead)
	})
	var late, early beyond
	for _, b := range h.Bars {
		switch {
		case b.Start.Before(p.opts.From):
		case !b.Start.Add(farBar).After(back):
			p.compareFar(b, &late)
		case !b.Start.Before(ahead):
			p.compareFar(b, &early)
		}
	}
	if late.lines > 0 {
		p.gapAside(late.from, late.to, fmt.Sprintf("%d came more than %d minutes late", late.lines, wideBack/time.Minute))
	}
	if early.lines > 0 {
		p.gapAside(early.from, early.to, fmt.Sprintf("%d more than %d minutes ahead of this machine's clock", early.lines, wideAhead/time.Minute))
	}
}

// compareFar notes by how much a minute has more lines than before, but for those that
// came: polls read back to the newest line, however old that is.
func (p *pump) compareFar(b logs.Bar, more *beyond) {
	now, exact := counted{lines: b.Lines}, !b.Start.Before(p.seen.lost)
	for second := b.Start; second.Before(b.Start.Add(farBar)); second = second.Add(bar) {
		now.expected += p.seen.expected(second)
		exact = exact && !p.hidden(second)
	}
	before, ok := p.far.known[b.Start]
	p.far.known[b.Start] = now
	switch {
	case ok && exact:
		more.add(b, now.lines-before.lines-now.expected+before.expected)
	case ok:
		more.add(b, now.lines-before.lines)
	case exact && !b.Start.Before(p.far.from) && (p.wide.whole || p.wide.counted):
		more.add(b, now.lines-now.expected)
	}
}

// beyond collects the minutes that have more lines than before.
type beyond struct {
	lines    int
	from, to time.Time
}

func (o *beyond) add(b logs.Bar, more int) {
	if more <= 0 {
		return
	}
	if o.lines == 0 {
		o.from = b.Start
	}
	o.lines += more
	o.to = b.Start.Add(farBar - 1)
}
