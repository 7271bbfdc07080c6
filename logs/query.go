package logs

import (
	"fmt"
	"strings"
	"time"

	"gantry/logs/kql"
)

// Query chooses lines of a store, in terms that every store can translate. The
// zero Query chooses everything.
type Query struct {
	// Store names the store that has the lines, where several of one kind are read
	// as one; empty is the one for everything of which nothing else is known. See
	// Member.
	Store string
	// Where restricts by fields; nil does not restrict.
	Where Filter
	// Text is words that the message must all contain, the last one perhaps
	// unfinished, or a phrase in double quotes.
	Text string
	// Expr is the query that a person typed.
	Expr Expr
}

// Filter is a tree of All, Any, Match and Condition.
type Filter interface {
	// String renders the filter as a person would write it in Kibana.
	String() string
	filter()
}

// All matches a line that every member matches. An empty All matches each line.
type All []Filter

// Any matches a line that some member matches. An empty Any matches none.
type Any []Filter

// Op says how a Match compares.
type Op uint8

// The comparisons.
const (
	// Exact compares whole values.
	Exact Op = iota
	// Prefix compares the beginning of the value.
	Prefix
	// Regexp compares the whole value with an anchored regular expression of the
	// common kind: literals, character classes, . * + ? | and parentheses.
	Regexp
)

// Match matches a line in which one of Fields has one of Values. Fields are
// alternatives, because shippers differ in the name they give to one thing; the
// Source resolves those that exist to the form that can be compared.
type Match struct {
	Fields []string
	Op     Op
	Values []string
	// OrAbsent lets lines match that have none of Fields, so that the comparison
	// restricts those alone that say something about it.
	OrAbsent bool
}

// Condition is a filter written in Kibana's language, for stores of documents. It
// names no fields by which a store is chosen.
type Condition struct{ Tree kql.Node }

func (All) filter()       {}
func (Any) filter()       {}
func (Match) filter()     {}
func (Condition) filter() {}

// String joins the members with "and".
func (a All) String() string { return join(a, " and ", "*") }

// String joins the members with "or".
func (a Any) String() string { return join(a, " or ", "not *") }

func join(members []Filter, sep, none string) string {
	if len(members) == 0 {
		return none
	}
	parts := make([]string, len(members))
	for i, m := range members {
		parts[i] = m.String()
		if len(members) > 1 && compound(m) {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, sep)
}

// compound reports whether a member's text holds an operator of its own.
func compound(f Filter) bool {
	switch f := f.(type) {
	case All:
		return len(f) > 1
	case Any:
		return len(f) > 1
	case Match:
		return len(f.Fields) > 1 || f.OrAbsent
	case Condition:
		switch f.Tree.(type) {
		case kql.And, kql.Or:
			return true
		}
	}
	return false
}

// shownValues bounds the values that String spells out.
const shownValues = 4

// String renders the fields with their values: field:value, field:value*, or
// field:/expression/.
func (m Match) String() string {
	shown := m.Values[:min(len(m.Values), shownValues)]
	values := make([]string, len(shown), len(shown)+1)
	for i, v := range shown {
		switch m.Op {
		case Prefix:
			values[i] = v + "*"
		case Regexp:
			values[i] = "/" + v + "/"
		case Exact:
			values[i] = v
		}
	}
	if more := len(m.Values) - len(shown); more > 0 {
		values = append(values, "…"+fmt.Sprint(more, " more"))
	}
	list := strings.Join(values, " or ")
	if len(values) > 1 {
		list = "(" + list + ")"
	}
	parts := make([]string, len(m.Fields))
	for i, f := range m.Fields {
		parts[i] = f + ":" + list
	}
	if m.OrAbsent {
		absent := strings.Join(m.Fields, ":* or ") + ":*"
		if len(m.Fields) > 1 {
			absent = "(" + absent + ")"
		}
		parts = append(parts, "not "+absent)
	}
	return strings.Join(parts, " or ")
}

// String renders the condition as it could be typed.
func (c Condition) String() string { return c.Tree.String() }

// String renders the query as the screen shows it.
func (q Query) String() string {
	var parts []string
	if q.Where != nil {
		where := q.Where.String()
		if (q.Text != "" || !q.Expr.IsZero()) && compound(q.Where) {
			where = "(" + where + ")"
		}
		parts = append(parts, where)
	}
	if q.Text != "" {
		parts = append(parts, "message:"+q.Text)
	}
	switch {
	case len(parts) == 0 && q.Expr.IsZero():
		return "*"
	case len(parts) == 0:
		return q.Expr.String()
	case !q.Expr.IsZero():
		parts = append(parts, q.Expr.member())
	}
	return strings.Join(parts, " and ")
}

// Phrase returns the phrase when Text is one in double quotes.
func (q Query) Phrase() (string, bool) {
	if len(q.Text) > 2 && strings.HasPrefix(q.Text, `"`) && strings.HasSuffix(q.Text, `"`) {
		return q.Text[1 : len(q.Text)-1], true
	}
	return "", false
}

// Fields returns every field that the comparisons of a filter name, each once, in
// order. What conditions name is told by Named.
func Fields(f Filter) []string {
	var names []string
	seen := map[string]bool{}
	walk(f, func(f Filter) {
		if m, ok := f.(Match); ok {
			for _, name := range m.Fields {
				if !seen[name] {
					seen[name] = true
					names = append(names, name)
				}
			}
		}
	})
	return names
}

// Named returns the fields, and patterns for their names, of a filter's
// conditions.
func Named(f Filter) []kql.Text {
	var names []kql.Text
	walk(f, func(f Filter) {
		if c, ok := f.(Condition); ok {
			names = append(names, kql.Names(c.Tree)...)
		}
	})
	return names
}

// MatchesNothing reports whether the query names no writer, so that no line can match.
func (q Query) MatchesNothing() bool {
	members, ok := q.Where.(Any)
	return ok && len(members) == 0
}

// walk calls visit for each leaf of a filter.
func walk(f Filter, visit func(Filter)) {
	switch f := f.(type) {
	case All:
		for _, m := range f {
			walk(m, visit)
		}
	case Any:
		for _, m := range f {
			walk(m, visit)
		}
	case nil:
	default:
		visit(f)
	}
}

// Range is a stretch of time, both ends included; a zero end is open.
type Range struct{ From, To time.Time }
