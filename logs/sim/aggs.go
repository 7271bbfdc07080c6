package sim

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// aggregations are the named counts of a search, and what was counted so far.
type aggregations map[string]*aggregation

// aggregation is a date_histogram with filters in it, or a filter: the two that are
// known.
type aggregation struct {
	interval time.Duration // of a date_histogram; zero is a filter
	filter   matcher
	inner    aggregationBodies

	buckets map[int64]*bucket // by the milliseconds of their beginning
	count   int               // of a filter
}

type aggregationBodies map[string]json.RawMessage

type bucket struct {
	count int
	inner aggregations
}

// UnmarshalJSON reads one aggregation and refuses what is not known.
func (a *aggregation) UnmarshalJSON(raw []byte) error {
	var body struct {
		DateHistogram *struct {
			Field         string `json:"field"`
			FixedInterval string `json:"fixed_interval"`
			MinDocCount   int    `json:"min_doc_count"`
		} `json:"date_histogram"`
		Filter json.RawMessage   `json:"filter"`
		Aggs   aggregationBodies `json:"aggs"`
	}
	if err := strict(raw, &body); err != nil {
		return err
	}
	a.inner = body.Aggs
	switch h := body.DateHistogram; {
	case h != nil && body.Filter == nil:
		interval, err := time.ParseDuration(h.FixedInterval)
		if err != nil || interval < time.Millisecond {
			return illegal("failed to parse setting [fixed_interval] with value [%s]", h.FixedInterval)
		}
		if h.Field != timestampField || h.MinDocCount != 1 {
			return illegal("this store counts by time over [%s] alone, without empty buckets", timestampField)
		}
		a.interval, a.buckets = interval, map[int64]*bucket{}
		// What is within is read now, so that a mistake in it is refused.
		_, err = a.inner.read()
		return err
	case h == nil && body.Filter != nil:
		var err error
		a.filter, err = compile(body.Filter)
		return err
	}
	return parsing("unknown aggregation in [%s]", raw)
}

func (b aggregationBodies) read() (aggregations, error) {
	out := aggregations{}
	for name, raw := range b {
		a := &aggregation{}
		if err := json.Unmarshal(raw, a); err != nil {
			return nil, err
		}
		out[name] = a
	}
	return out, nil
}

// add counts a document.
func (a aggregations) add(f *fields) {
	for _, one := range a {
		one.add(f)
	}
}

func (a *aggregation) add(f *fields) {
	if a.filter != nil {
		if a.filter.matches(f) {
			a.count++
		}
		return
	}
	width := a.interval.Milliseconds()
	at := f.doc.at.UnixMilli()
	start := at - ((at%width)+width)%width
	b := a.buckets[start]
	if b == nil {
		inner, _ := a.inner.read() // read before without an error
		b = &bucket{inner: inner}
		a.buckets[start] = b
	}
	b.count++
	b.inner.add(f)
}

// answer returns what was counted in the store's shape.
func (a aggregations) answer() map[string]any {
	out := map[string]any{}
	for name, one := range a {
		if one.filter != nil {
			out[name] = map[string]any{"doc_count": one.count}
			continue
		}
		list := []any{}
		for _, start := range slices.Sorted(maps.Keys(one.buckets)) {
			b := one.buckets[start]
			entry := b.inner.answer()
			entry["key"], entry["doc_count"] = start, b.count
			list = append(list, entry)
		}
		out[name] = map[string]any{"buckets": list}
	}
	return out
}
