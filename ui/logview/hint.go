package logview

import (
	"regexp/syntax"
	"strings"
)

// hint is text without which a regular expression matches nothing. To look for it
// costs a fraction of what the expression does, and a filter runs over every line of a
// buffer. The zero hint says nothing.
type hint struct {
	anyOf  []string // in lower-case ASCII: one of them is in every match
	begins bool     // it is the only one, and every match begins with it
}

// start returns the first byte of s at which a match may begin; negative when s cannot
// match.
func (h hint) start(s string) int {
	for _, text := range h.anyOf {
		if at := foldIndex(s, text); at >= 0 {
			if h.begins {
				return at
			}
			return 0
		}
	}
	if len(h.anyOf) > 0 {
		return -1
	}
	return 0
}

// analyse returns the texts that an expression stands for, where it is no more than
// alternatives of such, or else a hint.
func analyse(expr string) (literals []string, h hint) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, hint{}
	}
	tree = tree.Simplify()
	if literals, ok := texts(tree); ok {
		return literals, hint{}
	}
	if tree.Op == syntax.OpConcat {
		if text, ok := literal(tree.Sub[0]); ok {
			return nil, hint{anyOf: []string{text}, begins: true}
		}
	}
	return nil, hint{anyOf: needed(tree)}
}

// texts returns the texts of an expression that is one, or alternatives of some.
func texts(tree *syntax.Regexp) ([]string, bool) {
	if text, ok := literal(tree); ok {
		return []string{text}, true
	}
	if tree.Op != syntax.OpAlternate {
		return nil, false
	}
	var out []string
	for _, sub := range tree.Sub {
		text, ok := literal(sub)
		if !ok {
			return nil, false
		}
		out = append(out, text)
	}
	return out, true
}

// literal returns the text that an expression is.
func literal(tree *syntax.Regexp) (string, bool) {
	if tree.Op != syntax.OpLiteral {
		return "", false
	}
	text := string(tree.Rune)
	return strings.ToLower(text), ascii(text)
}

// needed returns texts of which every match has one, the longest that are found.
func needed(tree *syntax.Regexp) []string {
	switch tree.Op {
	case syntax.OpLiteral:
		if text, ok := literal(tree); ok {
			return []string{text}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return needed(tree.Sub[0])
	case syntax.OpConcat:
		var best []string
		for _, sub := range tree.Sub {
			if found := needed(sub); len(found) > 0 && shortest(found) > shortest(best) {
				best = found
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range tree.Sub {
			found := needed(sub)
			if len(found) == 0 {
				return nil
			}
			all = append(all, found...)
		}
		return all
	}
	return nil
}

// shortest is the length of the shortest of some texts, 0 of none.
func shortest(texts []string) int {
	n := 0
	for i, text := range texts {
		if i == 0 || len(text) < n {
			n = len(text)
		}
	}
	return n
}
