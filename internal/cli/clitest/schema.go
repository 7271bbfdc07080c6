package clitest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Schema is a JSON Schema, as far as those of this program go.
type Schema struct {
	Ref         string             `json:"$ref"`
	Type        any                `json:"type"`
	Format      string             `json:"format"`
	AnyOf       []*Schema          `json:"anyOf"`
	Items       *Schema            `json:"items"`
	Required    []string           `json:"required"`
	Properties  map[string]*Schema `json:"properties"`
	Others      json.RawMessage    `json:"additionalProperties"`
	Defs        map[string]*Schema `json:"$defs"`
	Dialect     string             `json:"$schema"`
	Title       string             `json:"title"`
	Description string             `json:"description"`
}

// ParseSchema reads a schema, and refuses one with words that Check would not heed.
func ParseSchema(text []byte) (*Schema, error) {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	s := &Schema{}
	return s, d.Decode(s)
}

// Check returns how a decoded document differs from a schema, nil when it does not.
func (s *Schema) Check(document any) error { return s.check(s, "", document) }

func (s *Schema) check(root *Schema, at string, v any) error {
	if name, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok {
		def := root.Defs[name]
		if def == nil {
			return fmt.Errorf("%s: there is no definition %q", at, name)
		}
		return def.check(root, at, v)
	}
	if len(s.AnyOf) > 0 {
		var errs []error
		for _, one := range s.AnyOf {
			err := one.check(root, at, v)
			if err == nil {
				return nil
			}
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	}
	if kinds := s.kinds(); len(kinds) > 0 && !slices.ContainsFunc(kinds, func(kind string) bool { return is(kind, v) }) {
		return fmt.Errorf("%s: %v is no %s", at, v, strings.Join(kinds, " or "))
	}
	switch v := v.(type) {
	case string:
		if _, err := time.Parse(time.RFC3339, v); s.Format == "date-time" && err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	case []any:
		for i, item := range v {
			if s.Items != nil {
				if err := s.Items.check(root, fmt.Sprintf("%s/%d", at, i), item); err != nil {
					return err
				}
			}
		}
	case map[string]any:
		return s.object(root, at, v)
	}
	return nil
}

func (s *Schema) object(root *Schema, at string, v map[string]any) error {
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			return fmt.Errorf("%s: %s is missing", at, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		member := s.Properties[name]
		switch {
		case member != nil:
		case string(s.Others) == "false":
			return fmt.Errorf("%s: %s is unknown", at, name)
		case len(s.Others) > 0:
			member = &Schema{}
			if err := json.Unmarshal(s.Others, member); err != nil {
				return err
			}
		default:
			continue
		}
		if err := member.check(root, at+"/"+name, v[name]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Schema) kinds() (kinds []string) {
	switch t := s.Type.(type) {
	case string:
		kinds = append(kinds, t)
	case []any:
		for _, name := range t {
			kinds = append(kinds, fmt.Sprint(name))
		}
	}
	return kinds
}

func is(kind string, v any) bool {
	switch v := v.(type) {
	case nil:
		return kind == "null"
	case bool:
		return kind == "boolean"
	case string:
		return kind == "string"
	case float64:
		return kind == "number" || kind == "integer" && v == float64(int64(v))
	case []any:
		return kind == "array"
	case map[string]any:
		return kind == "object"
	}
	return false
}
