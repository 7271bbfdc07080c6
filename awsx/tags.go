package awsx

import (
	"iter"
	"slices"
)

// Tag is a resource tag.
type Tag struct{ Key, Value string }

// Tags are the tags of a resource, as its service lists them. Nil are tags that were not
// read; a resource that has none has an empty list. They are shared and never changed.
type Tags []Tag

// Read reports whether it is known which tags there are.
func (t Tags) Read() bool { return t != nil }

// Value returns the value of a tag, and whether there is one of that key. AWS tells keys
// apart by the case of their letters.
func (t Tags) Value(key string) (value string, ok bool) {
	i := slices.IndexFunc(t, func(tag Tag) bool { return tag.Key == key })
	if i < 0 {
		return "", false
	}
	return t[i].Value, true
}

// Pairs are the keys with their values; nil while the tags were not read.
func (t Tags) Pairs() iter.Seq2[string, string] {
	if t == nil {
		return nil
	}
	return func(yield func(key, value string) bool) {
		for _, tag := range t {
			if !yield(tag.Key, tag.Value) {
				return
			}
		}
	}
}
