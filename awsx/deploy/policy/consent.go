package policy

import (
	"fmt"
	"strings"

	"gantry/awsx"
)

// Consent is what somebody has to give before something is done: a yes, the target's
// name, or a phrase of the number of targets and their clusters. It is computed once,
// here; screens and commands print it and compare what was typed.
type Consent struct {
	Tier Tier
	// Word answers every tier when it is given in advance, and has to be typed for what
	// is graver than a yes.
	Word string
	// What the word is, such as "the service's name"; empty when a yes is enough.
	What string
	Why  string // the reason that a rule gives for the tier; may be empty
}

// ConsentFor is what a tier asks for about one target, called by name.
func ConsentFor(tier Tier, target awsx.Ref, name string) Consent {
	c := Consent{Tier: tier, Word: name}
	switch {
	case tier >= TierBulk:
		return ConsentForAll(tier, target.Noun(), 1, target.ClusterName())
	case tier == TierName:
		c.What = "the " + target.Noun() + "'s name"
	}
	return c
}

// ConsentForAll is what a tier asks for about several targets: their number and the names
// of the clusters that they live in.
func ConsentForAll(tier Tier, noun string, targets int, clusters ...string) Consent {
	c := Consent{Tier: tier, Word: fmt.Sprintf("%d %s", targets, strings.Join(clusters, " "))}
	if c.Typed() {
		c.What = "the number of " + noun + "s and the cluster's name"
	}
	return c
}

// ConsentToReveal is what is asked for before secrets of a target are shown.
func ConsentToReveal(target awsx.Ref, production bool) Consent {
	tier := TierConfirm
	if production {
		tier = TierName
	}
	return ConsentFor(tier, target, target.Name())
}

// Typed reports whether the word has to be typed: a yes is not enough.
func (c Consent) Typed() bool { return c.Tier > TierConfirm }

// Graver is the consent that asks for more, this one when both ask for the same.
func (c Consent) Graver(other Consent) Consent {
	if other.Tier > c.Tier {
		return other
	}
	return c
}

// Given reports whether what was typed is the word.
func (c Consent) Given(typed string) bool { return typed == c.Word }

// String says what is asked for, such as "asks for the service's name".
func (c Consent) String() string {
	s := "asks yes or no"
	if c.Typed() {
		s = "asks for " + c.What
	}
	if c.Why != "" {
		s += " (" + c.Why + ")"
	}
	return s
}
