package logs

import (
	"strings"

	"gantry/logs/kql"
)

// String renders the query whole, so that Kibana finds the same with it: in its own
// language, or in Lucene's after "lucene:" where a regular expression or a query in
// that syntax belongs to it, which its own language has no words for. A query on
// nested objects, for which Lucene's has none, then follows on a line of its own.
func (q Query) String() string {
	where := All{}
	if q.Where != nil {
		where = append(where, q.Where)
	}
	if q.Text != "" {
		where = append(where, q.words())
	}
	if q.Expr.tree != nil {
		where = append(where, Condition{q.Expr.tree})
	}
	if q.Expr.language == KQL {
		if len(where) == 0 {
			return "*"
		}
		if n, ok := node(where); ok {
			return n.String()
		}
		if query, ok := lucene(where); ok {
			return lucenePrefix + query
		}
		query, _ := lucene(where[:len(where)-1])
		return lucenePrefix + query + "\n" + q.Expr.tree.String()
	}
	query, ok := lucene(where)
	switch {
	case len(where) == 0:
		return lucenePrefix + q.Expr.text
	case ok:
		return lucenePrefix + query + " AND (" + q.Expr.text + ")"
	}
	return Query{Where: where}.String() + "\n" + lucenePrefix + q.Expr.text
}

// words is the query's text as a condition on the message.
func (q Query) words() Condition {
	message := kql.Literal("message")
	if phrase, ok := q.Phrase(); ok {
		return Condition{kql.Is{Field: message, Value: kql.Value{Text: kql.Literal(phrase), Quoted: true}}}
	}
	var members []kql.Node
	words := strings.Fields(q.Text)
	for i, w := range words {
		text := kql.Literal(w)
		if i == len(words)-1 {
			text = kql.Text{w, ""} // it may be unfinished
		}
		members = append(members, kql.Is{Field: message, Value: kql.Value{Text: text}})
	}
	return Condition{and(members)}
}

// String renders the filter as Query.String does.
func (a All) String() string { return printed(a) }

// String renders the filter as Query.String does.
func (a Any) String() string { return printed(a) }

// String renders the filter as Query.String does.
func (m Match) String() string { return printed(m) }

// String renders the filter as Query.String does, without the store.
func (f From) String() string { return printed(f) }

// String renders the condition as it could be typed.
func (c Condition) String() string { return c.Tree.String() }

func printed(f Filter) string {
	if n, ok := node(f); ok {
		return n.String()
	}
	query, _ := lucene(f)
	return lucenePrefix + query
}

func and(members []kql.Node) kql.Node {
	switch len(members) {
	case 0:
		return everything
	case 1:
		return members[0]
	}
	var flat []kql.Node
	for _, m := range members {
		if inner, ok := m.(kql.And); ok {
			flat = append(flat, inner.Members...)
		} else {
			flat = append(flat, m)
		}
	}
	return kql.And{Members: flat}
}

func or(members []kql.Node) kql.Node {
	switch len(members) {
	case 0:
		return kql.Not{Member: everything}
	case 1:
		return members[0]
	}
	return kql.Or{Members: members}
}

var everything = kql.Is{Value: kql.Value{Text: kql.Text{"", ""}}}

// node returns a filter as a tree; ok is false where it has a regular expression.
func node(f Filter) (n kql.Node, ok bool) {
	switch f := f.(type) {
	case All:
		members, ok := nodes(f)
		return and(members), ok
	case Any:
		members, ok := nodes(f)
		return or(members), ok
	case Condition:
		return f.Tree, true
	case Match:
		return f.node(), f.Op != Regexp
	case From:
		return node(f.Where)
	}
	return everything, true
}

func nodes(filters []Filter) ([]kql.Node, bool) {
	out, all := make([]kql.Node, len(filters)), true
	for i, f := range filters {
		var ok bool
		out[i], ok = node(f)
		all = all && ok
	}
	return out, all
}

// names are the fields of a comparison: how an index keeps them is not known here,
// so that each is compared in the form too that dynamic mappings give to whole texts,
// where a comparison with words would not do.
func (m Match) names() []string {
	if m.Op == Exact {
		return m.Fields
	}
	var names []string
	for _, field := range m.Fields {
		names = append(names, field)
		if field != FieldGroup && field != FieldStream && field != FieldRegion {
			names = append(names, field+".keyword")
		}
	}
	return names
}

// node is the comparison as a tree, of one that has no regular expression.
func (m Match) node() kql.Node {
	var members []kql.Node
	for _, field := range m.names() {
		var values []kql.Node
		for _, v := range m.Values {
			value := valueOf(v)
			if m.Op == Prefix {
				value = kql.Value{Text: kql.Text{v, ""}}
			}
			values = append(values, kql.Is{Field: kql.Literal(field), Value: value})
		}
		if len(values) > 0 {
			members = append(members, or(values))
		}
	}
	if m.OrAbsent {
		var present []kql.Node
		for _, field := range m.Fields {
			present = append(present, kql.Is{Field: kql.Literal(field), Value: everything.Value})
		}
		members = append(members, kql.Not{Member: or(present)})
	}
	return or(members)
}

// oneWord reports whether a value without quotes is compared as a whole.
func oneWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" && kql.Literal(s).String() == s
}

// lucene returns a filter in the syntax of query_string; ok is false where it has a
// condition on nested objects.
func lucene(f Filter) (query string, ok bool) {
	switch f := f.(type) {
	case All:
		return luceneEach(f, " AND ", "*:*")
	case Any:
		return luceneEach(f, " OR ", "(*:* AND NOT *:*)")
	case Condition:
		return kql.Lucene(f.Tree)
	case From:
		return lucene(f.Where)
	case Match:
		if f.Op != Regexp {
			return kql.Lucene(f.node())
		}
		var alternatives []string
		for _, field := range f.names() {
			for _, v := range f.Values {
				alternatives = append(alternatives, field+":/"+strings.ReplaceAll(v, "/", `\/`)+"/")
			}
		}
		if f.OrAbsent {
			absent, _ := kql.Lucene(Match{Fields: f.Fields, OrAbsent: true}.node())
			alternatives = append(alternatives, absent)
		}
		return "(" + strings.Join(alternatives, " OR ") + ")", true
	}
	return "*:*", true
}

func luceneEach(filters []Filter, operator, none string) (string, bool) {
	parts, all := make([]string, len(filters)), true
	for i, f := range filters {
		var ok bool
		parts[i], ok = lucene(f)
		all = all && ok
	}
	switch len(parts) {
	case 0:
		return none, true
	case 1:
		return parts[0], all
	}
	return "(" + strings.Join(parts, operator) + ")", all
}
