package deploy

import (
	"testing"

	"gantry/awsx"
)

func TestConsentSaysWhatIsAskedForAndWhatHasToBeTyped(t *testing.T) {
	task := awsx.Ref{Cluster: clusterARN, ARN: "arn:aws:ecs:eu-west-1:123456789012:task/prod/0123456789abcdef"}
	service := awsx.Ref{Cluster: clusterARN, ARN: serviceARN}
	plan := func(tier Tier, target awsx.Ref, rule string) Plan {
		return Plan{Tier: tier, Target: target, Rule: rule}
	}
	many := Batch{Tier: TierBulk, Plans: []Plan{plan(TierName, service, ""), plan(TierName, service, "")}, Clusters: []string{"prod", "test"}}
	for _, c := range []struct {
		name        string
		consent     Consent
		asks, typed string
	}{
		{"a yes", plan(TierConfirm, service, "").Consent(), "asks yes or no", ""},
		{"a yes by a rule", plan(TierConfirm, service, "freeze").Consent(), "asks yes or no (freeze)", ""},
		{"a name", plan(TierName, service, "").Consent(), "asks for the service's name", "api"},
		{"a task's name", plan(TierName, task, "payday").Consent(), "asks for the task's name (payday)", "0123456789abcdef"},
		{"a phrase", plan(TierBulk, service, "").Consent(), "asks for the number of services and the cluster's name", "1 prod"},
		{"several", many.Consent(), "asks for the number of services and the cluster's name", "2 prod test"},
		{"several by a yes", Batch{Tier: TierConfirm, Plans: many.Plans, Clusters: many.Clusters}.Consent(), "asks yes or no", ""},
		{"one of a batch", Batch{Tier: TierName, Plans: many.Plans[:1]}.Consent(), "asks for the service's name", "api"},
		{"secrets", ConsentToReveal(service, true), "asks for the service's name", "api"},
		{"secrets elsewhere", ConsentToReveal(service, false), "asks yes or no", ""},
	} {
		if got := c.consent.String(); got != c.asks || c.consent.Typed() != (c.typed != "") || c.typed != "" && !c.consent.Given(c.typed) || c.consent.Given("no") {
			t.Errorf("%s: %s, by typing %q", c.name, got, c.consent.Word)
		}
	}
}
