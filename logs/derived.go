package logs

import "gantry/logs/kql"

// derivedField is the field of a decoded document that holds the level which was read
// from the line. No document has one of such a name.
const derivedField = "\x00level"

// ByLevel returns the query with its comparisons of FieldLevel put to the level that
// each line was read to have, by severity: error finds ERROR and Err. It reports
// whether there are any. Documents are given that level by WithLevel.
func (e Expr) ByLevel() (Expr, bool) {
	if e.tree == nil {
		return e, false
	}
	tree, some := byLevel(e.tree)
	e.tree = tree
	return e, some
}

func byLevel(n kql.Node) (kql.Node, bool) {
	each := func(members []kql.Node) ([]kql.Node, bool) {
		out, some := make([]kql.Node, len(members)), false
		for i, m := range members {
			var ok bool
			out[i], ok = byLevel(m)
			some = some || ok
		}
		return out, some
	}
	switch n := n.(type) {
	case kql.And:
		members, some := each(n.Members)
		return kql.And{At: n.At, Members: members}, some
	case kql.Or:
		members, some := each(n.Members)
		return kql.Or{At: n.At, Members: members}, some
	case kql.Not:
		member, some := byLevel(n.Member)
		return kql.Not{At: n.At, Member: member}, some
	case kql.Is:
		if len(n.Field) != 1 || n.Field[0] != FieldLevel {
			return n, false
		}
		if n.Value.Text.Any() && !n.Value.Quoted {
			n.Field = kql.Literal(derivedField)
			return n, true
		}
		if s := SeverityOf(n.Value.Text.Raw()); s != SeverityUnknown {
			return kql.Is{At: n.At, Field: kql.Literal(derivedField), Value: kql.Value{Text: kql.Literal(s.String()), Quoted: true}}, true
		}
	}
	return n, false
}

// Levelled is a query of which a store can answer a part: what it says of the level
// that lines were read to have is decided by the reader of the lines.
type Levelled struct {
	// Store are the members that the store answers; nil for none.
	Store []kql.Node
	// Any are the severities of which a line must have one, where the query asks for
	// no more than that; the others are told only by Rest.
	Any []Severity
	// Rest are the members on levels.
	Rest []kql.Node
}

// Levelled splits a query by its members; ok is false when none of them asks for the
// level that lines were read to have.
func (e Expr) Levelled() (l Levelled, ok bool) {
	members := []kql.Node{e.tree}
	if and, many := e.tree.(kql.And); many {
		members = and.Members
	}
	if e.tree == nil {
		return Levelled{}, false
	}
	for _, m := range members {
		rewritten, derived := byLevel(m)
		if !derived {
			l.Store = append(l.Store, m)
			continue
		}
		l.Rest = append(l.Rest, rewritten)
		if asked := severitiesOf(rewritten); len(l.Any) == 0 {
			l.Any = asked
		}
	}
	return l, len(l.Rest) > 0
}

// severitiesOf returns the severities of which a line must have one to match a part
// of a query; nil when it may match for other reasons.
func severitiesOf(n kql.Node) []Severity {
	switch n := n.(type) {
	case kql.Is:
		if len(n.Field) == 1 && n.Field[0] == derivedField && n.Value.Quoted {
			return []Severity{SeverityOf(n.Value.Text.Raw())}
		}
	case kql.Or:
		var all []Severity
		for _, m := range n.Members {
			s := severitiesOf(m)
			if s == nil {
				return nil
			}
			all = append(all, s...)
		}
		return all
	}
	return nil
}

// Matcher returns what decides on the members about levels, of documents that
// WithLevel made.
func (l Levelled) Matcher(e Expr) *kql.Matcher { return kql.Compile(and(l.Rest), nil, e.zone) }

// WithLevel gives a decoded document the level that its line was read to have.
func WithLevel(doc map[string]any, level string) map[string]any {
	if s := SeverityOf(level); s != SeverityUnknown {
		doc[derivedField] = s.String()
	}
	return doc
}
