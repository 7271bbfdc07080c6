package kql

import (
	"fmt"
	"strings"
)

// String joins the members with "and". Members of the other operator stand in
// parentheses, also where they need none.
func (n And) String() string { return joined(n.Members, " and ") }

// String joins the members with "or".
func (n Or) String() string { return joined(n.Members, " or ") }

func joined(members []Node, sep string) string {
	if list, ok := listed(members, sep); ok {
		return list
	}
	parts := make([]string, len(members))
	for i, m := range members {
		parts[i] = m.String()
		var list bool
		switch m := m.(type) {
		case Or:
			_, list = listed(m.Members, " or ")
		case And:
			_, list = listed(m.Members, " and ")
		default:
			list = true
		}
		if !list {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, sep)
}

// listed prints comparisons of one field as a list of values.
func listed(members []Node, sep string) (string, bool) {
	var field string
	parts := make([]string, len(members))
	for i, m := range members {
		is, ok := m.(Is)
		if !ok || len(is.Field) == 0 || i > 0 && is.Field.String() != field {
			return "", false
		}
		field, parts[i] = is.Field.String(), is.Value.String()
	}
	return field + ":(" + strings.Join(parts, sep) + ")", true
}

// String prints "not" before the member. A second one stands in parentheses,
// which Kibana asks for.
func (n Not) String() string {
	switch n.Member.(type) {
	case And, Or, Not:
		return "not (" + n.Member.String() + ")"
	}
	return "not " + n.Member.String()
}

// String prints the path and the member in braces.
func (n Nested) String() string { return n.Path.String() + ":{ " + n.Member.String() + " }" }

// String prints field:value, or the value alone.
func (n Is) String() string {
	if len(n.Field) == 0 {
		return n.Value.String()
	}
	return n.Field.String() + ":" + n.Value.String()
}

// String prints the field, the operator and the value.
func (n Range) String() string {
	return n.Field.String() + " " + n.Op.String() + " " + n.Value.String()
}

// String prints the value, in quotes when it is a phrase.
func (v Value) String() string {
	if v.Quoted {
		return quoted(v.Text.Raw())
	}
	return v.Text.String()
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`, "\t", `\t`, "\r", `\r`, "\n", `\n`).Replace(s) + `"`
}

// String prints the text with the escapes that it needs, in quotes when white space
// at its ends belongs to it: without them that is none of a text.
func (t Text) String() string {
	if len(t) == 1 && (t[0] == "" || strings.TrimFunc(t[0], blank) != t[0]) {
		return quoted(t[0])
	}
	var b strings.Builder
	for i, piece := range t {
		if i > 0 {
			b.WriteByte('*')
		}
		escape(&b, []rune(piece), i == 0, i == len(t)-1)
	}
	return b.String()
}

// escape writes a piece of a text; first and last tell whether it begins and ends
// the text. Kibana sees "not" and white space as an operator wherever it stands, also
// at the end of a longer word, and reads a backslash before it as a line feed: its
// first letter is spelt out instead.
func escape(b *strings.Builder, piece []rune, first, last bool) {
	for i := 0; i < len(piece); i++ {
		r := piece[i]
		begins := i == 0 && first || i > 0 && space(piece[i-1])
		switch k := wordAt(piece[i:], last); {
		case k == tokenNot:
			fmt.Fprintf(b, `\u%04x`, r)
			continue
		case begins && k != tokenWords:
			b.WriteByte('\\')
		}
		switch {
		case special(r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\n':
			b.WriteString(`\n`)
		case r != ' ' && blank(r):
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
}

// wordAt returns the kind of the keyword at the beginning of a text, when white
// space or the text's end follows it.
func wordAt(text []rune, last bool) kind {
	for _, n := range [...]int{len("or"), len("and")} {
		if len(text) == n && last || len(text) > n && space(text[n]) {
			if k := keywordOf(string(text[:n])); k != tokenWords {
				return k
			}
		}
	}
	return tokenWords
}
