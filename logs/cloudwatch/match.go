package cloudwatch

import (
	"encoding/json"
	"strings"

	"gantry/internal/fault"
	"gantry/logs"
)

// line is an event with the group it is of.
type line struct {
	group GroupID
	Event
}

// Field returns a field of a line: where it is, its message, or a field of a
// message that is a JSON object.
func (l *line) Field(name string) (string, bool) {
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
func (l *line) record() map[string]any {
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
type predicate func(*line) bool

// matcher returns the predicate of a query. The error is of class invalid when
// the query has a part that cannot be compared here.
func matcher(q logs.Query, levels logs.Levels) (predicate, error) {
	where, err := logs.Matching(q.Where)
	if err != nil {
		return nil, &fault.Error{Class: fault.Invalid, Op: "search CloudWatch Logs", Err: err}
	}
	text := termsOf(q)
	if q.Expr.IsZero() {
		return func(l *line) bool { return where(l) && text.in(l.Message) }, nil
	}
	expr, byLevel := q.Expr.ByLevel()
	typed, err := expr.Matcher()
	if err != nil {
		return nil, err
	}
	return func(l *line) bool {
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
