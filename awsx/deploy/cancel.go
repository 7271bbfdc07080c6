package deploy

import (
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// Cancel stops the deployment in progress. ECS knows one way to stop one, which
// is to roll it back.
type Cancel struct{}

var _ = verbs.Add(Cancel{})

// Action names the intent.
func (Cancel) Action() string { return step.VerbCancel }

func (Cancel) reads() []read.Read {
	return []read.Read{read.Service(sameDeployment()), read.History(sameRecord())}
}

func (Cancel) draft(cur read.Current) (draft, error) {
	rec, err := rollingOut(cur)
	if err != nil {
		return draft{}, err
	}
	if err := stopping(rec); err != nil {
		return draft{}, err
	}
	d := draft{follow: followSpec(cur, nil, cur.Service.Desired)}
	d.stopDeployment(cur)
	d.before = describeRollout(cur)
	d.after = "rolled back to " + cameFrom(cur, rec)
	d.leaves = leavesDuring(cur.Service)
	return d, nil
}

// rollingOut returns the record of the deployment in progress, or why none can
// be steered.
func rollingOut(cur read.Current) (*awsx.ServiceDeployment, error) {
	svc := cur.Service
	if svc.Controller != "" && svc.Controller != "ECS" {
		return nil, fault.Errorf(fault.Invalid, "plan", svc.Ref.ARN, "the deployment controller %s owns the deployments of this service: steer them there", svc.Controller)
	}
	if rec := cur.Record.Value; rec != nil && !rec.Ended() {
		return rec, nil
	}
	if cur.Record.Err == nil {
		return nil, fault.Errorf(fault.Invalid, "plan", svc.Ref.ARN, "no deployment of %s is in progress", svc.Name)
	}
	return nil, &fault.Error{Class: fault.ClassOf(cur.Record.Err), Op: "plan", Resource: svc.Ref.ARN,
		Fix: "roll back to a revision instead",
		Err: fmt.Errorf("the service's deployments are not known: %s", read.Why(cur.Record.Err))}
}

// stopping refuses to stop a deployment that is being stopped already, which the
// service would refuse as well; nil when it is not.
func stopping(rec *awsx.ServiceDeployment) error {
	if strings.HasPrefix(rec.Status, "ROLLBACK_") || rec.Status == "STOP_REQUESTED" {
		return nothingChanged("the deployment is being stopped already ("+rec.Status+")", "")
	}
	return nil
}

// sameRecord minds that the service deployment is still the one that was shown.
func sameRecord() read.Mind[*awsx.ServiceDeployment] {
	return read.Mind[*awsx.ServiceDeployment]{What: "service deployment", Fact: func(d *awsx.ServiceDeployment) string {
		if d == nil {
			return ""
		}
		return awsx.ARNName(d.ARN)
	}}
}

// describeRollout says how far the deployment in progress is.
func describeRollout(cur read.Current) string {
	d, _ := cur.Service.Primary()
	return fmt.Sprintf("%s rolling out, %d of %s running", awsx.ARNName(d.TaskDefinition), d.Running, words.Count(d.Desired, "task"))
}

// cameFrom names the revision that a deployment replaces.
func cameFrom(cur read.Current, rec *awsx.ServiceDeployment) string {
	for _, source := range rec.Sources {
		if r, ok := cur.Revisions[source.ARN]; ok && r.TaskDefinition != "" {
			return awsx.ARNName(r.TaskDefinition)
		}
	}
	primary, _ := cur.Service.Primary()
	for _, d := range cur.Service.Deployments {
		if d.ID != primary.ID {
			return awsx.ARNName(d.TaskDefinition)
		}
	}
	return "what ran before"
}
