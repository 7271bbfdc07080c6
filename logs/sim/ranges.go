package sim

import (
	"encoding/json"
	"strings"
	"time"

	"gantry/logs/kql/analysis"
)

// timeSpan is a range over the timestamp.
type timeSpan struct{ from, to time.Time }

func (s timeSpan) matches(f *fields) bool {
	at := f.doc.at
	return !at.Before(s.from) && (s.to.IsZero() || !at.After(s.to))
}

func (s timeSpan) span() (from, to time.Time) { return s.from, s.to }

// limit is one end of a range.
type limit struct {
	value          any
	above, touches bool           // which side it leaves, and whether the value itself
	zone           *time.Location // of a date
}

// compileRange understands ranges over the timestamp and over every field whose
// values have an order.
func compileRange(raw json.RawMessage) (matcher, error) {
	var node map[string]struct {
		GTE, GT, LTE, LT any
		Format           string
		TimeZone         string `json:"time_zone"`
	}
	if err := strict(raw, &node); err != nil {
		return nil, err
	}
	if len(node) != 1 {
		return nil, parsing("[range] query malformed: [%s]", raw)
	}
	for field, bounds := range node {
		var limits []limit
		zone, err := zoneOf(bounds.TimeZone)
		if err != nil {
			return nil, err
		}
		for _, l := range []limit{{bounds.GTE, true, true, zone}, {bounds.GT, true, false, zone}, {bounds.LTE, false, true, zone}, {bounds.LT, false, false, zone}} {
			if l.value != nil {
				limits = append(limits, l)
			}
		}
		if field == timestampField {
			return spanOf(limits)
		}
		return test(func(f *fields) bool { return inRange(f, field, limits) }), nil
	}
	return test(never), nil
}

// zoneOf reads an offset or a name of a time zone; none is UTC.
func zoneOf(name string) (*time.Location, error) {
	if at, err := time.Parse("-07:00", name); err == nil {
		return at.Location(), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, illegal("Unknown time-zone ID: %s", name)
	}
	return zone, nil
}

// spanOf makes a span of limits in the date formats of a date field, which cuts
// them to milliseconds.
func spanOf(limits []limit) (matcher, error) {
	var s timeSpan
	for _, l := range limits {
		d, err := analysis.Date(plain(l.value), time.Now(), l.zone)
		if err != nil {
			return nil, noDate(l.value)
		}
		from, to := d.From.Truncate(time.Millisecond), d.To.Truncate(time.Millisecond)
		switch {
		case l.above && l.touches:
			s.from = later(s.from, from)
		case l.above:
			s.from = later(s.from, to.Add(time.Millisecond))
		case l.touches:
			s.to = earlier(s.to, to)
		default:
			s.to = earlier(s.to, from.Add(-time.Millisecond))
		}
	}
	return s, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// earlier returns the earlier of two ends, of which a zero one is open.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// inRange reports whether some term of a field is within all limits.
func inRange(f *fields, field string, limits []limit) bool {
	name, whole := fieldForm(field)
	for _, v := range f.of(name) {
		terms := []any{v}
		if at, ok := dateIn(name, v, whole); ok {
			if onDate(at, limits) {
				return true
			}
			continue
		}
		if s, ok := v.(string); ok && !whole {
			terms = nil
			for _, w := range analysis.Lower(s) {
				terms = append(terms, w)
			}
		}
		for _, t := range terms {
			if inside(t, whole, limits) {
				return true
			}
		}
	}
	return false
}

// dateIn returns the date that a field's value is for the index.
func dateIn(name string, v any, whole bool) (time.Time, bool) {
	s, ok := v.(string)
	if !ok || whole || name == messageField {
		return time.Time{}, false
	}
	return analysis.Timestamp(s)
}

func onDate(at time.Time, limits []limit) bool {
	for _, l := range limits {
		d, err := analysis.Date(plain(l.value), time.Now(), l.zone)
		if err != nil {
			return false
		}
		order := 0
		switch {
		case at.Before(d.From):
			order = -1
		case at.After(d.To):
			order = 1
		}
		if order == 0 && !l.touches || order != 0 && (order > 0) != l.above {
			return false
		}
	}
	return true
}

func inside(v any, whole bool, limits []limit) bool {
	for _, l := range limits {
		order, ok := compare(v, plain(l.value), whole)
		if !ok || order == 0 && !l.touches || order != 0 && (order > 0) != l.above {
			return false
		}
	}
	return true
}

// compare orders a term and the text of a limit; ok is false when the two cannot
// be compared.
func compare(v any, text string, whole bool) (order int, ok bool) {
	switch v := v.(type) {
	case float64:
		n, ok := analysis.Number(text)
		switch {
		case v < n:
			return -1, ok
		case v > n:
			return 1, ok
		}
		return 0, ok
	case bool:
		return strings.Compare(plain(v), text), text == "true" || text == "false"
	case string:
		if !whole {
			text = strings.ToLower(text)
		}
		return strings.Compare(v, text), true
	}
	return 0, false
}
