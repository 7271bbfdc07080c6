package elastic

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/internal/fault"
	"gantry/logs"
)

var (
	_ logs.Counter      = (*Source)(nil)
	_ logs.Histogrammer = (*Source)(nil)
	_ logs.Tallier      = (*Source)(nil)
)

// Count counts the lines of a range.
func (s *Source) Count(ctx context.Context, q logs.Query, r logs.Range) (logs.Count, error) {
	if err := s.probe(ctx, q); err != nil {
		return logs.Count{}, err
	}
	if _, ok := s.levelled(q); ok {
		return logs.Count{}, s.uncountable()
	}
	return s.counted(ctx, s.query(q, r))
}

// counted counts the documents that a query finds. Across clusters a search does, which
// says which of them are away; a count does not. An answer without a number is none.
func (s *Source) counted(ctx context.Context, query dsl) (logs.Count, error) {
	path, body := "/_count", any(dsl{"query": query})
	if s.across() {
		path, body = "/_search", tally{Timeout: s.patience(), TrackTotalHits: true, Query: query}
	}
	raw, err := s.ask(ctx, "count", "/"+s.cfg.Index+path, body)
	if err != nil {
		return logs.Count{}, err
	}
	var a struct {
		answer
		Count *int `json:"count"`
		Hits  struct {
			Total struct {
				Value *int `json:"value"`
			} `json:"total"`
		} `json:"hits"`
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return logs.Count{}, s.unreadable("count", raw, err)
	}
	n := cmp.Or(a.Count, a.Hits.Total.Value)
	if n == nil {
		return logs.Count{}, s.unreadable("count", raw, errNoNumber)
	}
	return logs.Count{Lines: *n, Partial: a.partial().And(s.missing.lacking())}, nil
}

var errNoNumber = errors.New("it has no number of lines")

// tally is the body of a search that counts and returns no lines.
type tally struct {
	Size           int    `json:"size"`
	Timeout        string `json:"timeout"`
	TrackTotalHits bool   `json:"track_total_hits"`
	Query          dsl    `json:"query"`
	Aggs           dsl    `json:"aggs,omitempty"`
}

// The names of the aggregations.
const (
	aggTime     = "time"
	aggErrors   = "errors"
	aggWarnings = "warnings"
)

// Histogram counts the lines of a range by time. Where they are no more than a page they
// are read, and have the levels that a reader sees; so have those that are asked for by a
// level which the store does not know, as far as some pages reach. Of more, the store
// counts: a line without a level field is an error or a warning by the words in its
// message; one that is both is an error.
func (s *Source) Histogram(ctx context.Context, q logs.Query, r logs.Range, interval time.Duration) (logs.Histogram, error) {
	if err := s.probe(ctx, q, append(slices.Clone(s.cfg.Level), s.cfg.Message...)...); err != nil {
		return logs.Histogram{Interval: interval}, err
	}
	if _, ok := s.levelled(q); ok {
		return s.barsOfLines(ctx, q, r, interval, pagesOfLines)
	}
	bad := s.level(logs.SeverityError, logs.SeverityFatal)
	h, err := s.bars(ctx, q, r, interval, dsl{
		aggErrors: dsl{"filter": bad},
		aggWarnings: dsl{"filter": dsl{"bool": dsl{
			"filter": []dsl{s.level(logs.SeverityWarn)}, "must_not": []dsl{bad},
		}}},
	})
	lines := 0
	for _, b := range h.Bars {
		lines += b.Lines
	}
	if h.Estimated = lines > 0; err != nil || lines == 0 || lines >= maxPage || h.Partial != nil {
		return h, err
	}
	exact, err := s.barsOfLines(ctx, q, r, interval, 1)
	if err != nil || exact.Partial != nil {
		return h, nil // the count stands
	}
	return exact, nil
}

// pagesOfLines bounds the pages that are read for bars that the store cannot count.
const pagesOfLines = 5

// barsOfLines counts by reading: each line has the level that a reader sees.
func (s *Source) barsOfLines(ctx context.Context, q logs.Query, r logs.Range, interval time.Duration, pages int) (logs.Histogram, error) {
	h := logs.Histogram{Interval: interval, Bars: logs.EmptyBars(r, interval)}
	seen := map[logs.DocumentID]bool{}
	for range pages {
		page, _, err := logs.Fitting(maxPage, func(n int) (logs.Page, error) { return s.Since(ctx, q, r, n) })
		if err != nil {
			return h, err
		}
		for i := range page.Entries {
			e := &page.Entries[i]
			if id := (logs.DocumentID{Index: e.Index, ID: e.ID}); !seen[id] {
				seen[id] = true
				h.Tally(e.Time, e.Level)
			}
		}
		h.Partial = h.Partial.And(page.Partial)
		reached := page.Last
		if page.Scanned.After(reached) {
			reached = page.Scanned
		}
		if !page.Full || !reached.After(r.From) {
			return h, nil
		}
		r.From = reached
	}
	h.Partial = h.Partial.And(&logs.Partial{TimedOut: true, Shards: 1, Reason: "levels are read from the lines, of which there are too many: up to " + r.From.UTC().Format(time.RFC3339) + " they are counted"})
	return h, nil
}

// Tally counts the lines of a range by time.
func (s *Source) Tally(ctx context.Context, q logs.Query, r logs.Range, interval time.Duration) (logs.Histogram, error) {
	if err := s.probe(ctx, q); err != nil {
		return logs.Histogram{Interval: interval}, err
	}
	if _, ok := s.levelled(q); ok {
		return logs.Histogram{Interval: interval}, s.uncountable()
	}
	return s.bars(ctx, q, r, interval, nil)
}

// bars has the store count by time, and within each bar by more.
func (s *Source) bars(ctx context.Context, q logs.Query, r logs.Range, interval time.Duration, within dsl) (logs.Histogram, error) {
	h := logs.Histogram{Interval: interval}
	byTime := dsl{"date_histogram": dsl{
		"field": s.cfg.Timestamp, "fixed_interval": fmt.Sprintf("%ds", interval/time.Second), "min_doc_count": 1,
	}}
	if within != nil {
		byTime["aggs"] = within
	}
	body, err := s.ask(ctx, "count", "/"+s.cfg.Index+"/_search", tally{
		Timeout: s.patience(), Query: s.query(q, r), Aggs: dsl{aggTime: byTime},
	})
	if err != nil {
		return h, err
	}
	var a struct {
		answer
		Aggregations struct {
			Time struct {
				Buckets []bucket `json:"buckets"`
			} `json:"time"`
		} `json:"aggregations"`
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return h, s.unreadable("count", body, err)
	}
	if a.Aggregations.Time.Buckets == nil && !a.nowhere() && !a.partial().Passing() {
		// No bars are not none: whoever counts would take it that there are no lines.
		return h, &fault.Error{Class: fault.Invalid, Op: s.op("count"), Err: errNoNumber}
	}
	h.Partial, h.Bars = a.partial().And(s.missing.lacking()), logs.EmptyBars(r, interval)
	for _, b := range a.Aggregations.Time.Buckets {
		if i := int(time.UnixMilli(b.Key).Sub(h.Bars[0].Start) / interval); i >= 0 && i < len(h.Bars) {
			h.Bars[i].Lines, h.Bars[i].Errors, h.Bars[i].Warnings = b.Count, b.Errors.Count, b.Warnings.Count
		}
	}
	return h, nil
}

// bucket is a bar of the store's.
type bucket struct {
	Key    int64 `json:"key"` // milliseconds since 1970
	Count  int   `json:"doc_count"`
	Errors struct {
		Count int `json:"doc_count"`
	} `json:"errors"`
	Warnings struct {
		Count int `json:"doc_count"`
	} `json:"warnings"`
}

// level chooses lines of some severities: those whose level field says so in any
// spelling, and of those that have no such field the ones whose message holds one
// of the words.
func (s *Source) level(severities ...logs.Severity) dsl {
	var named []dsl
	anyName := []dsl{} // a list even where no index has a level: null is no query
	for _, field := range s.cfg.Level {
		for _, t := range s.caps.targets(field) {
			if t.kind == number {
				named = append(named, dsl{"terms": dsl{t.field: s.cfg.Levels.Numbers(severities...)}})
			}
			if t.kind == whole || t.kind == words {
				named = append(named, compare(t, logs.Match{Values: s.cfg.Levels.Spelt(severities...)})...)
				anyName = append(anyName, dsl{"exists": dsl{"field": t.field}})
			}
		}
	}
	for _, field := range s.cfg.Message {
		if slices.Contains(s.caps.of(field), words) {
			said := dsl{"match": dsl{field: strings.Join(logs.LevelWords(severities...), " ")}}
			named = append(named, dsl{"bool": dsl{"filter": []dsl{said}, "must_not": anyName}})
		}
	}
	return some(named)
}
