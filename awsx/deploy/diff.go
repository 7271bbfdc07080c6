package deploy

import (
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/clean"
)

// changedMask stands for a secret on the new side of a difference when it is
// not the one on the old side: the line shows up although neither is told.
const changedMask = clean.Mask + " changed"

// maskDocuments returns two documents in normal form, laid out for comparing, with
// secret-looking values masked so that a changed one still differs.
func maskDocuments(before, after *node) (old, fresh string) {
	b, a := normalise(before), normalise(after)
	known := map[string]string{}
	eachSecret(b, func(s secretText) {
		known[s.path] = s.value
		s.node.raw = quote(s.masked)
	}, after)
	eachSecret(a, func(s secretText) {
		switch was, ok := known[s.path]; {
		case !ok || was == s.value:
		case s.masked == clean.Mask:
			s.masked = changedMask
		default:
			s.masked += " " + changedMask
		}
		s.node.raw = quote(s.masked)
	}, before)
	return readable(b), readable(a)
}

// CompareDefinitions returns two revisions as plans compare them: in normal form,
// without what the service adds, and with secret-looking values masked so that a
// changed one still differs.
func CompareDefinitions(before, after *awsx.TaskDefinition) (old, fresh string, err error) {
	b, err := cloneDocument(before)
	if err != nil {
		return "", "", err
	}
	a, err := cloneDocument(after)
	if err != nil {
		return "", "", err
	}
	old, fresh = maskDocuments(b, a)
	return old, fresh, nil
}

// readable lays a document out for comparing: a member a line, an item that
// nests nothing (a variable, a port mapping) on one line, and no commas, so that a
// line differs only where what it says does.
func readable(n *node) string {
	var b strings.Builder
	layOut(&b, n, "", "")
	return b.String()
}

func layOut(b *strings.Builder, n *node, margin, label string) {
	b.WriteString(margin + label)
	if n.kind == scalar || label == "" && margin != "" && n.flat() || len(n.members)+len(n.items) == 0 {
		b.WriteString(n.oneLine() + "\n")
		return
	}
	brackets := n.brackets()
	b.WriteString(brackets[:1] + "\n")
	for _, m := range n.members {
		layOut(b, m.value, margin+"  ", string(quote(m.name))+": ")
	}
	for _, item := range n.items {
		layOut(b, item, margin+"  ", "")
	}
	b.WriteString(margin + brackets[1:] + "\n")
}

func (n *node) brackets() string {
	if n.kind == array {
		return "[]"
	}
	return "{}"
}

// flat reports whether a node is an object without anything nested in it.
func (n *node) flat() bool {
	return n.kind == object && !slices.ContainsFunc(n.members, func(m member) bool { return m.value.kind != scalar })
}

// oneLine writes a scalar, or an object of scalars.
func (n *node) oneLine() string {
	if n.kind == scalar {
		return string(n.raw)
	}
	parts := make([]string, len(n.members))
	for i, m := range n.members {
		parts[i] = string(quote(m.name)) + ": " + string(m.value.raw)
	}
	brackets := n.brackets()
	return brackets[:1] + strings.Join(parts, ", ") + brackets[1:]
}
