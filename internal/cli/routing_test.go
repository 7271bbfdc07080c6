package cli_test

import (
	"slices"
	"testing"

	"gantry/awsx/sim"
)

// TestRoutingListsTheRulesOfAClusterInTheirOrder, with what stands at their ends.
func TestRoutingListsTheRulesOfAClusterInTheirOrder(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "routing", "prod").wants(t, 0, "prod-public:443", "path is /products/*", "80% catalog runs 3/3, 3/3 healthy", "never: rule", "default")
		o := a.run(t, "routing", "prod", "-o", "json").wants(t, 0).object(t)
		last, ended, never := "", false, false
		for i, x := range o["rules"].([]any) {
			rule := x.(map[string]any)
			for _, g := range rule["groups"].([]any) {
				ended = ended || slices.Contains(g.(map[string]any)["services"].([]any), any("prod/catalog"))
			}
			never = never || len(rule["never"].([]any)) > 0
			if rule["listener"] == last && o["rules"].([]any)[i-1].(map[string]any)["rule"] == "default" {
				t.Errorf("a rule comes after the default one: %v", rule)
			}
			last, _ = rule["listener"].(string)
		}
		if !ended || !never || at(t, o, "partial") != false {
			t.Errorf("got %v", o)
		}
		a.Inject(sim.Fault{Service: "elbv2", Operation: "DescribeLoadBalancers", Kind: sim.Deny})
		a.run(t, "routing", "staging").wants(t, 1, "elasticloadbalancing:DescribeLoadBalancers")
	})
}
