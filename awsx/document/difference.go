package document

import (
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/clean"
)

// changedMask stands for a secret on the new side of a difference when it is
// not the one on the old side: the line shows up although neither is told.
const changedMask = clean.Mask + " changed"

// Compare returns two documents in normal form, laid out for comparing, with
// secret-looking values masked so that a changed one still differs.
func Compare(before, after *Node) (old, fresh string) {
	b, a, _ := compared(before, after)
	return readable(b), readable(a)
}

// compared returns two documents in normal form with their secrets masked, and which of
// their scalars are masked.
func compared(before, after *Node) (b, a *Node, masked map[*Node]bool) {
	b, a = Normal(before), Normal(after)
	masked = map[*Node]bool{}
	known := map[string]clean.Secret{}
	EachSecret(b, func(s Secret) {
		known[s.Path] = s.Value
		s.Node.Raw = Quote(s.Masked)
		masked[s.Node] = true
	}, after)
	EachSecret(a, func(s Secret) {
		switch was, ok := known[s.Path]; {
		case !ok || was == s.Value:
		case s.Masked == clean.Mask:
			s.Masked = changedMask
		default:
			s.Masked += " " + changedMask
		}
		s.Node.Raw = Quote(s.Masked)
		masked[s.Node] = true
	}, before)
	return b, a, masked
}

// CompareDefinitions returns two revisions as plans compare them: in normal form,
// without what the service adds, and with secret-looking values masked so that a
// changed one still differs.
func CompareDefinitions(before, after *awsx.TaskDefinition) (old, fresh string, err error) {
	b, a, err := registrable(before, after)
	if err != nil {
		return "", "", err
	}
	old, fresh = Compare(b, a)
	return old, fresh, nil
}

// registrable returns two revisions without what the service adds.
func registrable(before, after *awsx.TaskDefinition) (b, a *Node, err error) {
	if b, err = Registrable(before); err != nil {
		return nil, nil, err
	}
	a, err = Registrable(after)
	return b, a, err
}

// readable lays a document out for comparing: a member a line, an item that
// nests nothing (a variable, a port mapping) on one line, and no commas, so that a
// line differs only where what it says does.
func readable(n *Node) string {
	var b strings.Builder
	layOut(&b, n, "", "")
	return b.String()
}

func layOut(b *strings.Builder, n *Node, margin, label string) {
	b.WriteString(margin + label)
	if n.Kind == Scalar || label == "" && margin != "" && n.flat() || len(n.Members)+len(n.Items) == 0 {
		b.WriteString(n.oneLine() + "\n")
		return
	}
	brackets := n.brackets()
	b.WriteString(brackets[:1] + "\n")
	for _, m := range n.Members {
		layOut(b, m.Value, margin+"  ", string(Quote(m.Name))+": ")
	}
	for _, item := range n.Items {
		layOut(b, item, margin+"  ", "")
	}
	b.WriteString(margin + brackets[1:] + "\n")
}

func (n *Node) brackets() string {
	if n.Kind == Array {
		return "[]"
	}
	return "{}"
}

// flat reports whether a node is an object without anything nested in it.
func (n *Node) flat() bool {
	return n.Kind == Object && !slices.ContainsFunc(n.Members, func(m Member) bool { return m.Value.Kind != Scalar })
}

// oneLine writes a scalar, or an object of scalars.
func (n *Node) oneLine() string {
	if n.Kind == Scalar {
		return string(n.Raw)
	}
	parts := make([]string, len(n.Members))
	for i, m := range n.Members {
		parts[i] = string(Quote(m.Name)) + ": " + string(m.Value.Raw)
	}
	brackets := n.brackets()
	return brackets[:1] + strings.Join(parts, ", ") + brackets[1:]
}
