package store

import (
	"context"
	"sync"

	"gantry/awsx"
	"gantry/internal/fault"
)

// listSource reads a listing whole, batch by batch.
type listSource[T any] struct {
	open func(ctx context.Context) (awsx.Account, error)
	// parts are the listings that make up the items, read one after another.
	parts []part[T]

	mu          sync.Mutex
	table       *table[T]
	done, total int
	untold      int
}

// part is one listing of a source.
type part[T any] struct {
	pages func(ctx context.Context, r awsx.Reader) awsx.Pages[T]
	// seen is called for every item that lands, with the one it replaces.
	seen func(item T, old *T)
}

func newListSource[T any](open func(context.Context) (awsx.Account, error), id func(*T) (name, key string), parts ...part[T]) *listSource[T] {
	return &listSource[T]{open: open, table: newTable(id), parts: parts}
}

func (l *listSource[T]) release() {}

func (l *listSource[T]) fill(s *Snapshot[T]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.Done, s.Total, s.Untold = l.done, l.total, l.untold
	l.table.publish(s)
}

func (l *listSource[T]) poll(ctx context.Context, _ demand, landed func()) outcome {
	account, err := l.open(ctx)
	if err != nil {
		return outcome{err: err}
	}
	l.mu.Lock()
	l.table.sweep++
	l.done, l.total = 0, 0
	l.mu.Unlock()
	var errs []error
	brought, untold := false, 0
	for i := range l.parts {
		r := l.read(ctx, account, i, landed)
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

func (l *listSource[T]) read(ctx context.Context, r awsx.Reader, i int, landed func()) reading {
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
	l.total = max(l.total, before+page.Total, l.done)
	for _, item := range page.Items {
		old := l.table.put(i, item)
		if l.parts[i].seen != nil {
			l.parts[i].seen(*item, old)
		}
	}
	return l.table.dirty || l.table.sweep == 1
}
