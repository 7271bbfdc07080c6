package views

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"gantry/awsx"
	"gantry/logs"
)

// shelf is a log store in memory.
type shelf struct {
	mu      sync.Mutex
	entries []logs.Entry // oldest first
	err     error
	partial *logs.Partial
	empty   bool // no index matches
	why     logs.Explanation
	latest  int // searches for the newest lines
	since   []logs.Range
}

func (s *shelf) do(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// write adds a line of a container as logstash's gelf input leaves it.
func (s *shelf) write(at time.Time, container, name, level, message string) {
	s.do(func() {
		source, err := json.Marshal(map[string]string{
			"container_id": container, "container_name": name, "log_level": level, "message": message,
		})
		if err != nil {
			panic(err) // strings can be marshalled
		}
		s.entries = append(s.entries, logs.Entry{
			Time: at, Index: "logstash-2026.03.14", ID: fmt.Sprint(len(s.entries)), Source: source,
			Message: message, Level: level, Container: container,
		})
		slices.SortStableFunc(s.entries, func(a, b logs.Entry) int { return a.Time.Compare(b.Time) })
	})
}

func (s *shelf) found(q logs.Query, r logs.Range) []logs.Entry {
	var out []logs.Entry
	for _, e := range s.entries {
		inside := !e.Time.Before(r.From) && (r.To.IsZero() || !e.Time.After(r.To))
		if inside && chooses(q.Where, &e) {
			out = append(out, e)
		}
	}
	return out
}

func chooses(f logs.Filter, e *logs.Entry) bool {
	switch f := f.(type) {
	case logs.All:
		return !slices.ContainsFunc(f, func(m logs.Filter) bool { return !chooses(m, e) })
	case logs.Any:
		return slices.ContainsFunc(f, func(m logs.Filter) bool { return chooses(m, e) })
	case logs.Match:
		return slices.ContainsFunc(f.Fields, func(name string) bool {
			have, ok := e.Field(name)
			return ok && slices.ContainsFunc(f.Values, func(want string) bool {
				if f.Op == logs.Regexp {
					return regexp.MustCompile("^(?:" + want + ")$").MatchString(have)
				}
				return have == want
			})
		})
	}
	return true
}

func (s *shelf) page(found []logs.Entry, limit int) logs.Page {
	p := logs.Page{Entries: slices.Clone(found), NoShards: s.empty, Partial: s.partial}
	if len(p.Entries) > limit {
		p.Entries, p.Full = p.Entries[:limit], true
	}
	if n := len(p.Entries); n > 0 {
		p.Last = p.Entries[n-1].Time
	}
	return p
}

func (s *shelf) Latest(_ context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latest++
	if s.err != nil {
		return logs.Page{}, s.err
	}
	found := s.found(q, r)
	slices.Reverse(found)
	return s.page(found, limit), nil
}

func (s *shelf) Since(_ context.Context, q logs.Query, r logs.Range, limit int) (logs.Page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = append(s.since, r)
	if s.err != nil {
		return logs.Page{}, s.err
	}
	return s.page(s.found(q, r), limit), nil
}

func (s *shelf) Explain(context.Context, logs.Query, logs.Range) (logs.Explanation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why, s.err
}

func (s *shelf) Limits() logs.Limits {
	return logs.Limits{MaxPage: 10_000, Step: time.Millisecond}
}

// runtimes are the runtime ids of a service's running containers.
func (d *desk) runtimes(service awsx.Ref) []string {
	var ids []string
	for _, t := range d.tasks(service) {
		ids = append(ids, t.Containers[0].RuntimeID)
	}
	return ids
}

// tasks are a service's running tasks.
func (d *desk) tasks(service awsx.Ref) []awsx.Task {
	return tasksOf(d.account, service)
}
