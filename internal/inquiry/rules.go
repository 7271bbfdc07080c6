package inquiry

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/store"
)

// RoutedRule is one rule of a listener with what stands at its end. A listener whose rules
// were not read, and a load balancer without listeners, have one without a rule.
type RoutedRule struct {
	Route   awsx.Route
	Rule    awsx.Rule
	Endings []Ending
	// Takers are the rules before it that take all of its requests, so that it never
	// answers; Shadows are those that it does that to.
	Takers, Shadows []awsx.Rule
}

// Listener is what people call the listener by, such as prod-public:443.
func (r *RoutedRule) Listener() string {
	if r.Route.Listener.ARN == "" {
		return r.Route.Balancer.Name
	}
	return fmt.Sprintf("%s:%d", r.Route.Balancer.Name, r.Route.Listener.Port)
}

// When is what the rule asks for, or why there is none.
func (r *RoutedRule) When() string {
	switch {
	case r.Route.Err != nil:
		return "not read"
	case r.Route.Listener.ARN == "":
		return "no listener"
	}
	return alb.ConditionsWords(r.Rule)
}

// Ends is where the rule ends: its services with their tasks and healthy targets, or the
// answer that the load balancer gives by itself.
func (r *RoutedRule) Ends() string {
	switch {
	case r.Route.Err != nil:
		return r.Route.Err.Error()
	case r.Takers != nil:
		var by []string
		for _, t := range r.Takers {
			by = append(by, t.Priority)
		}
		return "never: rule " + strings.Join(by, " and ") + " takes all of it"
	}
	var parts []string
	for _, a := range alb.Ordered(r.Rule.Actions) {
		if a.Type != alb.Forward {
			parts = append(parts, alb.ActionWords(a))
			continue
		}
		var all []string
		for _, e := range r.Endings {
			words := e.Words()
			if len(r.Endings) > 1 {
				words = alb.PercentWords(e.Percent) + " " + words
			}
			all = append(all, words)
		}
		parts = append(parts, strings.Join(all, "; "))
	}
	return strings.Join(parts, ", then ")
}

// Routing is what rules are told with.
type Routing struct {
	Routes []awsx.Route
	Groups map[string]awsx.Group     // by ARN
	Owners map[string][]awsx.Service // of the cluster, by the ARNs of their groups
	// Of is the service whose rules are told; zero tells all of the cluster's.
	Of awsx.Service
}

// Rules are those that lead to the cluster, or to the service, in the order in which they are
// evaluated, load balancer by load balancer and port by port.
func (f *Routing) Rules() (rules []*RoutedRule) {
	known := map[string]bool{}
	for _, route := range f.Routes {
		lb := route.Balancer.ARN
		if _, asked := known[lb]; !asked {
			known[lb] = f.leads(lb)
		}
		if known[lb] {
			rules = append(rules, f.ofListener(route)...)
		}
	}
	if f.Of.Ref.ARN == "" {
		return rules
	}
	return slices.DeleteFunc(rules, func(r *RoutedRule) bool { return !f.concerns(r) })
}

// leads reports whether a load balancer is one of the cluster's: a rule of it ends at a
// service of the cluster, or ECS says so of a target group.
func (f *Routing) leads(balancer string) bool {
	for arn := range f.Owners {
		if slices.Contains(f.Groups[arn].Settings.LoadBalancers, balancer) {
			return true
		}
	}
	return slices.ContainsFunc(f.Routes, func(r awsx.Route) bool {
		return r.Balancer.ARN == balancer && slices.ContainsFunc(alb.RulesOf(r), func(rule awsx.Rule) bool {
			return slices.ContainsFunc(rule.Groups(), func(arn string) bool { return f.Owners[arn] != nil })
		})
	})
}

// concerns reports whether a rule leads to the service, or takes the requests of one
// that does. What was not read may.
func (f *Routing) concerns(r *RoutedRule) bool {
	ends := func(rule awsx.Rule) bool {
		return slices.ContainsFunc(rule.Groups(), func(arn string) bool { return slices.Contains(f.Of.TargetGroups(), arn) })
	}
	return r.Route.Err != nil || ends(r.Rule) || slices.ContainsFunc(r.Shadows, ends)
}

func (f *Routing) ofListener(route awsx.Route) (all []*RoutedRule) {
	if route.Err != nil || route.Listener.ARN == "" {
		return []*RoutedRule{{Route: route}}
	}
	rules := alb.RulesOf(route)
	for _, rule := range rules {
		all = append(all, &RoutedRule{Route: route, Rule: rule})
	}
	for at, by := range alb.Shadows(rules) {
		for _, i := range by {
			all[at].Takers = append(all[at].Takers, rules[i])
			all[i].Shadows = append(all[i].Shadows, rules[at])
		}
	}
	for _, r := range all {
		slices.SortFunc(r.Shadows, func(a, b awsx.Rule) int { return strings.Compare(a.Priority, b.Priority) })
		for _, a := range r.Rule.Actions {
			for _, share := range alb.Shares(a.Groups) {
				r.Endings = append(r.Endings, EndingOf(share, f.Groups[share.Group], f.Owners[share.Group]))
			}
		}
	}
	return all
}

// Rules reads the rules that lead to a cluster with what stands at their ends. The errors of
// the second result are of parts that could not be read.
func (r Reader) Rules(ctx context.Context, cluster awsx.Ref) ([]*RoutedRule, []error, error) {
	routes, services := r.Store.Routes(r.Context), r.Store.Services(cluster)
	defer routes.Close()
	defer services.Close()
	s, err := routes.Await(ctx, (*store.Snapshot[awsx.Route]).Ended)
	if err == nil {
		err = lost(s)
	}
	if err != nil {
		return nil, nil, err
	}
	own, err := services.Await(ctx, (*store.Snapshot[awsx.Service]).Ended)
	if err == nil {
		err = lost(own)
	}
	if err != nil {
		return nil, nil, err
	}
	partial := slices.Concat(s.Partial, own.Partial)
	f := Routing{Routes: s.Values(), Groups: map[string]awsx.Group{}, Owners: Owners(own.Values())}
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	read := func(arns []string) {
		for _, g := range r.Store.ReadGroups(patient, r.Context, arns) {
			f.Groups[g.ARN] = g.Group
			if g.Err != nil {
				partial = append(partial, g.Err)
			}
		}
	}
	var arns []string
	for arn := range f.Owners {
		arns = append(arns, arn)
	}
	slices.Sort(arns)
	read(arns)
	var others []string
	for _, rule := range f.Rules() {
		for _, e := range rule.Endings {
			if f.Groups[e.Share.Group].ARN == "" {
				others = added(others, e.Share.Group)
			}
		}
	}
	read(others)
	return f.Rules(), partial, ctx.Err()
}
