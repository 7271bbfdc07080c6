package deploy

import (
	"path"
	"strings"

	"gantry/awsx"
)

// Tier says how much a person has to do before a change is made.
type Tier uint8

// The tiers.
const (
	TierRead    Tier = iota // nothing changes
	TierConfirm             // yes or no, no by default
	TierName                // type the target's name
	TierBulk                // type the number of targets and the cluster's name
)

// Policy says which contexts are production.
type Policy struct {
	// NonProduction holds globs, matched without regard to case against the
	// cluster's name, the profile and the account. A context that none of them
	// matches is production: what is not known to be harmless is not.
	NonProduction []string
}

// DefaultNonProduction returns the globs that a policy starts from.
func DefaultNonProduction() []string {
	return []string{
		"*dev*", "*test*", "*stag*", "*uat*", "*qa*", "*sandbox*", "*demo*",
		"*preprod*", "*pre-prod*", "*nonprod*", "*non-prod*",
	}
}

// Production reports whether a resource belongs to production. The account is
// an id or alias and may be empty.
func (p Policy) Production(ref awsx.Ref, account string) bool {
	for _, glob := range p.NonProduction {
		for _, name := range []string{ref.ClusterName(), ref.Context.Profile, account} {
			if name == "" {
				continue
			}
			if ok, err := path.Match(strings.ToLower(glob), strings.ToLower(name)); ok && err == nil {
				return false
			}
		}
	}
	return true
}

// effect is how an intent counts once it is known what it does here.
type effect struct {
	mitigation bool
	tier       Tier // in production
}
