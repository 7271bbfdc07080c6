package sim

import (
	"fmt"
	"slices"
	"strings"

	"gantry/logs/kql/analysis"
)

// fields reads the values of a document, or of one object of a list in it.
type fields struct {
	doc    *document
	prefix string // the object's path; empty for a document
	root   map[string]any
	values map[string][]any
}

// parsed is a document's fields by name.
func parsed(d *document) *fields { return &fields{doc: d, root: d.source} }

func (f *fields) load() {
	if f.values != nil {
		return
	}
	f.values = map[string][]any{}
	flatten(f.prefix, f.root, func(field string, value any) { f.values[field] = append(f.values[field], value) })
}

// of returns the values of a field, in full name.
func (f *fields) of(name string) []any {
	if f.values != nil {
		return f.values[name]
	}
	var found []any
	f.some(name, func(v any) bool {
		found = append(found, v)
		return false
	})
	return found
}

// some reports whether a value of a field is as asked. One field is walked to, and nothing
// is kept of it: most searches ask each document for a few of its many.
func (f *fields) some(name string, ok func(v any) bool) bool {
	if f.values != nil {
		return slices.ContainsFunc(f.values[name], ok)
	}
	if f.prefix != "" {
		rest, within := strings.CutPrefix(name, f.prefix+".")
		if !within {
			return false
		}
		name = rest
	}
	return someAt(f.root, name, ok)
}

// someAt reports whether a value at a path is as asked. A member's name may have dots in it.
func someAt(v any, path string, ok func(v any) bool) bool {
	switch v := v.(type) {
	case map[string]any:
		if path == "" {
			return false
		}
		if member, has := v[path]; has && someAt(member, "", ok) {
			return true
		}
		for i := range len(path) {
			if path[i] != '.' {
				continue
			}
			if member, has := v[path[:i]]; has && someAt(member, path[i+1:], ok) {
				return true
			}
		}
		return false
	case []any:
		return slices.ContainsFunc(v, func(member any) bool { return someAt(member, path, ok) })
	case nil:
		return false
	}
	return path == "" && ok(v)
}

// matching returns the fields that some patterns stand for, keyword subfields
// among them. A name without a wildcard stands for itself.
func (f *fields) matching(patterns []string) []string {
	var names []string
	for _, p := range patterns {
		p, _, _ = strings.Cut(p, "^") // a boost has no effect on what matches
		if !strings.Contains(p, "*") {
			names = append(names, p)
			continue
		}
		f.load()
		for name, values := range f.values {
			if glob(p, name) {
				names = append(names, name)
			}
			if sub := name + keywordSuffix; keywordField(values) && name != messageField && glob(p, sub) {
				names = append(names, sub)
			}
		}
	}
	return names
}

func keywordField(values []any) bool {
	return slices.ContainsFunc(values, func(v any) bool { _, ok := v.(string); return ok })
}

// has reports whether a field or one within it has a value.
func (f *fields) has(pattern string) bool {
	f.load()
	for name := range f.values {
		if glob(pattern, name) || glob(pattern+".*", name) {
			return true
		}
	}
	return false
}

// objects returns the objects at a path, one by one.
func (f *fields) objects(path string) []*fields {
	f.load()
	local := path
	if f.prefix != "" {
		rest, ok := strings.CutPrefix(path, f.prefix+".")
		if !ok {
			return nil
		}
		local = rest
	}
	var found []*fields
	for _, o := range objectsAt(f.root, local) {
		found = append(found, &fields{doc: f.doc, prefix: path, root: o})
	}
	return found
}

func objectsAt(v any, path string) []map[string]any {
	switch v := v.(type) {
	case []any:
		var all []map[string]any
		for _, member := range v {
			all = append(all, objectsAt(member, path)...)
		}
		return all
	case map[string]any:
		if path == "" {
			return []map[string]any{v}
		}
		var all []map[string]any
		for name, member := range v {
			if name == path {
				all = append(all, objectsAt(member, "")...)
			} else if rest, ok := strings.CutPrefix(path, name+"."); ok {
				all = append(all, objectsAt(member, rest)...)
			}
		}
		return all
	}
	return nil
}

const keywordSuffix = ".keyword"

// fieldForm returns the field of the document that a field of the index has its
// values from, and whether the index keeps them as they are.
func fieldForm(field string) (name string, whole bool) {
	name, whole = strings.CutSuffix(field, keywordSuffix)
	return name, whole || name == "@version"
}

// hasTerm reports whether one of what the index has for a field is as asked: a keyword's
// values as they are, a text's words, numbers and booleans in their plain form.
func hasTerm(f *fields, field string, ok func(term string) bool) bool {
	name, whole := fieldForm(field)
	return f.some(name, func(v any) bool {
		s, isText := v.(string)
		switch {
		case !isText:
			return ok(plain(v))
		case whole:
			return ok(s)
		}
		return slices.ContainsFunc(analysis.Lower(s), ok)
	})
}

// plain renders a value as a term.
func plain(v any) string {
	if n, ok := v.(float64); ok {
		return analysis.Decimal(n)
	}
	return fmt.Sprint(v)
}

// glob matches a name with a pattern in which * stands for any text.
func glob(pattern, name string) bool {
	return pattern == name || strings.Contains(pattern, "*") && analysis.Like(strings.Split(pattern, "*"), name)
}
