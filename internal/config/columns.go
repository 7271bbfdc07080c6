package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// tagColumn begins a column that shows a tag.
const tagColumn = "tag:"

// columns reads which tags tables show, by screen or by kind of rows.
func (p *parser) columns(n *yaml.Node) map[string][]string {
	all := map[string][]string{}
	p.pairs(n, "columns", func(key, v *yaml.Node) {
		p.note("columns."+key.Value, key)
		all[key.Value] = p.list(v, "columns: "+key.Value, p.tagColumn)
		if list := slices.Sorted(slices.Values(all[key.Value])); p.probe == nil && len(p.faults) == 0 && len(slices.Compact(slices.Clone(list))) < len(list) {
			p.fault(v, "columns: %s: a tag is named twice", key.Value)
		}
	})
	return all
}

// tagColumn reads a column such as tag:team, and returns the key of the tag.
func (p *parser) tagColumn(n *yaml.Node, what string) string {
	if p.probing(shape{Type: "string", Pattern: "^" + tagColumn + ".+"}) {
		return ""
	}
	key, ok := strings.CutPrefix(n.Value, tagColumn)
	if n.Kind != yaml.ScalarNode || !ok || key == "" {
		p.fault(n, "%s: expected %sKEY, found %s", what, tagColumn, found(n))
	}
	return key
}
