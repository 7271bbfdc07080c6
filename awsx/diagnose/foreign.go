package diagnose

import (
	"slices"

	"gantry/awsx"
	"gantry/awsx/alb"
)

// LeaveOutForeign makes targets that none of the service's tasks explains count
// for nothing, as far as the container instances are known. Relating tasks to
// targets is only done when some target does not serve: healthy ones need no
// explanation. Nor is it done while the tasks read are fewer than those the service
// counts: a target of a task that is not known yet is not foreign.
func (e *Evidence) LeaveOutForeign(instance func(arn string) (awsx.Instance, bool)) {
	if !e.RunningRead || len(e.Running) < e.Service.Running+e.Service.Pending || !slices.ContainsFunc(e.Groups, unwell) {
		return
	}
	define := e.Definition
	if define == nil {
		define = func(string) *awsx.TaskDefinition { return nil }
	}
	e.Foreign = alb.Join(alb.Input{
		Service: e.Service, Tasks: e.Running, Stopped: e.Stopped,
		Definition: define, Instance: instance, Groups: e.Groups,
	}).Foreign
}

func unwell(g awsx.Group) bool {
	return slices.ContainsFunc(g.Targets, func(t awsx.TargetHealth) bool { return t.State != "healthy" })
}
