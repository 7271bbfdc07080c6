package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// Node is one JSON value. Objects keep the order of their members and scalars
// keep their spelling, so that a document which was parsed and written again
// says what it said, also in the parts nobody here understands: a number is
// never rounded and an escape never replaced.
type Node struct {
	Kind    Kind
	Members []Member        // of an object
	Items   []*Node         // of an array
	Raw     json.RawMessage // of a scalar, as spelled
}

// Kind is what a JSON value is.
type Kind uint8

// The kinds. A scalar is a string, a number, true, false or null.
const (
	Scalar Kind = iota
	Object
	Array
)

// Member is one member of an object.
type Member struct {
	Name  string
	Value *Node
}

// Parse parses one JSON document.
func Parse(doc []byte) (*Node, error) {
	if !json.Valid(doc) {
		var v any
		if err := json.Unmarshal(doc, &v); err != nil {
			return nil, fmt.Errorf("not JSON: %w", err)
		}
	}
	return parseValid(doc)
}

func parseValid(raw []byte) (*Node, error) {
	raw = bytes.TrimSpace(raw)
	switch raw[0] {
	case '{':
		return parseObject(raw)
	case '[':
		return parseArray(raw)
	}
	return &Node{Raw: bytes.Clone(raw)}, nil
}

func parseObject(raw []byte) (*Node, error) {
	n := &Node{Kind: Object}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		child, err := parseNext(dec)
		if err != nil {
			return nil, err
		}
		name, _ := key.(string) // the decoder admits nothing else as a key
		n.Members = append(n.Members, Member{name, child})
	}
	return n, nil
}

func parseArray(raw []byte) (*Node, error) {
	n := &Node{Kind: Array}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	for dec.More() {
		child, err := parseNext(dec)
		if err != nil {
			return nil, err
		}
		n.Items = append(n.Items, child)
	}
	return n, nil
}

func parseNext(dec *json.Decoder) (*Node, error) {
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return nil, err
	}
	return parseValid(raw)
}

// Text makes a string node.
func Text(s string) *Node { return &Node{Raw: Quote(s)} }

// Truth makes a boolean node.
func Truth(v bool) *Node { return &Node{Raw: strconv.AppendBool(nil, v)} }

// Fields makes an object of string members from name and value pairs.
func Fields(pairs ...string) *Node {
	n := &Node{Kind: Object}
	for i := 0; i+1 < len(pairs); i += 2 {
		n.Members = append(n.Members, Member{pairs[i], Text(pairs[i+1])})
	}
	return n
}

// Quote spells a string in JSON without the escapes meant for HTML.
func Quote(s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string into a buffer cannot fail
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Get returns a member of an object, nil when there is none.
func (n *Node) Get(name string) *Node {
	if n == nil {
		return nil
	}
	for i := range n.Members {
		if n.Members[i].Name == name {
			return n.Members[i].Value
		}
	}
	return nil
}

// Set replaces a member where it stands, or appends it.
func (n *Node) Set(name string, v *Node) {
	for i := range n.Members {
		if n.Members[i].Name == name {
			n.Members[i].Value = v
			return
		}
	}
	n.Members = append(n.Members, Member{name, v})
}

// Drop removes a member.
func (n *Node) Drop(name string) {
	kept := n.Members[:0]
	for _, m := range n.Members {
		if m.Name != name {
			kept = append(kept, m)
		}
	}
	n.Members = kept
}

// Text returns the value of a string node, and whether it is one.
func (n *Node) Text() (string, bool) {
	if n == nil || n.Kind != Scalar || len(n.Raw) == 0 || n.Raw[0] != '"' {
		return "", false
	}
	var s string
	err := json.Unmarshal(n.Raw, &s)
	return s, err == nil
}

// Word returns the value of a string member, empty when it is none.
func (n *Node) Word(name string) string {
	s, _ := n.Get(name).Text()
	return s
}

// Number returns an integer member, or what it means when it is absent.
func (n *Node) Number(name string, absent int) int {
	v := n.Get(name)
	if v == nil {
		return absent
	}
	i, err := strconv.Atoi(string(v.Raw))
	if err != nil {
		return absent
	}
	return i
}

// Truth returns the value of a boolean member, false when it is none.
func (n *Node) Truth(name string) bool {
	v := n.Get(name)
	return v != nil && string(v.Raw) == "true"
}

// Label is what names an item of a list; empty when nothing does.
func (n *Node) Label() string {
	if s := n.Word("name"); s != "" {
		return s
	}
	if s := n.Word("key"); s != "" {
		return s
	}
	return n.Word("Key") // of a load balancer's tags
}

// List returns the items of an array member.
func (n *Node) List(name string) []*Node {
	if l := n.Get(name); l != nil {
		return l.Items
	}
	return nil
}

// eachString calls visit for every string of the tree that is not a member's
// name, in order, until it returns an error.
func (n *Node) eachString(visit func(n *Node, value string) error) error {
	if value, ok := n.Text(); ok {
		return visit(n, value)
	}
	for _, m := range n.Members {
		if err := m.Value.eachString(visit); err != nil {
			return err
		}
	}
	for _, item := range n.Items {
		if err := item.eachString(visit); err != nil {
			return err
		}
	}
	return nil
}

// clone returns a deep copy.
func (n *Node) clone() *Node {
	c := &Node{Kind: n.Kind, Raw: n.Raw}
	for _, m := range n.Members {
		c.Members = append(c.Members, Member{m.Name, m.Value.clone()})
	}
	for _, item := range n.Items {
		c.Items = append(c.Items, item.clone())
	}
	return c
}

// Bytes writes the tree as compact JSON.
func (n *Node) Bytes() []byte { return n.append(nil) }

// Indented writes the tree as JSON laid out for reading.
func (n *Node) Indented() string {
	var b bytes.Buffer
	_ = json.Indent(&b, n.Bytes(), "", "  ") // a tree writes nothing but JSON
	return b.String()
}

func (n *Node) append(b []byte) []byte {
	switch n.Kind {
	case Object:
		b = append(b, '{')
		for i, m := range n.Members {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, Quote(m.Name)...)
			b = append(b, ':')
			b = m.Value.append(b)
		}
		return append(b, '}')
	case Array:
		b = append(b, '[')
		for i, item := range n.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = item.append(b)
		}
		return append(b, ']')
	}
	return append(b, n.Raw...)
}
