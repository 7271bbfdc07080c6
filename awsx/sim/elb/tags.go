package elb

import (
	"gantry/awsx/sim/world"
)

// TagsOf are those of a target group or a load balancer, nil where there is
// none.
func (a *Balancing) TagsOf(arn string) *[]world.Tag {
	if g := a.GroupByARN[arn]; g != nil {
		return &g.Tags
	}
	if lb := a.findBalancer(arn); lb != nil {
		return &lb.Tags
	}
	return nil
}
