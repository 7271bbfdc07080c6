package codify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"gantry/awsx/document"
	"gantry/internal/clean"
)

// whole is the template as a tree.
func (t *Template) whole(metadata bool) *document.Node {
	n := document.Fields("AWSTemplateFormatVersion", "2010-09-09", "Description", clean.Shown("The service "+t.title+" as it is"))
	if metadata && len(t.Left) > 0 {
		left := &document.Node{Kind: document.Array}
		for _, l := range t.Left {
			left.Items = append(left.Items, document.Text(l.String()))
		}
		n.Set("Metadata", one("LeftOut", left))
	}
	if len(t.parameters.Members) > 0 {
		n.Set("Parameters", t.parameters)
	}
	n.Set("Resources", t.resources)
	return n
}

// JSON writes the template as JSON; what is left out is in its Metadata.
func (t *Template) JSON() string { return clean.EscapedJSON(t.whole(true).Indented()) + "\n" }

// YAML writes the template as YAML; what is left out is in comments at its head.
func (t *Template) YAML() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", clean.Shown("The service "+t.title+" as it is."))
	if len(t.Left) > 0 {
		b.WriteString("# What this template does not say:\n")
	}
	for _, l := range t.Left {
		fmt.Fprintf(&b, "# - %s\n", l)
	}
	members(&b, t.whole(false), "")
	return b.String()
}

// members writes an object, a member a line, below what it belongs to.
func members(b *strings.Builder, n *document.Node, margin string) {
	for i, m := range n.Members {
		if i > 0 || margin == "" {
			b.WriteString(margin)
		}
		b.WriteString(word(m.Name) + ":")
		child(b, m.Value, margin)
	}
}

// child writes what stands after a name.
func child(b *strings.Builder, n *document.Node, margin string) {
	switch {
	case n.Kind == document.Scalar:
		b.WriteString(" " + spelled(n) + "\n")
	case len(n.Members)+len(n.Items) == 0:
		b.WriteString(" " + string(n.Bytes()) + "\n")
	case n.Kind == document.Object:
		b.WriteString("\n" + margin + "  ")
		members(b, n, margin+"  ")
	default:
		b.WriteString("\n")
		items(b, n, margin+"  ")
	}
}

func items(b *strings.Builder, n *document.Node, margin string) {
	for _, item := range n.Items {
		b.WriteString(margin + "-")
		switch {
		case item.Kind == document.Object && len(item.Members) > 0:
			b.WriteString(" ")
			members(b, item, margin+"  ")
		default:
			child(b, item, margin)
		}
	}
}

func spelled(n *document.Node) string {
	if s, ok := n.Text(); ok {
		return word(s)
	}
	return string(n.Raw)
}

// plain is text that every reader of YAML takes for text without quotes: words, names, paths
// and ARNs, none of which begins like a number.
var plain = regexp.MustCompile(`^[A-Za-z/_](?:[A-Za-z0-9/_.+-]|:+[A-Za-z0-9/_.+-])*(?: [A-Za-z0-9/_.+-]+)*$`)

// word spells a text in YAML. In quotes it is what JSON spells, which YAML reads as well.
func word(s string) string {
	special := []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
	if plain.MatchString(s) && !slices.Contains(special, strings.ToLower(s)) {
		return s
	}
	var b strings.Builder
	for _, r := range string(document.Quote(s)) {
		if r > 0xffff && unicode.Is(unicode.Cf, r) { // JSON writes two escapes, which YAML does not join
			fmt.Fprintf(&b, `\U%08x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return clean.EscapedJSON(b.String())
}
