package views

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"gantry/internal/clean"
)

// maskJSON lays out one JSON document for reading, with the values of it that
// look like secrets masked: environment variables and other name-value pairs by
// their name, options and labels by their key, and every string by its form.
// Order of members and spelling of numbers stay as the API gave them.
func maskJSON(raw json.RawMessage) (string, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	root, err := decodeNode(dec)
	if err != nil {
		return "", fmt.Errorf("parse JSON: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return "", fmt.Errorf("parse JSON: more than one document")
	}
	root.mask("")
	var b strings.Builder
	root.print(&b, "")
	return b.String(), nil
}

// node is a JSON value that remembers the order of its members.
type node struct {
	scalar  any // string, json.Number, bool or nil, when kind is 0
	kind    json.Delim
	names   []string // of the members of an object
	members []*node
}

func decodeNode(dec *json.Decoder) (*node, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	open, ok := tok.(json.Delim)
	if !ok {
		return &node{scalar: tok}, nil
	}
	n := &node{kind: open}
	for dec.More() {
		if open == '{' {
			name, err := dec.Token()
			if err != nil {
				return nil, err
			}
			n.names = append(n.names, name.(string))
		}
		m, err := decodeNode(dec)
		if err != nil {
			return nil, err
		}
		n.members = append(n.members, m)
	}
	_, err = dec.Token() // the closing bracket
	return n, err
}

// mask hides the secrets in a value that stands under a key.
func (n *node) mask(key string) {
	switch n.kind {
	case '{':
		n.maskPair()
		for i, m := range n.members {
			if s, ok := m.scalar.(string); ok && holdsSettings(key) && clean.LooksSecret(n.names[i], s) {
				m.scalar = clean.Mask
				continue
			}
			m.mask(n.names[i])
		}
	case '[':
		for _, m := range n.members {
			m.mask(key)
		}
	default:
		s, ok := n.scalar.(string)
		if !ok {
			return
		}
		if clean.LooksCredential(s) {
			n.scalar = clean.Mask
			return
		}
		n.scalar = clean.Redact(s)
	}
}

// maskPair hides the value of {"name": …, "value": …}, the form of an
// environment variable, and of {"key": …, "value": …}, that of a tag.
func (n *node) maskPair() {
	var name string
	var value *node
	for i, m := range n.members {
		s, ok := m.scalar.(string)
		switch {
		case !ok:
		case n.names[i] == "name", n.names[i] == "key":
			name = s
		case n.names[i] == "value":
			value = m
		}
	}
	if value != nil && clean.LooksSecret(name, value.scalar.(string)) {
		value.scalar = clean.Mask
	}
}

// holdsSettings tells the objects whose members people name: a log driver's
// options and Docker labels, where tokens are found in practice.
func holdsSettings(key string) bool {
	return key == "options" || key == "dockerLabels" || key == "driverOpts" || key == "labels"
}

const indent = "  "

func (n *node) print(b *strings.Builder, margin string) {
	if n.kind == 0 {
		b.WriteString(literal(n.scalar))
		return
	}
	b.WriteRune(rune(n.kind))
	for i, m := range n.members {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n" + margin + indent)
		if n.kind == '{' {
			b.WriteString(literal(n.names[i]) + ": ")
		}
		m.print(b, margin+indent)
	}
	if len(n.members) > 0 {
		b.WriteString("\n" + margin)
	}
	b.WriteRune(rune(n.kind) + 2) // the closing bracket is two after the opening one
}

// literal writes a scalar as JSON without escaping <, > and &, which the API
// does not escape either.
func literal(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		// A scalar came from a decoder, so an encoder takes it.
		return "null"
	}
	return strings.TrimSuffix(b.String(), "\n")
}
