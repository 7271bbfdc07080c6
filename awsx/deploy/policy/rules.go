package policy

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

// Bearing is one thing that a change touches, under every name by which a rule may mean it.
type Bearing struct {
	Names []string
	// Cluster is the name of the cluster that it lives in; empty is that of the target.
	Cluster string
	// Unknown is set when more may be touched, of which nothing could be read: a rule
	// that denies something somewhere then denies this.
	Unknown bool
}

// First returns the first rule that means any of some verbs on what a change of the
// target touches, nil when none does. The account's number is taken from the target's
// ARN when it is empty.
func (p Policy) First(target awsx.Ref, account string, on Bearing, verbs ...string) *Rule {
	if account == "" { // STS did not say, which lifts no rule
		_, account, _, _ = awsx.ARNParts(target.ARN)
	}
	for i, r := range p.Rules {
		who := globs(r.Account, account) || target.Context.Profile != "" && globs(r.Account, target.Context.Profile)
		means := func(name string) bool { return globs(r.Service, name) }
		touched := slices.ContainsFunc(on.Names, means) || on.Unknown && r.Deny
		action := func(verb string) bool { return globs(r.Action, verb) }
		if who && globs(r.Cluster, cmp.Or(on.Cluster, target.ClusterName())) && touched && slices.ContainsFunc(verbs, action) {
			return &p.Rules[i]
		}
	}
	return nil
}

// globs matches a name against a glob; an empty glob matches anything.
func globs(glob, name string) bool {
	if glob == "" {
		return true
	}
	ok, err := path.Match(strings.ToLower(glob), strings.ToLower(name))
	return ok && err == nil
}
