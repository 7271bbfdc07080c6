package document

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"gantry/awsx"
)

// Change is one part in which two documents differ.
type Change struct {
	// Path leads to the part as a JSON Pointer does (RFC 6901), where items of a list that
	// have names stand under those.
	Path string
	// Before and After are what stands there, in normal form and with secrets masked; nil
	// where nothing does.
	Before, After *Node
	// Masked says that some of it is not shown. That it differs is true all the same.
	Masked bool
}

// Changes returns the parts in which two revisions differ, as plans compare them. Lists whose
// items have no names are compared as a whole.
func Changes(before, after *awsx.TaskDefinition) ([]Change, error) {
	b, a, err := registrable(before, after)
	if err != nil {
		return nil, err
	}
	b, a, masked := compared(b, a)
	d := differ{masked: masked}
	d.walk("", b, a)
	return d.changes, nil
}

// differ gathers the parts in which two documents differ.
type differ struct {
	masked  map[*Node]bool
	changes []Change
}

// add notes a change. That a list is there and empty says what its absence does.
func (d *differ) add(path string, before, after *Node) {
	if empty(before) && empty(after) {
		return
	}
	d.changes = append(d.changes, Change{path, before, after, d.hides(before) || d.hides(after)})
}

func empty(n *Node) bool {
	return n == nil || n.Kind != Scalar && len(n.Members)+len(n.Items) == 0 || string(n.Raw) == "null"
}

// hides reports whether something in a part is masked.
func (d *differ) hides(n *Node) bool {
	return n != nil && (d.masked[n] || slices.ContainsFunc(n.Items, d.hides) || slices.ContainsFunc(n.Members, func(m Member) bool { return d.hides(m.Value) }))
}

func (d *differ) walk(path string, before, after *Node) {
	switch {
	case before == nil || after == nil || before.Kind != after.Kind:
		d.add(path, before, after)
	case before.Kind == Object:
		for _, name := range union(memberNames(before), memberNames(after)) {
			d.walk(path+"/"+pointed(name), before.Get(name), after.Get(name))
		}
	case before.Kind == Array:
		d.list(path, before, after)
	case !bytes.Equal(before.Raw, after.Raw):
		d.add(path, before, after)
	}
}

// list compares two lists, item by item where all have names.
func (d *differ) list(path string, before, after *Node) {
	was, named := labels(before)
	is, also := labels(after)
	if !named || !also {
		if !bytes.Equal(before.Bytes(), after.Bytes()) {
			d.add(path, before, after)
		}
		return
	}
	item := func(list *Node, names []string, name string) *Node {
		if i := slices.Index(names, name); i >= 0 {
			return list.Items[i]
		}
		return nil
	}
	for _, name := range union(was, is) {
		d.walk(path+"/"+pointed(name), item(before, was, name), item(after, is, name))
	}
	if !slices.Equal(was, is) && sameNames(was, is) {
		d.add(path, listOf(was), listOf(is)) // in which order they stand
	}
}

// labels are the names of a list's items, each told apart from those before it; ok is false
// where one has none.
func labels(list *Node) (names []string, ok bool) {
	for _, item := range list.Items {
		label := item.Label()
		if label == "" {
			return nil, false
		}
		name := label
		for n := 2; slices.Contains(names, name); n++ {
			name = label + "#" + strconv.Itoa(n)
		}
		names = append(names, name)
	}
	return names, true
}

func sameNames(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func listOf(names []string) *Node {
	n := &Node{Kind: Array}
	for _, name := range names {
		n.Items = append(n.Items, Text(name))
	}
	return n
}

func memberNames(n *Node) (names []string) {
	for _, m := range n.Members {
		names = append(names, m.Name)
	}
	return names
}

// union returns the names of two lists, those of the first one first.
func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, name := range b {
		if !slices.Contains(a, name) {
			all = append(all, name)
		}
	}
	return all
}

// pointed is a name as a step of a JSON Pointer.
func pointed(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }
