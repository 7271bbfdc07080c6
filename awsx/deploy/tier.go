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

// ParseTier returns the tier that a configuration names.
func ParseTier(s string) (Tier, bool) {
	for _, t := range []Tier{TierConfirm, TierName, TierBulk} {
		if t.String() == s {
			return t, true
		}
	}
	return TierRead, false
}

// TierNames returns the names that ParseTier knows, the lightest first.
func TierNames() []string {
	return []string{TierConfirm.String(), TierName.String(), TierBulk.String()}
}

// String returns what the tier asks for: nothing, yes, name, or bulk.
func (t Tier) String() string {
	names := [...]string{"nothing", "yes", "name", "bulk"}
	return names[min(int(t), len(names)-1)]
}

// Policy says which contexts are production, and what else is kept to.
type Policy struct {
	// NonProduction holds globs, matched without regard to case against the
	// cluster's name, the profile and the account. A context that none of them
	// matches is production: what is not known to be harmless is not.
	NonProduction []string
	// Rules refine what a change needs; the first that matches decides.
	Rules []Rule
	// KeepRevisions is how many of a family's newest revisions stay active after a
	// deployment that succeeded; older ones are deregistered unless they are in
	// use. 0 keeps all, and less than LeastKept is refused.
	KeepRevisions int
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
