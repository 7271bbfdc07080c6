package sim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"gantry/logs/kql/analysis"
)

// check refuses a query that compares a field with what its type has no comparison
// for, as an index does that has the field: a pattern with a number, a word with a
// date. A lenient query passes over such fields.
func (s *Store) check(names []string, query json.RawMessage) error {
	if len(query) == 0 {
		return nil
	}
	var node any
	if json.Unmarshal(query, &node) != nil {
		return nil // what reads the query says what is wrong
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read()
	return mappings{s, names}.check(node)
}

// mappings are the types of the fields of some indices. The store is locked.
type mappings struct {
	store *Store
	names []string
}

func (m mappings) check(node any) error {
	switch node := node.(type) {
	case []any:
		for _, member := range node {
			if err := m.check(member); err != nil {
				return err
			}
		}
	case map[string]any:
		for kind, body := range node {
			options, ok := body.(map[string]any)
			if !ok {
				if err := m.check(body); err != nil {
					return err
				}
				continue
			}
			if err := m.query(kind, options); err != nil {
				return err
			}
		}
	}
	return nil
}

// query checks one query, or what is within a compound one.
func (m mappings) query(kind string, options map[string]any) error {
	switch kind {
	case "match", "match_phrase", "term":
		for field, v := range options {
			if inner, ok := v.(map[string]any); ok {
				v = firstOf(inner["query"], inner["value"])
			}
			if err := m.value(field, v); err != nil {
				return err
			}
		}
		return nil
	case "range":
		for field, v := range options {
			bounds, _ := v.(map[string]any)
			for _, name := range []string{"gte", "gt", "lte", "lt"} {
				if err := m.value(field, bounds[name]); err != nil {
					return err
				}
			}
		}
		return nil
	case "prefix", "wildcard", "regexp":
		for field := range options {
			if err := m.pattern(kind, field); err != nil {
				return err
			}
		}
		return nil
	case "query_string":
		fields, _ := options["fields"].([]any)
		text, _ := options["query"].(string)
		if lenient, _ := options["lenient"].(bool); lenient || !strings.Contains(strings.NewReplacer(`\\`, "", `\*`, "").Replace(text), "*") {
			return nil
		}
		for _, field := range fields {
			if err := m.pattern("prefix", plain(field)); err != nil {
				return err
			}
		}
		return nil
	}
	return m.check(options)
}

func firstOf(values ...any) any {
	for _, v := range values {
		if v != nil {
			return v
		}
	}
	return nil
}

// types returns the types that a field has in the indices.
func (m mappings) types(field string) []string {
	var types []string
	for _, name := range m.names {
		if ix := m.store.indices[name]; ix != nil && ix.fields[field] != "" {
			types = append(types, ix.fields[field])
		}
	}
	return types
}

func (m mappings) value(field string, v any) error {
	if v == nil {
		return nil
	}
	text := plain(v)
	for _, of := range m.types(field) {
		switch of {
		case "long", "float":
			if _, ok := analysis.Number(text); !ok {
				return illegal("failed to create query: For input string: \"%s\"", text)
			}
		case "boolean":
			if text != "true" && text != "false" {
				return illegal("Can't parse boolean value [%s], expected [true] or [false]", text)
			}
		case "date":
			if _, err := analysis.Date(text, time.Now(), time.UTC); err != nil {
				return noDate(v)
			}
		}
	}
	return nil
}

func noDate(v any) error {
	return illegal("failed to parse date field [%v] with format [strict_date_optional_time||epoch_millis]", v)
}

func (m mappings) pattern(kind, field string) error {
	types := m.types(field)
	if i := slices.IndexFunc(types, func(of string) bool { return of != "text" && of != "keyword" }); i >= 0 {
		return illegal("Can only use %s queries on keyword, text and wildcard fields - not on [%s] which is of type [%s]", kind, field, types[i])
	}
	return nil
}
