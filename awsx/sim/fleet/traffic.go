package fleet

import (
	"gantry/awsx/sim/elb"
	"slices"
)

// Balancer is a target group that a service registers a container in.
type Balancer struct {
	Group     *elb.Group
	Container string
	Port      int
	Advanced  *Advanced // nil: the service has this group alone
}

// Advanced is what a deployment needs to shift traffic between two
// target groups.
type Advanced struct {
	Alternate        *elb.Group
	Production, Test *elb.Rule // test may be nil
	Role             string
}

// swapped has the two target groups in each other's role.
func (b Balancer) swapped() Balancer {
	advanced := *b.Advanced
	b.Group, advanced.Alternate = advanced.Alternate, b.Group
	b.Advanced = &advanced
	return b
}

// resolve chooses the target groups of a new revision: those that the revision
// before it does not use where traffic is to shift, and the same ones where
// tasks are replaced in place.
func (s *Service) resolve(before *Revision) []Balancer {
	resolved := make([]Balancer, 0, len(s.Balancers))
	for _, lb := range s.Balancers {
		if lb.Advanced != nil && before != nil && before.uses(lb.Group) == s.Rolling.shifts() &&
			(before.uses(lb.Group) || before.uses(lb.Advanced.Alternate)) {
			lb = lb.swapped()
		}
		resolved = append(resolved, lb)
	}
	return resolved
}

func (r *Revision) uses(g *elb.Group) bool {
	return slices.ContainsFunc(r.Resolved, func(lb Balancer) bool { return lb.Group == g })
}

// Route sets the listener rules of a service to the shares that its deployment
// is at.
func (a *Fleet) Route(r *Rollout) {
	for _, lb := range r.Target.Resolved {
		if lb.Advanced == nil {
			continue
		}
		a.Split(lb.Advanced.Production, lb, r.Shift.Production)
		if lb.Advanced.Test != nil {
			a.Split(lb.Advanced.Test, lb, r.Shift.Test)
		}
	}
}

// Split gives permille of a rule's traffic to the group of lb, and the rest to
// its alternate. Weights are whole numbers up to 999: percents as long as the
// share is one.
func (a *Fleet) Split(r *elb.Rule, lb Balancer, permille int) {
	whole := 1000
	if permille%10 == 0 {
		whole, permille = 100, permille/10
	}
	r.Weigh(lb.Group, permille)
	r.Weigh(lb.Advanced.Alternate, whole-permille)
	for _, g := range r.Groups {
		if g.Group.Balancer == nil {
			g.Group.Balancer, g.Group.Doc = a.Balancing.BalancerOf(r), nil
		}
	}
}
