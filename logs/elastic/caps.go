package elastic

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"gantry/logs/kql"
)

// reprobe is the wait before a field that was not there is looked for again: a
// mapping grows with the documents.
const reprobe = 30 * time.Second

const (
	// kept is how long what is known of a field that is there holds: with a new index a
	// field may be of another kind. It is also how long a store that refuses to tell is
	// not asked again.
	kept = 5 * time.Minute
	// keptUnused is the same while a query finds nothing.
	keptUnused = time.Minute
)

// kind is how a field can be compared.
type kind uint8

const (
	absent  kind = iota
	whole        // keyword and its relatives: exact, prefix and regexp on the value
	words        // analysed text: phrases only
	day          // date, milliseconds
	dayNano      // date_nanos
	number       // numeric: exact only
	boolean      // as number
	other        // addresses and the rest: exact only
	object       // holds other fields
	nested       // holds a list of objects that are compared one by one
)

// kindOf maps the type names of _field_caps.
func kindOf(fieldType string) kind {
	switch fieldType {
	case "keyword", "constant_keyword", "wildcard":
		return whole
	case "text", "match_only_text":
		return words
	case "date":
		return day
	case "date_nanos":
		return dayNano
	case "long", "integer", "short", "byte", "unsigned_long", "double", "float", "half_float", "scaled_float":
		return number
	case "boolean":
		return boolean
	case "object":
		return object
	case "nested":
		return nested
	case "unmapped":
		return absent
	}
	return other
}

// holder reports whether a field has no values of its own.
func (k kind) holder() bool { return k == object || k == nested }

// caps remembers which fields the index has. A pattern covers many indices, in
// which one field may be of several kinds.
type caps struct {
	mu     sync.Mutex
	kinds  map[string][]kind
	probed map[string]time.Time
	// part is set while a part of the store does not tell.
	part bool
	// guess is set while the store refuses to tell, until a time: then every field is
	// taken for one with a keyword form, which finds nothing where there is none.
	guess      bool
	guessUntil time.Time
}

func newCaps() *caps {
	return &caps{kinds: map[string][]kind{}, probed: map[string]time.Time{}}
}

// keyword is the subfield that dynamic mappings give to a text field.
func keyword(field string) string { return field + ".keyword" }

// wanted returns the names to ask for: of fields with their keyword subfields and
// of what a person's query names, those that were not found, or longer ago than kept,
// and not looked for lately. Known is true when all of them were asked for before.
func (c *caps) wanted(fields []string, named []kql.Text, now time.Time, kept time.Duration) (names []string, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.guess && now.Before(c.guessUntil) {
		return nil, true
	}
	known = !c.guess
	if c.part {
		kept = reprobe
	}
	ask := func(name string, more ...string) {
		at, ok := c.probed[name]
		if ok && now.Sub(at) < reprobe || slices.Contains(names, name) {
			return
		}
		known = known && ok
		names = append(append(names, name), more...)
	}
	byName := func(name string) {
		// A field that a pattern brought is asked for once more by its own name: the
		// pattern said nothing of its keyword subfield.
		if at, asked := c.probed[name]; !asked || now.Sub(at) >= kept || !c.has(name) && !c.has(keyword(name)) {
			ask(name, keyword(name))
		}
	}
	for _, f := range fields {
		byName(f)
	}
	for _, text := range named {
		name := text.Raw()
		if text.Wild() {
			ask(name)
		} else {
			byName(name)
		}
		// What a field is in may be a list of nested objects.
		for i := range name {
			if name[i] == '.' && len(c.kinds[name[:i]]) == 0 {
				ask(name[:i])
			}
		}
	}
	return names, known
}

// has reports whether a field has values, in any form. The lock is held.
func (c *caps) has(name string) bool {
	return slices.ContainsFunc(c.kinds[name], func(k kind) bool { return !k.holder() })
}

// fieldCaps is an answer of _field_caps.
type fieldCaps struct {
	Fields map[string]map[string]json.RawMessage `json:"fields"`
	// Failed is how many indices did not tell, since Elasticsearch 7.14: those of a
	// cluster that is away, say.
	Failed int `json:"failed_indices"`
}

// learn takes an answer in, and reports whether it says anything new. Patterns among
// the names bring fields of other names. While a part of the store does not tell, what it
// told before holds, and all is asked for again before long.
func (c *caps) learn(names []string, a fieldCaps, now time.Time) (changed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.guess, c.part = false, a.Failed > 0
	for _, name := range names {
		c.probed[name] = now
		if _, there := a.Fields[name]; !there && len(c.kinds[name]) > 0 && !c.part {
			delete(c.kinds, name)
			changed = true
		}
	}
	for name, types := range a.Fields {
		var kinds []kind
		if c.part {
			kinds = slices.Clone(c.kinds[name])
		}
		for fieldType := range types {
			if k := kindOf(fieldType); k != absent && !slices.Contains(kinds, k) {
				kinds = append(kinds, k)
			}
		}
		if len(kinds) > 0 {
			slices.Sort(kinds)
			changed = changed || !slices.Equal(c.kinds[name], kinds)
			c.kinds[name] = kinds
		}
	}
	return changed
}

// postpone has names not asked for again before the wait after a failure.
func (c *caps) postpone(names []string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range names {
		c.probed[name] = now.Add(reprobe - kept)
	}
}

// refuse notes that the store does not tell its fields now: they are guessed.
func (c *caps) refuse(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.guess, c.guessUntil = true, now.Add(kept)
}

// of returns the kinds of one field, none when it is absent.
func (c *caps) of(field string) []kind {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.guess {
		return []kind{whole}
	}
	return c.kinds[field]
}

// found reports whether the index has a field in any form.
func (c *caps) found(field string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.guess || c.has(field) || c.has(keyword(field))
}

// step returns the resolution of the timestamps. An index of the pattern with
// nanoseconds makes the whole search use them.
func (c *caps) step(timestamp string) time.Duration {
	if slices.Contains(c.of(timestamp), dayNano) {
		return time.Nanosecond
	}
	return time.Millisecond
}

// mixed reports whether some indices count milliseconds and others nanoseconds.
func (c *caps) mixed(timestamp string) bool {
	kinds := c.of(timestamp)
	return slices.Contains(kinds, day) && slices.Contains(kinds, dayNano)
}

// target is a concrete field to compare with.
type target struct {
	field string
	kind  kind
}

// targets resolves a neutral field name to what the index can compare: the field
// itself and its keyword subfield, in whichever forms exist. Analysed text is
// used only where there is no exact form.
func (c *caps) targets(field string) []target {
	var exact, analysed []target
	for _, name := range [...]string{field, keyword(field)} {
		for _, k := range c.of(name) {
			switch k {
			case whole, number, boolean, other:
				exact = append(exact, target{name, k})
			case words:
				analysed = append(analysed, target{name, k})
			case absent, day, dayNano, object, nested:
			}
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return analysed
}
