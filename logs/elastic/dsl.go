package elastic

import (
	"time"

	"gantry/logs"
	"gantry/logs/kql"
)

// dsl is a node of the store's query language.
type dsl map[string]any

// timeFormat is how instants are written; both products read it with up to nine
// fractional digits.
const timeFormat = "strict_date_optional_time_nanos"

// search is the body of a search request.
type search struct {
	Size           int    `json:"size"`
	Timeout        string `json:"timeout"`
	TrackTotalHits bool   `json:"track_total_hits"`
	Query          dsl    `json:"query"`
	Sort           []dsl  `json:"sort"`
}

// order is a sort direction.
type order string

const (
	ascending  order = "asc"
	descending order = "desc"
)

// sort orders by time, then by the tiebreak field where there is one.
func (s *Source) sort(o order) []dsl {
	byTime := dsl{"order": o, "unmapped_type": "date"}
	if s.caps.mixed(s.cfg.Timestamp) {
		// Otherwise milliseconds and nanoseconds are compared as plain numbers.
		byTime["numeric_type"] = "date_nanos"
	}
	keys := []dsl{{s.cfg.Timestamp: byTime}}
	if s.cfg.Tiebreak != "" {
		keys = append(keys, dsl{s.cfg.Tiebreak: dsl{"order": o, "unmapped_type": "long"}})
	}
	return keys
}

// query translates a neutral query and a range. Everything is a filter: nothing
// is scored.
func (s *Source) query(q logs.Query, r logs.Range) dsl {
	clauses := []dsl{s.timeRange(r)}
	if q.Where != nil {
		clauses = append(clauses, s.filter(q.Where))
	}
	if q.Text != "" {
		clauses = append(clauses, s.text(q))
	}
	if l, ok := s.levelled(q); ok {
		clauses = append(clauses, s.narrowed(q.Expr, l))
	} else if !q.Expr.IsZero() {
		clauses = append(clauses, s.expr(q.Expr))
	}
	return dsl{"bool": dsl{"filter": clauses}}
}

// timeRange always names the timestamp, so that documents without one stay out.
func (s *Source) timeRange(r logs.Range) dsl {
	bounds := dsl{"format": timeFormat}
	from := r.From
	if from.IsZero() {
		from = time.Unix(0, 0)
	}
	bounds["gte"] = instant(from)
	if !r.To.IsZero() {
		bounds["lte"] = instant(r.To)
	}
	return dsl{"range": dsl{s.cfg.Timestamp: bounds}}
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

// text searches the message: a phrase as it is, otherwise all words, of which the
// last may be unfinished.
func (s *Source) text(q logs.Query) dsl {
	match := dsl{"query": q.Text, "fields": s.cfg.Message, "type": "bool_prefix", "operator": "and", "lenient": true}
	if phrase, ok := q.Phrase(); ok {
		match = dsl{"query": phrase, "fields": s.cfg.Message, "type": "phrase", "lenient": true}
	}
	return dsl{"multi_match": match}
}

// expr translates what a person typed. In Lucene's syntax, words without a field
// are looked for in every field, as Kibana does.
func (s *Source) expr(e logs.Expr) dsl {
	if e.Language() == logs.Lucene {
		query := dsl{"query": e.Text(), "analyze_wildcard": true}
		if zone := kql.ZoneName(e.Zone(), ""); zone != "" {
			query["time_zone"] = zone
		}
		return dsl{"query_string": query}
	}
	return kql.Translate(e.Tree(), s.caps, e.Zone())
}

func (s *Source) filter(f logs.Filter) dsl {
	switch f := f.(type) {
	case logs.All:
		return dsl{"bool": dsl{"filter": s.filters(f)}}
	case logs.Any:
		return some(s.filters(f))
	case logs.Match:
		return s.match(f)
	case logs.Condition:
		return kql.Translate(f.Tree, s.caps, nil)
	}
	return none()
}

func (s *Source) filters(members []logs.Filter) []dsl {
	out := make([]dsl, len(members))
	for i, m := range members {
		out[i] = s.filter(m)
	}
	return out
}

// match compares each field that exists in the way its kind allows. A comparison
// that no field allows matches nothing.
func (s *Source) match(m logs.Match) dsl {
	var clauses, exist []dsl
	for _, field := range m.Fields {
		for _, t := range s.caps.targets(field) {
			clauses = append(clauses, compare(t, m)...)
			exist = append(exist, dsl{"exists": dsl{"field": t.field}})
		}
	}
	switch {
	case m.OrAbsent && len(exist) == 0:
		return dsl{"match_all": dsl{}}
	case m.OrAbsent:
		clauses = append(clauses, dsl{"bool": dsl{"must_not": exist}})
	}
	return some(clauses)
}

func compare(t target, m logs.Match) []dsl {
	if m.Op == logs.Exact && t.kind != words {
		return []dsl{{"terms": dsl{t.field: m.Values}}}
	}
	var clauses []dsl
	for _, v := range m.Values {
		switch {
		case m.Op == logs.Exact:
			clauses = append(clauses, dsl{"match_phrase": dsl{t.field: v}})
		case m.Op == logs.Prefix && t.kind == whole:
			clauses = append(clauses, dsl{"prefix": dsl{t.field: dsl{"value": v}}})
		case m.Op == logs.Prefix && t.kind == words:
			clauses = append(clauses, dsl{"match_phrase_prefix": dsl{t.field: v}})
		case m.Op == logs.Regexp && t.kind == whole:
			clauses = append(clauses, dsl{"regexp": dsl{t.field: dsl{"value": v}}})
		}
	}
	return clauses
}

func some(clauses []dsl) dsl {
	switch len(clauses) {
	case 0:
		return none()
	case 1:
		return clauses[0]
	}
	return dsl{"bool": dsl{"should": clauses, "minimum_should_match": 1}}
}

func none() dsl { return dsl{"match_none": dsl{}} }
