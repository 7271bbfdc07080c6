package ecs

import (
	"strings"

	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
)

type advancedDoc struct {
	Alternate  string `json:"alternateTargetGroupArn,omitempty"`
	Production string `json:"productionListenerRule,omitempty"`
	Test       string `json:"testListenerRule,omitempty"`
	Role       string `json:"roleArn,omitempty"`
}

func describeAdvanced(b *fleet.Advanced) *advancedDoc {
	if b == nil {
		return nil
	}
	doc := &advancedDoc{Alternate: b.Alternate.ARN, Production: b.Production.ARN, Role: b.Role}
	if b.Test != nil {
		doc.Test = b.Test.ARN
	}
	return doc
}

// readAdvanced checks the advanced configuration of a load balancer, with the
// words of AWS's troubleshooting guide for blue/green deployments where it has
// them.
func (a *API) readAdvanced(group *elb.Group, doc *advancedDoc) (*fleet.Advanced, error) {
	if doc == nil {
		return nil, nil
	}
	advanced := &fleet.Advanced{Alternate: a.Balancing.GroupByARN[doc.Alternate], Role: doc.Role}
	switch {
	case advanced.Alternate == nil:
		return nil, groupMissing(doc.Alternate)
	case advanced.Alternate == group:
		return nil, wire.Invalid("The target group " + group.ARN + " cannot be its own alternate target group.")
	case doc.Role == "":
		return nil, wire.Invalid("roleArn is required in advancedConfiguration.")
	case doc.Production == doc.Test:
		return nil, wire.Invalid("The following rules cannot be used as both production and test listener rules: " + doc.Production)
	}
	var err error
	if advanced.Production, err = a.readRule("productionListenerRule", doc.Production); err != nil {
		return nil, err
	}
	if doc.Test != "" {
		advanced.Test, err = a.readRule("testListenerRule", doc.Test)
	}
	return advanced, err
}

func groupMissing(arn string) error {
	return wire.Invalid("Unable to describe target group " + arn + ": One or more target groups not found")
}

func (a *API) readRule(member, arn string) (*elb.Rule, error) {
	if !strings.Contains(arn, ":listener-rule/") {
		return nil, wire.Invalid(member + " has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: " + arn)
	}
	r := a.Balancing.FindRule(arn)
	if r == nil {
		return nil, wire.Invalid("Unable to describe listener rule " + arn + ": One or more rules not found")
	}
	return r, nil
}

// validateShift answers what the service would about a strategy that shifts
// traffic on load balancers that do not let it.
func (c *serviceChange) validateShift() error {
	strategy := c.rolling.Strategy()
	if strategy == fleet.StrategyRolling {
		return nil
	}
	if len(c.balancers) == 0 && strategy != fleet.StrategyBlueGreen {
		return wire.Invalid("The deployment strategy " + strategy + " requires a load balancer or Service Connect.")
	}
	for _, lb := range c.balancers {
		if lb.Advanced == nil {
			return wire.Invalid("advancedConfiguration is required for every load balancer with the deployment strategy " + strategy + ".")
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
func weigh(r *fleet.Rollout, revision *fleet.Revision, summary revisionSummary) weighedSummary {
	weighed := weighedSummary{revisionSummary: summary}
	if r.Shift == nil || len(r.Target.Resolved) == 0 {
		return weighed
	}
	share := func(permille int) *float64 {
		switch {
		case r.Shift.Blue != nil && revision == r.Shift.Blue.Revision:
			permille = 1000 - permille
		case revision != r.Target:
			permille = 0
		}
		percent := float64(permille) / 10
		return &percent
	}
	weighed.Production = share(r.Shift.Production)
	for _, lb := range r.Target.Resolved {
		if lb.Advanced != nil && lb.Advanced.Test != nil {
			weighed.Test = share(r.Shift.Test)
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

// describeResolved is nil for a revision whose target groups have no roles.
func describeResolved(r *fleet.Revision) *resolvedDoc {
	var doc *resolvedDoc
	for _, lb := range r.Resolved {
		if lb.Advanced == nil {
			continue
		}
		if doc == nil {
			doc = &resolvedDoc{}
		}
		doc.LoadBalancers = append(doc.LoadBalancers, resolvedBalancer{lb.Group.ARN, lb.Advanced.Production.ARN})
	}
	return doc
}
