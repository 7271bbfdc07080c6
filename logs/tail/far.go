package tail

import (
	"context"
	"fmt"
	"maps"
	"time"

	"gantry/logs"
)

const (
	// farEvery is the time between two looks beyond the wide sweep, farReach how far
	// they go to either side of now, and farBar the width of what they count.
	farEvery = 5 * time.Minute
	farReach = 24 * time.Hour
	farBar   = time.Minute
)

// far is what is known of the time that the wide sweep does not reach. Nothing is read
// there: where the store counts more lines of a minute than before, a gap line says so.
type far struct {
	looked time.Time
	query  *logs.Query
	// from is where those minutes begin of which the sweep has known every line.
	from  time.Time
	known map[time.Time]counted // each minute that the sweep does not reach
}

// counted is how many lines the store counted in a minute, and how many of them were to
// be expected.
type counted struct{ lines, expected int }

// lookFar has the store count the lines that came too late for the wide sweep, or lie too
// far ahead for it, and tells them.
func (p *pump) lookFar(ctx context.Context) {
	f, now := &p.far, wall()
	if now.Sub(f.looked) < farEvery || p.wide.based != p.query || p.status.Partial.Passing() {
		return
	}
	h, ok, err := p.tally(ctx, logs.Range{From: now.Add(-farReach).Truncate(farBar), To: now.Add(farReach).Truncate(farBar).Add(-1)}, farBar)
	if !ok || err != nil || h.Partial.Passing() {
		return // the next poll meets the failure and tells it
	}
	switch {
	case f.query != p.query:
		*f = far{query: p.query, from: now.Add(-wideBack), known: map[time.Time]counted{}}
	case now.Sub(f.looked) > wideBack:
		// Minutes went by that nobody looked at, as in a laptop's sleep.
		*f = far{query: p.query, from: now, known: map[time.Time]counted{}}
	}
	f.looked = now
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
		p.gap(late.from, late.to, fmt.Sprintf("%d came more than %d minutes late", late.lines, wideBack/time.Minute))
	}
	if early.lines > 0 {
		p.gap(early.from, early.to, fmt.Sprintf("%d lie more than %d minutes ahead of this machine's clock", early.lines, wideAhead/time.Minute))
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
