package cli_test

import (
	"strings"
	"testing"

	"gantry/awsx/sim"
)

// TestRouteShowsEachRuleTriedAndWhoAnswers.
func TestRouteShowsEachRuleTriedAndWhoAnswers(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		r := a.run(t, "route", "https://shop.prod.example.com/products/9").wants(t, 0,
			"GET https://shop.prod.example.com/products/9 at prod-public:443 HTTPS",
			"path is /products/9, not /internal/* or /debug/*", "forward to prod-catalog 80%, prod-recommendations 20%, sticky",
			"prod/catalog", "3/3 healthy")
		if !strings.Contains(r.err, "gantry route --lb staging-public") {
			t.Errorf("the other load balancers are not named: %s", r.err)
		}
		a.run(t, "route", "https://users.prod.example.com/internal/status").wants(t, 0, "2     yes", "answer 503 text/plain")
		a.run(t, "route", "http://web.prod.example.com/a?b=1", "--lb", "prod-public").wants(t, 0, "redirect 301 to https://web.prod.example.com:443/a?b=1")
		a.run(t, "route", "https://reports.prod.example.com/").wants(t, 0, "prod-reports", "0/0: no targets, answers 503")
		a.run(t, "route", "tcp://broker.internal:8000").wants(t, 0, "prod-wire:8000 TCP", "prod/edge-router", "2/2 healthy")
		a.run(t, "route", "https://shop.prod.example.com/v2/list", "--header", "x-canary: ON").wants(t, 0, "prod-web", "as https://shop.prod.example.com/next/list")
		a.run(t, "route", "https://admin.prod.example.com/").wants(t, 0, "7        ?    ", "uncertain: the source address is not told", "answer 404")
		a.run(t, "route", "https://admin.prod.example.com/", "--source-ip", "10.3.2.1").wants(t, 0, "log in at https://login.example.com, then forward to prod-users")
		a.run(t, "route", "https://admin.prod.example.com/", "--source-ip", "10.3.2.1", "--method", "POST").wants(t, 0, "method is POST, not GET or HEAD")

		o := a.run(t, "route", "https://admin.prod.example.com/", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "meant") != 1.0 || at(t, o, "answers", 0, "loadBalancer") != "prod-public" || at(t, o, "answers", 0, "certain") != false ||
			at(t, o, "answers", 0, "rule") != "default" || at(t, o, "answers", 0, "tried", 4, "met") != "unknown" {
			t.Errorf("got %v", o)
		}
		o = a.run(t, "route", "https://catalog.prod.example.com/", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "answers", 0, "certain") != true || at(t, o, "answers", 0, "groups", 0, "services", 0) != "prod/catalog" ||
			at(t, o, "answers", 0, "groups", 0, "healthy") != 3.0 || at(t, o, "answers", 0, "groups", 0, "failsOpen") != false {
			t.Errorf("got %v", o)
		}
	})
}

func TestRouteSaysWhatIsWrongWithWhatWasTyped(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		for says, args := range map[string][]string{
			"the URL has no scheme: type https://shop.prod.example.com/": {"shop.prod.example.com/"},
			"the URL has no host": {"https:///cart"},
			`the header "X-Canary" is not of the form 'Name: value'`: {"https://shop.prod.example.com/", "--header", "X-Canary"},
			`the source "10.0.0.0/8" is no IP address`:               {"https://shop.prod.example.com/", "--source-ip", "10.0.0.0/8"},
			"nothing listens on port 81":                             {"http://shop.prod.example.com:81/"},
			`there is no load balancer "nowhere"`:                    {"https://shop.prod.example.com/", "--lb", "nowhere"},
		} {
			if r := a.run(t, append([]string{"route"}, args...)...); r.code == 0 || !strings.Contains(r.err, says) {
				t.Errorf("%v: exit %d, %s", args, r.code, r.err)
			}
		}
	})
}

// TestRouteWithoutPermissionNamesTheMissingAction, and tells what it could read.
func TestRouteWithoutPermissionNamesTheMissingAction(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		remove := a.Inject(sim.Fault{Service: "elbv2", Operation: "DescribeTargetHealth", Kind: sim.Deny})
		a.run(t, "route", "https://catalog.prod.example.com/").wants(t, 0, "forward to prod-catalog", "elasticloadbalancing:DescribeTargetHealth", "?")
		remove()
		a.Inject(sim.Fault{Service: "elbv2", Operation: "DescribeLoadBalancers", Kind: sim.Deny})
		if r := a.run(t, "route", "https://catalog.prod.example.com/"); r.code == 0 || !strings.Contains(r.err, "elasticloadbalancing:DescribeLoadBalancers") {
			t.Errorf("exit %d: %s", r.code, r.err)
		}
	})
}

// TestTargetsShowsEachTargetWithItsTaskAndWhatToCheck.
func TestTargetsShowsEachTargetWithItsTaskAndWhatToCheck(t *testing.T) {
	steady(t, func(t *testing.T, a *account) {
		a.run(t, "targets", "prod/legacy").wants(t, 0, "prod-legacy: 2/3 healthy", "HTTP /health at the target's port every 15s",
			"(no task of the service)", "timeout /health", "find out who registered it")
		o := a.run(t, "targets", "prod/legacy", "-o", "json").wants(t, 0).object(t)
		if at(t, o, "groups", 0, "name") != "prod-legacy" || at(t, o, "groups", 0, "list", 0, "state") != "healthy" ||
			at(t, o, "groups", 0, "list", 2, "whose") != "no task of the service" || at(t, o, "partial") != false {
			t.Errorf("got %v", o)
		}
		if r := a.run(t, "targets", "prod/worker-mail").wants(t, 0); !strings.Contains(r.err, "worker-mail has no target groups") {
			t.Errorf("got %s", r.err)
		}
		a.Inject(sim.Fault{Service: "elbv2", Operation: "DescribeTargetHealth", Kind: sim.Deny})
		a.run(t, "targets", "prod/catalog").wants(t, 0, "its targets were not read", "elasticloadbalancing:DescribeTargetHealth")
	})
}
