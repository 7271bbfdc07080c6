package elastic

import (
	"maps"
	"slices"
	"strings"

	"gantry/logs/kql"
)

var _ kql.Fields = (*caps)(nil)

// Find implements kql.Fields with what is known of the index. The store's own
// fields, whose names begin with an underscore, are found only by name.
func (c *caps) Find(name kql.Text) []kql.Field {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.guess {
		// Comparing with a subfield that may not be there finds nothing more.
		return []kql.Field{{Name: name.Raw(), Kinds: kql.Analysed, Keyword: keyword(name.Raw())}}
	}
	if !name.Wild() {
		if f := c.field(name.Raw()); f.Kinds != 0 {
			return []kql.Field{f}
		}
		return nil
	}
	var found []kql.Field
	for _, known := range slices.Sorted(maps.Keys(c.kinds)) {
		if name.Matches(known) && !strings.HasPrefix(known, "_") {
			found = append(found, c.field(known))
		}
	}
	return found
}

// field describes a field for a query. The lock is held.
func (c *caps) field(name string) kql.Field {
	f := kql.Field{Name: name}
	for _, k := range c.kinds[name] {
		f.Kinds |= queryKinds(k)
	}
	if slices.Contains(c.kinds[keyword(name)], whole) {
		f.Keyword = keyword(name)
	}
	for i := range name {
		if name[i] == '.' && slices.Contains(c.kinds[name[:i]], nested) {
			f.Nested = name[:i]
		}
	}
	return f
}

func queryKinds(k kind) kql.Kinds {
	switch k {
	case whole:
		return kql.Whole
	case words:
		return kql.Analysed
	case day, dayNano:
		return kql.Date
	case number:
		return kql.Number
	case boolean:
		return kql.Boolean
	case object:
		return kql.Object
	case nested:
		return kql.NestedObject
	case absent:
		return 0
	case other:
	}
	return kql.Opaque
}

// unknown returns the fields of a query that the index does not have.
func (c *caps) unknown(named []kql.Text) []string {
	var names []string
	for _, name := range named {
		if len(c.Find(name)) == 0 {
			names = append(names, name.Raw())
		}
	}
	return names
}
