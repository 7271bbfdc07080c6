package store

import (
	"context"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

// listSource reads a listing whole, batch by batch.
type listSource[T any] struct {
	open func(ctx context.Context) (awsx.Account, error)
	// parts are the listings that make up the items, read one after another.
	parts []part[T]
	// glance reads some of the items by their keys, those on screen and those that moving
	// says of that they will change, while a sweep is not yet due again. It is for listings
	// of thousands; nil where there is no such call.
	glance func(ctx context.Context, r awsx.Reader, keys []string) awsx.Pages[T]
	moving func(*T) bool
	// batch is how many items a call describes.
	batch int
	// These belong to the poll goroutine.
	swept  time.Time     // when the last sweep ended
	took   time.Duration // how long the account is then left alone: as long as the sweep was
	turned int           // sweeps in a row that were turned away in part
	looked time.Time     // when what is on screen was last read by itself, or a sweep begun

	mu          sync.Mutex
	table       *table[T]
	done, total int
	untold      int
	untagged    error
}

// part is one listing of a source.
type part[T any] struct {
	pages func(ctx context.Context, r awsx.Reader) awsx.Pages[T]
	// seen is called for every item that lands, with the one it replaces.
	seen func(item T, old *T)
}

func newListSource[T any](open func(context.Context) (awsx.Account, error), id func(*T) (name, key string), parts ...part[T]) *listSource[T] {
	return &listSource[T]{open: open, table: newTable(id), parts: parts, batch: 100}
}

func (l *listSource[T]) release() {}

func (l *listSource[T]) fill(s *Snapshot[T]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.Done, s.Total, s.Untold, s.Untagged = l.done, l.total, l.untold, l.untagged
	l.table.publish(s)
}

// mostMoving is how many moving items one glance looks at beside those on screen.
const mostMoving = 50

// poll sweeps the listing. After a sweep that took long the account is left alone for as
// long, so that there is room for others; what is on screen or moving is read meanwhile.
func (l *listSource[T]) poll(ctx context.Context, d demand, landed func()) outcome {
	account, err := l.open(ctx)
	if err != nil {
		return outcome{err: err}
	}
	begun := wall()
	if l.glance != nil && !d.refresh && begun.Before(l.swept.Add(l.took)) {
		return l.look(ctx, account, l.chosen(d))
	}
	l.looked = begun
	o := l.sweep(ctx, account, d, landed)
	took := min(max(wall().Sub(begun), l.worth()), mostSweep/2)
	o.pause = took
	switch {
	case l.glance == nil:
		o.rest = took
	case ctx.Err() != nil || o.err != nil:
	case len(o.partial) == 0:
		l.swept, l.took, l.turned = wall(), took, 0
	case fault.ClassOf(worst(o.partial)) == fault.Throttled:
		// What is on screen is read as often as before, the whole after a longer wait.
		l.turned++
		l.swept, l.took, o.ceiling = wall(), max(took, doubled(d.interval, l.turned, maxThrottled)), d.interval
	} // what was not read whole for another reason is swept again
	return o
}

// perCall is how long a call's worth of an account is left to others: ECS grants 20 a second,
// and a tenth of that is enough to read all.
const perCall = time.Second / 2

// worth is how long the calls of a sweep are worth, a page of 100 names listed by each.
func (l *listSource[T]) worth() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Duration(l.done/l.batch+l.done/100) * perCall
}

// chosen are the keys of what a glance looks at.
func (l *listSource[T]) chosen(d demand) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var keys []string
	moving := 0
	for _, e := range l.table.order {
		switch {
		case d.visible[e.key]:
		case moving < mostMoving && l.moving(e.item):
			moving++
		default:
			continue
		}
		keys = append(keys, e.key)
	}
	return keys
}

// look reads items by their keys. One that is missing is left to the next sweep.
func (l *listSource[T]) look(ctx context.Context, r awsx.Reader, keys []string) outcome {
	if len(keys) == 0 {
		return outcome{glance: true, quiet: true}
	}
	var errs []error
	for page, err := range l.glance(ctx, r, keys) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		l.mu.Lock()
		for _, item := range page.Items {
			_, key := l.table.id(item)
			e := l.table.entries[key]
			if e == nil {
				continue
			}
			l.take(e.part, item)
		}
		l.mu.Unlock()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return outcome{glance: true, err: worst(errs), quiet: len(errs) == 0 && !l.table.dirty}
}

// sweep reads the whole listing. Where it can be done without, it lets what somebody waits
// for go first.
func (l *listSource[T]) sweep(ctx context.Context, account awsx.Reader, d demand, landed func()) outcome {
	look := func() {}
	if l.glance != nil {
		awaited := ctx
		ctx = awsx.WithPriority(ctx, max(awsx.PriorityOf(ctx), awsx.Sweeping))
		look = func() {
			if now := wall(); now.Sub(l.looked) >= d.interval {
				l.looked = now
				l.look(awaited, account, l.chosen(d.latest()))
				landed()
			}
		}
	}
	l.mu.Lock()
	l.table.sweep++
	l.done, l.total = 0, 0
	l.mu.Unlock()
	var errs []error
	brought, untold := false, 0
	for i := range l.parts {
		r := l.read(ctx, account, i, landed, look)
		errs = append(errs, r.errs...)
		untold += r.untold
		brought = brought || r.pages > 0 || len(r.errs) == 0
		if ctx.Err() != nil || fault.ClassOf(worst(errs)) == fault.Expired {
			break
		}
	}
	l.mu.Lock()
	l.untold = untold
	l.mu.Unlock()
	if len(errs) > 0 && !brought {
		return outcome{err: worst(errs)}
	}
	return outcome{partial: errs}
}

// reading is how the listing of one part went.
type reading struct {
	pages  int
	errs   []error
	untold int // items that were listed and are missing when described
}

// read reads the listing of a part, and calls look between its pages.
func (l *listSource[T]) read(ctx context.Context, r awsx.Reader, i int, landed, look func()) reading {
	var how reading
	complete := false
	l.mu.Lock()
	before := l.total
	l.mu.Unlock()
	for page, err := range l.parts[i].pages(ctx, r) {
		if err != nil {
			how.errs = append(how.errs, err)
			// Without credentials every further batch would fail the same way.
			if fault.ClassOf(err) == fault.Expired {
				break
			}
			continue
		}
		how.pages++
		complete = complete || page.Complete
		for _, m := range page.Missing {
			// An item that vanished between listing and describing is gone, as far
			// as it can be told; any other reason leaves its state unknown.
			if m.Reason == "MISSING" {
				how.untold++
			} else {
				how.errs = append(how.errs, fault.Errorf(fault.Failed, "describe", m.ARN, "%s %s", m.Reason, m.Detail))
			}
		}
		if l.land(i, page, before) {
			landed()
		}
		look()
	}
	if len(how.errs) == 0 && (complete || how.pages == 0) && ctx.Err() == nil {
		l.mu.Lock()
		l.table.drop(i)
		l.mu.Unlock()
	}
	return how
}

// land takes a page and reports whether watchers should hear of it before the
// sweep ends: it changed something, or the first sweep is still on its way.
func (l *listSource[T]) land(i int, page awsx.Page[T], before int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done += len(page.Items)
	l.untagged = page.Untagged
	l.total = max(l.total, before+page.Total, l.done)
	for _, item := range page.Items {
		l.take(i, item)
	}
	return l.table.dirty || l.table.sweep == 1
}

// take stores an item of a part and tells of it. The caller holds the lock.
func (l *listSource[T]) take(part int, item *T) {
	old := l.table.put(part, item)
	if seen := l.parts[part].seen; seen != nil {
		seen(*item, old)
	}
}
