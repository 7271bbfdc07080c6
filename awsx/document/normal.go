package document

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Normal returns a copy of a document in the form in which two of them are
// compared: members by name, unordered lists sorted, sizes in one unit. What is
// sent is never normalised.
func Normal(tree *Node) *Node {
	n := tree.clone()
	for _, name := range ReadOnlyFields() {
		n.Drop(name)
	}
	normaliseSize(n, "cpu", CPUUnits)
	normaliseSize(n, "memory", Mebibytes)
	sortBy(n.Get("tags"), "key")
	for _, c := range n.List("containerDefinitions") {
		sortBy(c.Get("environment"), "name")
		sortBy(c.Get("secrets"), "name")
		sortPorts(c.Get("portMappings"))
	}
	sortMembers(n)
	return n
}

// Same reports whether two documents mean the same to the service, which
// adds empty lists to what it was sent.
func Same(a, b *Node) bool {
	na, nb := Normal(a), Normal(b)
	dropEmpty(na)
	dropEmpty(nb)
	return bytes.Equal(na.Bytes(), nb.Bytes())
}

// Canonical writes a copy of the tree with its members by name and without empty
// ones.
func (n *Node) Canonical() []byte {
	c := n.clone()
	dropEmpty(c)
	sortMembers(c)
	return c.Bytes()
}

func sortMembers(n *Node) {
	slices.SortStableFunc(n.Members, func(a, b Member) int { return cmp.Compare(a.Name, b.Name) })
	for _, m := range n.Members {
		sortMembers(m.Value)
	}
	for _, item := range n.Items {
		sortMembers(item)
	}
}

func sortBy(list *Node, name string) {
	if list == nil {
		return
	}
	slices.SortStableFunc(list.Items, func(a, b *Node) int { return cmp.Compare(a.Word(name), b.Word(name)) })
}

func sortPorts(list *Node) {
	if list == nil {
		return
	}
	slices.SortStableFunc(list.Items, func(a, b *Node) int {
		return cmp.Or(
			cmp.Compare(a.Number("containerPort", 0), b.Number("containerPort", 0)),
			cmp.Compare(a.Number("hostPort", 0), b.Number("hostPort", 0)),
			cmp.Compare(a.Word("protocol"), b.Word("protocol")))
	})
}

// dropEmpty removes members that are null, empty lists or empty objects.
func dropEmpty(n *Node) {
	kept := n.Members[:0]
	for _, m := range n.Members {
		dropEmpty(m.Value)
		empty := m.Value.Kind != Scalar && len(m.Value.Members)+len(m.Value.Items) == 0
		if !empty && string(m.Value.Raw) != "null" {
			kept = append(kept, m)
		}
	}
	n.Members = kept
	for _, item := range n.Items {
		dropEmpty(item)
	}
}

// normaliseSize rewrites a task-level size, which the service takes in two
// spellings and stores in one ("1 vCPU" becomes 1024).
func normaliseSize(n *Node, name string, units func(string) (int, bool)) {
	s, ok := n.Get(name).Text()
	if !ok {
		return
	}
	if v, ok := units(s); ok {
		n.Set(name, Text(strconv.Itoa(v)))
	}
}

// CPUUnits reads CPU as units of 1/1024 core ("256") or in cores (".25 vCPU").
func CPUUnits(s string) (int, bool) {
	return sized(s, "vcpu")
}

// Mebibytes reads memory as MiB ("512") or in GiB ("0.5 GB").
func Mebibytes(s string) (int, bool) {
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
