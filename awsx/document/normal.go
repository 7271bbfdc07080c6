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
// compared: members by name, unordered lists sorted, sizes in one unit, each value in
// one spelling. What is sent is never normalised.
func Normal(tree *Node) *Node {
	n := tree.clone()
	respell(n)
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
// adds empty lists and its defaults to what it was sent.
func Same(a, b *Node) bool {
	na, nb := Normal(a), Normal(b)
	for _, n := range []*Node{na, nb} {
		dropBlank(n, KnownFields())
		dropDefaults(n)
		dropEmpty(n)
	}
	return bytes.Equal(na.Bytes(), nb.Bytes())
}

// Canonical writes a copy of the tree with its members by name, each value in one
// spelling, and without empty ones.
func (n *Node) Canonical() []byte {
	if n == nil {
		return nil
	}
	c := n.clone()
	respell(c)
	dropEmpty(c)
	sortMembers(c)
	return c.Bytes()
}

// respell gives every value one spelling: writers escape other characters of a text, and
// write a number with or without a fraction and an exponent.
func respell(n *Node) {
	if n.Kind == Scalar && len(n.Raw) > 0 {
		switch c := n.Raw[0]; {
		case c == '"':
			if s, ok := n.Text(); ok {
				n.Raw = Quote(s)
			}
		case c == '-' || c >= '0' && c <= '9':
			n.Raw = plainNumber(n.Raw)
		}
	}
	for _, m := range n.Members {
		respell(m.Value)
	}
	for _, item := range n.Items {
		respell(item)
	}
}

// longestNumber is how many digits a number is written out in.
const longestNumber = 30

// plainNumber writes a JSON number in digits, without an exponent as long as that is short.
// It computes nothing, so that no digit is lost.
func plainNumber(raw []byte) []byte {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(string(raw)), "e")
	sign := ""
	if rest, negative := strings.CutPrefix(mantissa, "-"); negative {
		sign, mantissa = "-", rest
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	power, err := strconv.Atoi(cmp.Or(exponent, "0"))
	if err != nil { // an exponent of that many digits
		return raw
	}
	all := strings.TrimLeft(whole+fraction, "0")
	digits := strings.TrimRight(all, "0")
	power += len(all) - len(digits) - len(fraction)
	switch point := len(digits) + power; {
	case digits == "":
		return []byte("0")
	case power >= 0 && point <= longestNumber:
		return []byte(sign + digits + strings.Repeat("0", power))
	case point > 0 && power < 0:
		return []byte(sign + digits[:point] + "." + digits[point:])
	case point <= 0 && point > -longestNumber:
		return []byte(sign + "0." + strings.Repeat("0", -point) + digits)
	}
	return []byte(sign + digits + "e" + strconv.Itoa(power))
}

// dropDefaults removes from a document what the service answers where nothing was sent
// (ECS, ContainerDefinition and PortMapping). On a network of the task's own, or the
// instance's, a container's port is the host's too.
func dropDefaults(tree *Node) {
	mode := tree.Word("networkMode")
	for _, c := range tree.List("containerDefinitions") {
		dropIf(c, "essential", "true")
		dropIf(c, "cpu", "0")
		for _, m := range c.List("portMappings") {
			dropIf(m, "protocol", `"tcp"`)
			dropIf(m, "hostPort", "0")
			if port := m.Get("containerPort"); port != nil && (mode == "awsvpc" || mode == "host") {
				dropIf(m, "hostPort", string(port.Raw))
			}
		}
	}
}

// dropBlank removes the texts of known fields that are empty, which say what their absence
// says: renderers of templates write them. The value of a variable is none of these.
func dropBlank(n *Node, fields []string) {
	for _, name := range fields {
		dropIf(n, name, `""`)
	}
	for _, c := range n.List("containerDefinitions") {
		dropBlank(c, KnownContainerFields())
		for _, m := range c.List("portMappings") {
			dropBlank(m, []string{"name", "appProtocol", "protocol", "containerPortRange"})
		}
		for _, m := range c.List("mountPoints") {
			dropBlank(m, []string{"sourceVolume", "containerPath"})
		}
	}
	for _, v := range n.List("volumes") {
		dropBlank(v.Get("host"), []string{"sourcePath"})
	}
}

func dropIf(n *Node, name, value string) {
	if v := n.Get(name); v != nil && string(v.Raw) == value {
		n.Drop(name)
	}
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
