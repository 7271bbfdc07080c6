package deploy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/policy"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// Batch is one verb for several targets, confirmed once. It is made by
// BuildBatch and never changed.
type Batch struct {
	Action string
	Plans  []Plan // by cluster and name
	// Clusters holds the names of the clusters that the targets live in.
	Clusters   []string
	Production bool // whether any of the targets is
	Tier       policy.Tier
	// Rules holds the reasons that rules give for the tier.
	Rules []string
}

// BuildBatch puts the plans of one verb together. It refuses plans that cannot be
// confirmed as one: of different verbs, of one target twice, several of which a rule
// denies one, and more of them than a rule admits. A plan that is alone says itself that
// it is denied. A batch of several in production is of the gravest tier.
func BuildBatch(plans []Plan, under policy.Policy) (Batch, error) {
	if len(plans) == 0 {
		return Batch{}, invalid("a batch needs at least one target")
	}
	b := Batch{Action: plans[0].Intent.Action(), Plans: slices.Clone(plans), Tier: policy.TierConfirm}
	slices.SortStableFunc(b.Plans, func(x, y Plan) int {
		return strings.Compare(x.Target.ClusterName()+"/"+x.Target.Name(), y.Target.ClusterName()+"/"+y.Target.Name())
	})
	seen := map[awsx.Ref]bool{}
	for _, p := range b.Plans {
		switch {
		case p.Intent.Action() != b.Action:
			return Batch{}, invalid("a batch is one verb for all: found %s and %s", b.Action, p.Intent.Action())
		case seen[p.Target]:
			return Batch{}, invalid("%s is in the batch twice", p.Target.Name())
		case p.Denied != "" && len(plans) > 1:
			return Batch{}, refusal(fault.Denied, p, "take it out of the batch", "a rule of the configuration denies this for %s: %s", p.Target.Name(), p.Denied)
		}
		seen[p.Target] = true
		b.Clusters = words.AddNew(b.Clusters, p.Target.ClusterName())
		b.Production = b.Production || p.Production
		b.Tier = max(b.Tier, p.Tier)
		if p.Rule != "" {
			b.Rules = words.AddNew(b.Rules, p.Rule)
		}
		for _, ruling := range slices.Concat(p.rulings(under)...) {
			if r := ruling.rule; r != nil && r.MaxBulk > 0 && len(plans) > r.MaxBulk {
				return Batch{}, refusal(fault.Denied, p, fmt.Sprintf("take at most %d at a time", r.MaxBulk),
					"a rule of the configuration admits %s at a time and the batch has %d: %s", words.Count(r.MaxBulk, "target"), len(plans), cmp.Or(r.Reason, "none"))
			}
		}
	}
	if b.Production && len(plans) > 1 {
		b.Tier = policy.TierBulk
	}
	return b, nil
}

// Consent is what the batch asks for before it is carried out: of several targets their
// number and the names of their clusters, of one what its plan asks for.
func (b Batch) Consent() policy.Consent {
	if len(b.Plans) == 1 {
		return b.Plans[0].Consent()
	}
	return policy.ConsentForAll(b.Tier, b.Plans[0].Target.Noun(), len(b.Plans), b.Clusters...)
}

// Blocking returns the failed checks that stand in the way of any of the plans,
// by the target's ARN.
func (b Batch) Blocking(overridden ...string) map[string][]check.Finding {
	blocking := map[string][]check.Finding{}
	for _, p := range b.Plans {
		if checks := p.Blocking(overridden...); len(checks) > 0 {
			blocking[p.Target.ARN] = checks
		}
	}
	return blocking
}

// Lines returns the batch as text: what it does, then every target with what
// changes there and what its checks found amiss. It is not cleaned.
func (b Batch) Lines() []string {
	lines := []string{fmt.Sprintf("%s %s in %s", b.Action, words.Count(len(b.Plans), "target"), strings.Join(b.Clusters, ", "))}
	for _, p := range b.Plans {
		lines = append(lines, fmt.Sprintf("%s/%s: %s; %s", p.Target.ClusterName(), p.Target.Name(), p.Summary(), p.Leaves))
		for _, c := range p.Checks {
			if c.Result == check.Broken || c.Result == check.Warning {
				lines = append(lines, fmt.Sprintf("  %s %s: %s", c.Result, c.Name, c.Text))
			}
		}
	}
	return lines
}

// Commands returns the steps of all plans as a shell script of AWS CLI calls.
func (b Batch) Commands() []string {
	var commands []string
	for _, p := range b.Plans {
		commands = append(commands, p.Commands()...)
	}
	return commands
}
