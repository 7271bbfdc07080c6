package kql

import "strings"

// Lucene returns a tree in the syntax of query_string, which finds the same; ok is
// false for a nested object, which that syntax has no words for. Every operator
// stands in parentheses: there, none binds closer than another.
func Lucene(n Node) (query string, ok bool) {
	switch n := n.(type) {
	case And:
		return luceneEach(n.Members, " AND ")
	case Or:
		return luceneEach(n.Members, " OR ")
	case Not:
		member, ok := Lucene(n.Member)
		return "(*:* AND NOT " + member + ")", ok
	case Is:
		return n.lucene(), true
	case Range:
		value := LuceneValue(n.Value.Text.Raw())
		return luceneName(n.Field) + ":" + [...]string{Less: "{* TO " + value + "}", LessOrEqual: "[* TO " + value + "]",
			Greater: "{" + value + " TO *}", GreaterOrEqual: "[" + value + " TO *]"}[n.Op%4], true
	}
	return "", false
}

func luceneEach(members []Node, operator string) (string, bool) {
	parts, all := make([]string, len(members)), true
	for i, m := range members {
		var ok bool
		parts[i], ok = Lucene(m)
		all = all && ok
	}
	return "(" + strings.Join(parts, operator) + ")", all
}

func (n Is) lucene() string {
	name := ""
	if len(n.Field) > 0 {
		name = luceneName(n.Field) + ":"
	}
	switch {
	case n.Value.Quoted:
		return name + LuceneValue(n.Value.Text.Raw())
	case n.Value.Text.Any() && (name == "" || n.Field.Any()):
		return "*:*"
	case n.Value.Text.Any():
		return "_exists_:" + luceneName(n.Field)
	case len(n.Value.Text.terms()) > 1:
		return name + "(" + queryString(n.Value.Text, false) + ")"
	}
	return name + queryString(n.Value.Text, false)
}

// luceneName is the name of a field, or a pattern for names.
func luceneName(name Text) string {
	pieces := make([]string, len(name))
	for i, piece := range name {
		pieces[i] = queryString(Literal(piece), true)
	}
	return strings.Join(pieces, `\*`)
}

// LuceneValue is a phrase in the syntax of query_string.
func LuceneValue(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
