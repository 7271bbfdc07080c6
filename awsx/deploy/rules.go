package deploy

import (
	"path"
	"strings"

	"gantry/awsx"
)

// Rule decides about changes that match it. The first rule of a policy that
// matches decides alone.
type Rule struct {
	// Account, Cluster, Service and Action are globs without regard to case; an
	// empty one matches anything. Account is matched against the account's number
	// and the profile, Service against the name of the target whatever it is, and
	// Action against the verb, such as deploy.
	Account, Cluster, Service, Action string
	// Deny refuses the change, whoever confirms it.
	Deny bool
	// Confirm replaces the tier; nil leaves it. It is never less than TierConfirm.
	Confirm *Tier
	// MaxBulk is the largest number of targets that one batch may change; 0 sets
	// no limit.
	MaxBulk int
	// Reason is told to whom the rule stops.
	Reason string
}

// matches returns the rules that decide about a plan: one at most for each of the
// verbs that its intent comes to.
func (p Policy) matches(plan Plan) []*Rule {
	verbs := []string{plan.Intent.Action()}
	if several, ok := plan.Intent.(interface{ verbs() []string }); ok {
		verbs = several.verbs()
	}
	var rules []*Rule
	for _, verb := range verbs {
		if r := p.match(plan, verb); r != nil {
			rules = append(rules, r)
		}
	}
	return rules
}

// match returns the rule that decides about one verb of a plan, nil when none does.
func (p Policy) match(plan Plan, verb string) *Rule {
	target := plan.Target
	number := plan.Identity.Account
	if number == "" { // STS did not say, which lifts no rule
		_, number, _, _ = awsx.ARNParts(target.ARN)
	}
	for i, r := range p.Rules {
		account := globs(r.Account, number) || target.Context.Profile != "" && globs(r.Account, target.Context.Profile)
		if account && globs(r.Cluster, target.ClusterName()) && globs(r.Service, target.Name()) && globs(r.Action, verb) {
			return &p.Rules[i]
		}
	}
	return nil
}

// rule applies the rules that decide about a plan, the gravest of them.
func (p Policy) rule(plan *Plan) {
	var tier Tier
	for _, r := range p.matches(*plan) {
		if r.Deny {
			plan.Denied = "it gives no reason"
			if r.Reason != "" {
				plan.Denied = r.Reason
			}
			return
		}
		if r.Confirm != nil && max(*r.Confirm, TierConfirm) > tier {
			tier = max(*r.Confirm, TierConfirm)
			plan.Tier, plan.Rule = tier, r.Reason
		}
	}
}

// globs matches a name against a glob; an empty glob matches anything.
func globs(glob, name string) bool {
	if glob == "" {
		return true
	}
	ok, err := path.Match(strings.ToLower(glob), strings.ToLower(name))
	return ok && err == nil
}

// Validate refuses a policy that cannot be kept to.
func (p Policy) Validate() error {
	if p.KeepRevisions != 0 && p.KeepRevisions < LeastKept {
		return invalid("%d revisions to keep: expected 0 for all of them, or at least %d so that the way back stays open", p.KeepRevisions, LeastKept)
	}
	for i, r := range p.Rules {
		for _, glob := range []string{r.Account, r.Cluster, r.Service, r.Action} {
			if _, err := path.Match(glob, ""); err != nil {
				return invalid("rule %d: %q is no glob", i+1, glob)
			}
		}
		if r.MaxBulk < 0 {
			return invalid("rule %d: a batch cannot have %d targets", i+1, r.MaxBulk)
		}
	}
	return nil
}
