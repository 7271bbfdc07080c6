package elastic

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

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
	body, err := s.ask(ctx, "count", "/"+s.cfg.Index+"/_count", dsl{"query": s.query(q, r)})
	if err != nil {
		return logs.Count{}, err
	}
	var a struct {
		Count  int    `json:"count"`
		Shards shards `json:"_shards"`
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return logs.Count{}, s.unreadable("count", body, err)
	}
	return logs.Count{Lines: a.Count, Partial: (&answer{Shards: a.Shards}).partial().And(s.missing.lacking())}, nil
}

// tally is the body of a search that counts and returns no lines.
type tally struct {
	Size           int    `json:"size"`
	Timeout        string `json:"timeout"`
	TrackTotalHits bool   `json:"track_total_hits"`
	Query          dsl    `json:"query"`
	Aggs           dsl    `json:"aggs"`
}

// The names of the aggregations.
const (
	aggTime     = "time"
	aggErrors   = "errors"
	aggWarnings = "warnings"
)

// Histogram counts the lines of a range by time. A line without a level field is an
// error or a warning by the words in its message; one that is both is an error.
func (s *Source) Histogram(ctx context.Context, q logs.Query, r logs.Range, interval time.Duration) (logs.Histogram, error) {
	if err := s.probe(ctx, q, append(slices.Clone(s.cfg.Level), s.cfg.Message...)...); err != nil {
		return logs.Histogram{Interval: interval}, err
	}
	if _, ok := s.levelled(q); ok {
		return logs.Histogram{Interval: interval}, s.uncountable()
	}
	bad := s.level(logs.SeverityError, logs.SeverityFatal)
	return s.bars(ctx, q, r, interval, dsl{
		aggErrors: dsl{"filter": bad},
		aggWarnings: dsl{"filter": dsl{"bool": dsl{
			"filter": []dsl{s.level(logs.SeverityWarn)}, "must_not": []dsl{bad},
		}}},
	})
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
			if t.kind == whole || t.kind == words {
				named = append(named, compare(t, logs.Match{Values: logs.Spellings(severities...)})...)
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
