package kql

import (
	"strings"

	"gantry/logs/kql/analysis"
)

// Node is a part of a query: And, Or, Not, Nested, Is or Range. Trees are not
// changed once they are made and may be shared.
type Node interface {
	// String prints the part so that parsing it gives an equal tree.
	String() string
	// Column is where the part begins in what was typed, counted in characters
	// from 1; 0 in a tree that was not parsed.
	Column() int
}

// And is matched when every member is. It has at least two.
type And struct {
	At      int
	Members []Node
}

// Or is matched when some member is. It has at least two.
type Or struct {
	At      int
	Members []Node
}

// Not is matched when its member is not.
type Not struct {
	At     int
	Member Node
}

// Nested is matched when one object in the list at Path matches the member on its
// own. Names in the member are relative to Path.
type Nested struct {
	At     int
	Path   Text
	Member Node
}

// Is compares a field with a value: the value * asks whether the field exists. No
// Field at all stands for any.
type Is struct {
	At    int
	Field Text
	Value Value
}

// Range is matched when the field has a value on one side of Value.
type Range struct {
	At    int
	Field Text
	Op    Bound
	Value Value
}

// Value is what a field is compared with.
type Value struct {
	// At is the column in which the value begins, as Column of the part.
	At   int
	Text Text
	// Quoted values are compared as phrases: their words in a row.
	Quoted bool
}

// Column implements Node.
func (n And) Column() int { return n.At }

// Column implements Node.
func (n Or) Column() int { return n.At }

// Column implements Node.
func (n Not) Column() int { return n.At }

// Column implements Node.
func (n Nested) Column() int { return n.At }

// Column implements Node.
func (n Is) Column() int { return n.At }

// Column implements Node.
func (n Range) Column() int { return n.At }

// Bound is the comparison of a Range.
type Bound uint8

// The comparisons.
const (
	Less Bound = iota
	LessOrEqual
	Greater
	GreaterOrEqual
)

// String returns the operator as it is typed.
func (b Bound) String() string { return [...]string{"<", "<=", ">", ">="}[b%4] }

// name returns the operator as the query DSL calls it.
func (b Bound) name() string { return [...]string{"lt", "lte", "gt", "gte"}[b%4] }

// Text is a name or a value: the pieces between wildcards, without escapes. One
// piece is a text without a wildcard, two empty ones are *.
type Text []string

// Literal makes a text without wildcards.
func Literal(s string) Text { return Text{s} }

// Wild reports whether the text has a wildcard.
func (t Text) Wild() bool { return len(t) > 1 }

// Any reports whether the text is nothing but wildcards, which everything matches.
func (t Text) Any() bool { return t.Wild() && strings.Join(t, "") == "" }

// Raw returns the text with * for its wildcards and without escapes: what the
// store is given as a field's name or pattern.
func (t Text) Raw() string { return strings.Join(t, "*") }

// Matches reports whether the whole of s matches.
func (t Text) Matches(s string) bool { return analysis.Like(t, s) }

// prefixed returns the text after a prefix.
func (t Text) prefixed(prefix string) Text {
	if prefix == "" {
		return t
	}
	out := append(Text(nil), t...)
	out[0] = prefix + out[0]
	return out
}

// lower returns the text in lower case.
func (t Text) lower() Text {
	out := make(Text, len(t))
	for i, piece := range t {
		out[i] = strings.ToLower(piece)
	}
	return out
}

// terms splits the text at the white space at which query_string splits a query.
func (t Text) terms() []Text {
	var out []Text
	var term Text // nil between terms
	open := func(wildcard bool, part string) {
		switch {
		case term == nil && wildcard:
			term = Text{"", part}
		case term == nil:
			term = Text{part}
		case wildcard:
			term = append(term, part)
		default:
			term[len(term)-1] += part
		}
	}
	for i, piece := range t {
		for j, part := range splitSpace(piece) {
			if j > 0 && term != nil {
				out, term = append(out, term), nil
			}
			if wildcard := i > 0 && j == 0; wildcard || part != "" {
				open(wildcard, part)
			}
		}
	}
	if term != nil {
		out = append(out, term)
	}
	return out
}

// splitSpace splits at every white space character of query_string.
func splitSpace(s string) []string {
	parts := []string{}
	start := 0
	for i, r := range s {
		if querySpace(r) {
			parts = append(parts, s[start:i])
			start = i + len(string(r))
		}
	}
	return append(parts, s[start:])
}

func querySpace(r rune) bool { return strings.ContainsRune(" \t\n\r\u3000", r) }

// walk calls visit for every comparison with the prefix that the nested objects
// around it give to its field.
func walk(n Node, prefix string, visit func(n Node, prefix string)) {
	switch n := n.(type) {
	case And:
		for _, m := range n.Members {
			walk(m, prefix, visit)
		}
	case Or:
		for _, m := range n.Members {
			walk(m, prefix, visit)
		}
	case Not:
		walk(n.Member, prefix, visit)
	case Nested:
		visit(n, prefix)
		walk(n.Member, prefix+n.Path.Raw()+".", visit)
	case Is, Range:
		visit(n, prefix)
	}
}

// Bare returns the texts that a tree looks for without naming a field, in order.
func Bare(n Node) (texts []string) {
	walk(n, "", func(n Node, _ string) {
		if is, ok := n.(Is); ok && len(is.Field) == 0 {
			texts = append(texts, is.Value.Text.Raw())
		}
	})
	return texts
}

// Names returns the full names and patterns of the fields that a tree names, each
// once, in order; nil for no tree.
func Names(n Node) []Text {
	var names []Text
	seen := map[string]bool{}
	walk(n, "", func(n Node, prefix string) {
		var name Text
		switch n := n.(type) {
		case Nested:
			name = n.Path
		case Is:
			name = n.Field
		case Range:
			name = n.Field
		}
		if len(name) == 0 || name.Any() {
			return
		}
		name = name.prefixed(prefix)
		if key := name.Raw(); !seen[key] {
			seen[key] = true
			names = append(names, name)
		}
	})
	return names
}
