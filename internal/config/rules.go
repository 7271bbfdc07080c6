package config

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"gantry/awsx/deploy"
	"gantry/awsx/deploy/policy"
	"gantry/ui/theme"
)

// Policy returns what changes are kept to.
func (c Config) Policy() policy.Policy {
	return policy.Policy{
		NonProduction: c.NonProduction, NonProductionProfiles: c.NonProductionProfiles, NonProductionAccounts: c.NonProductionAccounts,
		Rules: c.Rules, Looks: c.Looks, Owners: c.Owners, KeepRevisions: c.KeepRevisions,
	}
}

// rules reads the list of rules in the order in which they are tried.
func (p *parser) rules(n *yaml.Node) (list []policy.Rule) {
	p.each(n, "rules", func(item *yaml.Node) { list = append(list, p.rule(item)) })
	return list
}

func (p *parser) rule(n *yaml.Node) (r policy.Rule) {
	faults := len(p.faults)
	p.mapping(n, "rule", fields{
		"account": func(v *yaml.Node) { r.Account = p.glob(v, "account") },
		"cluster": func(v *yaml.Node) { r.Cluster = p.glob(v, "cluster") },
		"service": func(v *yaml.Node) { r.Service = p.glob(v, "service") },
		"action":  func(v *yaml.Node) { r.Action = p.action(v, "action") },
		"deny":    func(v *yaml.Node) { r.Deny = p.flag(v, "deny") },
		"confirm": func(v *yaml.Node) {
			if t, ok := policy.ParseTier(p.choice(v, "confirm", policy.TierNames()...)); ok {
				r.Confirm = &t
			}
		},
		"max_bulk": func(v *yaml.Node) { r.MaxBulk = p.number(v, "max_bulk", 1) },
		"reason":   func(v *yaml.Node) { r.Reason = p.text(v, "reason") },
	})
	if len(p.faults) == faults && !hasKey(n, "deny", "confirm", "max_bulk") {
		// It would keep those after it from deciding, as a rule whose denial was forgotten.
		p.fault(n, "rule: it decides nothing, expected one of confirm, deny, max_bulk; deny: false lets pass what a later one denies")
	}
	if r.Deny && (r.Confirm != nil || r.MaxBulk > 0) {
		p.fault(n, "rule: deny is final, expected neither confirm nor max_bulk beside it")
	}
	return r
}

// owners reads what services are deployed with, by globs for CLUSTER/SERVICE.
func (p *parser) owners(n *yaml.Node) (list []policy.Owner) {
	p.pairs(n, "owners", func(key, v *yaml.Node) {
		cluster, service, ok := strings.Cut(key.Value, "/")
		if p.probe == nil && (!ok || cluster == "" || service == "" || strings.Contains(service, "/")) {
			p.fault(key, "owners: %q: expected a glob for CLUSTER/SERVICE, such as prod/*", key.Value)
		} else if p.probe == nil {
			p.glob(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: cluster, Line: key.Line}, "owners")
			p.glob(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: service, Line: key.Line}, "owners")
		}
		list = append(list, policy.Owner{Cluster: cluster, Service: service, Tool: p.owner(v)})
	})
	return list
}

// owner reads the name of a tool, which stands in sentences.
func (p *parser) owner(n *yaml.Node) string {
	if p.probing(shape{Type: "string", Pattern: toolName.String()}) {
		return ""
	}
	tool := p.text(n, "owners")
	if tool != "" && !toolName.MatchString(tool) {
		p.fault(n, "owners: %q is no name of a tool, expected letters, digits, - and _, such as ecspresso or terraform", tool)
	}
	return tool
}

var toolName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$`)

// looks reads how production is shown: one look for all of it, or a list of which the first
// that fits counts.
func (p *parser) looks(n *yaml.Node) (list []policy.Look) {
	read := func(n *yaml.Node) { list = append(list, p.look(n)) }
	if p.probing(shape{}) {
		item := p.inside("", func() { read(unset) })
		p.probe.AnyOf = []*shape{item, {Type: "array", Items: item}}
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		read(n)
		return list
	}
	p.each(n, "look", read)
	return list
}

func (p *parser) look(n *yaml.Node) (l policy.Look) {
	p.mapping(n, "look", fields{
		"account": func(v *yaml.Node) { l.Account = p.glob(v, "account") },
		"cluster": func(v *yaml.Node) { l.Cluster = p.glob(v, "cluster") },
		"profile": func(v *yaml.Node) { l.Profile = p.glob(v, "profile") },
		"word":    func(v *yaml.Node) { l.Word = p.badge(v) },
		"colour":  func(v *yaml.Node) { l.Colour = p.colour(v, "colour", theme.CheckColour) },
	})
	if l.Word == "" && l.Colour == "" && p.probe == nil && len(p.faults) == 0 {
		p.fault(n, "look: it says nothing, expected word or colour")
	}
	return l
}

// badge reads the word of a badge. It must fit beside where one is, and not be mistaken for
// the one that says that nothing is at stake.
func (p *parser) badge(n *yaml.Node) string {
	if p.probing(shape{Type: "string", Pattern: "^[^\\s]{1,12}$"}) {
		return ""
	}
	s := p.text(n, "word")
	switch {
	case s == "":
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) || utf8.RuneCountInString(s) > mostBadge:
		p.fault(n, "word: expected at most %d letters without a space", mostBadge)
	case strings.Contains(strings.ReplaceAll(strings.ToLower(s), "-", ""), "nonprod"):
		p.fault(n, "word: %q stands for what is no production, expected another word", s)
	}
	return s
}

const mostBadge = 12

// glob reads a pattern as for file names.
func (p *parser) glob(n *yaml.Node, what string) string {
	glob := p.text(n, what)
	if _, err := path.Match(glob, ""); err != nil {
		p.fault(n, "%s: %q is no glob: expected *, ? and [...] as in file names", what, glob)
	}
	return glob
}

// action reads a pattern that fits at least one verb. Which commands there are is known only
// once all was read.
func (p *parser) action(n *yaml.Node, what string) string {
	glob := p.glob(n, what)
	p.last(func() {
		verbs := slices.DeleteFunc(deploy.Actions(), func(verb string) bool { return verb == deploy.AnyCommand })
		for _, c := range p.commanded {
			if c.Changes { // no rule is asked about one that changes nothing
				verbs = append(verbs, c.Action())
			}
		}
		known := func(action string) bool { ok, err := path.Match(glob, action); return ok && err == nil }
		if glob != "" && !slices.ContainsFunc(verbs, known) {
			p.fault(n, "%s: %q is none, expected %s or a glob for some of them", what, glob, oneOf(verbs))
		}
	})
	return glob
}

// keepRevisions reads how many revisions of a family stay active.
func (p *parser) keepRevisions(n *yaml.Node) int {
	if n.Kind == yaml.ScalarNode && n.Value == "0" {
		return 0
	}
	number := p.number(n, "keep_revisions", policy.LeastKept)
	p.either(shape{Enum: []any{0}})
	return number
}

// number reads a whole number that is not less than the least.
func (p *parser) number(n *yaml.Node, what string, least int) int {
	if p.probing(shape{Type: "integer", Minimum: &least}) {
		return 0
	}
	number, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil || number < least {
		p.fault(n, "%s: expected a whole number of at least %d, found %s", what, least, found(n))
		return 0
	}
	return number
}
