package policy

import (
	"path"

	"gantry/internal/fault"
	"gantry/internal/words"
)

// Policy says which contexts are production, and what else is kept to.
type Policy struct {
	// NonProduction holds words and globs that are matched, without regard to case,
	// against the whole tokens of the cluster's name. NonProductionProfiles and
	// NonProductionAccounts are matched against the profile and the account, and are
	// empty unless somebody set them: a role or an account alone says little about a
	// cluster.
	NonProduction         []string
	NonProductionProfiles []string
	NonProductionAccounts []string
	// Rules refine what a change needs; the first that matches decides.
	Rules []Rule
	// Looks say how production is shown; the first that fits does.
	Looks []Look
	// Owners say what services are deployed with; the first that fits does.
	Owners []Owner
	// KeepRevisions is how many of a family's newest revisions stay active after a
	// deployment that succeeded; older ones are deregistered unless they are in
	// use. 0 keeps all, and less than LeastKept is refused.
	KeepRevisions int
}

// LeastKept is the smallest number of revisions that can be kept: fewer would
// close the way back.
const LeastKept = 3

// Validate refuses a policy that cannot be kept to.
func (p Policy) Validate() error {
	if p.KeepRevisions != 0 && p.KeepRevisions < LeastKept {
		return invalid("%s to keep: expected 0 for all of them, or at least %d so that the way back stays open", words.Count(p.KeepRevisions, "revision"), LeastKept)
	}
	for i, r := range p.Rules {
		for _, glob := range []string{r.Account, r.Cluster, r.Service, r.Action} {
			if _, err := path.Match(glob, ""); err != nil {
				return invalid("rule %d: %q is no glob", i+1, glob)
			}
		}
		if r.MaxBulk < 0 {
			return invalid("rule %d: a batch cannot have %s", i+1, words.Count(r.MaxBulk, "target"))
		}
	}
	return nil
}

func invalid(format string, args ...any) *fault.Error {
	return fault.Errorf(fault.Invalid, "plan", "", format, args...)
}
