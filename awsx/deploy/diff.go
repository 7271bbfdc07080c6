package deploy

import (
	"slices"
	"strconv"
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

// secretText is a string of a document that may hold a secret.
type secretText struct {
	node *node
	// path goes by names where array items have one, so that a reordered list
	// still finds its counterpart; name is what the string is the value of, such
	// as a variable.
	path, name    string
	value, masked string
}

// tellingLength is how long a secret must be, in bytes, to be known again
// elsewhere: shorter ones are words like true that mean nothing in another place.
const tellingLength = 6

// eachSecret calls visit for every string of a document that may hold a secret:
// by what it is the value of, by its form, or because it is, or holds, a secret
// of the document or of one beside it. A secret stays one when it moves to a
// variable whose name does not tell.
func eachSecret(tree *node, visit func(secretText), beside ...*node) {
	var known []string
	for _, t := range append(beside, tree) {
		eachText(t, "", "", func(s secretText) {
			if s.masked == clean.Mask && len(s.value) >= tellingLength {
				known = appendNew(known, s.value)
			}
		})
	}
	eachText(tree, "", "", func(s secretText) {
		if s.masked == s.value && mayCarry(s.path) {
			for _, secret := range known {
				s.masked = strings.ReplaceAll(s.masked, secret, clean.Mask)
			}
		}
		if s.masked != s.value {
			visit(s)
		}
	})
}

// eachText calls visit for every string of a document but empty ones.
func eachText(n *node, path, name string, visit func(secretText)) {
	switch n.kind {
	case object:
		label := n.word("name")
		if label == "" {
			label = n.word("key")
		}
		for _, m := range n.members {
			under := m.name
			if m.name == "value" && label != "" {
				under = label
			}
			eachText(m.value, path+"/"+m.name, under, visit)
		}
	case array:
		for i, item := range n.items {
			eachText(item, path+"/"+itemLabel(item, i), "", visit)
		}
	case scalar:
		if value, ok := n.str(); ok && value != "" {
			visit(secretText{n, path, name, value, maskString(path, name, value)})
		}
	}
}

func itemLabel(item *node, i int) string {
	for _, key := range []string{"name", "key"} {
		if s := item.word(key); s != "" {
			return s
		}
	}
	return strconv.Itoa(i)
}

// maskString masks one string. Where the name is the operator's own (variables,
// labels, log options, tags) it tells whether the value is secret; elsewhere only
// the value's form does, as fields like "key" say nothing.
func maskString(path, name, value string) string {
	switch {
	case names(path):
		return value
	case strings.HasSuffix(path, "/value"), ownNames(path):
		if clean.LooksSecret(name, value) {
			return clean.Mask
		}
	case clean.LooksCredential(value):
		return clean.Mask
	}
	return clean.Redact(value)
}

// names reports whether a path leads to a reference or a name, which operators
// need to read.
func names(path string) bool {
	return strings.HasSuffix(path, "/valueFrom") || strings.HasSuffix(path, "/name") || strings.HasSuffix(path, "/key")
}

// mayCarry reports whether a path leads to where operators put values of their
// own, to which a secret may have moved. Elsewhere, as in the name of an image,
// a word that is also somebody's secret is chance.
func mayCarry(path string) bool {
	return strings.HasSuffix(path, "/value") || ownNames(path) ||
		strings.Contains(path, "/command/") || strings.Contains(path, "/entryPoint/")
}

// ownNames reports whether a path leads to a member of a map whose keys the
// operator chose.
func ownNames(path string) bool {
	for _, parent := range []string{"/dockerLabels/", "/options/", "/driverOpts/", "/labels/"} {
		if i := strings.LastIndex(path, parent); i >= 0 && !strings.Contains(path[i+len(parent):], "/") {
			return true
		}
	}
	return false
}
