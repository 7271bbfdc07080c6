package deploy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// node is one JSON value. Objects keep the order of their members and scalars
// keep their spelling, so that a document which was parsed and written again
// says what it said, also in the parts nobody here understands: a number is
// never rounded and an escape never replaced.
type node struct {
	kind    nodeKind
	members []member        // of an object
	items   []*node         // of an array
	raw     json.RawMessage // of a scalar, as spelled
}

type nodeKind uint8

const (
	scalar nodeKind = iota
	object
	array
)

type member struct {
	name  string
	value *node
}

// parseTree parses one JSON document.
func parseTree(doc []byte) (*node, error) {
	if !json.Valid(doc) {
		var v any
		if err := json.Unmarshal(doc, &v); err != nil {
			return nil, fmt.Errorf("not JSON: %w", err)
		}
	}
	return parseValid(doc)
}

func parseValid(raw []byte) (*node, error) {
	raw = bytes.TrimSpace(raw)
	switch raw[0] {
	case '{':
		return parseObject(raw)
	case '[':
		return parseArray(raw)
	}
	return &node{raw: bytes.Clone(raw)}, nil
}

func parseObject(raw []byte) (*node, error) {
	n := &node{kind: object}
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
		n.members = append(n.members, member{name, child})
	}
	return n, nil
}

func parseArray(raw []byte) (*node, error) {
	n := &node{kind: array}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	for dec.More() {
		child, err := parseNext(dec)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, child)
	}
	return n, nil
}

func parseNext(dec *json.Decoder) (*node, error) {
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return nil, err
	}
	return parseValid(raw)
}

// text makes a string node.
func text(s string) *node { return &node{raw: quote(s)} }

// truth makes a boolean node.
func truth(v bool) *node { return &node{raw: strconv.AppendBool(nil, v)} }

// fields makes an object of string members from name and value pairs.
func fields(pairs ...string) *node {
	n := &node{kind: object}
	for i := 0; i+1 < len(pairs); i += 2 {
		n.members = append(n.members, member{pairs[i], text(pairs[i+1])})
	}
	return n
}

// quote spells a string in JSON without the escapes meant for HTML.
func quote(s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string into a buffer cannot fail
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// get returns a member of an object, nil when there is none.
func (n *node) get(name string) *node {
	if n == nil {
		return nil
	}
	for i := range n.members {
		if n.members[i].name == name {
			return n.members[i].value
		}
	}
	return nil
}

// set replaces a member where it stands, or appends it.
func (n *node) set(name string, v *node) {
	for i := range n.members {
		if n.members[i].name == name {
			n.members[i].value = v
			return
		}
	}
	n.members = append(n.members, member{name, v})
}

// drop removes a member.
func (n *node) drop(name string) {
	kept := n.members[:0]
	for _, m := range n.members {
		if m.name != name {
			kept = append(kept, m)
		}
	}
	n.members = kept
}

// str returns the value of a string node, and whether it is one.
func (n *node) str() (string, bool) {
	if n == nil || n.kind != scalar || len(n.raw) == 0 || n.raw[0] != '"' {
		return "", false
	}
	var s string
	err := json.Unmarshal(n.raw, &s)
	return s, err == nil
}

// word returns the value of a string member, empty when it is none.
func (n *node) word(name string) string {
	s, _ := n.get(name).str()
	return s
}

// number returns an integer member, or what it means when it is absent.
func (n *node) number(name string, absent int) int {
	v := n.get(name)
	if v == nil {
		return absent
	}
	i, err := strconv.Atoi(string(v.raw))
	if err != nil {
		return absent
	}
	return i
}

// truth returns the value of a boolean member, false when it is none.
func (n *node) truth(name string) bool {
	v := n.get(name)
	return v != nil && string(v.raw) == "true"
}

// label is what names an item of a list; empty when nothing does.
func (n *node) label() string {
	if s := n.word("name"); s != "" {
		return s
	}
	return n.word("key")
}

// list returns the items of an array member.
func (n *node) list(name string) []*node {
	if l := n.get(name); l != nil {
		return l.items
	}
	return nil
}

// eachString calls visit for every string of the tree that is not a member's
// name, in order, until it returns an error.
func (n *node) eachString(visit func(n *node, value string) error) error {
	if value, ok := n.str(); ok {
		return visit(n, value)
	}
	for _, m := range n.members {
		if err := m.value.eachString(visit); err != nil {
			return err
		}
	}
	for _, item := range n.items {
		if err := item.eachString(visit); err != nil {
			return err
		}
	}
	return nil
}

// clone returns a deep copy.
func (n *node) clone() *node {
	c := &node{kind: n.kind, raw: n.raw}
	for _, m := range n.members {
		c.members = append(c.members, member{m.name, m.value.clone()})
	}
	for _, item := range n.items {
		c.items = append(c.items, item.clone())
	}
	return c
}

// bytes writes the tree as compact JSON.
func (n *node) bytes() []byte { return n.append(nil) }

func (n *node) append(b []byte) []byte {
	switch n.kind {
	case object:
		b = append(b, '{')
		for i, m := range n.members {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, quote(m.name)...)
			b = append(b, ':')
			b = m.value.append(b)
		}
		return append(b, '}')
	case array:
		b = append(b, '[')
		for i, item := range n.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = item.append(b)
		}
		return append(b, ']')
	}
	return append(b, n.raw...)
}
