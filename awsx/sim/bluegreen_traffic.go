package sim

import "strings"

// serviceBalancer is a target group that a service registers a container in.
type serviceBalancer struct {
	group     *targetGroup
	container string
	port      int
	advanced  *advancedBalancer // nil: the service has this group alone
}

// advancedBalancer is what a deployment needs to shift traffic between two
// target groups.
type advancedBalancer struct {
	alternate        *targetGroup
	production, test *rule // test may be nil
	role             string
}

// swapped has the two target groups in each other's role.
func (b serviceBalancer) swapped() serviceBalancer {
	advanced := *b.advanced
	b.group, advanced.alternate = advanced.alternate, b.group
	b.advanced = &advanced
	return b
}

// resolve chooses the target groups of a new revision: those that the revision
// before it does not use where traffic is to shift, and the same ones where
// tasks are replaced in place.
func (s *service) resolve(before *serviceRevision) []serviceBalancer {
	resolved := make([]serviceBalancer, 0, len(s.balancers))
	for _, lb := range s.balancers {
		if lb.advanced != nil && before != nil && before.uses(lb.group) == s.rolling.shifts() &&
			(before.uses(lb.group) || before.uses(lb.advanced.alternate)) {
			lb = lb.swapped()
		}
		resolved = append(resolved, lb)
	}
	return resolved
}

func (r *serviceRevision) uses(g *targetGroup) bool {
	for _, lb := range r.resolved {
		if lb.group == g {
			return true
		}
	}
	return false
}

// route sets the listener rules of a service to the shares that its deployment
// is at.
func (a *Account) route(r *rollout) {
	for _, lb := range r.target.resolved {
		if lb.advanced == nil {
			continue
		}
		a.split(lb.advanced.production, lb, r.shift.production)
		if lb.advanced.test != nil {
			a.split(lb.advanced.test, lb, r.shift.test)
		}
	}
}

// split gives permille of a rule's traffic to the group of lb, and the rest to
// its alternate. Weights are whole numbers up to 999: percents as long as the
// share is one.
func (a *Account) split(r *rule, lb serviceBalancer, permille int) {
	whole := 1000
	if permille%10 == 0 {
		whole, permille = 100, permille/10
	}
	r.weigh(lb.group, permille)
	r.weigh(lb.advanced.alternate, whole-permille)
	for _, g := range r.groups {
		if g.group.balancer == nil {
			g.group.balancer, g.group.doc = a.balancerOf(r), nil
		}
	}
}

// weigh sets the weight of a group of the rule, which it joins if need be.
func (r *rule) weigh(g *targetGroup, weight int) {
	for i := range r.groups {
		if r.groups[i].group == g {
			r.groups[i].weight = weight
			return
		}
	}
	r.groups = append(r.groups, weightedGroup{g, weight})
}

// balancerOf is the load balancer whose listener has the rule.
func (a *Account) balancerOf(r *rule) *loadBalancer {
	for _, lb := range a.balancers {
		for _, l := range lb.listeners {
			for _, other := range l.rules {
				if other == r {
					return lb
				}
			}
		}
	}
	return nil
}

type advancedDoc struct {
	Alternate  string `json:"alternateTargetGroupArn,omitempty"`
	Production string `json:"productionListenerRule,omitempty"`
	Test       string `json:"testListenerRule,omitempty"`
	Role       string `json:"roleArn,omitempty"`
}

func (b *advancedBalancer) describe() *advancedDoc {
	if b == nil {
		return nil
	}
	doc := &advancedDoc{Alternate: b.alternate.arn, Production: b.production.arn, Role: b.role}
	if b.test != nil {
		doc.Test = b.test.arn
	}
	return doc
}

// readAdvanced checks the advanced configuration of a load balancer, with the
// words of AWS's troubleshooting guide for blue/green deployments where it has
// them.
func (a *Account) readAdvanced(group *targetGroup, doc *advancedDoc) (*advancedBalancer, error) {
	if doc == nil {
		return nil, nil
	}
	advanced := &advancedBalancer{alternate: a.groupByARN[doc.Alternate], role: doc.Role}
	switch {
	case advanced.alternate == nil:
		return nil, groupMissing(doc.Alternate)
	case advanced.alternate == group:
		return nil, invalid("The target group " + group.arn + " cannot be its own alternate target group.")
	case doc.Role == "":
		return nil, invalid("roleArn is required in advancedConfiguration.")
	case doc.Production == doc.Test:
		return nil, invalid("The following rules cannot be used as both production and test listener rules: " + doc.Production)
	}
	var err error
	if advanced.production, err = a.readRule("productionListenerRule", doc.Production); err != nil {
		return nil, err
	}
	if doc.Test != "" {
		advanced.test, err = a.readRule("testListenerRule", doc.Test)
	}
	return advanced, err
}

func groupMissing(arn string) error {
	return invalid("Unable to describe target group " + arn + ": One or more target groups not found")
}

func (a *Account) readRule(member, arn string) (*rule, error) {
	if !strings.Contains(arn, ":listener-rule/") {
		return nil, invalid(member + " has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: " + arn)
	}
	r := a.findRule(arn)
	if r == nil {
		return nil, invalid("Unable to describe listener rule " + arn + ": One or more rules not found")
	}
	return r, nil
}

// validateShift answers what the service would about a strategy that shifts
// traffic on load balancers that do not let it.
func (c *serviceChange) validateShift() error {
	strategy := c.rolling.strategy()
	if strategy == strategyRolling {
		return nil
	}
	if len(c.balancers) == 0 && strategy != strategyBlueGreen {
		return invalid("The deployment strategy " + strategy + " requires a load balancer or Service Connect.")
	}
	for _, lb := range c.balancers {
		if lb.advanced == nil {
			return invalid("advancedConfiguration is required for every load balancer with the deployment strategy " + strategy + ".")
		}
	}
	return nil
}

// weighedSummary is a revision's part in a service deployment that shifts
// traffic.
type weighedSummary struct {
	revisionSummary
	Production *float64 `json:"requestedProductionTrafficWeight,omitempty"`
	Test       *float64 `json:"requestedTestTrafficWeight,omitempty"`
}

// weigh adds the shares of the traffic to what is told of a revision.
func (r *rollout) weigh(revision *serviceRevision, summary revisionSummary) weighedSummary {
	weighed := weighedSummary{revisionSummary: summary}
	if r.shift == nil || len(r.target.resolved) == 0 {
		return weighed
	}
	share := func(permille int) *float64 {
		switch {
		case r.shift.blue != nil && revision == r.shift.blue.revision:
			permille = 1000 - permille
		case revision != r.target:
			permille = 0
		}
		percent := float64(permille) / 10
		return &percent
	}
	weighed.Production = share(r.shift.production)
	for _, lb := range r.target.resolved {
		if lb.advanced != nil && lb.advanced.test != nil {
			weighed.Test = share(r.shift.test)
		}
	}
	return weighed
}

// resolvedDoc tells which target groups a revision uses, and which rules send to
// them.
type resolvedDoc struct {
	LoadBalancers []resolvedBalancer `json:"loadBalancers"`
}

type resolvedBalancer struct {
	Group string `json:"targetGroupArn"`
	Rule  string `json:"productionListenerRule"`
}

// resolvedDoc is nil for a revision whose target groups have no roles.
func (r *serviceRevision) resolvedDoc() *resolvedDoc {
	var doc *resolvedDoc
	for _, lb := range r.resolved {
		if lb.advanced == nil {
			continue
		}
		if doc == nil {
			doc = &resolvedDoc{}
		}
		doc.LoadBalancers = append(doc.LoadBalancers, resolvedBalancer{lb.group.arn, lb.advanced.production.arn})
	}
	return doc
}
