package tasks

import (
	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/internal/errand"
)

// values are what commands of the operator's own take of a task: of its container too, where
// it has one alone.
func (r *taskRow) values() map[string]string {
	if r.stray != nil {
		return nil
	}
	var only *awsx.Container
	if len(r.task.Containers) == 1 {
		only = &r.task.Containers[0]
	}
	return valuesOf(r.task, r.host, only)
}

// valuesOf are those of a container of a task on a host, both of which may be nil.
func valuesOf(t awsx.Task, host *awsx.Instance, c *awsx.Container) map[string]string {
	service, _ := reason.OfService(t)
	known := map[string]string{errand.Service: service, errand.Task: t.ID, errand.Revision: awsx.ARNName(t.TaskDefinition)}
	if host != nil {
		known[errand.Instance] = host.EC2ID
	}
	if c != nil {
		known[errand.Container], known[errand.Image] = c.Name, c.Image
		known[errand.Digest], known[errand.Runtime] = c.ImageDigest, c.RuntimeID
	}
	return known
}
