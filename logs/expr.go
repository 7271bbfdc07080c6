package logs

import (
	"errors"
	"strings"
	"time"

	"gantry/internal/fault"
	"gantry/logs/kql"
)

// Language is the language of an Expr.
type Language uint8

// The languages.
const (
	// KQL is Kibana's language, which every store can answer.
	KQL Language = iota
	// Lucene is the syntax of query_string, which Elasticsearch and OpenSearch
	// read themselves.
	Lucene
)

// lucenePrefix is what a person types before a query in Lucene's syntax.
const lucenePrefix = "lucene:"

// Expr is a query that a person typed, parsed once. The zero Expr restricts
// nothing. It is never changed and may be shared.
type Expr struct {
	language Language
	text     string
	tree     kql.Node
	zone     *time.Location
}

// ParseExpr reads what a person typed: KQL, or Lucene's syntax after "lucene:".
// Blank input is the zero Expr. The error is of class invalid; what is wrong with
// KQL is a *kql.SyntaxError in it, whose columns count from the input's first
// character; no date of @timestamp is one. Lucene's syntax is checked by the store, when it is searched.
func ParseExpr(input string) (Expr, error) {
	text := strings.TrimSpace(input)
	if text == "" {
		return Expr{}, nil
	}
	if rest, ok := strings.CutPrefix(text, lucenePrefix); ok {
		if rest = strings.TrimSpace(rest); rest == "" {
			return Expr{}, badExpr(errors.New(`expected a query after "` + lucenePrefix + `"`))
		}
		return Expr{language: Lucene, text: rest}, nil
	}
	tree, err := kql.Parse(input)
	if err == nil {
		// No store keeps this one as anything else.
		err = kql.CheckDates(tree, dated{"@timestamp"})
	}
	if err != nil {
		return Expr{}, badExpr(err)
	}
	return Expr{text: text, tree: tree}, nil
}

func badExpr(err error) error {
	return &fault.Error{Class: fault.Invalid, Op: "read the query", Err: err}
}

// IsZero reports whether there is no query.
func (e Expr) IsZero() bool { return e.text == "" }

// Language returns the language that the query is in.
func (e Expr) Language() Language { return e.language }

// Text returns the query in its language, without the prefix that chose it.
func (e Expr) Text() string { return e.text }

// Tree returns the query's parts; nil for none and for one in Lucene's syntax.
func (e Expr) Tree() kql.Node { return e.tree }

// String returns the query as a person types it.
func (e Expr) String() string {
	if e.language == Lucene {
		return lucenePrefix + e.text
	}
	return e.text
}

// Printed returns the query in its language as Kibana reads it: what was typed may
// leave out white space that Kibana asks for.
func (e Expr) Printed() string {
	if e.tree != nil {
		return e.tree.String()
	}
	return e.text
}

// In returns the query with dates that name no offset in a zone.
func (e Expr) In(zone *time.Location) Expr {
	e.zone = zone
	return e
}

// Zone returns the zone of the query's dates; nil is UTC.
func (e Expr) Zone() *time.Location { return e.zone }

// CheckDates returns what is wrong with a date of the query, of the fields that an
// index keeps as dates: a store would refuse it, or find nothing.
func (e Expr) CheckDates(fields kql.Fields) error {
	if e.tree == nil {
		return nil
	}
	if err := kql.CheckDates(e.tree, fields); err != nil {
		return badExpr(err)
	}
	return nil
}

// Matcher returns what evaluates the query on decoded documents, without a store;
// see kql.Compile. The error is that of a query in Lucene's syntax, which only a store can
// evaluate.
func (e Expr) Matcher() (*kql.Matcher, error) {
	if e.language == Lucene {
		return nil, &fault.Error{Class: fault.Invalid, Op: "read the query", Err: errors.New("only Elasticsearch and OpenSearch read Lucene's syntax"),
			Fix: "write it in KQL, without " + lucenePrefix}
	}
	return kql.Compile(e.tree, nil, e.zone), nil
}

// dated are fields of dates.
type dated []string

// Find implements kql.Fields.
func (d dated) Find(name kql.Text) []kql.Field {
	var found []kql.Field
	for _, field := range d {
		if name.Matches(field) {
			found = append(found, kql.Field{Name: field, Kinds: kql.Date})
		}
	}
	return found
}
