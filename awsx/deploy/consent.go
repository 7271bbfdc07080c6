package deploy

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

// Typed reports whether the word has to be typed: a yes is not enough.
func (c Consent) Typed() bool { return c.Tier > TierConfirm }

// graver is the consent that asks for more, this one when both ask for the same.
func (c Consent) graver(other Consent) Consent {
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

// consentFor is what a tier asks for about one target, called by name.
func consentFor(tier Tier, target awsx.Ref, name string) Consent {
	c := Consent{Tier: tier, Word: name}
	switch {
	case tier >= TierBulk:
		c.What, c.Word = numberAndCluster(target), "1 "+target.ClusterName()
	case tier == TierName:
		c.What = "the " + target.Noun() + "'s name"
	}
	return c
}

func numberAndCluster(target awsx.Ref) string {
	return "the number of " + target.Noun() + "s and the cluster's name"
}

// Consent is what the plan asks for before it is carried out.
func (p Plan) Consent() Consent {
	c := consentFor(p.Tier, p.Target, p.Name())
	c.Why = p.Rule
	return c
}

// Consent is what the batch asks for before it is carried out: of several targets their
// number and the names of their clusters, of one what its plan asks for.
func (b Batch) Consent() Consent {
	if len(b.Plans) == 1 {
		return b.Plans[0].Consent()
	}
	c := Consent{Tier: b.Tier, Word: fmt.Sprintf("%d %s", len(b.Plans), strings.Join(b.Clusters, " "))}
	if c.Typed() {
		c.What = numberAndCluster(b.Plans[0].Target)
	}
	return c
}

// ConsentToReveal is what is asked for before secrets of a target are shown.
func ConsentToReveal(target awsx.Ref, production bool) Consent {
	tier := TierConfirm
	if production {
		tier = TierName
	}
	return consentFor(tier, target, target.Name())
}
