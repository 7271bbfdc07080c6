package policy

import (
	"testing"

	"gantry/awsx"
)

func TestConsentSaysWhatIsAskedForAndWhatHasToBeTyped(t *testing.T) {
	const cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/prod"
	task := awsx.Ref{Cluster: cluster, ARN: "arn:aws:ecs:eu-west-1:123456789012:task/prod/0123456789abcdef"}
	service := awsx.Ref{Cluster: cluster, ARN: "arn:aws:ecs:eu-west-1:123456789012:service/prod/api"}
	by := func(rule string, c Consent) Consent {
		c.Why = rule
		return c
	}
	for _, c := range []struct {
		name        string
		consent     Consent
		asks, typed string
	}{
		{"a yes", ConsentFor(TierConfirm, service, "api"), "asks yes or no", ""},
		{"a yes by a rule", by("freeze", ConsentFor(TierConfirm, service, "api")), "asks yes or no (freeze)", ""},
		{"a name", ConsentFor(TierName, service, "api"), "asks for the service's name", "api"},
		{"a task's name", by("payday", ConsentFor(TierName, task, "0123456789abcdef")), "asks for the task's name (payday)", "0123456789abcdef"},
		{"a phrase", ConsentFor(TierBulk, service, "api"), "asks for the number of services and the cluster's name", "1 prod"},
		{"several", ConsentForAll(TierBulk, "service", 2, "prod", "test"), "asks for the number of services and the cluster's name", "2 prod test"},
		{"several by a yes", ConsentForAll(TierConfirm, "service", 2, "prod", "test"), "asks yes or no", ""},
		{"secrets", ConsentToReveal(service, true), "asks for the service's name", "api"},
		{"secrets elsewhere", ConsentToReveal(service, false), "asks yes or no", ""},
	} {
		if got := c.consent.String(); got != c.asks || c.consent.Typed() != (c.typed != "") || c.typed != "" && !c.consent.Given(c.typed) || c.consent.Given("no") {
			t.Errorf("%s: %s, by typing %q", c.name, got, c.consent.Word)
		}
	}
}
