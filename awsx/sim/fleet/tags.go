package fleet

import (
	"gantry/awsx/sim/world"
)

// TagsOf are those of a resource of ECS, nil where there is none.
func (a *Fleet) TagsOf(arn string) *[]world.Tag {
	if s := a.Services[arn]; s != nil {
		return &s.Tags
	}
	if t := a.Tasks[arn]; t != nil {
		return &t.Tags
	}
	if i := a.Instances[arn]; i != nil {
		return &i.Tags
	}
	if c := a.ClusterByName[world.Tail(arn)]; c != nil && c.ARN == arn {
		return &c.Tags
	}
	if d := a.Definitions.Find(arn); d != nil && d.ARN == arn {
		return &d.Tags
	}
	return nil
}
