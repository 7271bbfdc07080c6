package cli_test

import (
	"strings"
	"testing"

	"gantry/awsx/sim"
	"gantry/awsx/sim/alarms"
)

// TestAlarmsShowsWhatRingsAndWhomItConcerns, of a service, of a cluster and of all.
func TestAlarmsShowsWhatRingsAndWhomItConcerns(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		if err := a.SetAlarm("api-checkout-errors", alarms.Firing); err != nil {
			t.Fatal(err)
		}
		a.run(t, "alarms", "prod/api-checkout").wants(t, 0, "ALARM", "api-checkout-errors", "prod/api-checkout", "100 * errors / requests above 5 for 3m",
			"api-checkout-down", "because of api-checkout-errors", "api-checkout-unhealthy", "rings on UnHealthyHostCount above 1 for 3m")
		if r := a.run(t, "alarms", "prod/api-checkout"); strings.Contains(r.out, "api-orders") {
			t.Errorf("another service's:\n%s", r.out)
		}
		a.run(t, "alarms", "prod").wants(t, 0, "api-orders-cpu-high", "prod/sessions", "scales")
		if r := a.run(t, "alarms", "staging").wants(t, 0); strings.Contains(r.out, "api-orders") || !strings.Contains(r.err, "no alarm concerns it") {
			t.Errorf("staging has none:\n%s%s", r.out, r.err)
		}
		o := a.run(t, "alarms", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "alarms", 0, "name") != "api-checkout-down" || at(t, o, "alarms", 0, "trouble") != true || at(t, o, "alarms", 0, "concerns", 0, "service") != "api-checkout" ||
			at(t, o, "alarms", 1, "state") != "ALARM" || at(t, o, "partial") != false {
			t.Errorf("got %v", o)
		}
	})
}

func TestAlarmsWithoutPermissionNamesTheMissingAction(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		remove := a.Inject(sim.Fault{Service: "elbv2", Operation: "DescribeLoadBalancers", Kind: sim.Deny})
		if r := a.run(t, "alarms", "prod").wants(t, 0, "api-checkout-unhealthy"); !strings.Contains(r.err, "elasticloadbalancing:DescribeLoadBalancers") {
			t.Errorf("unsaid: %s", r.err)
		}
		remove()
		a.Inject(sim.Fault{Service: "cloudwatch", Operation: "DescribeAlarms", Kind: sim.Deny})
		if r := a.run(t, "alarms", "prod"); r.code == 0 || !strings.Contains(r.err, "cloudwatch:DescribeAlarms") {
			t.Errorf("exit %d: %s", r.code, r.err)
		}
	})
}
