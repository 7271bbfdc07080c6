package logs

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"gantry/internal/clean"
	"gantry/logs"
)

// vocabulary is what fields and values the lines that were held have: what a query
// that is typed can go on with.
type vocabulary struct {
	counts map[string]int
	values map[string]map[string]int
}

var _ logs.Vocabulary = (*vocabulary)(nil)

// Bounds on the values that are offered of a field.
const (
	offeredValues  = 50
	longestOffered = 60 // in bytes
)

// vocabulary looks at the newest lines. The level is a field of each that has one,
// wherever it was read.
func (l *lines) vocabulary() *vocabulary {
	v := &vocabulary{counts: map[string]int{}, values: map[string]map[string]int{}}
	from := l.First()
	if held := l.End() - l.First(); held > surveyLines {
		from = l.End() - surveyLines
	}
	for _, e := range l.ring.From(from) {
		if e.Gap != nil || isMark(e) {
			continue
		}
		fieldsOf(e, v.add)
	}
	return v
}

// fieldsOf calls visit for each value of a line's document and for its level.
func fieldsOf(e *logs.Entry, visit func(name, value string)) {
	if s := logs.SeverityOf(e.Level); s != logs.SeverityUnknown {
		visit(logs.FieldLevel, s.String())
	}
	var doc map[string]any
	d := json.NewDecoder(strings.NewReader(string(e.Source)))
	d.UseNumber()
	if d.Decode(&doc) == nil {
		scalars("", doc, func(name, value string) {
			if name != logs.FieldLevel || logs.SeverityOf(e.Level) == logs.SeverityUnknown {
				visit(name, value)
			}
		})
	}
}

func scalars(prefix string, doc map[string]any, visit func(name, value string)) {
	for _, name := range slices.Sorted(maps.Keys(doc)) {
		switch v := doc[name].(type) {
		case map[string]any:
			scalars(prefix+name+".", v, visit)
		case []any, nil:
		case string:
			visit(prefix+name, v)
		case json.Number:
			visit(prefix+name, v.String())
		case bool:
			if v {
				visit(prefix+name, "true")
			} else {
				visit(prefix+name, "false")
			}
		}
	}
}

// add counts a value. What is long, or masked where it is shown, is not offered.
func (v *vocabulary) add(name, value string) {
	v.counts[name]++
	of := v.values[name]
	if of == nil {
		of = map[string]int{}
		v.values[name] = of
	}
	if _, known := of[value]; known || len(of) < offeredValues && len(value) <= longestOffered && offerable(value) {
		of[value]++
	}
}

// offerable reports whether a value can be typed and hides nothing.
func offerable(value string) bool { return value != "" && clean.ShownText(value) == value }

// Names are the fields, the most frequent first.
func (v *vocabulary) Names() []string { return byCount(v.counts) }

// Values are those of a field, the most frequent first.
func (v *vocabulary) Values(field string) []string { return byCount(v.values[field]) }

func byCount(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
}
