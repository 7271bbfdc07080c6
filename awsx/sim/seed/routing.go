package seed

import (
	"slices"
	"time"

	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/world"
)

// seedRouting gives a cluster's load balancer a rule of each kind beside those that
// send a host to its service: one that can never answer, one that splits, one to a
// group without targets, a redirect, a fixed answer; and a network load balancer.
func (a *seeder) seedRouting(c *fleet.Cluster) {
	lb := c.ByName["catalog"].Balancers[0].Group.Balancer
	group := func(service string) *elb.Group { return c.ByName[service].Balancers[0].Group }
	a.listen(lb, 80, "HTTP").Redirect = &elb.Redirect{Status: "HTTP_301", Protocol: "HTTPS", Port: "443"}

	reports := a.seedGroup(groupSeed{name: c.Name + "-reports", path: "/health", port: 8080, targetType: "instance", interval: 15 * time.Second, unhealthyAfter: 3, deregistration: 30 * time.Second})
	domain := "." + c.Name + ".example.com"
	const idp = "https://login.example.com"
	for _, r := range []struct {
		priority int
		rule     elb.Rule
		groups   []*elb.Group
	}{
		{2, elb.Rule{Conditions: []elb.Condition{elb.Hosts("*" + domain), elb.Paths("/internal/*", "/debug/*")}, Fixed: "503"}, nil},
		{4, elb.Rule{Conditions: []elb.Condition{elb.Hosts("users" + domain), elb.Paths("/internal/status")}}, []*elb.Group{group("users")}},
		{5, elb.Rule{
			Conditions: []elb.Condition{elb.Hosts("shop" + domain), elb.Paths("/products/*")}, Sticky: time.Hour,
			Groups: []elb.WeightedGroup{{Group: group("catalog"), Weight: 80}, {Group: group("recommendations"), Weight: 20}},
		}, nil},
		{6, elb.Rule{
			Conditions: []elb.Condition{elb.Hosts("shop" + domain), {Field: "http-header", Header: "X-Canary", Values: []string{"on", "beta-*"}}},
			Transforms: []elb.Transform{{Type: "url-rewrite", Regex: "^/v2/(.*)$", Replace: "/next/$1"}},
		}, []*elb.Group{group("web")}},
		{7, elb.Rule{
			Conditions: []elb.Condition{elb.Hosts("admin" + domain), {Field: "source-ip", Values: []string{"10.0.0.0/8", "2001:db8:40::/48"}}, {Field: "http-request-method", Values: []string{"GET", "HEAD"}}},
			Before:     []elb.Action{{Type: "authenticate-oidc", Issuer: idp}},
		}, []*elb.Group{group("users")}},
		{8, elb.Rule{
			Conditions: []elb.Condition{{Field: "host-header", Regexes: []string{`^api-v[0-9]+\.`}}, {Field: "query-string", Query: [][2]string{{"token", "*"}, {"", "preview"}}}},
			Before:     []elb.Action{{Type: "jwt-validation", Issuer: idp}},
		}, []*elb.Group{group("sessions")}},
		{9, elb.Rule{Conditions: []elb.Condition{elb.Hosts("reports" + domain)}}, []*elb.Group{reports}},
	} {
		a.addRule(lb.Listeners[0], r.priority, r.rule, r.groups...)
	}
	a.seedNetworkBalancer(c.Name+"-wire", c.ByName["edge-router"])
}

// addRule puts a rule at its place in a listener's order.
func (a *seeder) addRule(l *elb.Listener, priority int, r elb.Rule, groups ...*elb.Group) {
	r.ARN = a.ruleARN(l)
	for _, g := range groups {
		r.Groups = append(r.Groups, elb.WeightedGroup{Group: g, Weight: 1})
	}
	l.Put(priority, r)
}

// seedNetworkBalancer has a service behind a network load balancer instead of the rule
// that it had.
func (a *seeder) seedNetworkBalancer(name string, s *fleet.Service) {
	g := s.Balancers[0].Group
	for _, l := range g.Balancer.Listeners {
		l.Rules = slices.DeleteFunc(l.Rules, func(r *elb.Rule) bool { return len(r.Groups) == 1 && r.Groups[0].Group == g })
	}
	lb := &elb.LoadBalancer{
		Name: name, ARN: a.ARN("elasticloadbalancing", "loadbalancer/net/"+name+"/"+a.Rng.Hex(16)), Type: "network", Scheme: "internal", VPC: vpcID,
		DNS:       name + "-" + a.Rng.Hex(16) + ".elb." + a.Region + ".amazonaws.com",
		CreatedAt: a.Ago(200 * day), Zones: a.Zones(), Tags: []world.Tag{{Key: "team", Value: "platform"}},
	}
	a.listen(lb, 8000, "TCP").Groups = []elb.WeightedGroup{{Group: g, Weight: 1}}
	g.Protocol, g.Balancer, g.Doc = "TCP", lb, nil
	a.Balancing.Balancers = world.Insert(a.Balancing.Balancers, lb, func(lb *elb.LoadBalancer) string { return lb.Name })
}
