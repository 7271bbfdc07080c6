package sim

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// compileQueryString reads Lucene's syntax: words, "phrases", * and ?, /regular
// expressions/, field:…, field:(…), ranges in brackets and by comparison, + - !
// AND OR NOT and parentheses. Boosts, fuzzy words and slop are refused.
func compileQueryString(raw json.RawMessage) (matcher, error) {
	var body struct {
		Query           string   `json:"query"`
		DefaultField    string   `json:"default_field"`
		Fields          []string `json:"fields"`
		DefaultOperator string   `json:"default_operator"`
		Lenient         bool     `json:"lenient"`
		AnalyzeWildcard bool     `json:"analyze_wildcard"`
		TimeZone        string   `json:"time_zone"`
	}
	if err := strict(raw, &body); err != nil {
		return nil, err
	}
	switch {
	case body.DefaultField != "":
		body.Fields = []string{body.DefaultField}
	case len(body.Fields) == 0:
		body.Fields = []string{"*"}
	}
	zone, err := zoneOf(body.TimeZone)
	if err != nil {
		return nil, err
	}
	l := lucene{zone: zone, query: body.Query, rest: []rune(body.Query), and: strings.EqualFold(body.DefaultOperator, "and")}
	t, err := l.clauses(body.Fields)
	if err == nil && len(l.rest) > 0 {
		err = l.fail()
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// lucene reads a query_string from its beginning to its end.
type lucene struct {
	query string
	rest  []rune
	zone  *time.Location
	and   bool // words without an operator must all match
}

// fail is the store's answer to a query that it cannot read.
func (l *lucene) fail() error {
	return &refusal{http.StatusBadRequest, "query_shard_exception", "Failed to parse query [" + l.query + "]"}
}

// occur says what a clause asks for.
type occur uint8

const (
	should occur = iota
	must
	mustNot
)

type clause struct {
	occur occur
	test  test
}

// clauses reads up to the end or a closing parenthesis. As in Lucene there is no
// precedence: AND makes the clauses on both sides required, and one that is only
// wanted counts when none is.
func (l *lucene) clauses(targets []string) (test, error) {
	var all []clause
	for {
		l.space()
		if len(l.rest) == 0 || l.rest[0] == ')' {
			return combine(all), nil
		}
		conjunction := ""
		switch {
		case l.word("AND"), l.accept("&&"):
			conjunction = "AND"
		case l.word("OR"), l.accept("||"):
			conjunction = "OR"
		}
		if conjunction != "" && len(all) == 0 {
			return nil, l.fail()
		}
		c := clause{occur: should}
		l.space()
		switch {
		case l.word("NOT"), l.accept("!"), l.accept("-"):
			c.occur = mustNot
		case l.accept("+"), conjunction == "AND", conjunction == "" && l.and:
			c.occur = must
		}
		if last := len(all) - 1; conjunction == "AND" && all[last].occur == should {
			all[last].occur = must
		} else if conjunction == "OR" && l.and && all[last].occur == must {
			all[last].occur = should
		}
		l.space()
		var err error
		if c.test, err = l.clause(targets); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
}

// combine is Lucene's boolean query.
func combine(all []clause) test {
	return func(f *fields) bool {
		var required, wanted, found bool
		for _, c := range all {
			matches := c.test(f)
			switch c.occur {
			case must:
				if required = true; !matches {
					return false
				}
			case mustNot:
				if matches {
					return false
				}
			case should:
				wanted, found = true, found || matches
			}
		}
		return required || found || !wanted && len(all) > 0
	}
}

func (l *lucene) space() {
	for len(l.rest) > 0 && unicode.IsSpace(l.rest[0]) {
		l.rest = l.rest[1:]
	}
}

// accept takes a piece of text.
func (l *lucene) accept(s string) bool {
	n := len([]rune(s))
	if len(l.rest) < n || string(l.rest[:n]) != s {
		return false
	}
	l.rest = l.rest[n:]
	return true
}

// word takes a word that stands alone.
func (l *lucene) word(s string) bool {
	n := len(s)
	if len(l.rest) > n && !unicode.IsSpace(l.rest[n]) && l.rest[n] != '(' {
		return false
	}
	return l.accept(s)
}

// clause reads what one operator stands before.
func (l *lucene) clause(targets []string) (test, error) {
	if len(l.rest) == 0 {
		return nil, l.fail()
	}
	switch l.rest[0] {
	case '(':
		return l.group(targets)
	case '"', '[', '{', '/', '<', '>':
		return l.value(targets)
	}
	t, err := l.term()
	if err != nil {
		return nil, err
	}
	if !l.accept(":") {
		return t.test(targets), nil
	}
	if t.raw == "_exists_" {
		name, err := l.term()
		return func(f *fields) bool { return f.has(name.text) }, err
	}
	field := []string{t.text}
	if t.raw == "*" {
		field[0] = "*"
	}
	if len(l.rest) > 0 && l.rest[0] == '(' {
		return l.group(field)
	}
	return l.value(field)
}

func (l *lucene) group(targets []string) (test, error) {
	l.accept("(")
	before := len(l.rest)
	t, err := l.clauses(targets)
	if err == nil && (!l.accept(")") || len(l.rest) == before-1) {
		err = l.fail()
	}
	return t, err
}

// value reads what a field is compared with.
func (l *lucene) value(targets []string) (test, error) {
	if len(l.rest) == 0 {
		return nil, l.fail()
	}
	switch l.rest[0] {
	case '"':
		text, err := l.until('"')
		q := newTextQuery(text)
		q.phrase, q.zone = true, l.zone
		return q.inAny(targets), err
	case '/':
		text, err := l.until('/')
		if err != nil {
			return nil, err
		}
		re, err := regexp.Compile("^(?:" + text + ")$")
		if err != nil {
			return nil, l.fail()
		}
		return expressions(targets, re, re), nil
	case '[', '{':
		return l.brackets(targets)
	case '<', '>':
		above := l.rest[0] == '>'
		l.rest = l.rest[1:]
		end := limit{above: above, touches: l.accept("="), zone: l.zone}
		t, err := l.term()
		end.value = t.text
		return rangeTest(targets, []limit{end}), err
	}
	t, err := l.term()
	if err != nil {
		return nil, err
	}
	return t.test(targets), nil
}

// until reads a text between two equal marks.
func (l *lucene) until(mark rune) (string, error) {
	var b strings.Builder
	for i := 1; i < len(l.rest); i++ {
		switch r := l.rest[i]; {
		case r == mark:
			l.rest = l.rest[i+1:]
			return b.String(), nil
		case r == '\\' && i+1 < len(l.rest) && (mark == '"' || l.rest[i+1] == mark):
			i++
			b.WriteRune(l.rest[i])
		default:
			b.WriteRune(r)
		}
	}
	return "", l.fail()
}

// brackets reads [a TO b}, of which a bracket includes its end.
func (l *lucene) brackets(targets []string) (test, error) {
	from := limit{above: true, touches: l.rest[0] == '[', zone: l.zone}
	end := slices.IndexFunc(l.rest, func(r rune) bool { return r == ']' || r == '}' })
	if end < 0 {
		return nil, l.fail()
	}
	to := limit{touches: l.rest[end] == ']', zone: l.zone}
	low, high, ok := strings.Cut(string(l.rest[1:end]), " TO ")
	if l.rest = l.rest[end+1:]; !ok {
		return nil, l.fail()
	}
	var limits []limit
	if from.value = unquoted(low); from.value != "*" {
		limits = append(limits, from)
	}
	if to.value = unquoted(high); to.value != "*" {
		limits = append(limits, to)
	}
	return rangeTest(targets, limits), nil
}

// unquoted is an end of a range, which may stand in quotes.
func unquoted(end string) string {
	end = strings.TrimSpace(end)
	if len(end) > 1 && end[0] == '"' && strings.HasSuffix(end, `"`) {
		return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(end[1 : len(end)-1])
	}
	return end
}

func rangeTest(targets []string, limits []limit) test {
	return func(f *fields) bool {
		return slices.ContainsFunc(f.matching(targets), func(field string) bool { return inRange(f, field, limits) })
	}
}

// term is a word with its wildcards.
type term struct {
	zone    *time.Location
	raw     string // as typed
	text    string // without escapes
	pattern string // a regular expression, when there is a wildcard
}

// term reads up to white space or a character with a meaning of its own.
func (l *lucene) term() (term, error) {
	var raw, text, pattern strings.Builder
	wild := false
	i := 0
read:
	for ; i < len(l.rest); i++ {
		r := l.rest[i]
		switch {
		case r == '\\':
			if i++; i == len(l.rest) {
				return term{}, l.fail()
			}
			raw.WriteRune(r)
			r = l.rest[i]
			pattern.WriteString(regexp.QuoteMeta(string(r)))
		case r == '*':
			wild = true
			pattern.WriteString(".*")
		case r == '?':
			wild = true
			pattern.WriteByte('.')
		case unicode.IsSpace(r), strings.ContainsRune(`:()"[]{}^~`, r):
			break read
		default:
			pattern.WriteString(regexp.QuoteMeta(string(r)))
		}
		raw.WriteRune(r)
		text.WriteRune(r)
	}
	if i == 0 || i < len(l.rest) && strings.ContainsRune(`"[]{}^~`, l.rest[i]) {
		return term{}, l.fail()
	}
	l.rest = l.rest[i:]
	t := term{zone: l.zone, raw: raw.String(), text: text.String()}
	if wild {
		t.pattern = "(?s)^" + pattern.String() + "$"
	}
	return t, nil
}

// test compares fields with the term.
func (t term) test(targets []string) test {
	switch {
	case t.raw == "*" && slices.Equal(targets, []string{"*"}):
		return always
	case t.raw == "*":
		return func(f *fields) bool { return slices.ContainsFunc(targets, f.has) }
	case t.pattern == "":
		q := newTextQuery(t.text)
		q.zone = t.zone
		return q.inAny(targets)
	}
	// Words are kept in lower case, and a pattern for them is brought to it.
	return expressions(targets, regexp.MustCompile(t.pattern), regexp.MustCompile("(?i)"+t.pattern))
}

// expressions matches the whole text of a field with one expression and the words
// of analysed text with another. Other values have no text.
func expressions(targets []string, whole, words *regexp.Regexp) test {
	return func(f *fields) bool {
		return slices.ContainsFunc(f.matching(targets), func(field string) bool {
			if !keywordField(f.of(strings.TrimSuffix(field, keywordSuffix))) || isDate(f, field) {
				return false
			}
			re := words
			if _, keyword := fieldForm(field); keyword {
				re = whole
			}
			return hasTerm(f, field, re.MatchString)
		})
	}
}

// isDate reports whether the index keeps a field's values as dates.
func isDate(f *fields, field string) bool {
	name, whole := fieldForm(field)
	return f.some(name, func(v any) bool { _, ok := dateIn(name, v, whole); return ok })
}
