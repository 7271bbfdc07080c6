package kql

import (
	"fmt"
	"strings"
	"unicode"
)

// String joins the members with "and".
func (n And) String() string { return joined(n.Members, " and ") }

// String joins the members with "or".
func (n Or) String() string { return joined(n.Members, " or ") }

func joined(members []Node, sep string) string {
	parts := make([]string, len(members))
	for i, m := range members {
		parts[i] = m.String()
		switch m.(type) {
		case Or:
			parts[i] = "(" + parts[i] + ")"
		case And:
			if sep == " and " {
				parts[i] = "(" + parts[i] + ")"
			}
		}
	}
	return strings.Join(parts, sep)
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
	if !v.Quoted {
		return v.Text.String()
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range v.Text.Raw() {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\t':
			b.WriteString(`\t`)
		case '\r':
			b.WriteString(`\r`)
		case '\n':
			b.WriteString(`\n`)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// String prints the text with the escapes that it needs.
func (t Text) String() string {
	pieces := make([]string, len(t))
	for i, piece := range t {
		pieces[i] = escape(piece)
	}
	s := strings.Join(pieces, "*")
	inner := strings.Trim(s, " ")
	if inner != s {
		// Spaces about a value are none of it, so these are spelt out.
		at := strings.Index(s, inner)
		s = spelt(s[:at]) + inner + spelt(s[at+len(inner):])
	}
	words := strings.Split(s, " ")
	for i, w := range words {
		if keywordOf(w) != tokenWords {
			words[i] = `\` + w
		}
	}
	return strings.Join(words, " ")
}

func spelt(spaces string) string { return strings.Repeat(`\u0020`, len(spaces)) }

// escape spells out what has a meaning of its own outside quotes. A line feed is
// written in full: before "ot", its short form would read as an escaped keyword.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case special(r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == ' ':
			b.WriteRune(r)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case unicode.IsSpace(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
