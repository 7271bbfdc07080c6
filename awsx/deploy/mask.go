package deploy

import (
	"strconv"
	"strings"

	"gantry/internal/clean"
)

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
				known = append(known, s.value)
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
	if s := item.label(); s != "" {
		return s
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
