package config

import (
	"errors"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Judge finds what is wrong with settings by what the reader does not know, such as which
// actions there are. It is given what was read, also where some of that is wrong.
type Judge func(Config) []Wrong

// Wrong is a setting that a judge refuses.
type Wrong struct {
	// Setting is its path, such as keys.bind.logs.
	Setting string
	Err     error
}

// lineFault is something wrong with the file, and its line.
type lineFault struct {
	line int
	err  error
}

// note keeps where a setting stands.
func (p *parser) note(path string, n *yaml.Node) {
	if p.probe == nil {
		p.places[path] = n
	}
}

// judge asks others about what was read. What they refuse is told with its line, as all else.
func (p *parser) judge(cfg Config, root *yaml.Node, judges []Judge) {
	for _, judge := range judges {
		for _, w := range judge(cfg) {
			at := p.places[w.Setting]
			if at == nil {
				at = root
			}
			p.fault(at, "%s: %w", w.Setting, w.Err)
		}
	}
}

// err is all that is wrong, by line; nil when nothing is.
func (p *parser) err() error {
	slices.SortStableFunc(p.faults, func(a, b lineFault) int { return a.line - b.line })
	var all []error
	for _, f := range p.faults {
		all = append(all, f.err)
	}
	return errors.Join(all...)
}
