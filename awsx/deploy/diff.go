package deploy

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"gantry/internal/clean"
)

// changedMask stands for a secret on the new side of a difference when it is
// not the one on the old side: the line shows up although neither is told.
const changedMask = clean.Mask + " changed"

// maskDocuments returns two documents in normal form, a member a line, with
// secret-looking values masked so that a changed one still differs.
func maskDocuments(before, after *node) (old, fresh string) {
	b, a := normalise(before), normalise(after)
	known := map[string]string{}
	maskTree(b, "", "", func(path, value, masked string) string {
		known[path] = value
		return masked
	})
	maskTree(a, "", "", func(path, value, masked string) string {
		if was, ok := known[path]; ok && was != value {
			if masked == clean.Mask {
				return changedMask
			}
			return masked + " " + changedMask
		}
		return masked
	})
	return indent(b), indent(a)
}

func indent(n *node) string {
	var b bytes.Buffer
	_ = json.Indent(&b, n.bytes(), "", "  ") // the tree is valid JSON
	b.WriteByte('\n')
	return b.String()
}

// maskTree replaces every string that may hold a secret by what hide returns for
// its path, its value and its masked form. Paths go by names where array items
// have one, so that a reordered list still finds its counterpart.
func maskTree(n *node, path, name string, hide func(path, value, masked string) string) {
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
			maskTree(m.value, path+"/"+m.name, under, hide)
		}
	case array:
		for i, item := range n.items {
			maskTree(item, path+"/"+itemLabel(item, i), "", hide)
		}
	case scalar:
		value, ok := n.str()
		if !ok || value == "" {
			return
		}
		if masked := maskString(path, name, value); masked != value {
			n.raw = quote(hide(path, value, masked))
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
	case strings.HasSuffix(path, "/valueFrom"), strings.HasSuffix(path, "/name"), strings.HasSuffix(path, "/key"):
		return value // references and names, which operators need to read
	case strings.HasSuffix(path, "/value"), ownNames(path):
		if clean.LooksSecret(name, value) {
			return clean.Mask
		}
	case clean.LooksCredential(value):
		return clean.Mask
	}
	return clean.Redact(value)
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
