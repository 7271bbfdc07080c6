package config

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"gantry/internal/clean"
	"gantry/internal/errand"
	"gantry/internal/words"
)

// parser reads YAML nodes into values and collects everything that is wrong.
// Nodes rather than struct tags, because only they know the line of a value.
type parser struct {
	file   string
	getenv func(string) string
	faults []lineFault
	// places are where settings stand that others than the reader judge, by their paths.
	places map[string]*yaml.Node
	// commanded are the operator's own commands, which rules may mean.
	commanded []errand.Command
	// themeAt is where a theme is named.
	themeAt *yaml.Node
	// rest is what is read once all else has been.
	rest []func()
	// probe is the shape that is being noted; nil while a file is read.
	probe *shape
}

// fields maps the keys that a mapping may have to what reads them.
type fields map[string]func(*yaml.Node)

func (p *parser) fault(n *yaml.Node, format string, args ...any) {
	p.faults = append(p.faults, lineFault{n.Line, fmt.Errorf("%s:%d: %w", p.file, n.Line, fmt.Errorf(format, args...))})
}

// syntax puts the file before the line that the YAML parser names.
func (p *parser) syntax(err error) error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(msg, "line "); ok {
		return fmt.Errorf("%s:%s", p.file, rest)
	}
	return fmt.Errorf("%s: %s", p.file, msg)
}

// last reads something once all else has been, because it rests on that.
func (p *parser) last(read func()) {
	if p.probe != nil {
		read()
		return
	}
	p.rest = append(p.rest, read)
}

// pairs calls read for each entry of a mapping.
func (p *parser) pairs(n *yaml.Node, what string, read func(key, value *yaml.Node)) {
	if p.probing(shape{Type: []string{"object", "null"}}) {
		p.probe.Others = p.inside(".*", func() { read(&yaml.Node{Kind: yaml.ScalarNode, Value: "*"}, unset) })
		return
	}
	n = resolved(n)
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return // a key with nothing under it
	}
	if n.Kind != yaml.MappingNode {
		p.fault(n, "%s: expected a mapping of names to values, found %s", what, found(n))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], resolved(n.Content[i+1])
		if line, dup := seen[key.Value]; dup {
			p.fault(key, "%s: %q is set on line %d already", what, key.Value, line)
			continue
		}
		seen[key.Value] = key.Line
		read(key, value)
	}
}

// mapping reads a mapping of known keys.
func (p *parser) mapping(n *yaml.Node, what string, known fields) {
	if p.probing(shape{Type: []string{"object", "null"}, Properties: map[string]*shape{}, Others: false}) {
		at := p.probe
		for _, name := range known.names() {
			at.Properties[name] = p.inside("."+name, func() { known[name](unset) })
		}
		return
	}
	p.pairs(n, what, func(key, v *yaml.Node) {
		read, ok := known[key.Value]
		if !ok {
			p.fault(key, "%s: %q is unknown, expected %s", what, key.Value, oneOf(known.names()))
			return
		}
		read(v)
	})
}

func (f fields) names() []string { return slices.Sorted(maps.Keys(f)) }

func (p *parser) text(n *yaml.Node, what string) string {
	if p.probing(shape{Type: []string{"string", "number", "boolean"}, MinLength: 1}) {
		return ""
	}
	if n = resolved(n); n.Kind != yaml.ScalarNode || n.Value == "" {
		p.fault(n, "%s: expected a text, found %s", what, kindOf(n))
		return ""
	}
	return n.Value
}

func (p *parser) flag(n *yaml.Node, what string) bool {
	if p.probing(shape{Type: "boolean"}) {
		return false
	}
	b, err := strconv.ParseBool(n.Value)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" || err != nil {
		p.fault(n, "%s: expected true or false, found %s", what, found(n))
	}
	return b
}

func (p *parser) choice(n *yaml.Node, what string, allowed ...string) string {
	if p.probing(shape{Enum: anyOf(allowed)}) {
		return ""
	}
	s := p.text(n, what)
	if s != "" && !slices.Contains(allowed, s) {
		p.fault(n, "%s: %q is unknown, expected %s", what, s, oneOf(allowed))
	}
	return s
}

// list reads a list; one value stands for a list of one.
func (p *parser) list(n *yaml.Node, what string, read func(*yaml.Node, string) string) []string {
	list := []string{}
	if p.probing(shape{}) {
		item := p.inside("", func() { read(unset, what) })
		p.probe.AnyOf = []*shape{item, {Type: "array", Items: item}}
		return list
	}
	if n.Kind != yaml.SequenceNode {
		return append(list, read(n, what))
	}
	for _, item := range n.Content {
		list = append(list, read(resolved(item), what))
	}
	return list
}

// each reads a list of mappings.
func (p *parser) each(n *yaml.Node, what string, read func(*yaml.Node)) {
	if p.probing(shape{Type: "array"}) {
		p.probe.Items = p.inside("[]", func() { read(unset) })
		return
	}
	if n.Kind != yaml.SequenceNode {
		p.fault(n, "%s: expected a list, found %s", what, found(n))
		return
	}
	for _, item := range n.Content {
		read(resolved(item))
	}
}

// duration reads whole seconds, or a duration such as 5s.
func (p *parser) duration(n *yaml.Node, what string, least, most time.Duration) time.Duration {
	return p.span(n, what, time.Second, least, most)
}

// minutes reads whole minutes, or a duration such as 15m.
func (p *parser) minutes(n *yaml.Node, what string) time.Duration {
	return p.span(n, what, time.Minute, time.Minute, 24*time.Hour)
}

func (p *parser) span(n *yaml.Node, what string, unit, least, most time.Duration) time.Duration {
	if p.probing(shape{Type: []string{"string", "integer"}, Pattern: `^[0-9.dhmsµun]+$`}) {
		return 0
	}
	s := p.text(n, what)
	if s == "" {
		return 0
	}
	d, err := words.Duration(s)
	if whole, convErr := strconv.Atoi(s); convErr == nil {
		d, err = time.Duration(whole)*unit, nil
		if whole > int(most/unit) { // before the product can overflow
			d = most + unit
		}
	}
	if err != nil || d < least || d > most {
		p.fault(n, "%s: expected %ss or a duration from %s to %s, found %q", what, unitName(unit), least, most, s)
	}
	return d
}

func unitName(unit time.Duration) string {
	if unit == time.Minute {
		return "minute"
	}
	return "second"
}

func (p *parser) url(n *yaml.Node, what string) string {
	if p.probing(shape{Type: "string", Format: "uri", Pattern: "^https?://"}) {
		return ""
	}
	s := p.text(n, what)
	if s == "" {
		return ""
	}
	if err := checkURL(s); err != nil {
		p.fault(n, "%s: %w", what, err)
	}
	return s
}

// checkURL checks an endpoint. The error never repeats the address, which may
// hold a password.
func checkURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return errors.New("expected an address such as https://host:9200")
	case u.User != nil:
		return errors.New("expected an address without a user: give user and password settings of their own")
	case u.RawQuery != "" || u.Fragment != "":
		return errors.New("expected an address without a query")
	}
	return nil
}

// path reads the name of a file, which is relative to the configuration's.
func (p *parser) path(n *yaml.Node, what string) string {
	s := p.text(n, what)
	if s == "" || filepath.IsAbs(s) {
		return s
	}
	if rest, ok := strings.CutPrefix(s, "~/"); ok {
		return filepath.Join(p.getenv("HOME"), rest)
	}
	return filepath.Join(filepath.Dir(p.file), s)
}

// contents reads a secret from a file; the line end that editors add is not
// part of it.
func (p *parser) contents(n *yaml.Node, what string) clean.Secret {
	name := p.path(n, what)
	if name == "" {
		return ""
	}
	data, err := os.ReadFile(name)
	value := strings.TrimRight(string(data), "\r\n")
	switch {
	case err != nil:
		p.fault(n, "%s: %w", what, err)
	case value == "":
		p.fault(n, "%s: %s is empty", what, name)
	}
	return clean.Secret(value)
}

// resolved follows an alias to what it stands for.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// found names a node in a message: by its value where that is short and no address, of
// which some are secrets, nor looks like a secret in the wrong place.
func found(n *yaml.Node) string {
	const most = 32
	kind := kindOf(n)
	if kind != aValue || len(n.Value) > most || !clean.IsLine(n.Value) || strings.Contains(n.Value, "://") || clean.Redact(n.Value) != n.Value {
		return kind
	}
	return strconv.Quote(n.Value)
}

// aValue is what kindOf calls a scalar.
const aValue = "a value"

// kindOf names a node in a message without its value.
func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null" || n.Value == "":
		return "nothing"
	}
	return aValue
}
