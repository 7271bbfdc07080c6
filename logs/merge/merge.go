package merge

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
)

// Member is one of several stores that are read as one.
type Member struct {
	// Name is what a Query's Store, or a From in it, calls a member without Fields; empty
	// for the one that queries which name no store are for.
	Name string
	// Fields are those that only this store's lines have. A branch of a query
	// that names one of them is for this member alone, whatever the query's Store;
	// what names no member's field is for the member without Fields that the query's
	// Store names.
	Fields []string
	// Open opens the store. It is called when a query first needs the member, and
	// again after it has failed; its error carries a *fault.Error.
	Open func(ctx context.Context) (logs.Source, error)
}

const (
	// refusalLasts is how long a part that refused a query is not asked it again
	// while other parts answer.
	refusalLasts = 30 * time.Second
	// outageFirst is how long a part that failed is not asked again while others
	// answer; it doubles from failure to failure, up to refusalLasts.
	outageFirst = time.Second
)

// Source reads several stores as one. A query is split by the fields it names, so
// that each store is asked for its own lines only, and one that a query does not
// concern is not even opened. When a query concerns one store only, its answers
// are that store's own.
type Source struct{ parts []*part }

var (
	_ logs.Source       = (*Source)(nil)
	_ logs.Historian    = (*Source)(nil)
	_ logs.Counter      = (*Source)(nil)
	_ logs.Histogrammer = (*Source)(nil)
	_ logs.Tallier      = (*Source)(nil)
)

type part struct {
	Member

	mu      sync.Mutex
	source  logs.Source
	refused refusal
}

// refusal is an answer that asking again would not change soon.
type refusal struct {
	where string // of which query; empty for every one
	err   error
	until time.Time
	again time.Duration // the wait after the next failure in a row
}

// Of makes one Source of several stores.
func Of(members ...Member) *Source {
	m := &Source{}
	for _, p := range members {
		m.parts = append(m.parts, &part{Member: p})
	}
	return m
}

// open returns the part's store, opened once.
func (p *part) open(ctx context.Context) (logs.Source, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.source == nil {
		src, err := p.Open(ctx)
		if err != nil {
			return nil, err
		}
		p.source = src
	}
	return p.source, nil
}

// opened returns the part's store if it is open.
func (p *part) opened() logs.Source {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.source
}

// recall returns the part's refusal of a query if it is recent.
func (p *part) recall(where string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if (p.refused.where == where || p.refused.where == "") && time.Now().Before(p.refused.until) {
		return p.refused.err
	}
	return nil
}

// remember notes how the part answered a query.
func (p *part) remember(where string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err == nil:
		p.refused = refusal{}
	case fault.Lasting(err):
		p.refused = refusal{where: where, err: err, until: time.Now().Add(refusalLasts)}
	case errors.Is(err, logs.ErrTooLarge):
	default:
		wait := max(outageFirst, p.refused.again, fault.RetryAfter(err))
		p.refused = refusal{err: err, until: time.Now().Add(wait), again: min(2*wait, refusalLasts)}
	}
}

// Latest returns the newest lines of all the stores that a query concerns.
func (m *Source) Latest(ctx context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	return m.read(ctx, q, limit, logs.NewestFirst, func(ctx context.Context, src logs.Source, q logs.Query) (logs.Page, error) {
		return src.Latest(ctx, q, r, limit)
	})
}

// Since returns the oldest lines of all the stores that a query concerns.
func (m *Source) Since(ctx context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	return m.read(ctx, q, limit, logs.OldestFirst, func(ctx context.Context, src logs.Source, q logs.Query) (logs.Page, error) {
		return src.Since(ctx, q, r, limit)
	})
}

func (m *Source) read(
	ctx context.Context, q logs.Query, limit int, join func(int, ...logs.Page) logs.Page,
	read func(context.Context, logs.Source, logs.Query) (logs.Page, error),
) (logs.Page, error) {
	asked := m.split(q)
	if len(asked) == 1 {
		src, err := asked[0].open(ctx)
		if err != nil {
			return logs.Page{}, err
		}
		return read(ctx, src, asked[0].query)
	}
	pages, err := logs.Gather(ctx, len(asked), nil, func(ctx context.Context, i int) (logs.Page, error) {
		a := asked[i]
		where := a.query.String()
		if err := a.recall(where); err != nil {
			return logs.Page{}, err
		}
		src, err := a.open(ctx)
		if err != nil {
			return logs.Page{}, err
		}
		page, err := read(ctx, src, a.query)
		if ctx.Err() == nil {
			a.remember(where, err)
		}
		return page, err
	})
	if err != nil {
		return logs.Page{}, err
	}
	return join(limit, pages...), nil
}

// Explain says why a query has no lines, for each store that it concerns.
func (m *Source) Explain(ctx context.Context, q logs.Query, r logs.Range) (logs.Explanation, error) {
	var all logs.Explanation
	for i, a := range m.split(q) {
		src, err := a.open(ctx)
		if err != nil {
			return logs.Explanation{}, err
		}
		x, err := src.Explain(ctx, a.query, r)
		if err != nil {
			return logs.Explanation{}, err
		}
		if i == 0 {
			all = x
			continue
		}
		all.Words = all.String() + "; " + x.String()
		all.Index += ", " + x.Index
		all.Cause = min(all.Cause, x.Cause)
		all.Looked = append(slices.Clone(all.Looked), x.Looked...)
		all.Found = append(slices.Clone(all.Found), x.Found...)
		if x.Newest.After(all.Newest) {
			all.Newest = x.Newest
		}
	}
	return all, nil
}

// Limits returns the narrowest bounds of the stores that are open, and those of
// most stores before one is.
func (m *Source) Limits() logs.Limits {
	l := logs.Limits{MaxPage: 10_000, Step: logs.Grain}
	open := 0
	for _, p := range m.parts {
		src := p.opened()
		if src == nil {
			continue
		}
		of := src.Limits()
		if open++; open == 1 {
			l = of
			continue
		}
		l = logs.Limits{MaxPage: min(l.MaxPage, of.MaxPage), Step: max(l.Step, of.Step, logs.Grain)}
	}
	return l
}

// Close closes the stores that are open and can be closed.
func (m *Source) Close() {
	for _, p := range m.parts {
		if c, ok := p.opened().(interface{ Close() }); ok {
			c.Close()
		}
	}
}
