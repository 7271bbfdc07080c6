package fleet

import (
	"strings"

	"gantry/awsx/sim/taskdef"
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

// taskTags are those of a task that the service starts: those that it propagates and, where
// it is to, those that ECS manages.
func (s *Service) taskTags(of *taskdef.Definition) (tags []world.Tag) {
	switch string(s.Settings["propagateTags"]) {
	case `"SERVICE"`:
		// A key of aws: is the service's own: ECS propagates none of them.
		for _, t := range s.Tags {
			if !strings.HasPrefix(t.Key, "aws:") {
				tags = append(tags, t)
			}
		}
	case `"TASK_DEFINITION"`:
		tags = append(tags, of.Tags...)
	}
	if string(s.Settings["enableECSManagedTags"]) == "true" {
		tags = append(tags, world.Tag{Key: "aws:ecs:clusterName", Value: s.Cluster.Name}, world.Tag{Key: "aws:ecs:serviceName", Value: s.Name})
	}
	return tags
}
