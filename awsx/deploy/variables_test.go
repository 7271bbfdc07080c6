package deploy

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/deploy/policy"
	"gantry/awsx/deploy/read"
)

// TestVariablesAndReferencesChangeTogether moves one name from the environment to
// the secrets and another the other way in a single revision.
func TestVariablesAndReferencesChangeTogether(t *testing.T) {
	d := newDesk(awsxtest.Env("DB_PASSWORD", "canary"), awsxtest.Env("MODE", "x"))
	// Without an execution role references are refused, which is not what this is about.
	run := func(p Plan) Result {
		o := d.options(p)
		o.Override = checkNames(p.Blocking())
		res, err := Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	run(d.mustPlan(t, d.api, SetSecrets{map[string]edits.Secrets{"": {Set: []awsx.SecretRef{{Name: "TOKEN", ValueFrom: "/prod/token"}}}}}))
	p := d.mustPlan(t, d.api, SetVariables{
		Env: SetEnv{map[string]edits.Env{"api": {Set: []awsx.EnvVar{{Name: "TOKEN", Value: "t"}, {Name: "MODE", Value: "y"}}}}},
		Secrets: SetSecrets{map[string]edits.Secrets{"api": {
			Set: []awsx.SecretRef{{Name: "DB_PASSWORD", ValueFrom: "/prod/db"}}, Unset: []string{"TOKEN"}, Move: true,
		}}},
	})
	for _, want := range []string{"api set MODE, add TOKEN", "unset DB_PASSWORD", "api unset secret TOKEN", "add secret DB_PASSWORD"} {
		if !strings.Contains(p.After, want) {
			t.Errorf("%q is not in %q", want, p.After)
		}
	}
	if len(p.Steps) != 2 {
		t.Errorf("%d calls for one revision", len(p.Steps))
	}
	res := run(p)
	c, _ := res.State.Registered.Container("api")
	if len(c.Env) != 2 || len(c.Secrets) != 1 || c.Secrets[0] != (awsx.SecretRef{Name: "DB_PASSWORD", ValueFrom: "/prod/db"}) {
		t.Errorf("registered %+v", c)
	}
}

// TestARuleOnOneHalfHoldsForBoth: what may not be done alone is not done by the way.
func TestARuleOnOneHalfHoldsForBoth(t *testing.T) {
	both := SetVariables{
		Env:     SetEnv{map[string]edits.Env{"": {Set: []awsx.EnvVar{{Name: "A", Value: "1"}}}}},
		Secrets: SetSecrets{map[string]edits.Secrets{"": {Set: []awsx.SecretRef{{Name: "B", ValueFrom: "/b"}}}}},
	}
	d := newDesk()
	gravest, lightest := policy.TierBulk, policy.TierConfirm
	for _, c := range []struct {
		name   string
		rules  []policy.Rule
		denied bool
		tier   policy.Tier
	}{
		{"none", nil, false, policy.TierName},
		{"denies the variables", []policy.Rule{{Action: "secrets", Confirm: &lightest}, {Action: "env", Deny: true}}, true, policy.TierName},
		{"denies the secrets", []policy.Rule{{Action: "secrets", Deny: true}}, true, policy.TierName},
		{"the gravest of two", []policy.Rule{{Action: "env", Confirm: &lightest}, {Action: "secrets", Confirm: &gravest}}, false, policy.TierBulk},
	} {
		cur, err := Read(t.Context(), d.Account, d.api, both, read.Held{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := Build(cur, both, policy.Policy{Rules: c.rules})
		if err != nil {
			t.Fatal(err)
		}
		if (p.Denied != "") != c.denied || !c.denied && p.Tier != c.tier {
			t.Errorf("%s: denied %q, tier %s", c.name, p.Denied, p.Tier)
		}
	}
}
