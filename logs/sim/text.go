package sim

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
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

// words splits text as the store's standard analyser does for ordinary lines:
// runs of letters, digits and underscores, a dot or an apostrophe between two of
// them included, in lower case.
func words(s string) []string {
	runes := []rune(strings.ToLower(s))
	var out []string
	start := -1
	for i, r := range runes {
		inside := wordRune(r)
		if (r == '.' || r == '\'') && start >= 0 && i+1 < len(runes) && wordRune(runes[i+1]) {
			inside = unicode.IsDigit(runes[i-1]) == unicode.IsDigit(runes[i+1])
		}
		switch {
		case inside && start < 0:
			start = i
		case !inside && start >= 0:
			out = append(out, string(runes[start:i]))
			start = -1
		}
	}
	if start >= 0 {
		out = append(out, string(runes[start:]))
	}
	return out
}

func wordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// phrase tests for words in a row; with open, the last may be unfinished.
func phrase(names []string, text string, open bool) test {
	wanted := words(text)
	return func(f *fields) bool {
		for _, field := range names {
			if containsRun(terms(f, field), wanted, open) {
				return true
			}
		}
		return false
	}
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

// matchWords is a match query: any word, or every one with the operator "and".
func matchWords(c comparison) test {
	wanted := words(c.text())
	all := strings.EqualFold(c.operator, "and")
	return func(f *fields) bool { return hasWords(terms(f, c.field), wanted, all, false) }
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

func compileMultiMatch(raw json.RawMessage) (matcher, error) {
	var q struct {
		Query    string   `json:"query"`
		Fields   []string `json:"fields"`
		Type     string   `json:"type"`
		Operator string   `json:"operator"`
		Lenient  bool     `json:"lenient"`
	}
	if err := strict(raw, &q); err != nil {
		return nil, err
	}
	switch q.Type {
	case "phrase", "phrase_prefix":
		return phrase(q.Fields, q.Query, q.Type == "phrase_prefix"), nil
	case "", "best_fields", "bool_prefix":
		wanted, all, open := words(q.Query), strings.EqualFold(q.Operator, "and"), q.Type == "bool_prefix"
		return test(func(f *fields) bool {
			return slices.ContainsFunc(q.Fields, func(field string) bool { return hasWords(terms(f, field), wanted, all, open) })
		}), nil
	}
	return nil, parsing("failed to parse [multi_match] query type [%s]. unknown type.", q.Type)
}

// compileQueryString reads the part of the query syntax that people type most:
// words, "phrases", field:value, prefix*, and the operators AND, OR and NOT
// without parentheses. Words without an operator are alternatives, as in the
// store.
func compileQueryString(raw json.RawMessage) (matcher, error) {
	var q struct {
		Query           string   `json:"query"`
		DefaultField    string   `json:"default_field"`
		Fields          []string `json:"fields"`
		DefaultOperator string   `json:"default_operator"`
		Lenient         bool     `json:"lenient"`
		AnalyzeWildcard bool     `json:"analyze_wildcard"`
	}
	if err := strict(raw, &q); err != nil {
		return nil, err
	}
	targets := q.Fields
	if q.DefaultField != "" && q.DefaultField != "*" {
		targets = []string{q.DefaultField}
	}
	if len(targets) == 0 {
		targets = []string{messageField}
	}
	groups := [][]test{{}} // alternatives of conjunctions
	and := strings.EqualFold(q.DefaultOperator, "and")
	joined, negated := true, false
	for _, token := range tokens(q.Query) {
		switch token {
		case "AND", "&&":
			joined = true
			continue
		case "OR", "||":
			groups = append(groups, nil)
			joined = true
			continue
		case "NOT", "!":
			negated = true
			continue
		}
		t := termTest(token, targets)
		if negated {
			inner := t
			t, negated = func(f *fields) bool { return !inner(f) }, false
		}
		if !joined && !and {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], t)
		joined = false
	}
	return test(func(f *fields) bool {
		return slices.ContainsFunc(groups, func(group []test) bool {
			return len(group) > 0 && !slices.ContainsFunc(group, func(t test) bool { return !t(f) })
		})
	}), nil
}

// tokens splits at spaces outside double quotes.
func tokens(s string) []string {
	quoted := false
	return strings.FieldsFunc(s, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return !quoted && unicode.IsSpace(r)
	})
}

func termTest(token string, targets []string) test {
	if token == "*" || token == "*:*" {
		return always
	}
	if field, value, ok := strings.Cut(token, ":"); ok && !strings.HasPrefix(token, `"`) && field != "" {
		token, targets = value, []string{field}
	}
	if inner, ok := strings.CutPrefix(token, `"`); ok {
		return phrase(targets, strings.TrimSuffix(inner, `"`), false)
	}
	if start, ok := strings.CutSuffix(token, "*"); ok {
		return func(f *fields) bool {
			return slices.ContainsFunc(targets, func(field string) bool {
				want := start
				if !strings.HasSuffix(field, ".keyword") {
					want = strings.ToLower(start)
				}
				return slices.ContainsFunc(terms(f, field), func(t string) bool { return strings.HasPrefix(t, want) })
			})
		}
	}
	return func(f *fields) bool {
		return slices.ContainsFunc(targets, func(field string) bool {
			if strings.HasSuffix(field, ".keyword") {
				return slices.Contains(terms(f, field), token)
			}
			return containsRun(terms(f, field), words(token), false)
		})
	}
}

// timeSpan is a range over the timestamp.
type timeSpan struct{ from, to time.Time }

func (s timeSpan) matches(f *fields) bool {
	at := f.doc.at
	return !at.Before(s.from) && (s.to.IsZero() || !at.After(s.to))
}

func (s timeSpan) span() (from, to time.Time) { return s.from, s.to }

// compileRange understands ranges over the timestamp, in RFC 3339 or in
// milliseconds since 1970. An end finer than a millisecond is cut to it, as a
// date field does.
func compileRange(raw json.RawMessage) (matcher, error) {
	var node map[string]struct {
		GTE, GT, LTE, LT any
		Format           string
	}
	if err := strict(raw, &node); err != nil {
		return nil, err
	}
	if len(node) != 1 {
		return nil, parsing("[range] query malformed: [%s]", raw)
	}
	var s timeSpan
	for field, bounds := range node {
		if field != timestampField {
			return nil, illegal("this store compares [%s] only by equality", field)
		}
		for _, b := range []struct {
			value any
			into  *time.Time
			shift time.Duration
		}{
			{bounds.GTE, &s.from, 0}, {bounds.GT, &s.from, time.Millisecond},
			{bounds.LTE, &s.to, 0}, {bounds.LT, &s.to, -time.Millisecond},
		} {
			if b.value == nil {
				continue
			}
			t, err := instant(b.value)
			if err != nil {
				return nil, err
			}
			*b.into = t.Add(b.shift)
		}
	}
	return s, nil
}

func instant(v any) (time.Time, error) {
	switch v := v.(type) {
	case float64:
		return time.UnixMilli(int64(v)).UTC(), nil
	case string:
		if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return t.UTC().Truncate(time.Millisecond), nil
		}
	}
	return time.Time{}, illegal("failed to parse date field [%v] with format [strict_date_optional_time_nanos]", v)
}
