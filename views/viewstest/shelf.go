package viewstest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"gantry/logs"
	"gantry/logs/kql"
)

// Shelf is a log store in memory.
type Shelf struct {
	mu       sync.Mutex
	Entries  []logs.Entry // oldest first
	Err      error
	Partial  *logs.Partial
	Empty    bool // no index matches
	Why      logs.Explanation
	Refuses  map[string]error // queries that cannot be read, by how they are typed
	Searches int              // searches for the newest lines
	Polls    int              // searches for the oldest lines since a time
	// Wait, when set, holds up a search for the newest lines of a range.
	Wait func(logs.Range)
}

// Do changes the shelf while nobody reads it.
func (s *Shelf) Do(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Write adds a line of a container as logstash's gelf input leaves it.
func (s *Shelf) Write(at time.Time, container, name, level, message string) {
	s.Do(func() {
		source, err := json.Marshal(map[string]string{
			"container_id": container, "container_name": name, "log_level": level, "message": message,
		})
		if err != nil {
			panic(err) // strings can be marshalled
		}
		e := logs.Entry{
			Time: at, Index: "logstash-2026.03.14", ID: fmt.Sprint(len(s.Entries)), Source: source,
			Message: message, Level: level, Container: container,
		}
		e.Read()
		s.Entries = append(s.Entries, e)
		slices.SortStableFunc(s.Entries, func(a, b logs.Entry) int { return a.Time.Compare(b.Time) })
	})
}

func (s *Shelf) found(q logs.Query, r logs.Range) []logs.Entry {
	var out []logs.Entry
	expr, _ := q.Expr.ByLevel()
	matcher, err := expr.Matcher()
	if err != nil {
		return nil
	}
	chooses, err := logs.Matching(q.Where)
	if err != nil {
		return nil
	}
	for _, e := range s.Entries {
		inside := !e.Time.Before(r.From) && (r.To.IsZero() || !e.Time.After(r.To))
		if inside && chooses(&e) && (q.Expr.IsZero() || matches(matcher, &e)) {
			out = append(out, e)
		}
	}
	return out
}

func (s *Shelf) page(found []logs.Entry, limit int) logs.Page {
	p := logs.Page{Entries: slices.Clone(found), NoShards: s.Empty, Partial: s.Partial}
	if len(p.Entries) > limit {
		p.Entries, p.Full = p.Entries[:limit], true
	}
	if n := len(p.Entries); n > 0 {
		p.Last = p.Entries[n-1].Time
	}
	return p
}

// Latest returns the newest lines that match.
func (s *Shelf) Latest(_ context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	s.mu.Lock()
	wait := s.Wait
	s.mu.Unlock()
	if wait != nil {
		wait(r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Searches++
	if err := s.failure(q); err != nil {
		return logs.Page{}, err
	}
	found := s.found(q, r)
	slices.Reverse(found)
	return s.page(found, limit), nil
}

// Since returns the oldest lines that match.
func (s *Shelf) Since(_ context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Polls++
	if err := s.failure(q); err != nil {
		return logs.Page{}, err
	}
	return s.page(s.found(q, r), limit), nil
}

// Polled returns how many polls there were so far.
func (s *Shelf) Polled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Polls
}

// Explain returns what the test says of an empty search.
func (s *Shelf) Explain(context.Context, logs.Query, logs.Range) (logs.Explanation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Why, s.Err
}

func (s *Shelf) failure(q logs.Query) error {
	if err := s.Refuses[q.Expr.String()]; err != nil {
		return err
	}
	return s.Err
}

// Histogram counts as a store does.
func (s *Shelf) Histogram(_ context.Context, q logs.Query, r logs.Range, interval time.Duration) (logs.Histogram, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.failure(q); err != nil {
		return logs.Histogram{}, err
	}
	h := logs.Histogram{Interval: interval, Bars: logs.EmptyBars(r, interval)}
	for _, e := range s.found(q, r) {
		b := &h.Bars[e.Time.Sub(h.Bars[0].Start)/interval]
		b.Lines++
		switch logs.SeverityOf(e.Level) {
		case logs.SeverityError:
			b.Errors++
		case logs.SeverityWarn:
			b.Warnings++
		}
	}
	return h, nil
}

// Limits are those of a store without any.
func (s *Shelf) Limits() logs.Limits {
	return logs.Limits{MaxPage: 10_000, Step: time.Millisecond}
}

func matches(m *kql.Matcher, e *logs.Entry) bool {
	var doc map[string]any
	return json.Unmarshal(e.Source, &doc) == nil && m.Match(logs.WithLevel(doc, e.Level))
}
