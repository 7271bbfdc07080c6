package kql

import "strings"

// Kinds is the set of ways in which an index keeps a field. A pattern of indices
// may keep one field in several; none at all is a field that it does not have, or
// of which nothing is known.
type Kinds uint8

// The ways to keep a field.
const (
	// Analysed text is compared word by word, in any case.
	Analysed Kinds = 1 << iota
	// Whole text is compared as it is written.
	Whole
	// Number, Date and Boolean values are compared as such.
	Number
	Date
	Boolean
	// Opaque values are of any other kind, such as an address.
	Opaque
	// Object is a field with fields of its own, NestedObject one of a list whose
	// members are compared one by one.
	Object
	NestedObject
)

// only reports whether a field is kept in one of the ways of k and no other.
func (k Kinds) only(of Kinds) bool { return k != 0 && k&^of == 0 }

// mixed reports whether a value may fit some of the ways and be wrong for others.
func (k Kinds) mixed() bool {
	k &^= Object | NestedObject
	if k&(Analysed|Whole) != 0 {
		k = k&^Whole | Analysed
	}
	return k&(k-1) != 0
}

// Field is a field of the index.
type Field struct {
	Name  string
	Kinds Kinds
	// Keyword is the name of the subfield that keeps the whole text of an analysed
	// field; empty when there is none.
	Keyword string
	// Nested is the path of the innermost nested object that the field is in; empty
	// when it is in none.
	Nested string
}

// Fields tells which fields the index has. Methods must be safe for concurrent
// use.
type Fields interface {
	// Find returns the fields that a name or pattern stands for, none when there is
	// none. Subfields are fields of their own, named as in "message.keyword".
	Find(name Text) []Field
}

// keywordSuffix is how dynamic mappings name the subfield for whole text.
const keywordSuffix = ".keyword"

// found returns the fields that a name stands for. One that the index does not
// have, or of which nothing is known, stands for itself.
func found(fields Fields, name Text) []Field {
	var known []Field
	if fields != nil {
		for _, f := range fields.Find(name) {
			if !f.Kinds.only(Object | NestedObject) {
				known = append(known, f)
			}
		}
	}
	if len(known) > 0 {
		return known
	}
	unknown := Field{Name: name.Raw()}
	if strings.HasSuffix(unknown.Name, keywordSuffix) {
		unknown.Kinds = Whole
	}
	return []Field{unknown}
}

// object returns what is known of the object at a path.
func object(fields Fields, path string) Kinds {
	if fields == nil {
		return 0
	}
	for _, f := range fields.Find(Literal(path)) {
		return f.Kinds & (Object | NestedObject)
	}
	return 0
}
