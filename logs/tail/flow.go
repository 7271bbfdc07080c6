package tail

import (
	"context"

	"gantry/logs"
)

// Flow says how lines come, or why none do.
type Flow uint8

// The ways in which lines come.
const (
	// FlowUnknown means that nothing has come, or nothing new, and that the store does
	// not say when it last had anything.
	FlowUnknown Flow = iota
	// Flowing means that lines come soon after they were written.
	Flowing
	// Quiet means that for a minute no line of the query came while lines of others
	// did: what is followed writes nothing.
	Quiet
	// Stalled means that for a minute the index had nothing new of anybody: the
	// pipeline is behind or broken, whatever the service does.
	Stalled
)

// explain finds out how lines come. While none do, or those that do are old, it asks
// the store why, from time to time: old lines alone may be of a task that is dead or of
// a query that matches nothing newer.
func (p *pump) explain(ctx context.Context, fresh bool) {
	now := wall()
	if fresh {
		p.heard = now
		p.status.Explanation = nil
		if now.Sub(p.newestSeen()) < staleAfter {
			p.status.Flow = Flowing
			return
		}
	}
	none := p.status.Lines == 0
	if !none && !fresh && now.Sub(p.heard) < staleAfter || !p.explained.IsZero() && now.Sub(p.explained) < explainEvery {
		return
	}
	p.explained = now
	r := logs.Range{From: p.opts.From, To: now.Add(logs.Ahead)}
	if !none {
		r.From = now.Add(-staleAfter)
	}
	x, err := p.src.Explain(ctx, *p.query, r)
	if err != nil {
		// The next poll meets the same failure and says so.
		return
	}
	if none {
		p.status.Explanation = &x
	}
	switch {
	case x.Newest.IsZero():
		if fresh {
			p.status.Flow = FlowUnknown
		}
		return
	case now.Sub(x.Newest) < staleAfter:
		p.status.Flow = Quiet
	default:
		p.status.Flow = Stalled
	}
	p.status.IndexNewest = x.Newest
}
