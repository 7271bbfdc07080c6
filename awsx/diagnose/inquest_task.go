package diagnose

import (
	"slices"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/cause"
	"gantry/awsx/diagnose/reason"
)

// Task tells what is wrong with one task of the service, or with one of none: how it ended, or
// what keeps it from serving. One that is well, or that ended as it was to, has no troubles.
func (a Around) Task(task awsx.Task) []Trouble {
	x := &inquest{Around: a.of(task), only: true}
	x.facts = count(x.Evidence)
	x.status = Degraded
	x.deaths()
	x.checks()
	x.neverStart()
	x.lingering()
	if host, ok := x.hostOf(task); ok && !host.AgentConnected && reason.StoppedAt(task).IsZero() {
		x.add(Trouble{Kind: cause.AgentsDisconnected, Sure: Certain, Short: "the agent of its instance is disconnected", on: []string{host.Ref.ARN},
			Cause:    "the agent of its instance " + host.Address() + " is disconnected: what the task does there is not known, and nothing stops it",
			Evidence: []Proof{{Text: "disconnected: " + host.Address(), Where: InInstances}}})
	}
	x.inOrder()
	return x.found
}

// of is the evidence as if the service had that task alone, at the time at which it ended.
func (a Around) of(task awsx.Task) Around {
	e := &a.Evidence
	joined := a.Joined()
	owns := map[awsx.Address]bool{}
	for _, t := range joined.Tasks {
		if t.Task == task.Ref {
			for _, x := range t.Targets {
				owns[awsx.Address{ID: x.Health.ID, Port: x.Health.Port}] = true
			}
		}
	}
	e.Groups = slices.Clone(e.Groups)
	for i := range e.Groups {
		e.Groups[i].Targets = slices.DeleteFunc(slices.Clone(e.Groups[i].Targets), func(t awsx.TargetHealth) bool { return !owns[awsx.Address{ID: t.ID, Port: t.Port}] })
	}
	e.Service.Deployments = slices.DeleteFunc(slices.Clone(e.Service.Deployments), func(d awsx.Deployment) bool { return d.ID != task.StartedBy })
	e.Service.Events = slices.DeleteFunc(slices.Clone(e.Service.Events), func(ev awsx.ServiceEvent) bool { return task.ID == "" || !reason.NamesTask(ev.Message, task.ID) })
	e.Running, e.Stopped, e.Foreign = nil, nil, nil
	e.Service.Running, e.Service.Desired, e.Service.Pending = 0, 1, 0
	if task.DesiredStatus == "STOPPED" || task.LastStatus == "STOPPED" {
		e.Stopped = []awsx.Task{task}
		if at := task.StoppedAt; !at.IsZero() {
			e.Now = at.Add(time.Second)
		}
		e.Groups = nil
		e.Service.LoadBalancers = nil
	} else {
		e.Running = []awsx.Task{task}
		e.Service.Running = last(task.LastStatus == "RUNNING")
		if e.Now.Sub(task.StartedAt) < recent { // it may not be registered yet
			e.Service.LoadBalancers = slices.DeleteFunc(slices.Clone(e.Service.LoadBalancers), func(lb awsx.LoadBalancer) bool { return len(owns) == 0 })
		}
	}
	a.joined = nil
	return a
}
