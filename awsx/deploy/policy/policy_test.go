package policy

import (
	"strings"
	"testing"
)

func TestRulesThatCannotBeKeptAreRefused(t *testing.T) {
	for want, r := range map[string]Rule{"is no glob": {Cluster: "[a"}, "a batch cannot have -1 targets": {MaxBulk: -1}} {
		if err := (Policy{Rules: []Rule{{}, r}}).Validate(); err == nil || !strings.Contains(err.Error(), "rule 2: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestTiersHaveNames(t *testing.T) {
	for _, name := range TierNames() {
		if got, ok := ParseTier(name); !ok || got.String() != name {
			t.Errorf("%s is parsed as %s", name, got)
		}
	}
	if _, ok := ParseTier("nothing"); ok {
		t.Error("a change that needs nothing can be configured")
	}
}
