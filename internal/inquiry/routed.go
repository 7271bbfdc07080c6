package inquiry

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/alb"
	"gantry/awsx/store"
)

// routed is where requests go that reach what an identifier names: the target groups, each
// with the rule that sends to it. A load balancer sends to all of its listeners' groups, a
// name that it does not bear to those of the rules that ask for that name, and a URL to
// those of the rule that answers it.
func (r Reader) routed(ctx context.Context, id Identifier) (map[string]string, error) {
	if id.Route == "" {
		return nil, nil
	}
	w := r.Store.Routes(r.Context)
	defer w.Close()
	s, err := w.Await(ctx, (*store.Snapshot[awsx.Route]).Ended)
	if err == nil {
		err = s.Err
	}
	if err != nil {
		return nil, err
	}
	groups := map[string]string{}
	for _, route := range s.Values() {
		for _, rule := range alb.RulesOf(route) {
			if id.reaches(route, rule) || id.URL == "" && alb.RuleAsksFor(rule, id.Route) {
				add(groups, route, rule)
			}
		}
	}
	if q, err := alb.NewRequest(id.URL, "", nil, ""); err == nil && len(groups) == 0 && id.URL != "" {
		answers, _ := alb.Ask(q, s.Values(), "")
		for _, a := range answers {
			if rule, ok := a.Rule(); ok && a.AsksForHost() {
				add(groups, awsx.Route{Balancer: a.Balancer, Listener: a.Listener}, rule)
			}
		}
	}
	return groups, nil
}

// reaches reports whether what is named is a rule, its listener or its load balancer.
func (id Identifier) reaches(route awsx.Route, rule awsx.Rule) bool {
	name := strings.TrimPrefix(strings.ToLower(id.Route), "dualstack.")
	return slices.Contains([]string{rule.ARN, route.Listener.ARN, route.Balancer.ARN}, id.Route) ||
		name != "" && name == strings.ToLower(route.Balancer.DNS)
}

// add notes the groups that a rule sends to; what sends first is told.
func add(groups map[string]string, route awsx.Route, rule awsx.Rule) {
	for _, action := range rule.Actions {
		for _, g := range action.Groups {
			by := "rule " + rule.Priority
			if rule.Default {
				by = "the default rule"
			}
			groups[g.Group] = cmp.Or(groups[g.Group], by+" of "+route.Balancer.Name+" sends to its group "+awsx.GroupName(g.Group))
		}
	}
}
