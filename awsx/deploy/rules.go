package deploy

import (
	"cmp"
	"slices"

	"gantry/awsx/deploy/policy"
)

// ruling is what rules decide about one thing that a plan does to one thing that it
// touches.
type ruling struct {
	rule *policy.Rule // nil when none does
	// verb is what the plan comes to; own is set for the plan's own, whose tier a rule
	// may also lower.
	verb string
	own  bool
}

// rulings are what the rules decide about a plan, for each thing that it touches. Its own
// verb counts, and every one that its finished draft comes to as well: of those the first
// rule decides that means them or the plan's own verb, so that a rule for roll backs
// stands before one for deployments.
func (p Plan) rulings(under policy.Policy) [][]ruling {
	own := []string{p.Intent.Action()}
	if several, ok := p.Intent.(interface{ verbs() []string }); ok {
		own = several.verbs()
	}
	touches := p.touches
	if len(touches) == 0 {
		touches = []policy.Bearing{{Names: []string{p.Target.Name()}}}
	}
	list := make([][]ruling, len(touches))
	for i, on := range touches {
		first := func(verbs ...string) *policy.Rule {
			return under.First(p.Target, p.Identity.Account, on, verbs...)
		}
		for _, verb := range own {
			list[i] = append(list[i], ruling{first(verb), verb, true})
		}
		for _, verb := range p.does {
			if !slices.Contains(own, verb) {
				list[i] = append(list[i], ruling{first(append(slices.Clone(own), verb)...), verb, false})
			}
		}
	}
	return list
}

// rule applies the rules that decide about the plan, the gravest of them.
func (p *Plan) rule(under policy.Policy) {
	gravest := policy.Consent{}
	for _, rulings := range p.rulings(under) {
		own, raised := policy.Consent{}, policy.Consent{}
		for _, r := range rulings {
			switch {
			case r.rule == nil:
			case r.rule.Deny:
				p.Denied = cmp.Or(r.rule.Reason, "it gives no reason")
				if !r.own {
					p.Denied += " (it comes to " + r.verb + ")"
				}
				return
			case r.rule.Confirm != nil:
				wanted := policy.Consent{Tier: max(*r.rule.Confirm, policy.TierConfirm), Why: r.rule.Reason}
				if r.own {
					own = own.Graver(wanted)
				}
				raised = raised.Graver(wanted)
			}
		}
		if own.Tier == policy.TierRead {
			own.Tier = p.Tier
		}
		gravest = gravest.Graver(own.Graver(raised))
	}
	p.Tier, p.Rule = gravest.Tier, gravest.Why
}

// Consent is what the plan asks for before it is carried out.
func (p Plan) Consent() policy.Consent {
	c := policy.ConsentFor(p.Tier, p.Target, p.Name())
	c.Why = p.Rule
	return c
}
