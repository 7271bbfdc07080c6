package deploy

import (
	"cmp"
	"fmt"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
)

// Continue ends the pause of a deployment that a lifecycle hook holds up: onwards,
// or back.
type Continue struct{ RollBack bool }

var _ = verbs.Add(Continue{})

// Action names the intent.
func (Continue) Action() string { return "continue" }

// reads minds that the hook still waits.
func (Continue) reads() []read.Read {
	hook := read.Mind[*awsx.ServiceDeployment]{What: "hook that waits", Fact: func(d *awsx.ServiceDeployment) string {
		if d == nil {
			return ""
		}
		h, _ := d.Paused()
		return h.ID
	}}
	return []read.Read{read.Service(), read.History(sameRecord(), hook)}
}

func (in Continue) draft(cur read.Current) (draft, error) {
	rec, err := rollingOut(cur)
	if err != nil {
		return draft{}, err
	}
	hook, paused := rec.Paused()
	if !paused {
		return draft{}, fault.Errorf(fault.Invalid, "plan", cur.Service.Ref.ARN, "no hook holds the deployment of %s up (%s)", cur.Service.Name, rec.Status)
	}
	d := draft{
		follow: followSpec(cur, nil, cur.Service.Desired),
		leaves: leavesDuring(cur.Service),
	}
	d.after = "the deployment goes on"
	if in.RollBack {
		d.stopDeployment(cur) // for what is followed: a roll back is what is asked for
		d.after = "rolled back to " + cameFrom(cur, rec)
	} else {
		primary, _ := cur.Service.Primary()
		d.follow.Deployment, d.follow.TaskDefinition = primary.ID, primary.TaskDefinition
	}
	d.steps = []step.Step{&step.Continue{Service: cur.Service, Record: rec.ARN, Hook: hook.ID, RollBack: in.RollBack}}
	d.before = "paused"
	if rec.Stage != "" {
		d.before += " at " + rec.Stage
	}
	d.before += " by hook " + hook.ID
	if !hook.ExpiresAt.IsZero() {
		d.before += fmt.Sprintf(", which ends at %s with %s", hook.ExpiresAt.UTC().Format("15:04:05 UTC"), cmp.Or(hook.TimeoutAction, "none"))
	}
	return d, nil
}
