package logs

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// document is a line of the fake store: when it says it was written, and from
// when on a search finds it.
type document struct {
	Entry
	arrives time.Time
}

// store is a log store in memory with a millisecond clock, as Elasticsearch's
// date type has. A fault, when set, may answer a search in its place.
type store struct {
	mu       sync.Mutex
	docs     []document
	maxPage  int
	fault    func(at time.Time, page *Page) error
	searches int
	from     []time.Time
	queries  []Query
	// others is when somebody else's newest line was written.
	others func(now time.Time) time.Time
}

const step = time.Millisecond

func (s *store) Limits() Limits { return Limits{MaxPage: cmp.Or(s.maxPage, 10_000), Step: step} }

func (s *store) add(docs ...document) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.docs = append(s.docs, docs...)
}

func (s *store) visible(r Range) []document {
	var found []document
	now := time.Now()
	from := r.From.Truncate(step)
	for i := range s.docs {
		d := &s.docs[i]
		at := d.Time.Truncate(step)
		if at.Before(from) || d.arrives.After(now) || !r.To.IsZero() && at.After(r.To) {
			continue
		}
		found = append(found, *d)
	}
	return found
}

func (s *store) answer(q Query, r Range, limit int, order func([]document)) (Page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.searches++
	s.from = append(s.from, r.From)
	s.queries = append(s.queries, q)
	found := s.visible(r)
	order(found)
	page := Page{Full: len(found) >= limit}
	for _, d := range found[:min(limit, len(found))] {
		page.Entries = append(page.Entries, d.Entry)
		page.Last = d.Time.Truncate(step)
	}
	if s.fault != nil {
		if err := s.fault(time.Now(), &page); err != nil {
			return Page{}, err
		}
	}
	return page, nil
}

// oldestFirst sorts documents by the time that the store keeps, those of one time
// in the order of writing.
func oldestFirst(docs []document) {
	slices.SortStableFunc(docs, func(a, b document) int { return a.Time.Truncate(step).Compare(b.Time.Truncate(step)) })
}

func (s *store) Latest(_ context.Context, q Query, r Range, limit int) (Page, error) {
	return s.answer(q, r, limit, func(docs []document) {
		oldestFirst(docs)
		slices.Reverse(docs)
	})
}

func (s *store) Since(_ context.Context, q Query, r Range, limit int) (Page, error) {
	return s.answer(q, r, limit, oldestFirst)
}

func (s *store) Explain(context.Context, Query, Range) (Explanation, error) {
	x := Explanation{Cause: NoDocuments, Index: "logs"}
	if s.others != nil {
		x.Newest = s.others(time.Now())
	}
	return x, nil
}
