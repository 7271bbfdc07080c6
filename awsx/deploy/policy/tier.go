package policy

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
