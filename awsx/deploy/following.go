package deploy

import (
	"time"

	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/awsx/document"
)

// followSpec prepares what can be said about following a change before it runs:
// a rollout of n tasks of a document, or a change without one.
func followSpec(cur read.Current, tree *document.Node, n int) follow.Spec {
	if tree == nil {
		tree = &document.Node{Kind: document.Object}
	}
	primary, _ := cur.Service.Primary()
	expected := follow.Expected(cur.History.Value)
	return follow.Spec{
		Service: cur.Service.Ref, Previous: primary, PreviousCount: cur.Service.Desired, Count: cur.Service.Desired,
		Lacked:   max(0, cur.Service.Desired-cur.Service.Running),
		Timeout:  follow.Timeout(cur.Service, tree, cur.Groups.Value, cur.Details.Value, cur.Alarms.Value, expected, n),
		Expected: expected,
	}
}

// followFrom completes the plan's spec with what its run produced.
func (p Plan) followFrom(st step.State, started time.Time) follow.Spec {
	spec := p.follow
	spec.Started = started
	for _, t := range st.Tasks {
		spec.Tasks = append(spec.Tasks, t.Ref)
	}
	if !p.starts {
		return spec
	}
	spec.Deployment, spec.TaskDefinition = st.Deployment, st.Runs
	return spec
}
