package logstest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"gantry/logs"
)

// Document is a line of a Store: when it says it was written, and from when on a
// search finds it.
type Document struct {
	logs.Entry
	Arrives time.Time
}

// Store is a log store in memory with a clock of milliseconds, as Elasticsearch's
// date type has. The fields may be changed before a test reads it.
type Store struct {
	Mu   sync.Mutex
	Docs []Document
	// MaxPage is the largest page; zero is 10,000.
	MaxPage int
	// Fault, when set, may change an answer or give an error in its place.
	Fault func(at time.Time, page *logs.Page) error
	// Searches counts the searches; From and Queries are what they asked.
	Searches int
	From     []time.Time
	Queries  []logs.Query
	// Others is when somebody else's newest line was written.
	Others func(now time.Time) time.Time
}

// Step is the resolution of a Store's clock.
const Step = time.Millisecond

// Limits returns the largest page and the resolution.
func (s *Store) Limits() logs.Limits {
	return logs.Limits{MaxPage: cmp.Or(s.MaxPage, 10_000), Step: Step}
}

// Add writes documents.
func (s *Store) Add(docs ...Document) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.Docs = append(s.Docs, docs...)
}

// Searched returns how many searches there were so far.
func (s *Store) Searched() int {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return s.Searches
}

// Visible returns the documents of a range that have arrived.
func (s *Store) Visible(r logs.Range) []Document {
	var found []Document
	now := time.Now()
	from := r.From.Truncate(Step)
	for i := range s.Docs {
		d := &s.Docs[i]
		at := d.Time.Truncate(Step)
		if at.Before(from) || d.Arrives.After(now) || !r.To.IsZero() && at.After(r.To) {
			continue
		}
		found = append(found, *d)
	}
	return found
}

func (s *Store) answer(q logs.Query, r logs.Range, limit int, order func([]Document)) (logs.Page, error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.Searches++
	s.From = append(s.From, r.From)
	s.Queries = append(s.Queries, q)
	found := s.Visible(r)
	order(found)
	page := logs.Page{Full: len(found) >= limit}
	for _, d := range found[:min(limit, len(found))] {
		page.Entries = append(page.Entries, d.Entry)
		page.Last = d.Time.Truncate(Step)
	}
	if s.Fault != nil {
		if err := s.Fault(time.Now(), &page); err != nil {
			return logs.Page{}, err
		}
	}
	return page, nil
}

// oldestFirst sorts documents by the time that the store keeps, those of one time
// in the order of writing.
func oldestFirst(docs []Document) {
	slices.SortStableFunc(docs, func(a, b Document) int { return a.Time.Truncate(Step).Compare(b.Time.Truncate(Step)) })
}

// Latest returns the newest lines of a range, whatever the query.
func (s *Store) Latest(_ context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	return s.answer(q, r, limit, func(docs []Document) {
		oldestFirst(docs)
		slices.Reverse(docs)
	})
}

// Since returns the oldest lines of a range, whatever the query.
func (s *Store) Since(_ context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	return s.answer(q, r, limit, oldestFirst)
}

// Explain says that there are no documents, and when others last wrote.
func (s *Store) Explain(context.Context, logs.Query, logs.Range) (logs.Explanation, error) {
	x := logs.Explanation{Cause: logs.NoDocuments, Index: "logs"}
	if s.Others != nil {
		x.Newest = s.Others(time.Now())
	}
	return x, nil
}

// Epoch is a time to count from.
var Epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Doc returns a document without a message.
func Doc(id int, written, arrives time.Time) Document {
	return Document{Entry: logs.Entry{Time: written, Index: "logs", ID: fmt.Sprint(id)}, Arrives: arrives}
}

// KnownIn returns the set of some entries.
func KnownIn(entries []logs.Entry) logs.Known {
	return logs.KnownOf(func(yield func(*logs.Entry) bool) {
		for i := range entries {
			if !yield(&entries[i]) {
				return
			}
		}
	})
}

// TB is what a test or a property gives to fail with.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
}

// ReadAll reads a history to its end, n lines at a time, and returns its lines in
// the order of their times.
func ReadAll(t TB, h *logs.History, d logs.Direction, n int) (entries []logs.Entry, gaps []logs.Gap) {
	t.Helper()
	for range 10_000 {
		page, err := h.Next(context.Background(), n)
		if err != nil {
			t.Fatalf("history: %v", err)
		}
		var lines []logs.Entry
		for _, e := range page.Entries {
			if e.Gap != nil {
				gaps = append(gaps, *e.Gap)
				continue
			}
			lines = append(lines, e)
		}
		if d == logs.Older {
			entries = append(lines, entries...)
		} else {
			entries = append(entries, lines...)
		}
		if !page.Full {
			return entries, gaps
		}
		if len(page.Entries) == 0 {
			t.Fatalf("a page that is not the last has no lines")
		}
	}
	t.Fatalf("history does not end")
	return nil, nil
}
