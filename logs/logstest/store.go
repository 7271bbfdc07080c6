package logstest

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"sort"
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
	Docs []Document // only appended to
	// ordered are their places in the order of time, as many as were put into it; those
	// of one time are in the order of writing.
	ordered []int
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

// Visible yields the documents of a range that have arrived, in the order of a direction.
func (s *Store) Visible(r logs.Range, d logs.Direction) iter.Seq[*Document] {
	for place := len(s.ordered); place < len(s.Docs); place++ {
		s.ordered = slices.Insert(s.ordered, s.until(s.Docs[place].kept()), place)
	}
	from, to := s.until(r.From.Truncate(Step).Add(-1)), len(s.ordered)
	if !r.To.IsZero() {
		to = max(from, s.until(r.To))
	}
	places, now := s.ordered[from:to], time.Now()
	return func(yield func(*Document) bool) {
		for i := range places {
			if d == logs.Older {
				i = len(places) - 1 - i
			}
			if doc := &s.Docs[places[i]]; !doc.Arrives.After(now) && !yield(doc) {
				return
			}
		}
	}
}

// until is how many of the ordered documents are not later than a time.
func (s *Store) until(at time.Time) int {
	return sort.Search(len(s.ordered), func(i int) bool { return s.Docs[s.ordered[i]].kept().After(at) })
}

// kept is the time of a document as the store keeps it.
func (d *Document) kept() time.Time { return d.Time.Truncate(Step) }

func (s *Store) answer(q logs.Query, r logs.Range, limit int, d logs.Direction) (logs.Page, error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.Searches++
	s.From = append(s.From, r.From)
	s.Queries = append(s.Queries, q)
	page := logs.Page{}
	for doc := range s.Visible(r, d) {
		if len(page.Entries) == limit {
			break
		}
		page.Entries = append(page.Entries, doc.Entry)
		page.Last = doc.kept()
	}
	page.Full = len(page.Entries) == limit
	if s.Fault != nil {
		if err := s.Fault(time.Now(), &page); err != nil {
			return logs.Page{}, err
		}
	}
	return page, nil
}

// Latest returns the newest lines of a range, whatever the query.
func (s *Store) Latest(_ context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	return s.answer(q, r, limit, logs.Older)
}

// Since returns the oldest lines of a range, whatever the query.
func (s *Store) Since(_ context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	return s.answer(q, r, limit, logs.Newer)
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
