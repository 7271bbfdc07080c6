package logs

import (
	"encoding/json"
	"slices"
	"strings"

	"gantry/internal/clean"
)

// levelFields are the fields by which loggers tell a level's name, the usual ones
// first.
var levelFields = []string{"log.level", "level", "severity", "severityText", "severity_text", "SeverityText", "levelname", "LogLevel", "@l", "Level", "loglevel", "log_level", "lvl", "levelName"}

// numberFields are the fields whose numbers mean a level by one logger's table; the last
// is Python's, the others are OpenTelemetry's.
var numberFields = []string{"severityNumber", "severity_number", "SeverityNumber", "levelno"}

// dockerFields are the fields that Docker's gelf driver writes.
var dockerFields = []string{"container_id", "_container_id", "container_name", "image_name"}

// LevelFields returns every field that may tell the level of a document whose own ones are
// given, those first.
func LevelFields(own []string) []string {
	return union(own, levelFields, numberFields)
}

func union(lists ...[]string) (all []string) {
	for _, name := range slices.Concat(lists...) {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// LevelReader reads the levels of documents. The zero LevelReader looks at
// their messages alone.
type LevelReader struct {
	levels Levels
	// paths are all fields that are looked for, in one pass over a document: first those
	// that name a level, of which the first ones are the reader's own, then numberFields,
	// then those that only some kinds of document have.
	paths      []string
	own, names int
}

func (l Levels) reader(own []string, more ...string) LevelReader {
	names := union(own, levelFields)
	return LevelReader{l, slices.Concat(names, numberFields, more), len(own), len(names)}
}

// Reader returns what reads the levels of documents of which some fields, in this order,
// are to name them before the usual ones.
func (l Levels) Reader(fields []string) LevelReader { return l.reader(fields, dockerFields...) }

// levelRoom is for how many fields a document is asked without memory of its own; with
// more fields it takes some.
const levelRoom = 32

// Of returns the level of a document: what the first of the fields says that names one;
// else a number by its logger's table; else what the message says; else what syslog's
// numbers say; else whatever word is in the reader's own fields.
func (r LevelReader) Of(doc json.RawMessage, message string) string {
	if len(r.paths) == 0 {
		return r.levels.In(message)
	}
	var room [levelRoom]json.RawMessage
	values := LookupAll(doc, r.paths, room[:0])
	if level, ok := r.named(values); ok {
		return level
	}
	if in := r.levels.In(message); in != "" {
		return in
	}
	docker := slices.ContainsFunc(values[r.names+len(numberFields):], func(v json.RawMessage) bool { return v != nil })
	var word string
	for _, v := range values[:r.own] {
		text := Text(v)
		// Docker's driver writes 6 for standard output and 3 for standard error, whatever the
		// line says.
		if s := syslogSeverity(text); s != SeverityUnknown && !(docker && (text == "3" || text == "6")) {
			return s.String()
		}
		if word == "" && strings.Trim(text, "0123456789") != "" {
			word = text
		}
	}
	return word
}

// named returns the level that the values of the reader's fields name, by a word or by a
// number that no other logger means otherwise.
func (r LevelReader) named(values []json.RawMessage) (string, bool) {
	for _, v := range values[:r.names] {
		if v == nil {
			continue
		}
		if level, ok := r.levels.value(v); ok {
			return level, true
		}
	}
	python := len(numberFields) - 1
	for i, v := range values[r.names : r.names+len(numberFields)] {
		n, ok := small(Text(v))
		switch {
		case !ok:
		case i == python && n >= 10 && n <= 59:
			return Severity(n/10 + 1).String(), true
		case i != python && n >= 1 && n <= 24:
			return Severity((n-1)/4 + 1).String(), true // four steps for each
		}
	}
	return "", false
}

func (l Levels) value(v json.RawMessage) (string, bool) {
	text := strings.TrimSpace(clean.Plain(Text(v)))
	if s, ok := l[strings.ToLower(text)]; ok {
		return s.String(), true
	}
	if SeverityOf(text) != SeverityUnknown {
		return text, true
	}
	if s := letter(text); s != SeverityUnknown {
		return s.String(), true
	}
	if n, ok := small(text); ok && n >= 10 && n <= 69 {
		return Severity(n / 10).String(), true // pino and bunyan
	}
	return "", false
}

// lineReader looks for what tells the level of a line that is an object: the usual fields,
// another one of syslog's, and the one that each line of Serilog's compact form has.
var lineReader = Levels(nil).reader(nil, "priority", "@mt")

// inJSON reads the object that a line is. Numbers of syslog are its logger's own there;
// Serilog leaves the usual level out.
func (l Levels) inJSON(doc json.RawMessage) string {
	r := lineReader
	r.levels = l
	var room [levelRoom]json.RawMessage
	values := LookupAll(doc, r.paths, room[:0])
	if level, ok := r.named(values); ok {
		return level
	}
	level, severity, priority := 1, 2, len(values)-2 // the first two as in levelFields
	for _, i := range [...]int{level, severity, priority} {
		v := values[i]
		if s := syslogSeverity(Text(v)); s != SeverityUnknown {
			return s.String()
		}
	}
	if values[priority+1] != nil {
		return SeverityInfo.String()
	}
	return ""
}
