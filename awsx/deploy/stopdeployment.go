package deploy

import (
	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
)

// stopDeployment makes a draft of rolling the deployment in progress back. What
// runs afterwards is for ECS to deploy, so nothing is registered or updated.
func (d *draft) stopDeployment(cur read.Current) {
	d.steps = []step.Step{&step.StopDeployment{Service: cur.Service, Record: cur.Record.Value.ARN}}
	d.Starts = false
	primary, _ := cur.Service.Primary()
	d.follow.Deployment, d.follow.TaskDefinition = primary.ID, primary.TaskDefinition
	d.follow.Previous = awsx.Deployment{}
	for _, other := range cur.Service.Deployments {
		if other.ID != primary.ID {
			d.follow.Previous = other
			break
		}
	}
	d.follow.Cancels = true
	d.follow.Expected = 0 // of deployments, which this is none of
}
