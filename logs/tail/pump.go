package tail

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"gantry/internal/fault"
	"gantry/internal/wake"
	"gantry/logs"
)

const (
	// pieceWait is how long the pieces of a message wait for the missing ones: they
	// are sent together.
	pieceWait = 5 * time.Second
	// maxOverlap bounds how far lateness may widen the overlap: what comes later than
	// that is found by the wide sweep.
	maxOverlap = 2 * time.Minute
	// patience is how long a stretch of which a part of the store does not answer is
	// read again.
	patience = 10 * time.Minute
	// catchUp is how far back the first poll of a changed query reads.
	catchUp = 2 * time.Minute
	// lateAfter is how far behind the newest line a new one may be without being
	// called late: writers are never quite in step.
	lateAfter = time.Second
	// aheadAfter is how far ahead of the clock a line is called so.
	aheadAfter = 10 * time.Second
	// busyLines is how many lines an overlap may hold for every poll to read it
	// whole. Beyond, a poll reads the last briefOverlap, and the whole overlap
	// every sweepEvery: at thousands of lines a second, reading half a minute
	// again each second would cost more than the new lines do.
	busyLines    = 3000
	briefOverlap = 3 * time.Second
	sweepEvery   = 5 * time.Second
	// sweepShare is how many times longer than the last one took the next sweep
	// waits at least.
	sweepShare = 2
	// seenMost is how many lines are remembered by their ids beyond the overlap: some
	// 15 MiB.
	seenMost = 500_000
	// retryFirst and retryMost bound the exponential backoff.
	retryFirst = time.Second
	retryMost  = 30 * time.Second
	// confirmations is how often a store that has answered well may refuse in a row
	// before it is believed.
	confirmations = 3
	// explainEvery is the wait between two questions why there are no lines.
	explainEvery = 30 * time.Second
	// flushLines is how many lines a long poll collects before it hands them over.
	flushLines = 5000
	// heldLines and heldBytes bound what waits for a reader that does not come:
	// no more than a ring of the default size would keep.
	heldLines = logs.DefaultRingLines
	heldBytes = logs.DefaultRingBytes
)

// pump is the tail's goroutine: all its fields belong to it.
type pump struct {
	tail *Tail
	src  logs.Source
	opts Options
	// machine tells that it slept.
	machine *wake.Watch

	asked   *logs.Query // what the reader wants
	query   *logs.Query // what is searched for
	good    *logs.Query // what was last answered
	opened  bool
	changed bool // the query is new since the last good poll

	seen  seen
	high  time.Time // everything up to here was read
	front time.Time // the newest line that was not ahead of the clock
	// last is the newest line handed over, wherever it lies, and ingested when the
	// store received the one that it received last.
	last, ingested time.Time
	floor          time.Time    // no poll reads before this: it was cut off on purpose
	holes          []logs.Range // nothing within these is read: gap lines stand for them; ascending

	swept     time.Time // when the whole overlap was last read
	sweptFrom time.Time // where that began
	lately    int       // lines that the current poll read, old and new
	// sweepLines is how many the last read of the whole overlap brought.
	sweepLines  int
	sweepTook   time.Duration
	sweptNewest time.Time          // the front when it ended
	lateness    time.Duration      // the greatest that the overlap is to cover
	uncounted   time.Time          // until when the store is not asked to count
	overflowed  map[time.Time]bool // timestamps that have a gap line of their own
	wide        wide
	far         far

	status    Status
	told      Status
	pieces    logs.Assembly
	pending   []logs.Entry
	idle      time.Duration
	failures  int       // in a row
	refusals  int       // in a row, of those that a person must mend
	heard     time.Time // when a new line last came
	explained time.Time // when the store was last asked why none did
}

func newPump(t *Tail, src logs.Source, opts Options) *pump {
	return &pump{
		tail: t, src: src, opts: opts, machine: wake.NewWatch(opts.Clocks),
		seen:       newSeen(),
		idle:       opts.Poll,
		overflowed: map[time.Time]bool{},
		status:     Status{State: Opening, Overlap: opts.Overlap},
		told:       Status{State: Opening, Overlap: opts.Overlap},
	}
}

// run polls until the context ends or an error is final.
func (p *pump) run(ctx context.Context) {
	for {
		wait, ok := p.step(ctx)
		if ctx.Err() != nil {
			p.status.State, p.status.Err = Stopped, nil
			p.pending = append(p.pending, p.pieces.Due(wall())...)
			p.tell()
			return
		}
		p.tell()
		if !ok {
			return
		}
		if p.tail.rests.Load() {
			wait = max(wait, p.rest())
		}
		p.wait(ctx, wait)
	}
}

// step makes one poll and returns the wait until the next; ok is false when there
// is none.
func (p *pump) step(ctx context.Context) (wait time.Duration, ok bool) {
	if q := p.tail.query.Load(); q != p.asked {
		p.changed = p.asked != nil
		p.asked, p.query, p.status.Refused = q, q, nil
	}
	before := p.status.Lines
	var err error
	if p.opened {
		err = p.poll(ctx)
	} else {
		err = p.open(ctx)
	}
	if err != nil && p.changed && p.good != nil && fault.ClassOf(err) == fault.Invalid {
		// The query is at fault: the one before it stays in force.
		p.query, p.changed, p.status.Refused = p.good, false, err
		return 0, true
	}
	if err != nil {
		return p.failed(err)
	}
	now, fresh := wall(), p.status.Lines-before
	p.pending = append(p.pending, p.pieces.Due(now.Add(-pieceWait))...)
	if p.changed {
		p.status.Rate.pass(now)
	} else {
		p.status.Rate.add(fresh, now)
	}
	p.good, p.opened, p.changed, p.failures, p.refusals = p.query, true, false, 0, 0
	p.status.Err, p.status.RetryAt = nil, time.Time{}
	p.explain(ctx, fresh > 0)
	p.sweepWide(ctx)
	p.lookFar(ctx)
	if (fresh > 0 || p.status.State == Behind) && !p.status.Partial.Passing() {
		p.idle = p.opts.Poll
	} else {
		p.idle = min(p.idle*3/2, p.opts.IdlePoll)
	}
	return p.idle, true
}

// failed decides what an error means for the tail. It ends for what a person must
// mend alone. Of a store that has answered well before, no strange answer means that:
// what stands before a store that is down writes pages, other statuses and other
// people's errors. A refusal of credentials does once it was confirmed.
func (p *pump) failed(err error) (wait time.Duration, ok bool) {
	p.status.Err = err
	class, well := fault.ClassOf(err), p.good != nil
	if !class.Passing() && class != fault.NotFound && class != fault.Invalid {
		p.refusals++
	}
	switch {
	case class == fault.NotFound:
		if p.status.State, wait = NoStore, retryMost; well {
			wait = p.backoff(err)
		}
	case class.Passing(), well && p.refusals < confirmations:
		p.status.State, wait = Retrying, p.backoff(err)
	default:
		p.status.State = Stopped
		return 0, false
	}
	p.status.RetryAt = wall().Add(wait)
	return wait, true
}

// backoff doubles from failure to failure, with jitter over its upper half so
// that many consoles do not come back at once.
func (p *pump) backoff(err error) time.Duration {
	d := min(retryFirst<<min(p.failures, 10), retryMost)
	p.failures++
	d = d/2 + rand.N(d/2+1)
	return max(d, fault.RetryAfter(err))
}

// open reads the first lines.
func (p *pump) open(ctx context.Context) error {
	now := wall()
	if from := p.opts.From; !from.IsZero() {
		p.leaveOut(from)
		// Lines from just before, which are held up as lines are, were not asked for.
		p.holes = append(p.holes, logs.Range{From: from.Add(-maxOverlap), To: from})
		p.high, p.opened = from, true
		return p.poll(ctx)
	}
	page, err := p.newest(ctx, logs.Range{To: now.Add(logs.Ahead)}, p.opts.Last)
	if err != nil {
		return err
	}
	if !page.Scanned.IsZero() {
		// What lies before is left out, as it is before the first line otherwise.
		p.leaveOut(earlier(page.Scanned, now))
		page.Partial = nil
	}
	p.take(page.Entries, time.Time{})
	logs.SortByTime(p.pending)
	p.high = now.Add(-p.opts.Overlap)
	if len(page.Entries) > 0 {
		p.high = earlier(latest(page.Entries), now)
		if page.Full {
			p.leaveOut(earlier(page.Last, now))
		}
		if page.Partial != nil {
			p.high = earlier(page.Last, now)
		}
	}
	p.swept, p.sweptFrom, p.sweptNewest = now, later(p.high.Add(-p.opts.Overlap).Truncate(bar), p.floor), p.front
	p.judge(page)
	return nil
}

// newest reads the newest lines of a range, oldest first: fewer when they are too
// large to come in one answer.
func (p *pump) newest(ctx context.Context, r logs.Range, n int) (logs.Page, error) {
	page, _, err := logs.Fitting(min(n, p.src.Limits().MaxPage), func(n int) (logs.Page, error) { return p.src.Latest(ctx, *p.query, r, n) })
	slices.Reverse(page.Entries)
	return page, err
}

// newestSeen returns the time of the newest line that came, delivered or about to
// be.
func (p *pump) newestSeen() time.Time { return later(p.last, latest(p.pending)) }

// wall is the time by the clock on the wall. The clock that Go measures durations by
// stands still while a laptop sleeps, and would call what was read before it young.
func wall() time.Time { return time.Now().Round(0) }

func latest(entries []logs.Entry) time.Time {
	var t time.Time
	for i := range entries {
		t = later(t, entries[i].Time)
	}
	return t
}

// judge sets the state that a complete poll leaves, by its last page.
func (p *pump) judge(page logs.Page) {
	p.status.Partial = page.Partial
	switch {
	case page.NoShards:
		p.status.State = NoStore
	case page.Partial != nil:
		p.status.State = PartialAnswers
	default:
		p.status.State = Following
	}
}

// take appends the entries that were not seen yet. Those well before newest, the time
// of the newest line when the poll began, are late. It returns how many were new.
func (p *pump) take(entries []logs.Entry, newest time.Time) (fresh int) {
	p.lately += len(entries)
	now := wall()
	for i := range entries {
		if !p.seen.add(&entries[i]) {
			continue
		}
		e := entries[i]
		p.status.Lines++
		p.ingested = later(p.ingested, e.Ingested)
		p.wide.reached = earlier(p.wide.reached, e.Time)
		fresh++
		if newest.Sub(e.Time) > lateAfter {
			e.Late = true
			p.status.LateLines++
			if !p.changed {
				// It may have stood there since just after the last sweep.
				p.late(p.sweptNewest.Sub(e.Time))
			}
		}
		// The clocks of two machines are never quite in step.
		if ahead := e.Time.Sub(now); ahead > lateAfter {
			e.Ahead = ahead > aheadAfter
		} else {
			p.front = later(p.front, e.Time)
		}
		if e.Piece == nil {
			p.pending = append(p.pending, e)
			continue
		}
		p.pending = append(p.pending, p.pieces.Add(e, now)...)
	}
	return fresh
}

// late notes how late a line came. What no overlap could cover, such as the lines of a
// host whose clock is off, does not widen it: they would be read again each second for
// the one that is found once.
func (p *pump) late(by time.Duration) {
	p.status.Lateness = max(p.status.Lateness, by)
	if by <= maxOverlap {
		p.lateness = max(p.lateness, by)
	}
}

// tell hands over what is pending, and the status when it changed.
func (p *pump) tell() { p.flush(time.Time{}) }

// flush hands over the pending entries before a time, or all of them. The rest
// stays: lines of one stored timestamp may still come and belong among them.
func (p *pump) flush(before time.Time) {
	logs.SortByTime(p.pending)
	n := len(p.pending)
	if !before.IsZero() {
		for n > 0 && !p.pending[n-1].Time.Before(before) {
			n--
		}
	}
	out := p.pending[:n:n]
	rest := append([]logs.Entry(nil), p.pending[n:]...)
	if n > 0 {
		p.last = later(p.last, out[n-1].Time)
		p.status.Newest = later(p.status.Newest, earlier(out[n-1].Time, wall()))
	}
	p.status.HighWater = p.high
	if n == 0 && p.status.same(p.told) {
		return
	}
	p.pending = rest
	p.told = p.status
	p.tail.hand(Batch{Entries: out, Status: p.status})
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
