package policy

import (
	"path"

	"gantry/awsx"
)

// Look is what production is called, and in which colour. Its globs are matched as those of
// rules are; what is left out matches all.
type Look struct {
	Account, Cluster, Profile string
	Word, Colour              string
}

// DefaultWord is what production is called where nobody says otherwise.
const DefaultWord = "PROD"

// Look is how a resource of production looks: as the first that fits says. A word or colour
// that it leaves out is the usual one, and empty is the usual colour.
func (p Policy) Look(ref awsx.Ref, account string) Look {
	for _, l := range p.Looks {
		if fits(l.Account, account) && fits(l.Cluster, ref.ClusterName()) && fits(l.Profile, ref.Context.Profile) {
			if l.Word == "" {
				l.Word = DefaultWord
			}
			return l
		}
	}
	return Look{Word: DefaultWord}
}

func fits(glob, name string) bool {
	ok, err := path.Match(glob, name)
	return glob == "" || ok && err == nil
}
