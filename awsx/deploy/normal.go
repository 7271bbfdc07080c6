package deploy

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// normalise returns a copy of a document in the form in which two of them are
// compared: members by name, unordered lists sorted, sizes in one unit. What is
// sent is never normalised.
func normalise(tree *node) *node {
	n := tree.clone()
	for _, name := range ReadOnlyFields() {
		n.drop(name)
	}
	normaliseSize(n, "cpu", cpuUnits)
	normaliseSize(n, "memory", mebibytes)
	sortBy(n.get("tags"), "key")
	for _, c := range n.list("containerDefinitions") {
		sortBy(c.get("environment"), "name")
		sortBy(c.get("secrets"), "name")
		sortPorts(c.get("portMappings"))
	}
	sortMembers(n)
	return n
}

// sameDocument reports whether two documents mean the same to the service, which
// adds empty lists to what it was sent.
func sameDocument(a, b *node) bool {
	na, nb := normalise(a), normalise(b)
	dropEmpty(na)
	dropEmpty(nb)
	return bytes.Equal(na.bytes(), nb.bytes())
}

// sorted writes a copy of the tree with its members by name and without empty
// ones.
func (n *node) sorted() []byte {
	c := n.clone()
	dropEmpty(c)
	sortMembers(c)
	return c.bytes()
}

func sortMembers(n *node) {
	slices.SortStableFunc(n.members, func(a, b member) int { return cmp.Compare(a.name, b.name) })
	for _, m := range n.members {
		sortMembers(m.value)
	}
	for _, item := range n.items {
		sortMembers(item)
	}
}

func sortBy(list *node, name string) {
	if list == nil {
		return
	}
	slices.SortStableFunc(list.items, func(a, b *node) int { return cmp.Compare(a.word(name), b.word(name)) })
}

func sortPorts(list *node) {
	if list == nil {
		return
	}
	slices.SortStableFunc(list.items, func(a, b *node) int {
		return cmp.Or(
			cmp.Compare(a.number("containerPort", 0), b.number("containerPort", 0)),
			cmp.Compare(a.number("hostPort", 0), b.number("hostPort", 0)),
			cmp.Compare(a.word("protocol"), b.word("protocol")))
	})
}

// dropEmpty removes members that are null, empty lists or empty objects.
func dropEmpty(n *node) {
	kept := n.members[:0]
	for _, m := range n.members {
		dropEmpty(m.value)
		empty := m.value.kind != scalar && len(m.value.members)+len(m.value.items) == 0
		if !empty && string(m.value.raw) != "null" {
			kept = append(kept, m)
		}
	}
	n.members = kept
	for _, item := range n.items {
		dropEmpty(item)
	}
}

// normaliseSize rewrites a task-level size, which the service takes in two
// spellings and stores in one ("1 vCPU" becomes 1024).
func normaliseSize(n *node, name string, units func(string) (int, bool)) {
	s, ok := n.get(name).str()
	if !ok {
		return
	}
	if v, ok := units(s); ok {
		n.set(name, text(strconv.Itoa(v)))
	}
}

// cpuUnits reads CPU as units of 1/1024 core ("256") or in cores (".25 vCPU").
func cpuUnits(s string) (int, bool) {
	return sized(s, "vcpu")
}

// mebibytes reads memory as MiB ("512") or in GiB ("0.5 GB").
func mebibytes(s string) (int, bool) {
	return sized(s, "gb")
}

func sized(s, unit string) (int, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if whole, err := strconv.Atoi(s); err == nil {
		return whole, true
	}
	number, ok := strings.CutSuffix(s, unit)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || f < 0 || f > 1<<20 {
		return 0, false
	}
	return int(math.Round(f * 1024)), true
}
