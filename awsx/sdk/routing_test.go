package sdk_test

import (
	"fmt"
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/internal/fault"
)

// TestRoutesAreReadWithEveryKindOfRule: the simulator's rules come through the wire as
// they were seeded, and read in words.
func TestRoutesAreReadWithEveryKindOfRule(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, _ *sim.Account, a awsx.Account) {
		got := map[string]string{}
		for _, r := range all(t, a.Routes(t.Context())) {
			for _, rule := range r.Rules {
				got[fmt.Sprint(r.Balancer.Name, ":", r.Listener.Port, " ", r.Listener.Protocol, " ", rule.Priority)] = alb.ConditionsWords(rule) + ": " + alb.ActionsWords(rule)
			}
		}
		for key, want := range map[string]string{
			"prod-public:443 HTTPS default": "everything else: answer 404 text/plain",
			"prod-public:80 HTTP default":   "everything else: redirect 301 to https://#{host}:443/#{path}",
			"prod-public:443 HTTPS 2":       "host is *.prod.example.com and path is /internal/* or /debug/*: answer 503 text/plain",
			"prod-public:443 HTTPS 5":       "host is shop.prod.example.com and path is /products/*: forward to prod-catalog 80%, prod-recommendations 20%, sticky",
			"prod-public:443 HTTPS 6":       "host is shop.prod.example.com and header X-Canary is on or beta-*: rewrite the URL /^/v2/(.*)$/ to /next/$1, then forward to prod-web",
			"prod-public:443 HTTPS 7":       "host is admin.prod.example.com and source is in 10.0.0.0/8 or 2001:db8:40::/48 and method is GET or HEAD: log in at https://login.example.com, then forward to prod-users",
			"prod-public:443 HTTPS 8":       `host is like /^api-v[0-9]+\./ and query has token=* or preview: check a token of https://login.example.com, then forward to prod-sessions`,
			"prod-wire:8000 TCP default":    "everything else: forward to prod-edge-router",
		} {
			if got[key] != want {
				t.Errorf("%s: %q, want %q", key, got[key], want)
			}
		}
		for _, lb := range all(t, a.Routes(t.Context())) {
			if lb.Balancer.DNS == "" || lb.Balancer.State != "active" || lb.Listener.Balancer != lb.Balancer.ARN {
				t.Errorf("%+v", lb.Balancer)
			}
		}
	})
}

// TestWhatOfALoadBalancerIsRefusedCostsTheOthersNothing, and names the call.
func TestWhatOfALoadBalancerIsRefusedCostsTheOthersNothing(t *testing.T) {
	for operation, unread := range map[string]func(awsx.Route) bool{
		"DescribeListeners": func(r awsx.Route) bool { return r.Listener.ARN == "" },
		"DescribeRules":     func(r awsx.Route) bool { return r.Listener.ARN != "" && len(r.Listener.Default) > 0 && r.Rules == nil },
	} {
		simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, world *sim.Account, a awsx.Account) {
			world.Inject(sim.Fault{Service: "elbv2", Operation: operation, Kind: sim.Deny, Times: 1})
			routes, err := awsx.Collect(a.Routes(t.Context()))
			if fault.ClassOf(err) != fault.Denied || !strings.Contains(err.Error(), "elasticloadbalancing:"+operation) {
				t.Errorf("%s: %v", operation, err)
			}
			denied := 0
			for _, r := range routes {
				if r.Err == nil {
					continue
				}
				if denied++; !unread(r) {
					t.Errorf("%s: %+v", operation, r)
				}
				q, err := alb.NewRequest("https://shop.prod.example.com/", "", nil, "")
				if err != nil {
					t.Fatal(err)
				}
				if answer := alb.Evaluate(q, r); answer.Taken || answer.Certain() {
					t.Errorf("%s: a listener whose rules were not read answers by %+v", operation, answer.Outcome)
				}
			}
			if denied != 1 || len(routes) < 5 {
				t.Errorf("%s: %d of %d routes are unread", operation, denied, len(routes))
			}
		})
	}
}
