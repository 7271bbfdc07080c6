package deploy

import (
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
)

// FollowSpec says what to follow and what would count as success.
type FollowSpec struct {
	Service awsx.Ref
	// Deployment is the id (ecs-svc/…) to follow; empty follows the count.
	Deployment string
	// TaskDefinition is the ARN of the revision wanted; empty takes the one that
	// the deployment is first seen with.
	TaskDefinition string
	// Previous is the deployment that was primary before, so that a reading from
	// before the change is not mistaken for somebody else's deployment.
	Previous awsx.Deployment
	// Count is the number of tasks wanted when the count is followed, and
	// PreviousCount the one before.
	Count, PreviousCount int
	// Cancels is true when a roll back of the deployment is what was asked for.
	Cancels bool
	Started time.Time
	Timeout time.Duration // zero never times out
}

// Observation is what is known of a followed service at one moment. Err says
// that the latest reading failed and the rest is the last good one.
type Observation struct {
	At      time.Time // the moment
	ReadAt  time.Time // when the service was read; zero when that is unknown
	Service awsx.Service
	Stopped []awsx.Task
	Groups  []awsx.GroupHealth
	// Record is the service deployment in progress, nil where the API has none.
	Record *awsx.ServiceDeployment
	Err    error
}

// Outcome is the kind of verdict.
type Outcome string

// The outcomes. Only the first two mean that what was wanted runs.
const (
	Succeeded    Outcome = "succeeded"
	SucceededBut Outcome = "succeeded-but"
	RolledBack   Outcome = "rolled back"
	Failed       Outcome = "failed"
	Superseded   Outcome = "superseded"
	TimedOut     Outcome = "timed out"
	Stopped      Outcome = "stopped"
)

// Verdict is how a deployment, or a change of the count, ended.
type Verdict struct {
	Outcome Outcome
	Text    string
	Details []string
	// Other is the task definition that runs instead, when one does.
	Other string
}

// Good reports whether what was wanted runs.
func (v Verdict) Good() bool { return v.Outcome == Succeeded || v.Outcome == SucceededBut }

// Follower turns observations into progress and, in the end, a verdict. It
// holds no clock, does no I/O and is used by one goroutine.
type Follower struct {
	spec FollowSpec
	seen bool // the deployment, or the count, was there
	// failed is true once ECS gave the deployment up, which later readings may
	// no longer say.
	failed     bool
	reason     string
	events     map[string]bool
	definition string
	last       Progress
}

// NewFollower returns a follower of one change.
func NewFollower(spec FollowSpec) *Follower {
	return &Follower{spec: spec, seen: spec.Cancels, failed: spec.Cancels, events: map[string]bool{}, definition: spec.TaskDefinition, last: Progress{Phase: PhaseWaiting, Timeout: spec.Timeout}}
}

// Observe takes one observation in. Once there is a verdict, it stays.
func (f *Follower) Observe(o Observation) Progress {
	if f.last.Verdict != nil {
		return f.last
	}
	p := Progress{At: o.At, Elapsed: o.At.Sub(f.spec.Started), Timeout: f.spec.Timeout, Err: o.Err}
	if o.Service.Ref.ARN == "" || !o.ReadAt.IsZero() && o.ReadAt.Before(f.spec.Started) {
		p.Phase = PhaseWaiting // nothing was read since the change
		f.last = f.expire(p)
		return f.last
	}
	p.Groups = groupProgress(o.Groups)
	p.Events = f.newEvents(o.Service.Events)
	if f.spec.Deployment == "" {
		f.observeCount(&p, o)
	} else {
		f.observeDeployment(&p, o)
	}
	f.last = f.expire(p)
	return f.last
}

// Expire gives the verdict that time alone brings, when it is due at a time at
// which nothing new was read.
func (f *Follower) Expire(now time.Time) Progress {
	if f.last.Verdict == nil {
		p := f.last
		p.At, p.Elapsed, p.Events = now, now.Sub(f.spec.Started), nil
		f.last = f.expire(p)
	}
	return f.last
}

func (f *Follower) expire(p Progress) Progress {
	if p.Verdict != nil || f.spec.Timeout == 0 || p.Elapsed < f.spec.Timeout {
		return p
	}
	text := fmt.Sprintf("no end after %s; the deployment goes on in ECS", p.Timeout)
	if f.spec.Deployment == "" {
		text = fmt.Sprintf("%d of %s run after %s; ECS goes on", p.Running, count(f.spec.Count, "task"), p.Timeout)
	}
	p.end(TimedOut, text)
	p.Verdict.Details = append(p.Verdict.Details, p.evidence()...)
	return p
}

// observeDeployment decides by the followed deployment's own state; what else
// is seen only qualifies it.
func (f *Follower) observeDeployment(p *Progress, o Observation) {
	own, others := split(o.Service.Deployments, f.spec.Deployment)
	primary, _ := o.Service.Primary()
	f.learn(own, o)
	p.fill(o, own, others)
	p.Stops = stopReasons(o.Stopped, f.spec.Deployment)
	switch {
	case o.Service.Status == "INACTIVE" || o.Service.Status == "DRAINING":
		p.end(Failed, "the service is being deleted")
	case own != nil && own.Status == "PRIMARY":
		f.judgePrimary(p, *own, others, o)
	case f.failed && primary.ID != "":
		f.judgeRollback(p, primary, o.Service.Events)
	case !f.seen && (primary.ID == "" || primary.ID == f.spec.Previous.ID):
		p.Phase = PhaseWaiting // read before the change took effect
	default:
		f.judgeReplaced(p, own, primary)
	}
	if p.Verdict != nil && !p.Verdict.Good() {
		p.Verdict.Details = append(p.Verdict.Details, p.evidence()...)
	}
}

// rollingBack is what ECS says, in reasons and events, of the deployment that
// its circuit breaker or an alarm returns to.
const rollingBack = "rolling back"

// learn keeps what only some readings tell: that the deployment was there, which
// revision it runs, and that ECS gave it up.
func (f *Follower) learn(own *awsx.Deployment, o Observation) {
	if own != nil {
		f.seen = true
		if f.definition == "" {
			f.definition = own.TaskDefinition
		}
		if own.RolloutState == "FAILED" {
			f.failed, f.reason = true, own.RolloutReason
		}
	}
	primary, _ := o.Service.Primary()
	if f.seen && primary.ID != f.spec.Deployment && strings.Contains(primary.RolloutReason, rollingBack) {
		f.failed = true
	}
	for _, e := range o.Service.Events {
		if strings.Contains(e.Message, "(deployment "+f.spec.Deployment+") deployment failed") {
			f.failed = true
			if f.reason == "" {
				f.reason = e.Message
			}
		}
	}
	if own != nil && recordOf(*own, o.Record) && strings.HasPrefix(o.Record.Status, "ROLLBACK_") {
		f.failed = true
	}
}

// recordOf reports whether a service deployment is the record of a deployment.
// The API links the two by nothing but time.
func recordOf(d awsx.Deployment, r *awsx.ServiceDeployment) bool {
	return r != nil && !d.CreatedAt.IsZero() && !r.CreatedAt.IsZero() &&
		r.CreatedAt.Sub(d.CreatedAt).Abs() <= time.Minute
}

func (f *Follower) judgePrimary(p *Progress, d awsx.Deployment, others []awsx.Deployment, o Observation) {
	p.Phase = PhaseRolling
	if p.Running >= d.Desired && p.Draining > 0 {
		p.Phase = PhaseDraining
	}
	if recordOf(d, o.Record) && o.Record.Status == "STOPPED" {
		p.end(Stopped, "the deployment was stopped: "+orNone(o.Record.StatusReason))
		return
	}
	switch d.RolloutState {
	case "FAILED":
		p.end(Failed, "ECS gave the deployment up and did not roll back: "+orNone(d.RolloutReason))
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
	switch {
	case !f.returnsTo(primary, events):
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
	if f.spec.Previous.TaskDefinition == primary.TaskDefinition || strings.Contains(primary.RolloutReason, rollingBack) {
		return true
	}
	for _, e := range events {
		if strings.Contains(e.Message, rollingBack) && strings.Contains(e.Message, primary.ID) {
			return true
		}
	}
	return false
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

// observeCount follows a change of the desired count, which has no deployment.
func (f *Follower) observeCount(p *Progress, o Observation) {
	svc := o.Service
	p.Phase = PhaseRolling
	p.Desired, p.Running, p.Pending = svc.Desired, svc.Running, svc.Pending
	p.Breaker = Gauge{}
	p.Stops = stopReasons(since(o.Stopped, f.spec.Started), "")
	f.seen = f.seen || svc.Desired == f.spec.Count
	switch {
	case svc.Status == "INACTIVE" || svc.Status == "DRAINING" && f.spec.Count > 0:
		p.end(Failed, "the service is being deleted")
	case svc.Desired != f.spec.Count && !f.seen && svc.Desired == f.spec.PreviousCount:
		p.Phase = PhaseWaiting // read before the change took effect
	case svc.Desired != f.spec.Count:
		p.end(Superseded, fmt.Sprintf("the desired count is %d: somebody, or autoscaling, set it after this change", svc.Desired))
	case svc.Running == svc.Desired && svc.Pending == 0:
		p.succeed(fmt.Sprintf("%s runs %s", awsx.ARNName(f.spec.Service.ARN), count(svc.Running, "task")), p.unhealthy())
	case svc.Running > svc.Desired:
		p.Phase = PhaseDraining
		p.Draining = svc.Running - svc.Desired
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

// newEvents returns the events since the follow started that were not returned
// before, oldest first.
func (f *Follower) newEvents(list []awsx.ServiceEvent) []awsx.ServiceEvent {
	var fresh []awsx.ServiceEvent
	for i := len(list) - 1; i >= 0; i-- {
		e := list[i]
		if f.events[e.ID] || e.At.Before(f.spec.Started.Add(-clockSkew)) {
			continue
		}
		f.events[e.ID] = true
		fresh = append(fresh, e)
	}
	return fresh
}

// clockSkew is how far this machine's clock may be ahead of the service's
// before an event of the change is taken for an older one.
const clockSkew = 10 * time.Second
