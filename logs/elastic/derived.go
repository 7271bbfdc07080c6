package elastic

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
	"gantry/logs/kql"
)

// levelled splits a query whose level the index does not tell for each line: it has no
// field of that name, or one of numbers, as Docker's gelf driver writes, or lines without.
// The caps are known.
func (s *Source) levelled(q logs.Query) (logs.Levelled, bool) {
	l, ok := q.Expr.Levelled()
	if !ok || s.named.all(q) {
		return logs.Levelled{}, false
	}
	return l, true
}

// named remembers of queries whether each of their lines has a field that names its level.
type named struct {
	mu      sync.Mutex
	answers map[string]answeredNamed
}

type answeredNamed struct {
	until time.Time
	all   bool
}

// namedMost is how many queries are remembered.
const namedMost = 100

func (n *named) recall(q logs.Query) (answeredNamed, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, ok := n.answers[keyOf(q)]
	return a, ok
}

// all reports whether each line of a query was found to name its level.
func (n *named) all(q logs.Query) bool {
	a, _ := n.recall(q)
	return a.all
}

func (n *named) remember(q logs.Query, all bool, lasts time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.answers == nil || len(n.answers) >= namedMost {
		n.answers = map[string]answeredNamed{}
	}
	n.answers[keyOf(q)] = answeredNamed{time.Now().Add(lasts), all}
}

func keyOf(q logs.Query) string { return logs.Query{Store: q.Store, Where: q.Where}.String() }

// namedWithin is how old the lines are that are asked whether they name their levels.
const namedWithin = 24 * time.Hour

// askNamed finds out, now and then, whether all lines of a query on levels name them in
// the field: an index that many services write to has the field for some of them alone.
// Where that cannot be told, they do not.
func (s *Source) askNamed(ctx context.Context, q logs.Query) {
	if _, ok := q.Expr.Levelled(); !ok {
		return
	}
	if a, ok := s.named.recall(q); ok && time.Now().Before(a.until) {
		return
	}
	kinds := s.caps.of(logs.FieldLevel)
	if !slices.Contains(kinds, whole) && !slices.Contains(kinds, words) {
		s.named.remember(q, false, reprobe)
		return
	}
	var names []dsl
	for _, t := range s.caps.targets(logs.FieldLevel) {
		names = append(names, compare(t, logs.Match{Values: s.cfg.Levels.Spelt(logs.Severities...)})...)
	}
	lately := logs.Range{From: time.Now().Add(-namedWithin)}
	n, err := s.counted(ctx, dsl{"bool": dsl{
		"filter": []dsl{s.query(logs.Query{Where: q.Where}, lately)}, "must_not": names,
	}})
	if err != nil || n.Partial != nil {
		s.named.remember(q, false, reprobe)
		return
	}
	s.named.remember(q, n.Lines == 0, kept)
}

// narrowed asks the store for what it can tell of a query on levels: lines of other
// levels may be among those that it finds.
func (s *Source) narrowed(e logs.Expr, l logs.Levelled) dsl {
	clauses := []dsl{} // a list even where the store is asked nothing: null is no query
	for _, n := range l.Store {
		clauses = append(clauses, kql.Translate(n, s.caps, e.Zone()))
	}
	if len(l.Any) > 0 && s.telling() && !s.cheapOnly.Load() {
		clauses = append(clauses, s.tellers(l.Any))
	}
	return dsl{"bool": dsl{"filter": clauses}}
}

// tellers finds every line that tells one of some levels, in a field or in its message,
// and more. A word of the message need not stand alone: the store keeps a class's name
// with its package, and what a colon joins, as one.
func (s *Source) tellers(severities []logs.Severity) dsl {
	by := s.cfg.Levels.Telling(severities...)
	var any []dsl
	for _, field := range logs.LevelFields(s.cfg.Level) {
		for _, t := range s.caps.targets(field) {
			values := by.Values
			if t.kind == number {
				values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return strings.Trim(v, "0123456789") != "" })
			}
			if t.kind == words {
				any = append(any, dsl{"match": dsl{t.field: strings.Join(values, " ")}})
			} else if t.kind == whole || t.kind == number {
				any = append(any, dsl{"terms": dsl{t.field: values}})
			}
		}
	}
	for _, field := range s.cfg.Message {
		if slices.Contains(s.caps.of(field), words) {
			any = append(any,
				dsl{"match": dsl{field: strings.Join(logs.LevelWords(severities...), " ")}},
				dsl{"terms": dsl{field: by.Terms}},
				dsl{"regexp": dsl{field: dsl{"value": by.Glued}}})
		}
	}
	return some(any)
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
