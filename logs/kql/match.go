package kql

import (
	"cmp"
	"strings"
	"time"

	"gantry/logs/kql/analysis"
)

// Matcher evaluates a tree on documents. It may be used concurrently.
type Matcher struct{ test test }

// test decides on one document, or on one object of a list in it.
type test func(doc map[string]any) bool

// Compile prepares a tree for evaluation; no tree matches every document. Fields
// tells how the index keeps each field, so that a comparison goes as it does
// there. Where it is nil or silent, text is compared word by word and, with
// wildcards, as a whole too; numbers, booleans and what reads as a date are
// compared as such. A date that names no offset is in the zone; nil is UTC.
//
// What an index knows and a document does not say stays different: analysers
// other than the standard one, subfields other than .keyword, values that the
// mapping leaves out. A value that a field of the index cannot be compared with
// is an error there and matches nothing here.
func Compile(n Node, fields Fields, zone *time.Location) *Matcher {
	if n == nil {
		return &Matcher{func(map[string]any) bool { return true }}
	}
	return &Matcher{compiler{fields, cmp.Or(zone, time.UTC)}.node(n, place{})}
}

// Match reports whether a decoded JSON document matches.
func (m *Matcher) Match(doc map[string]any) bool { return m.test(doc) }

type compiler struct {
	fields Fields
	zone   *time.Location
}

// place is the object around a node.
type place struct {
	prefix string // of names in the index
	base   string // of names in the object that the tests are given
}

func (c compiler) node(n Node, at place) test {
	switch n := n.(type) {
	case And:
		tests := c.nodes(n.Members, at)
		return func(doc map[string]any) bool {
			for _, t := range tests {
				if !t(doc) {
					return false
				}
			}
			return true
		}
	case Or:
		tests := c.nodes(n.Members, at)
		return func(doc map[string]any) bool {
			for _, t := range tests {
				if t(doc) {
					return true
				}
			}
			return false
		}
	case Not:
		member := c.node(n.Member, at)
		return func(doc map[string]any) bool { return !member(doc) }
	case Nested:
		return c.nested(n, at)
	case Is:
		return c.is(n, at)
	case Range:
		return c.field(n.Field, at, newBound(n, c.zone))
	}
	return func(map[string]any) bool { return true }
}

func (c compiler) nodes(members []Node, at place) []test {
	out := make([]test, len(members))
	for i, m := range members {
		out[i] = c.node(m, at)
	}
	return out
}

func (c compiler) nested(n Nested, at place) test {
	path := n.Path.Raw()
	prefix := at.prefix + path + "."
	if object(c.fields, at.prefix+path) == Object {
		return c.node(n.Member, place{prefix, at.base + path + "."})
	}
	member := c.node(n.Member, place{prefix: prefix})
	return func(doc map[string]any) bool {
		return lookup(doc, at.base+path, func(v any) bool { return anyObject(v, member) })
	}
}

func (c compiler) is(n Is, at place) test {
	if len(n.Field) == 0 {
		n.Field = Text{"", ""}
	}
	switch {
	case n.Field.Any() && at.prefix == "":
		if n.Value.wild() && n.Value.Text.Any() {
			return func(map[string]any) bool { return true }
		}
		// The stores read a date that is looked for in any field in UTC.
		return anyLeaf(newComparison(n.Value, true, false, time.UTC))
	case n.Value.wild() && n.Value.Text.Any():
		return c.exists(n.Field, at)
	}
	kinds := found(c.fields, n.Field.prefixed(at.prefix))[0].Kinds
	split := !n.Field.Wild() && (kinds == 0 || kinds.only(Number))
	return c.field(n.Field, at, newComparison(n.Value, false, split, c.zone))
}

// anyLeaf tests every value of a document.
func anyLeaf(c comparison) test {
	return func(doc map[string]any) bool {
		return leaves(doc, func(v any) bool { return compare(c, v, 0, true) })
	}
}

func (c compiler) exists(name Text, at place) test {
	if name.Wild() {
		return c.pattern(name, at, func(any, Field) bool { return true })
	}
	local := at.base + name.Raw()
	return func(doc map[string]any) bool {
		return values(doc, local, func(v any, _ bool) bool { return leaves(v, func(any) bool { return true }) })
	}
}

// field compares the values of a field, or of all fields that a pattern stands
// for.
func (c compiler) field(name Text, at place, want comparison) test {
	if name.Wild() {
		return c.pattern(name, at, func(v any, f Field) bool { return compare(want, v, f.Kinds, false) })
	}
	f := found(c.fields, name.prefixed(at.prefix))[0]
	local := at.base + name.Raw()
	return func(doc map[string]any) bool {
		return values(doc, local, func(v any, stripped bool) bool {
			kinds := f.Kinds
			if stripped {
				kinds = Whole
			}
			return leaves(v, func(v any) bool { return compare(want, v, kinds, f.Keyword != "") })
		})
	}
}

// pattern tests the values of all fields that a pattern stands for. A keyword
// subfield, which no document holds, has the texts of its field.
func (c compiler) pattern(name Text, at place, holds func(v any, f Field) bool) test {
	known := map[string]Field{}
	for _, f := range found(c.fields, name.prefixed(at.prefix)) {
		known[f.Name] = f
	}
	local := name.prefixed(at.base)
	return func(doc map[string]any) bool {
		return paths("", doc, func(path string, v any) bool {
			inIndex := at.prefix + strings.TrimPrefix(path, at.base)
			if local.Matches(path) && holds(v, known[inIndex]) {
				return true
			}
			text, ok := v.(string)
			if !ok || !local.Matches(path+keywordSuffix) {
				return false
			}
			sub, ok := known[inIndex+keywordSuffix]
			if c.fields == nil {
				_, date := analysis.Timestamp(text)
				sub, ok = Field{Kinds: Whole}, !date
			}
			return ok && holds(v, sub)
		})
	}
}

// lookup calls visit for what stands at a dotted path, in every object of the
// lists on the way, until one call returns true. A name may itself hold dots.
func lookup(doc map[string]any, path string, visit func(v any) bool) bool {
	if v, ok := doc[path]; ok && visit(v) {
		return true
	}
	for i := 0; i < len(path); i++ {
		if path[i] != '.' {
			continue
		}
		v, ok := doc[path[:i]]
		if ok && anyObject(v, func(inner map[string]any) bool { return lookup(inner, path[i+1:], visit) }) {
			return true
		}
	}
	return false
}

// anyObject reports whether a test holds for an object, or for one in a list.
func anyObject(v any, t test) bool {
	switch v := v.(type) {
	case map[string]any:
		return t(v)
	case []any:
		for _, member := range v {
			if anyObject(member, t) {
				return true
			}
		}
	}
	return false
}

// values is lookup of a field; a keyword subfield, which no document holds, has
// the value of its field.
func values(doc map[string]any, path string, visit func(v any, stripped bool) bool) bool {
	if lookup(doc, path, func(v any) bool { return visit(v, false) }) {
		return true
	}
	name, ok := strings.CutSuffix(path, keywordSuffix)
	return ok && lookup(doc, name, func(v any) bool { return visit(v, true) })
}

// leaves calls visit for every value in v, those of objects and lists included.
func leaves(v any, visit func(v any) bool) bool {
	switch v := v.(type) {
	case nil:
		return false
	case map[string]any:
		for _, member := range v {
			if leaves(member, visit) {
				return true
			}
		}
		return false
	case []any:
		for _, member := range v {
			if leaves(member, visit) {
				return true
			}
		}
		return false
	}
	return visit(v)
}

// paths is leaves with the full name of each value.
func paths(prefix string, v any, visit func(path string, v any) bool) bool {
	switch v := v.(type) {
	case nil:
		return false
	case map[string]any:
		for name, member := range v {
			if prefix != "" {
				name = prefix + "." + name
			}
			if paths(name, member, visit) {
				return true
			}
		}
		return false
	case []any:
		for _, member := range v {
			if paths(prefix, member, visit) {
				return true
			}
		}
		return false
	}
	return visit(prefix, v)
}
