package elastic

import (
	"context"
	"encoding/json"
	"slices"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/kql"
)

// levelled splits a query whose level the index does not tell: it has no field of that
// name, or one of numbers, as Docker's gelf driver writes. The caps are known.
func (s *Source) levelled(q logs.Query) (logs.Levelled, bool) {
	kinds := s.caps.of(logs.FieldLevel)
	if slices.Contains(kinds, whole) || slices.Contains(kinds, words) {
		return logs.Levelled{}, false
	}
	return q.Expr.Levelled()
}

// narrowed asks the store for what it can tell of a query on levels: lines of other
// levels may be among those that it finds.
func (s *Source) narrowed(e logs.Expr, l logs.Levelled) dsl {
	clauses := []dsl{} // a list even where the store is asked nothing: null is no query
	for _, n := range l.Store {
		clauses = append(clauses, kql.Translate(n, s.caps, e.Zone()))
	}
	if len(l.Any) > 0 {
		if said := s.level(l.Any...); s.telling() {
			clauses = append(clauses, said)
		}
	}
	return dsl{"bool": dsl{"filter": clauses}}
}

// telling reports whether words in the message can be searched for, so that a line
// which tells its level there is found by it.
func (s *Source) telling() bool {
	return slices.ContainsFunc(s.cfg.Message, func(field string) bool { return slices.Contains(s.caps.of(field), words) })
}

// siftRounds bounds the pages that are read for one of a query on levels.
const siftRounds = 8

// siftLeast is the least number of lines that the pages after the first have.
const siftLeast = 500

// sift reads on until a page is full of lines that a query on levels asks for.
func (s *Source) sift(ctx context.Context, q logs.Query, r logs.Range, limit int, o order, read func(r logs.Range, limit int) (logs.Page, error)) (logs.Page, error) {
	page, err := read(r, limit)
	l, ok := s.levelled(q)
	if err != nil || !ok {
		return page, err
	}
	m := l.Matcher(q.Expr)
	var kept []logs.Entry
	seen := map[logs.DocumentID]bool{}
	for round := 1; ; round++ {
		for i := range page.Entries {
			e := &page.Entries[i]
			if id := (logs.DocumentID{Index: e.Index, ID: e.ID}); !seen[id] {
				seen[id] = true
				if ofLevel(m, e) {
					kept = append(kept, *e)
				}
			}
		}
		if !page.Full || len(kept) >= limit || round == siftRounds || len(page.Entries) == 0 || ctx.Err() != nil {
			break
		}
		if o == ascending {
			r.From = page.Last
		} else {
			r.To = page.Last.Add(s.Limits().Step - 1)
		}
		next, err := read(r, min(maxPage, max(siftLeast, 4*limit)))
		if err != nil {
			return logs.Page{}, err
		}
		if next.Full && next.Last.Equal(page.Last) {
			break // one time holds more lines than a page
		}
		next.Partial = page.Partial.And(next.Partial)
		page = next
	}
	page.Entries = kept
	switch {
	case len(kept) > limit:
		page.Entries, page.Full = kept[:limit], true
		page.Last = sortTime(kept[limit-1].Sort)
	case page.Full:
		page.Scanned = page.Last
	}
	return page, nil
}

// sifted leaves those lines out of a page of a point that are of another level.
func (s *Source) sifted(q logs.Query, page logs.Page) logs.Page {
	l, ok := s.levelled(q)
	if !ok || len(page.Entries) == 0 {
		return page
	}
	m := l.Matcher(q.Expr)
	page.Entries = slices.DeleteFunc(page.Entries, func(e logs.Entry) bool { return !ofLevel(m, &e) })
	if page.Full && len(page.Entries) == 0 {
		page.Scanned = page.Last
	}
	return page
}

// ofLevel reports whether a line has the level that is asked for.
func ofLevel(m *kql.Matcher, e *logs.Entry) bool {
	var doc map[string]any
	return json.Unmarshal(e.Source, &doc) == nil && m.Match(logs.WithLevel(doc, e.Level))
}

// uncountable is the error of counting lines by a level that the store does not know.
func (s *Source) uncountable() error {
	return fault.Errorf(fault.Invalid, s.op("count"), "", "the level is read from each line, and the store cannot count by it")
}
