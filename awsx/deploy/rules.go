package deploy

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"gantry/awsx"
)

// Rule decides about changes that match it. The first rule of a policy that
// matches decides alone.
type Rule struct {
	// Account, Cluster, Service and Action are globs without regard to case; an
	// empty one matches anything. Account is matched against the account's number
	// and the profile; Service against the names of what the change touches: its
	// target, whatever that is, and the services whose tasks it stops, runs or moves;
	// Action against its verb, such as deploy, and those to which its effect comes.
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

// ruling is what rules decide about one thing that a plan does to one thing that it
// touches.
type ruling struct {
	rule *Rule // nil when none does
	// verb is what the plan comes to; own is set for the plan's own, whose tier a rule
	// may also lower.
	verb string
	own  bool
}

// rulings are what the rules decide about a plan, for each thing that it touches. Its own verb counts, and every one that
// its finished draft comes to as well: of those the first rule decides that means them or
// the plan's own verb, so that a rule for roll backs stands before one for deployments.
func (p Policy) rulings(plan Plan) [][]ruling {
	own := []string{plan.Intent.Action()}
	if several, ok := plan.Intent.(interface{ verbs() []string }); ok {
		own = several.verbs()
	}
	touches := plan.touches
	if len(touches) == 0 {
		touches = []bearing{{names: []string{plan.Target.Name()}}}
	}
	list := make([][]ruling, len(touches))
	for i, b := range touches {
		for _, verb := range own {
			list[i] = append(list[i], ruling{p.match(plan, b, verb), verb, true})
		}
		for _, verb := range plan.does {
			if !slices.Contains(own, verb) {
				list[i] = append(list[i], ruling{p.match(plan, b, append(slices.Clone(own), verb)...), verb, false})
			}
		}
	}
	return list
}

// match returns the first rule that means any of some verbs on what a plan touches, nil
// when none does.
func (p Policy) match(plan Plan, b bearing, verbs ...string) *Rule {
	target := plan.Target
	number := plan.Identity.Account
	if number == "" { // STS did not say, which lifts no rule
		_, number, _, _ = awsx.ARNParts(target.ARN)
	}
	for i, r := range p.Rules {
		account := globs(r.Account, number) || target.Context.Profile != "" && globs(r.Account, target.Context.Profile)
		means := func(name string) bool { return globs(r.Service, name) }
		touched := slices.ContainsFunc(b.names, means) || b.unknown && r.Deny
		action := func(verb string) bool { return globs(r.Action, verb) }
		if account && globs(r.Cluster, target.ClusterName()) && touched && slices.ContainsFunc(verbs, action) {
			return &p.Rules[i]
		}
	}
	return nil
}

// rule applies the rules that decide about a plan, the gravest of them.
func (p Policy) rule(plan *Plan) {
	gravest := Consent{}
	for _, rulings := range p.rulings(*plan) {
		own, raised := Consent{}, Consent{}
		for _, r := range rulings {
			switch {
			case r.rule == nil:
			case r.rule.Deny:
				plan.Denied = cmp.Or(r.rule.Reason, "it gives no reason")
				if !r.own {
					plan.Denied += " (it comes to " + r.verb + ")"
				}
				return
			case r.rule.Confirm != nil:
				wanted := Consent{Tier: max(*r.rule.Confirm, TierConfirm), Why: r.rule.Reason}
				if r.own {
					own = own.graver(wanted)
				}
				raised = raised.graver(wanted)
			}
		}
		if own.Tier == TierRead {
			own.Tier = plan.Tier
		}
		gravest = gravest.graver(own.graver(raised))
	}
	plan.Tier, plan.Rule = gravest.Tier, gravest.Why
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
