package cloudwatch

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gantry/internal/fault"
	"gantry/logs"
)

// line is an event with the group it is of.
type line struct {
	group GroupID
	Event
}

// field returns a field of a line: where it is, its message, or a field of a
// message that is a JSON object.
func (l line) field(name string) (string, bool) {
	switch name {
	case logs.FieldRegion:
		return l.group.Region, true
	case logs.FieldGroup:
		return l.group.Name, true
	case logs.FieldStream:
		return l.Stream, true
	case "message":
		return l.Message, true
	}
	v, ok := logs.Lookup(json.RawMessage(l.Message), name)
	return logs.Text(v), ok
}

// record is the line as a document for a query that a person typed: the fields of
// a message that is a JSON object, and over them those that every line has.
func (l line) record() map[string]any {
	record := map[string]any{}
	if strings.HasPrefix(l.Message, "{") && json.Unmarshal([]byte(l.Message), &record) != nil {
		record = map[string]any{}
	}
	record["@timestamp"] = milliseconds(l.Time)
	record["message"] = l.Message
	record[logs.FieldRegion] = l.group.Region
	record[logs.FieldGroup] = l.group.Name
	record[logs.FieldStream] = l.Stream
	return record
}

// predicate tells whether a line is of a query.
type predicate func(line) bool

// matcher returns the predicate of a query. The error is of class invalid when
// the query has a part that cannot be compared here.
func matcher(q logs.Query, levels logs.Levels) (predicate, error) {
	where, err := compile(q.Where)
	if err != nil {
		return nil, &fault.Error{Class: fault.Invalid, Op: "search CloudWatch Logs", Err: err}
	}
	text := termsOf(q)
	if q.Expr.IsZero() {
		return func(l line) bool { return where(l) && text.in(l.Message) }, nil
	}
	expr, byLevel := q.Expr.ByLevel()
	typed, err := expr.Matcher()
	if err != nil {
		return nil, err
	}
	return func(l line) bool {
		if !where(l) || !text.in(l.Message) {
			return false
		}
		record := l.record()
		if byLevel {
			record = logs.WithLevel(record, levels.In(l.Message))
		}
		return typed.Match(record)
	}, nil
}

func compile(f logs.Filter) (predicate, error) {
	switch f := f.(type) {
	case nil:
		return func(line) bool { return true }, nil
	case logs.All:
		members, err := compileEach(f)
		return func(l line) bool {
			return !slices.ContainsFunc(members, func(p predicate) bool { return !p(l) })
		}, err
	case logs.Any:
		members, err := compileEach(f)
		return func(l line) bool {
			return slices.ContainsFunc(members, func(p predicate) bool { return p(l) })
		}, err
	case logs.Match:
		return compileMatch(f)
	}
	return nil, fmt.Errorf("%s cannot be searched for here", f)
}

func compileEach(filters []logs.Filter) ([]predicate, error) {
	out := make([]predicate, len(filters))
	for i, f := range filters {
		var err error
		if out[i], err = compile(f); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func compileMatch(m logs.Match) (predicate, error) {
	same, err := comparison(m)
	if err != nil {
		return nil, err
	}
	return func(l line) bool {
		absent := true
		for _, name := range m.Fields {
			v, ok := l.field(name)
			if ok && same(v) {
				return true
			}
			absent = absent && !ok
		}
		return m.OrAbsent && absent
	}, nil
}

func comparison(m logs.Match) (func(string) bool, error) {
	switch m.Op {
	case logs.Prefix:
		return func(v string) bool {
			return slices.ContainsFunc(m.Values, func(p string) bool { return strings.HasPrefix(v, p) })
		}, nil
	case logs.Regexp:
		all := make([]*regexp.Regexp, len(m.Values))
		for i, v := range m.Values {
			var err error
			if all[i], err = regexp.Compile(`(?s)\A(?:` + v + `)\z`); err != nil {
				return nil, fmt.Errorf("the expression /%s/: %w", v, err)
			}
		}
		return func(v string) bool {
			return slices.ContainsFunc(all, func(re *regexp.Regexp) bool { return re.MatchString(v) })
		}, nil
	case logs.Exact:
	}
	return func(v string) bool { return slices.Contains(m.Values, v) }, nil
}
