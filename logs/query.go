package logs

import (
	"slices"
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

// Filter is a tree of All, Any, Match, Condition and From.
type Filter interface {
	// String renders the filter as Query.String does.
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

// From is a filter for the lines of another store than the Query's. A source that reads
// several stores as one takes it off; no other is asked for it.
type From struct {
	// Store names the store, as a Query's Store does.
	Store string
	Where Filter
}

func (All) filter()       {}
func (Any) filter()       {}
func (Match) filter()     {}
func (Condition) filter() {}
func (From) filter()      {}

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

// Scattered reports whether a filter has parts for other stores than the query's.
func Scattered(f Filter) bool {
	switch f := f.(type) {
	case All:
		return slices.ContainsFunc(f, Scattered)
	case Any:
		return slices.ContainsFunc(f, Scattered)
	case From:
		return true
	}
	return false
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
	case From:
		walk(f.Where, visit)
	case nil:
	default:
		visit(f)
	}
}

// Range is a stretch of time, both ends included; a zero end is open.
type Range struct{ From, To time.Time }
