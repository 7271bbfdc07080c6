package routing_test

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/routing"
	"gantry/views/viewstest"
)

const spare = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/spare/9"

// groupOf is the ARN of a service's target group.
func groupOf(a *awsxtest.Account, name string) (arn string) {
	a.Edit(func(d *awsxtest.Data) {
		for _, s := range d.Services {
			if s.Name == name && len(s.LoadBalancers) > 0 {
				arn = s.LoadBalancers[0].TargetGroup
			}
		}
	})
	return arn
}

// balanced puts a load balancer before the shop: a rule that splits, one that can never
// answer and the one that takes all of it, one to a group without targets, a redirect and
// a fixed answer; and one of another cluster.
func balanced(a *awsxtest.Account) {
	forward := func(groups ...awsx.WeightedGroup) awsx.Action {
		return awsx.Action{Type: "forward", Order: 1, Groups: groups}
	}
	groups := map[string]string{}
	for _, name := range []string{"api-orders", "api-checkout", "front", "legacy"} {
		groups[name] = groupOf(a, name)
	}
	to := func(name string, weight int) awsx.WeightedGroup {
		return awsx.WeightedGroup{Group: groups[name], Weight: weight}
	}
	rule := func(arn, priority string, action awsx.Action, conditions ...awsx.Condition) awsx.Rule {
		return awsx.Rule{ARN: "arn:rule/" + arn, Priority: priority, Default: priority == "default", Actions: []awsx.Action{action}, Conditions: conditions}
	}
	host := func(values ...string) awsx.Condition { return awsx.Condition{Field: "host-header", Values: values} }
	path := func(values ...string) awsx.Condition { return awsx.Condition{Field: "path-pattern", Values: values} }
	lb := awsx.Balancer{ARN: "arn:lb/edge", Name: "edge", DNS: "edge-1.eu-west-1.elb.amazonaws.com", Scheme: "internet-facing", Type: "application", State: "active"}
	listener := func(port int, protocol string) awsx.Listener {
		return awsx.Listener{ARN: "arn:listener/" + protocol, Balancer: lb.ARN, Port: port, Protocol: protocol}
	}
	fixed := awsx.Action{Type: "fixed-response", Fixed: awsx.FixedResponse{Status: "404", ContentType: "text/plain"}}
	sure := awsx.Action{Type: "redirect", Redirect: awsx.Redirect{Status: "HTTP_301", Protocol: "HTTPS", Port: "443"}}
	login := rule("admin", "40", forward(to("legacy", 1)), host("admin.shop.example"), awsx.Condition{Field: "source-ip", Values: []string{"10.0.0.0/8"}})
	login.Actions = append(login.Actions, awsx.Action{Type: "authenticate-oidc", Order: 0, Issuer: "https://id.shop.example"})
	a.Edit(func(d *awsxtest.Data) {
		d.TargetGroups = append(d.TargetGroups, awsx.TargetGroup{ARN: spare, Name: "spare"})
		d.Health[spare] = awsx.GroupHealth{TargetGroup: spare}
		d.Routes = []awsx.Route{
			{Balancer: lb, Listener: listener(80, "HTTP"), Rules: []awsx.Rule{rule("sure", "default", sure)}},
			{Balancer: lb, Listener: listener(443, "HTTPS"), Rules: []awsx.Rule{
				rule("orders", "10", forward(to("api-orders", 1)), host("*.shop.example"), path("/orders/*")),
				rule("never", "20", forward(to("api-checkout", 1)), host("www.shop.example"), path("/orders/refunds/*")),
				rule("split", "30", forward(to("front", 90), to("api-checkout", 10)), host("www.shop.example")),
				login,
				rule("spare", "50", forward(awsx.WeightedGroup{Group: spare, Weight: 1}), host("spare.shop.example")),
				rule("new", "60", forward(to("front", 1)), awsx.Condition{Field: "tls-fingerprint", Values: []string{"ja4"}}),
				rule("rest", "default", fixed),
			}},
			{Balancer: awsx.Balancer{ARN: "arn:lb/other", Name: "other"}, Listener: awsx.Listener{ARN: "arn:listener/o", Balancer: "arn:lb/other", Port: 443, Protocol: "HTTPS"},
				Rules: []awsx.Rule{rule("o", "default", fixed)}},
		}
	})
}

func ofCluster(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	balanced(a)
	return func(deps *views.Deps) ui.Screen { return routing.New(deps, c.Ref) }
}

func ofService(name string) func(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	return func(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
		balanced(a)
		return func(deps *views.Deps) ui.Screen {
			var ref awsx.Ref
			a.Edit(func(d *awsxtest.Data) {
				for _, s := range d.Services {
					if s.Name == name {
						ref = s.Ref
					}
				}
			})
			return routing.NewRules(deps, ref)
		}
	}
}

var looks = []uitest.Look{viewstest.Standard, {W: 200, H: 50}}

func TestRoutingFrames(t *testing.T) { viewstest.Frame(t, looks, ofCluster, "j", "j") }

func TestRulesOfAServiceFrames(t *testing.T) { viewstest.Frame(t, looks, ofService("api-checkout")) }

func TestAnswerFrames(t *testing.T) {
	viewstest.Frame(t, looks, ofCluster, "j", "j", "j", "a", "enter", "enter", "enter", "enter", "enter")
}

func sit(t *testing.T, look uitest.Look, root func(*awsxtest.Account, *awsxtest.Cluster) func(*views.Deps) ui.Screen) *viewstest.Desk {
	a, cluster := viewstest.Shop()
	return viewstest.Sit(t, a, look, root(a, cluster)).Read()
}

// TestRulesStandInTheOrderInWhichTheyAreEvaluated, each with its end, as a person reads
// them: where does this go, does that ever answer, who is behind it?
func TestRulesStandInTheOrderInWhichTheyAreEvaluated(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := sit(t, uitest.Look{W: 200, H: 50}, ofCluster)
		d.Shows("edge:80", "redirect 301 to https://#{host}:443/#{path}", "host is *.shop.example and path is /orders/*", "api-orders runs 4/4, 4/4 healthy",
			"never: rule 10 takes all of it", "90% front runs 2/2", "10% api-checkout", "1 can never answer", "unknown condition tls-fingerprint ja4",
			"group spare, 0/0: no targets, answers 503", "log in at https://id.shop.example, then legacy runs", "answer 404 text/plain").Hides("other:443")
		d.Press("j", "j")
		d.Read().Shows("rule 10 takes all of it: host is *.shop.example and", "100% api-checkout: api-checkout runs 4/4")
		d.Press("k")
		d.Read().Shows("shadows", "rule 20: host is www.shop.example")
		d.Press("enter")
		d.Read().Shows("TASK", "api-orders")
		d.Press("esc", "g")
		d.Read()
		d.Press("enter").Shows("the rule ends at no service of this cluster")
	})
}

// TestWhoAnswersIsAskedWhereTheRulesAre: the form begins with the rule's own host and
// says what is wrong; the answer shows each rule that was tried.
func TestWhoAnswersIsAskedWhereTheRulesAre(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := sit(t, viewstest.Tall, ofCluster)
		d.Press("j", "j", "j", "a").Shows("Who answers this request?", "https://www.shop.example/")
		d.Press("ctrl+u").Type("www.shop.example").Press("ctrl+d").Shows("the URL has no scheme: type https://www.shop.example")
		d.Press("ctrl+u").Type("https://www.shop.example/orders/refunds/7").Press("tab", "tab").Type("X-Canary").Press("ctrl+d").Shows("not of the form 'Name: value'")
		d.Press("ctrl+u").Type("X-Canary: on").Press("ctrl+d")
		d.Read().Shows("GET https://www.shop.example/orders/refunds/7 at edge:443 HTTPS", "forward to ", "api-orders runs 4/4, 4/4 healthy", "Rules tried", "+ host is *.shop.example and path is /orders/*").
			Hides("uncertain")
		d.Press("esc", "a", "ctrl+u").Type("https://lost.example/").Press("ctrl+d")
		d.Read().Shows("answer 404 text/plain", "uncertain", "tls-fingerprint", "- host is lost.example, not *.shop.example", "? the kind of condition").Hides("X-Canary")
	})
}

// TestDeniedLoadBalancersNameTheMissingAction, and what was read beside stays.
func TestDeniedLoadBalancersNameTheMissingAction(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		root := ofCluster(a, cluster)
		a.Fail(awsxtest.Routes, &fault.Error{Class: fault.Denied, Op: "elasticloadbalancing:DescribeLoadBalancers", Fix: "needs elasticloadbalancing:DescribeLoadBalancers"})
		viewstest.Sit(t, a, viewstest.Standard, root).Read().Shows("denied: elasticloadbalancing:DescribeLoadBalancers is missing")
	})
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		root := ofCluster(a, cluster)
		a.Edit(func(d *awsxtest.Data) {
			d.Routes[0].Rules = nil
			d.Routes[0].Err = &fault.Error{Class: fault.Denied, Op: "elasticloadbalancing:DescribeRules", Resource: "arn:listener/HTTP", Fix: "needs elasticloadbalancing:DescribeRules"}
		})
		a.Fail(awsxtest.TargetHealth, &fault.Error{Class: fault.Denied, Op: "elasticloadbalancing:DescribeTargetHealth"})
		viewstest.Sit(t, a, uitest.Look{W: 160, H: 40}, root).Read().
			Shows("not read", "elasticloadbalancing:DescribeRules", "api-orders runs 4/4, ?", "unread", "elasticloadbalancing:DescribeTargetHealth")
	})
}

// TestTheRulesOfAServiceComeWithWhatShadowsThem.
func TestTheRulesOfAServiceComeWithWhatShadowsThem(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		d := sit(t, uitest.Look{W: 160, H: 40}, ofService("api-checkout"))
		d.Shows("20 ! never", "never: rule 10", "shadows  rule 20", "host is *.shop.example", "90% front").Hides("spare.shop.example", "edge:80")
	})
}
