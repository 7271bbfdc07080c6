package policy

import (
	"strings"
	"testing"

	"gantry/awsx"
)

// TestProductionIsJudgedByWholeTokens: a part of a word says nothing, a role or an account
// alone clears nothing, and what says production wins.
func TestProductionIsJudgedByWholeTokens(t *testing.T) {
	plain := Policy{NonProduction: DefaultNonProduction()}
	set := Policy{
		NonProduction:         []string{"lab", "team-*", "*canary*", "prod-mirror", "dev[0-9]", "*prd*"},
		NonProductionProfiles: []string{"sandbox-*"}, NonProductionAccounts: []string{"222233334444"},
	}
	for _, c := range []struct {
		policy                    Policy
		cluster, profile, account string
		production                bool
		by                        string
	}{
		{plain, "orders", "", "", true, "nothing says"},
		{plain, "devices", "", "", true, "nothing says"},
		{plain, "contest", "", "", true, "nothing says"},
		{plain, "latest", "", "", true, "nothing says"},
		{plain, "stagecoach", "", "", true, "nothing says"},
		{plain, "orders", "developer", "", true, "nothing says"},
		{plain, "orders", "dev", "test", true, "nothing says"},
		{plain, "eu_dev.1", "", "", false, `"dev"`},
		{plain, "EU-Staging", "", "", false, `"staging"`},
		{plain, "test", "", "", false, `"test"`},
		{plain, "pre-prod", "", "", false, `"pre-prod"`},
		{plain, "eu-non-prod-2", "", "", false, `"non-prod"`},
		{plain, "preprod", "", "", false, `"preprod"`},
		{plain, "prod-dev", "", "", true, `"prod"`},
		{plain, "test-live", "", "", true, `"live"`},
		{plain, "prod2-demo", "", "", true, `"prod2"`},
		{plain, "live-7-uat", "", "", true, `"live"`},
		{plain, "pre-prod-production", "", "", true, `"production"`},
		{plain, "prd", "sandbox", "", true, `"prd"`},
		{set, "lab", "", "", false, `"lab"`},
		{set, "labour", "", "", true, "nothing says"},
		{set, "team-blue", "", "", false, `"team-*"`},
		{set, "team", "", "", true, "nothing says"},
		{set, "steam-blue", "", "", true, "nothing says"},
		{set, "eu-canary-1", "", "", false, `"*canary*"`},
		{set, "canaryislands", "", "", true, "nothing says"},
		{set, "prod-mirror", "", "", false, `"prod-mirror"`},
		{set, "prod-mirrors", "", "", true, `"prod"`},
		{set, "dev4", "", "", false, `"dev[0-9]"`},
		{set, "dev", "", "", true, "nothing says"},
		{set, "eu-prd", "", "", true, `"prd"`},
		{set, "shop", "sandbox-eu", "", false, "the profile"},
		{set, "prod", "sandbox-eu", "", true, `"prod"`},
		{set, "shop", "", "222233334444", false, "the account"},
		{Policy{}, "dev", "", "", true, "nothing says"},
	} {
		ref := awsx.Ref{Cluster: "arn:aws:ecs:r:1:cluster/" + c.cluster, Context: awsx.ContextID{Profile: c.profile}}
		got := c.policy.Judge(ref, c.account)
		if got.Production != c.production || !strings.Contains(got.By, c.by) {
			t.Errorf("%s, profile %q, account %q: %+v", c.cluster, c.profile, c.account, got)
		}
	}
}
