package config

import (
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"
)

// shape is what a setting may be, in the words of JSON Schema.
type shape struct {
	Schema      string            `json:"$schema,omitempty"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Type        any               `json:"type,omitempty"` // one name, or several
	Format      string            `json:"format,omitempty"`
	Pattern     string            `json:"pattern,omitempty"`
	MinLength   int               `json:"minLength,omitempty"`
	Minimum     *int              `json:"minimum,omitempty"`
	Enum        []any             `json:"enum,omitempty"`
	AnyOf       []*shape          `json:"anyOf,omitempty"`
	Items       *shape            `json:"items,omitempty"`
	Properties  map[string]*shape `json:"properties,omitempty"`
	// Others is the shape of what is under names of the user's own, or false.
	Others any `json:"additionalProperties,omitempty"`

	path string // such as logs.overrides[].index
}

// Schema returns the JSON Schema of the file (draft 2020-12), indented, for editors
// that check and complete YAML.
//
// It cannot differ from what is read: it is the reader itself, which walks through all
// that it knows and notes what it would take. What two settings say together, and
// whether a glob fits an action, is told by the reader alone.
func Schema() []byte {
	return published(schema(), "The configuration of gantry")
}

// published is a shape as a document of its own.
func published(root *shape, title string) []byte {
	root.Schema, root.Title = "https://json-schema.org/draft/2020-12/schema", title
	b, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(err) // names, numbers and texts of our own
	}
	return append(b, '\n')
}

func schema() *shape {
	root := &shape{}
	p := &parser{getenv: func(string) string { return "" }, probe: root}
	cfg := defaults()
	p.root(&cfg, unset)
	return root
}

// unset is the node of a setting that is only asked for its shape.
var unset = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}

// probing reports whether settings are asked for their shapes. It notes the shape of the
// one that is read now.
func (p *parser) probing(note shape) bool {
	if p.probe == nil {
		return false
	}
	note.path = p.probe.path
	note.Description = described(note.path)
	*p.probe = note
	return true
}

// inside reads a part of the setting that is asked for its shape, and returns the part's.
func (p *parser) inside(step string, read func()) *shape {
	outer := p.probe
	part := &shape{path: strings.TrimPrefix(outer.path+step, ".")}
	part.Description = described(part.path)
	p.probe = part
	read()
	p.probe = outer
	return part
}

// either adds a value that a setting may also have.
func (p *parser) either(other shape) {
	if p.probe == nil {
		return
	}
	usual := *p.probe
	usual.Description, usual.path = "", ""
	*p.probe = shape{path: p.probe.path, Description: p.probe.Description, AnyOf: []*shape{&usual, &other}}
}

// anyOf returns texts as the values of an enumeration.
func anyOf(list []string) []any {
	var out []any
	for _, s := range list {
		out = append(out, s)
	}
	return out
}
