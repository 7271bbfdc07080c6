// Package schema tells in JSON Schema what commands print with -o json. It derives that from the
// types that are printed, so that it cannot say another thing; which those are is declared
// beside them.
package schema

import (
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Document is one kind of document.
type Document struct {
	// Name is that of its schema, and Prints says which command prints it.
	Name, Prints string
	value        reflect.Type
}

// list is what was declared.
type list struct{ all []Document }

var documents list

// Add declares a document by a value of the type that is printed. It is for declarations at
// package level, whose value it is.
//
// A member is required unless its tag says omitempty or omitzero. A slice or a map is never null
// unless the member is tagged schema:"null".
func Add(name, prints string, value any) *list { return documents.Add(name, prints, value) }

// Add declares one more.
func (l *list) Add(name, prints string, value any) *list {
	l.all = append(l.all, Document{name, prints, reflect.TypeOf(value)})
	return l
}

// All returns what was declared, by name.
func All() []Document {
	all := slices.Clone(documents.all)
	slices.SortFunc(all, func(a, b Document) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// JSON is the schema of a document (draft 2020-12), indented. Nothing but what it names may
// stand in an object.
func (d Document) JSON() []byte {
	w := walker{defs: map[string]*shape{}, types: map[string]reflect.Type{}}
	root := *w.object(d.value)
	root.Schema, root.Title, root.Description = "https://json-schema.org/draft/2020-12/schema", "gantry "+d.Name, "What "+d.Prints+" prints with -o json."
	root.Defs = w.defs
	b, err := json.MarshalIndent(&root, "", "  ")
	if err != nil {
		panic(err) // names and types of our own
	}
	return append(b, '\n')
}

// shape is a schema.
type shape struct {
	Schema      string            `json:"$schema,omitempty"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Ref         string            `json:"$ref,omitempty"`
	Type        any               `json:"type,omitempty"` // one name, or several
	Format      string            `json:"format,omitempty"`
	AnyOf       []*shape          `json:"anyOf,omitempty"`
	Items       *shape            `json:"items,omitempty"`
	Required    []string          `json:"required,omitempty"`
	Properties  map[string]*shape `json:"properties,omitempty"`
	Others      any               `json:"additionalProperties,omitempty"` // a shape, or false
	Defs        map[string]*shape `json:"$defs,omitempty"`
}

// walker goes through types. Structs with names stand once, under those.
type walker struct {
	defs  map[string]*shape
	types map[string]reflect.Type
}

var (
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
	textType = reflect.TypeFor[encoding.TextMarshaler]()
	jsonType = reflect.TypeFor[json.Marshaler]()
)

// of is the schema of a type's values.
func (w walker) of(t reflect.Type) *shape {
	switch {
	case t == timeType:
		return &shape{Type: "string", Format: "date-time"}
	case t == rawType, t.Kind() == reflect.Interface:
		return &shape{} // anything
	case t.Implements(textType):
		return &shape{Type: "string"}
	case t.Implements(jsonType) && t.Kind() != reflect.Pointer:
		panic(fmt.Sprintf("schema: %s writes itself in a way that is not known here", t))
	}
	switch t.Kind() {
	case reflect.Pointer:
		return orNull(w.of(t.Elem()))
	case reflect.String:
		return &shape{Type: "string"}
	case reflect.Bool:
		return &shape{Type: "boolean"}
	case reflect.Float32, reflect.Float64:
		return &shape{Type: "number"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &shape{Type: "integer"}
	case reflect.Slice, reflect.Array:
		return &shape{Type: "array", Items: w.of(t.Elem())}
	case reflect.Map:
		return &shape{Type: "object", Others: w.of(t.Elem())}
	case reflect.Struct:
		return w.named(t)
	}
	panic(fmt.Sprintf("schema: %s is no part of a document", t))
}

// orNull is a schema that null fits as well.
func orNull(s *shape) *shape {
	if name, ok := s.Type.(string); ok {
		s.Type = []string{name, "null"}
		return s
	}
	return &shape{AnyOf: []*shape{s, {Type: "null"}}}
}

// named refers to the schema of a struct.
func (w walker) named(t reflect.Type) *shape {
	name := t.Name()
	if known, ok := w.types[name]; ok && known != t {
		name = strings.ReplaceAll(t.String(), ".", "-")
	}
	if _, ok := w.types[name]; !ok {
		w.types[name] = t
		w.defs[name] = w.object(t)
	}
	return &shape{Ref: "#/$defs/" + name}
}

// object is the schema of a struct.
func (w walker) object(t reflect.Type) *shape {
	s := &shape{Type: "object", Properties: map[string]*shape{}, Others: false}
	w.members(s, t)
	return s
}

// members adds the members of a struct, those of embedded ones among them.
func (w walker) members(s *shape, t reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "":
			w.members(s, f.Type)
		case f.IsExported():
			name = cmp.Or(name, f.Name)
			optional := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
			of := f.Type
			if optional && of.Kind() == reflect.Pointer {
				of = of.Elem() // absent where it would be null
			}
			member := w.of(of)
			if f.Tag.Get("schema") == "null" {
				member = orNull(member)
			}
			s.Properties[name] = member
			if !optional {
				s.Required = append(s.Required, name)
			}
		}
	}
}
