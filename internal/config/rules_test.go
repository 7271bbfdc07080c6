package config_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx/deploy/policy"
	"gantry/internal/config"
	"gantry/internal/fault"
)

func TestRulesAreReadInTheirOrder(t *testing.T) {
	got, err := config.Load(config.Flags{File: write(t, `
production: {except: [dev]}
keep_revisions: 10
rules:
  - {account: "1234*", cluster: prod, service: "pay-*", action: deploy, deny: true, reason: frozen until Monday}
  - cluster: prod
    action: "r*"
    confirm: bulk
    max_bulk: 5
  - confirm: yes
`)}, env())
	if err != nil {
		t.Fatal(err)
	}
	bulk, yes := policy.TierBulk, policy.TierConfirm
	want := policy.Policy{
		NonProduction: []string{"dev"}, KeepRevisions: 10,
		Rules: []policy.Rule{
			{Account: "1234*", Cluster: "prod", Service: "pay-*", Action: "deploy", Deny: true, Reason: "frozen until Monday"},
			{Cluster: "prod", Action: "r*", Confirm: &bulk, MaxBulk: 5},
			{Confirm: &yes},
		},
	}
	if diff := cmp.Diff(want, got.Policy()); diff != "" {
		t.Error(diff)
	}
	if err := got.Policy().Validate(); err != nil {
		t.Error(err)
	}
}

func TestRulesThatAreWrongNameTheirLines(t *testing.T) {
	file := write(t, `keep_revisions: 2
rules:
  - {cluster: "[a"}
  - action: deplyo
  - {deny: true, confirm: name}
  - confirm: never
  - max_bulk: 0
  - max_bulk: many
  - deny: perhaps
  - clusters: prod
  - just a text
  - {cluster: prod, reason: frozen}
  -
`)
	_, err := config.Load(config.Flags{File: file}, env())
	if fault.ClassOf(err) != fault.Invalid || err == nil {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{
		":1: keep_revisions: expected a whole number of at least 3",
		`:3: cluster: "[a" is no glob`,
		`:4: action: "deplyo" is none, expected one of breaker, cancel,`,
		":5: rule: deny is final",
		`:6: confirm: "never" is unknown, expected one of yes, name, bulk`,
		":7: max_bulk: expected a whole number of at least 1",
		":8: max_bulk: expected a whole number",
		":9: deny: expected true or false",
		`:10: rule: "clusters" is unknown`,
		":11: rule: expected a mapping",
		":12: rule: it decides nothing",
		":13: rule: it decides nothing",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
	for yaml, want := range map[string]string{"rules: {deny: true}": "rules: expected a list, found a mapping", "keep_revisions: 0": ""} {
		_, err := config.Load(config.Flags{File: write(t, yaml)}, env())
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", yaml, err)
		}
	}
}

// TestALookThatMisleadsIsRefused: production never reads as what is none.
func TestALookThatMisleadsIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"production: {look: {word: NonProd}}":                            "stands for what is no production",
		"production: {look: {word: non-prod-1}}":                         "stands for what is no production",
		"production: {look: {cluster: a}}":                               "it says nothing",
		"production: {look: {word: PROD, colour: pink}}":                 `"pink" is no colour`,
		"production: {look: [{word: A, cluster: 'pay-[', colour: red}]}": "is no glob",
	} {
		file := write(t, text)
		if _, err := config.Load(config.Flags{File: file}, func(string) string { return "" }); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

// TestOwners: globs for clusters and services with the name of a tool, in their order.
func TestOwners(t *testing.T) {
	got, err := config.Load(config.Flags{File: write(t, "owners:\n  prod/pay-*: terraform\n  'prod/*': ecspresso\n")}, env())
	want := []policy.Owner{{Cluster: "prod", Service: "pay-*", Tool: "terraform"}, {Cluster: "prod", Service: "*", Tool: "ecspresso"}}
	if err != nil || !slices.Equal(got.Owners, want) || !slices.Equal(got.Policy().Owners, want) {
		t.Errorf("got %+v (%v)", got.Owners, err)
	}
	for text, says := range map[string]string{
		"owners: {prod: ecspresso}": "expected a glob for CLUSTER/SERVICE", "owners: {prod/a/b: ecspresso}": "expected a glob for CLUSTER/SERVICE",
		"owners: {'prod/[': ecspresso}": "is no glob", "owners: {prod/*: 'an owner'}": "is no name of a tool", "owners: [ecspresso]": "expected a mapping",
	} {
		if _, err := config.Load(config.Flags{File: write(t, text+"\n")}, env()); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
