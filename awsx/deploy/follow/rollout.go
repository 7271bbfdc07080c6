package follow

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
)

// observeDeployment decides by the followed deployment's own state; what else
// is seen only qualifies it.
func (f *Follower) observeDeployment(p *Progress, o Observation) {
	own, others := split(o.Service.Deployments, f.spec.Deployment)
	primary, _ := o.Service.Primary()
	f.learn(own, o)
	record := f.recordIn(o)
	p.fill(o, own, others, record)
	p.shift(record, o.Revisions)
	p.Stops = stopReasons(o.Stopped, f.spec.Deployment)
	switch {
	case o.Service.Status == "INACTIVE" || o.Service.Status == "DRAINING":
		p.deleted()
	case own != nil && own.Status == "PRIMARY":
		f.judgePrimary(p, *own, others, record)
	case f.failed && primary.ID != "":
		f.judgeRollback(p, primary, o.Service.Events)
	case !f.seen && (primary.ID == "" || primary.ID == f.spec.Previous.ID):
		p.Phase = PhaseWaiting // read before the change took effect
	default:
		f.judgeReplaced(p, own, primary)
	}
	f.confirm(p, o)
	f.settle(p, o)
	if p.Verdict != nil && p.Verdict.Good() && record != nil && !record.Ended() {
		p.Stage, p.Shares, p.Paused = "", nil, nil // of a record that was read before the end
	}
	if p.Verdict != nil && !p.Verdict.Good() {
		p.Verdict.Details = append(p.Verdict.Details, p.evidence()...)
	}
}

// learn keeps what only some readings tell: that the deployment was there, which
// revision it runs, and that ECS gave it up.
func (f *Follower) learn(own *awsx.Deployment, o Observation) {
	if own != nil {
		f.seen, f.created = true, own.CreatedAt
		f.definition = cmp.Or(f.definition, own.TaskDefinition)
		if own.RolloutState == "FAILED" {
			f.failed, f.reason = true, own.RolloutReason
		}
	}
	primary, _ := o.Service.Primary()
	if f.seen && primary.ID != f.spec.Deployment && returns(primary) {
		f.failed = true
	}
	for _, e := range o.Service.Events {
		if read := reason.ReadEvent(e.Message); read.Kind == reason.DeploymentFailed && read.Deployment == f.spec.Deployment {
			f.failed = true
			f.reason = cmp.Or(f.reason, e.Message)
		}
	}
	if r := f.recordIn(o); r != nil {
		f.record = r.ARN
		if strings.HasPrefix(r.Status, "ROLLBACK_") {
			f.failed, f.reason = true, cmp.Or(f.reason, r.Why())
		}
	}
}

// recordIn returns the service deployment that is the record of the one followed,
// nil when the observation has another or none. The API links the two by nothing
// but the time at which they were created; once they were linked, the record's
// ARN tells.
func (f *Follower) recordIn(o Observation) *awsx.ServiceDeployment {
	r := o.Record
	switch {
	case r == nil:
		return nil
	case f.record != "":
		if r.ARN != f.record {
			return nil
		}
		return r
	case f.created.IsZero() || r.CreatedAt.IsZero() || r.CreatedAt.Sub(f.created).Abs() > time.Minute:
		return nil
	case endedBefore(*r, f.created):
		return nil // of the deployment before, which may have ended as badly as it likes
	}
	if runs := o.Revisions[r.Target.ARN].TaskDefinition; runs != "" && f.definition != "" && runs != f.definition {
		return nil
	}
	return r
}

// endedBefore reports whether a record had ended at a time.
func endedBefore(r awsx.ServiceDeployment, t time.Time) bool {
	return !r.FinishedAt.IsZero() && r.FinishedAt.Before(t) || !r.StoppedAt.IsZero() && r.StoppedAt.Before(t)
}

func (f *Follower) judgePrimary(p *Progress, d awsx.Deployment, others []awsx.Deployment, record *awsx.ServiceDeployment) {
	p.Phase = PhaseRolling
	if p.Running >= d.Desired && p.Draining > 0 {
		p.Phase = PhaseDraining
	}
	if p.Paused != nil {
		p.Phase = PhasePaused
	}
	if record != nil && record.Status == "STOPPED" {
		p.end(Stopped, "the deployment was stopped: "+cmp.Or(record.StatusReason, "none"))
		return
	}
	switch d.RolloutState {
	case "FAILED":
		if record != nil && strings.HasPrefix(record.Status, "ROLLBACK_") && !record.Ended() {
			p.Phase = PhaseRollingBack // what it returns to is not primary yet
			return
		}
		p.end(Failed, "ECS gave the deployment up and did not roll back: "+cmp.Or(d.RolloutReason, "none"))
		return
	case "IN_PROGRESS":
		return
	case "": // without rollout states, a lone deployment at its count is done
		if d.Running != d.Desired || d.Pending > 0 || len(others) > 0 {
			return
		}
	}
	if f.spec.Cancels {
		p.end(Failed, fmt.Sprintf("the deployment of %s ended before it could be stopped", awsx.ARNName(d.TaskDefinition)))
		return
	}
	if f.definition != d.TaskDefinition {
		p.end(Failed, fmt.Sprintf("the deployment runs %s, not %s", awsx.ARNName(d.TaskDefinition), awsx.ARNName(f.definition)))
		return
	}
	p.succeed(fmt.Sprintf("%s runs %s", awsx.ARNName(f.spec.Service.ARN), awsx.ARNName(d.TaskDefinition)), p.reservations(d))
}

// judgeRollback waits for ECS to finish what it rolls back to. A primary that
// ECS does not roll back to is somebody's next attempt.
func (f *Follower) judgeRollback(p *Progress, primary awsx.Deployment, events []awsx.ServiceEvent) {
	p.Phase = PhaseRollingBack
	back := awsx.ARNName(primary.TaskDefinition)
	if f.back == "" && f.returnsTo(primary, events) {
		f.back = primary.ID
	}
	switch {
	case primary.ID != f.back && f.spec.Cancels:
		p.end(Superseded, fmt.Sprintf("the roll back lost its place: %s deploys %s now", primary.ID, back))
	case primary.ID != f.back:
		p.end(Failed, fmt.Sprintf("ECS gave %s up; %s deploys %s now", awsx.ARNName(f.definition), primary.ID, back))
	case primary.RolloutState == "FAILED":
		p.end(Failed, "the deployment failed, and so did the roll back to "+back)
	case primary.RolloutState == "COMPLETED",
		primary.RolloutState == "" && primary.Running == primary.Desired:
		p.end(RolledBack, fmt.Sprintf("ECS gave %s up and runs %s again", awsx.ARNName(f.definition), back))
	default:
		return
	}
	if f.spec.Cancels && p.Verdict.Outcome == RolledBack {
		p.Draining -= primary.Running // what is returned to is no old task
		p.succeed(fmt.Sprintf("%s runs %s again", awsx.ARNName(f.spec.Service.ARN), back), p.reservations(primary))
	}
	p.Verdict.Other = primary.TaskDefinition
	if f.reason != "" {
		p.Verdict.Details = append(p.Verdict.Details, f.reason)
	}
}

// returnsTo reports whether a primary is what ECS rolls back to: it says so, an
// event names it, or it runs what ran before.
func (f *Follower) returnsTo(primary awsx.Deployment, events []awsx.ServiceEvent) bool {
	if f.spec.Previous.TaskDefinition == primary.TaskDefinition || returns(primary) {
		return true
	}
	for _, e := range events {
		if read := reason.ReadEvent(e.Message); read.Kind == reason.RollingBack && read.Deployment == primary.ID {
			return true
		}
	}
	return false
}

// returns reports whether a deployment says that ECS returns to it, since its
// circuit breaker or an alarm gave another one up.
func returns(d awsx.Deployment) bool {
	_, back := reason.RollingBackTo(d.RolloutReason)
	return back
}

// judgeReplaced: the deployment is no longer primary and ECS did not say that it
// failed, so somebody started another one, the same revision again included.
func (f *Follower) judgeReplaced(p *Progress, own *awsx.Deployment, primary awsx.Deployment) {
	if primary.ID == "" {
		p.Phase = PhaseWaiting
		return
	}
	verb := "vanished"
	if own != nil {
		verb = "lost its place"
	}
	p.end(Superseded, fmt.Sprintf("the deployment %s: %s deploys %s since %s", verb, primary.ID,
		awsx.ARNName(primary.TaskDefinition), primary.CreatedAt.UTC().Format("15:04:05 UTC")))
	p.Verdict.Other = primary.TaskDefinition
	if primary.RolloutReason != "" {
		p.Verdict.Details = append(p.Verdict.Details, primary.RolloutReason)
	}
}

func split(list []awsx.Deployment, id string) (own *awsx.Deployment, others []awsx.Deployment) {
	for _, d := range list {
		if d.ID == id {
			own = &d
		} else {
			others = append(others, d)
		}
	}
	return own, others
}
