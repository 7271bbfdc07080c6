package sim

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// matcher decides on one document.
type matcher interface {
	matches(f *fields) bool
	// span bounds the times of the documents that can match; a zero end is open.
	span() (from, to time.Time)
}

// test is a matcher without a bound in time.
type test func(f *fields) bool

func (t test) matches(f *fields) bool     { return t(f) }
func (t test) span() (from, to time.Time) { return }

func always(*fields) bool { return true }
func never(*fields) bool  { return false }

// compiler returns what reads a type of query, or nil for a type that is not known.
func compiler(kind string) func(json.RawMessage) (matcher, error) {
	switch kind {
	case "match_all":
		return func(json.RawMessage) (matcher, error) { return test(always), nil }
	case "match_none":
		return func(json.RawMessage) (matcher, error) { return test(never), nil }
	case "bool":
		return compileBool
	case "range":
		return compileRange
	case "term":
		return byField("value", func(c comparison) test {
			text := c.text()
			return c.any(func(term string) bool { return term == text })
		})
	case "terms":
		return compileTerms
	case "prefix":
		return byField("value", func(c comparison) test {
			text := c.text()
			return c.any(func(term string) bool { return strings.HasPrefix(term, text) })
		})
	case "regexp":
		return compileRegexp
	case "match":
		return byField("query", compileMatch)
	case "match_phrase":
		return byField("query", compilePhrase(false))
	case "match_phrase_prefix":
		return byField("query", compilePhrase(true))
	case "multi_match":
		return compileMultiMatch
	case "query_string":
		return compileQueryString
	case "exists":
		return compileExists
	case "nested":
		return compileNested
	}
	return nil
}

// compile reads one query. No query at all matches everything.
func compile(raw json.RawMessage) (matcher, error) {
	if len(raw) == 0 {
		return test(always), nil
	}
	var node map[string]json.RawMessage
	if err := json.Unmarshal(raw, &node); err != nil || len(node) != 1 {
		return nil, parsing("[_na] query malformed, expected one query name in [%s]", raw)
	}
	for kind, body := range node {
		if c := compiler(kind); c != nil {
			return c(body)
		}
		return nil, parsing("unknown query [%s]", kind)
	}
	return test(never), nil
}

// clauses reads a list of queries, or a single one.
type clauses []matcher

func (c *clauses) UnmarshalJSON(raw []byte) error {
	list := []json.RawMessage{raw}
	if strings.HasPrefix(string(raw), "[") {
		if err := json.Unmarshal(raw, &list); err != nil {
			return err
		}
	}
	for _, item := range list {
		m, err := compile(item)
		if err != nil {
			return err
		}
		*c = append(*c, m)
	}
	return nil
}

type boolQuery struct {
	Filter             clauses `json:"filter"`
	Must               clauses `json:"must"`
	Should             clauses `json:"should"`
	MustNot            clauses `json:"must_not"`
	MinimumShouldMatch *int    `json:"minimum_should_match"`
}

func compileBool(raw json.RawMessage) (matcher, error) {
	var b boolQuery
	if err := strict(raw, &b); err != nil {
		return nil, err
	}
	b.Filter = append(b.Filter, b.Must...)
	b.Must = nil
	if b.MinimumShouldMatch == nil {
		least := 0
		if len(b.Filter) == 0 && len(b.Should) > 0 {
			least = 1
		}
		b.MinimumShouldMatch = &least
	}
	return b, nil
}

func (b boolQuery) matches(f *fields) bool {
	for _, m := range b.Filter {
		if !m.matches(f) {
			return false
		}
	}
	for _, m := range b.MustNot {
		if m.matches(f) {
			return false
		}
	}
	n := 0
	for _, m := range b.Should {
		if n >= *b.MinimumShouldMatch {
			break
		}
		if m.matches(f) {
			n++
		}
	}
	return n >= *b.MinimumShouldMatch
}

// span is the intersection of what the filters allow.
func (b boolQuery) span() (from, to time.Time) {
	for _, m := range b.Filter {
		lo, hi := m.span()
		if lo.After(from) {
			from = lo
		}
		if !hi.IsZero() && (to.IsZero() || hi.Before(to)) {
			to = hi
		}
	}
	return from, to
}

// comparison is a query of the form {field: value} or {field: {key: value, …}}.
type comparison struct {
	field    string
	value    any
	operator string
}

func (c comparison) text() string { return plain(c.value) }

// any tests each term of the field: whole values of a keyword, words of a text.
func (c comparison) any(ok func(term string) bool) test {
	return func(f *fields) bool { return hasTerm(f, c.field, ok) }
}

func byField(key string, build func(comparison) test) func(json.RawMessage) (matcher, error) {
	return func(raw json.RawMessage) (matcher, error) {
		c, err := readComparison(raw, key)
		if err != nil {
			return nil, err
		}
		return build(c), nil
	}
}

func readComparison(raw json.RawMessage, key string) (comparison, error) {
	var node map[string]any
	if err := json.Unmarshal(raw, &node); err != nil || len(node) != 1 {
		return comparison{}, parsing("malformed query, expected one field in [%s]", raw)
	}
	var c comparison
	for field, v := range node {
		c.field, c.value = field, v
		if options, ok := v.(map[string]any); ok {
			c.value = options[key]
			c.operator, _ = options["operator"].(string)
			for name := range options {
				if name != key && name != "operator" && name != "boost" && name != "case_insensitive" {
					return c, parsing("query does not support [%s]", name)
				}
			}
		}
	}
	if c.value == nil {
		return c, illegal("value cannot be null")
	}
	return c, nil
}

func compileTerms(raw json.RawMessage) (matcher, error) {
	var node map[string][]any
	if err := json.Unmarshal(raw, &node); err != nil || len(node) != 1 {
		return nil, parsing("[terms] query malformed: [%s]", raw)
	}
	var m matcher
	for field, values := range node {
		wanted := map[string]bool{}
		for _, v := range values {
			wanted[plain(v)] = true
		}
		m = comparison{field: field}.any(func(term string) bool { return wanted[term] })
	}
	return m, nil
}

func compileRegexp(raw json.RawMessage) (matcher, error) {
	c, err := readComparison(raw, "value")
	if err != nil {
		return nil, err
	}
	// The store's expressions are anchored at both ends.
	re, err := regexp.Compile("^(?:" + c.text() + ")$")
	if err != nil {
		return nil, illegal("failed to parse regexp: %v", err)
	}
	return c.any(re.MatchString), nil
}

func compileExists(raw json.RawMessage) (matcher, error) {
	var e struct {
		Field string `json:"field"`
	}
	if err := strict(raw, &e); err != nil {
		return nil, err
	}
	return test(func(f *fields) bool { return f.has(strings.TrimSuffix(e.Field, keywordSuffix)) }), nil
}

// compileNested reads a query that one object of a list has to match on its own.
func compileNested(raw json.RawMessage) (matcher, error) {
	var n struct {
		Path           string          `json:"path"`
		Query          json.RawMessage `json:"query"`
		ScoreMode      string          `json:"score_mode"`
		IgnoreUnmapped bool            `json:"ignore_unmapped"`
	}
	if err := strict(raw, &n); err != nil {
		return nil, err
	}
	inner, err := compile(n.Query)
	if err != nil {
		return nil, err
	}
	return test(func(f *fields) bool { return slices.ContainsFunc(f.objects(n.Path), inner.matches) }), nil
}
