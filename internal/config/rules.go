package config

import (
	"path"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"gantry/awsx/deploy"
	"gantry/awsx/deploy/policy"
)

// Policy returns what changes are kept to.
func (c Config) Policy() policy.Policy {
	return policy.Policy{
		NonProduction: c.NonProduction, NonProductionProfiles: c.NonProductionProfiles, NonProductionAccounts: c.NonProductionAccounts,
		Rules: c.Rules, KeepRevisions: c.KeepRevisions,
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
			verbs = append(verbs, c.Action())
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
