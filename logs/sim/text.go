package sim

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"gantry/logs/kql/analysis"
)

// strict decodes a query's options and refuses those that are not known.
func strict(raw json.RawMessage, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		if r, ok := err.(*refusal); ok {
			return r
		}
		return parsing("%v", err)
	}
	return nil
}

// textQuery is a text to be compared with a field in the way that the field's
// values ask for.
type textQuery struct {
	text   string
	words  []string
	phrase bool // the words in a row
	all    bool // every word, in any order
	open   bool // the last word may be unfinished
	zone   *time.Location
}

func newTextQuery(text string) textQuery {
	return textQuery{text: text, words: analysis.Lower(text), zone: time.UTC}
}

// in tests one field.
func (q textQuery) in(f *fields, field string) bool {
	name, whole := fieldForm(field)
	var have []string
	for _, v := range f.of(name) {
		s, isText := v.(string)
		if at, ok := dateIn(name, v, whole); ok {
			if span, err := analysis.Date(q.text, time.Now(), q.zone); err == nil && span.Contains(at) {
				return true
			}
			continue
		}
		switch {
		case !isText:
			if sameValue(v, q.text) {
				return true
			}
		case whole:
			if s == q.text || q.open && strings.HasPrefix(s, q.text) {
				return true
			}
		case q.phrase:
			if containsRun(analysis.Lower(s), q.words, q.open) {
				return true
			}
		default:
			have = append(have, analysis.Lower(s)...)
		}
	}
	return hasWords(have, q.words, q.all, q.open)
}

// inAny tests fields and patterns of fields.
func (q textQuery) inAny(patterns []string) test {
	return func(f *fields) bool {
		return slices.ContainsFunc(f.matching(patterns), func(field string) bool { return q.in(f, field) })
	}
}

// sameValue compares a number or a boolean with a text.
func sameValue(v any, text string) bool {
	switch v := v.(type) {
	case float64:
		n, ok := analysis.Number(text)
		return ok && n == v
	case bool:
		return plain(v) == text
	}
	return false
}

func containsRun(have, want []string, open bool) bool {
	if len(want) == 0 {
		return false
	}
	for i := 0; i+len(want) <= len(have); i++ {
		last := len(want) - 1
		end := have[i+last] == want[last] || open && strings.HasPrefix(have[i+last], want[last])
		if end && slices.Equal(have[i:i+last], want[:last]) {
			return true
		}
	}
	return false
}

// hasWords tests for words in any order; with open, the last may be unfinished.
func hasWords(have, want []string, all, open bool) bool {
	found := 0
	for i, w := range want {
		if slices.ContainsFunc(have, func(h string) bool {
			return h == w || open && i == len(want)-1 && strings.HasPrefix(h, w)
		}) {
			found++
		}
	}
	if all {
		return found == len(want) && found > 0
	}
	return found > 0
}

// compileMatch reads a match query: any word, or every one with the operator
// "and".
func compileMatch(c comparison) test {
	q := newTextQuery(c.text())
	q.all = strings.EqualFold(c.operator, "and")
	return q.inAny([]string{c.field})
}

// compilePhrase returns what reads a match_phrase query, or with open a
// match_phrase_prefix query.
func compilePhrase(open bool) func(comparison) test {
	return func(c comparison) test {
		q := newTextQuery(c.text())
		q.phrase, q.open = true, open
		return q.inAny([]string{c.field})
	}
}

func compileMultiMatch(raw json.RawMessage) (matcher, error) {
	var body struct {
		Query    string   `json:"query"`
		Fields   []string `json:"fields"`
		Type     string   `json:"type"`
		Operator string   `json:"operator"`
		Lenient  bool     `json:"lenient"`
	}
	if err := strict(raw, &body); err != nil {
		return nil, err
	}
	if len(body.Fields) == 0 {
		body.Fields = []string{"*"}
	}
	q := newTextQuery(body.Query)
	q.all = strings.EqualFold(body.Operator, "and")
	switch body.Type {
	case "phrase", "phrase_prefix":
		q.phrase, q.open = true, body.Type == "phrase_prefix"
	case "bool_prefix":
		q.open = true
	case "", "best_fields":
	default:
		return nil, parsing("failed to parse [multi_match] query type [%s]. unknown type.", body.Type)
	}
	return q.inAny(body.Fields), nil
}
