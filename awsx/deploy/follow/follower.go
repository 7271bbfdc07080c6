package follow

import (
	"cmp"
	"fmt"
	"time"

	"gantry/awsx"
	"gantry/internal/words"
)

// Spec says what to follow and what would count as success: a deployment
// of a service, or its count, or else tasks or an instance.
type Spec struct {
	Service awsx.Ref
	// Deployment is the id (ecs-svc/…) to follow; empty follows the count.
	Deployment string
	// Tasks are followed until they have stopped. Exits makes their exit codes
	// decide: of tasks that were run, and not of those that were told to stop.
	Tasks []awsx.Ref
	Exits bool
	// Essential names the containers whose exit codes decide; empty for all. The
	// others are killed when one of these ends (ECS, essential).
	Essential []string
	// Instance is followed until no task of a service is left on it.
	Instance awsx.Ref
	// Group is an Auto Scaling group that is followed until it has Count instances; those are
	// to be in its cluster, when it has one. Gone is an EC2 instance that is to be ended.
	Group awsx.Ref
	Gone  string
	// TaskDefinition is the ARN of the revision wanted; empty takes the one that
	// the deployment is first seen with.
	TaskDefinition string
	// Previous is the deployment that was primary before, so that a reading from
	// before the change is not mistaken for somebody else's deployment.
	Previous awsx.Deployment
	// Count is the number of tasks wanted when the count is followed, and
	// PreviousCount the one before.
	Count, PreviousCount int
	// Lacked is how many of the tasks wanted before did not run.
	Lacked int
	// Cancels is true when a roll back of the deployment is what was asked for.
	Cancels bool
	Started time.Time
	Timeout time.Duration // zero never times out
	// Expected is how long such a change took before; zero when nothing tells.
	Expected time.Duration
}

// Observation is what is known of a followed service at one moment. Err says
// that the latest reading failed and the rest is the last good one.
type Observation struct {
	At      time.Time // the moment
	ReadAt  time.Time // when the service was read; zero when that is unknown
	Service awsx.Service
	Stopped []awsx.Task
	// StoppedAt is when the stopped tasks were read; zero when that is unknown. StoppedErr is
	// why the latest reading of them failed.
	StoppedAt  time.Time
	StoppedErr error
	Groups     []awsx.GroupHealth
	// GroupsAt is when the oldest of them was read; zero when that is unknown. Unread holds
	// those of which the latest reading is missing, whatever was read before.
	GroupsAt time.Time
	Unread   []UnreadGroup
	// Record is the newest service deployment, nil where the API has none, and
	// Revisions the service revisions that it names, by ARN.
	Record    *awsx.ServiceDeployment
	Revisions map[string]awsx.ServiceRevision
	// Tasks are those of the spec, or those on its instance.
	Tasks    []awsx.Task
	Instance awsx.Instance
	// Group is the spec's, with what it did of late, newest first, and Fleet the instances of
	// its cluster.
	Group      awsx.ScalingGroup
	Activities []awsx.ScalingActivity
	Fleet      []awsx.Instance
	Err        error
	// Partial is what of the latest reading is missing.
	Partial error
}

// UnreadGroup is a target group whose targets are not known, and why; Err is nil while
// nobody has come to read it.
type UnreadGroup struct {
	TargetGroup string // ARN
	Err         error
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
	spec Spec
	seen bool // the deployment, or the count, was there
	// failed is true once ECS gave the deployment up, which later readings may
	// no longer say.
	failed     bool
	reason     string
	events     map[string]bool
	definition string
	created    time.Time       // when the deployment was created
	record     string          // ARN of its service deployment, once that is known
	back       string          // id of the deployment that ECS rolls back to
	endedAt    time.Time       // when a verdict was first due
	readAt     time.Time       // of the last good reading since the change
	doubtedAt  time.Time       // of the reading that first showed another's change
	sick       map[string]bool // targets that were unhealthy when first read, nil before
	// tasks holds those of the spec as they were last seen, by ARN: ECS forgets a
	// task an hour after its end, which another may not have come to by then.
	tasks map[string]awsx.Task
	late  string // what keeps a group from its end
	last  Progress
}

// NewFollower returns a follower of one change.
func NewFollower(spec Spec) *Follower {
	return &Follower{spec: spec, seen: spec.Cancels, failed: spec.Cancels, events: map[string]bool{}, tasks: map[string]awsx.Task{}, definition: spec.TaskDefinition, last: Progress{Phase: PhaseWaiting, Timeout: spec.Timeout}}
}

// Observe takes one observation in. Once there is a verdict, it stays.
func (f *Follower) Observe(o Observation) Progress {
	if f.last.Verdict != nil {
		return f.last
	}
	p := Progress{At: o.At, Elapsed: o.At.Sub(f.spec.Started), Timeout: f.spec.Timeout, Expected: f.spec.Expected, Err: o.Err, blind: o.Err != nil}
	if !p.blind {
		p.Err = o.Partial
	}
	f.noteReading(o)
	p.ReadAt = f.readAt
	if f.spec.Service.ARN == "" {
		f.observeTasks(&p, o)
		f.last = f.expire(p)
		return f.last
	}
	if o.Service.Ref.ARN == "" || !o.ReadAt.IsZero() && o.ReadAt.Before(f.spec.Started) {
		p.Phase = PhaseWaiting // nothing was read since the change
		f.last = f.expire(p)
		return f.last
	}
	f.lookAtGroups(&p, o)
	p.UnreadStops = o.StoppedErr
	p.Events = f.newEvents(o.Service.Events)
	if f.spec.Deployment == "" {
		f.observeCount(&p, o)
	} else {
		f.observeDeployment(&p, o)
	}
	p.Phase = p.Phase.after(f.last.Phase)
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
	p.end(TimedOut, f.lateWords(p))
	p.Verdict.Details = append(p.Verdict.Details, p.evidence()...)
	if f.spec.Lacked > 0 && f.spec.Deployment == "" {
		p.Verdict.Details = append(p.Verdict.Details, fmt.Sprintf("%d of %s ran before the change", f.spec.PreviousCount-f.spec.Lacked, words.Count(f.spec.PreviousCount, "task")))
	}
	return p
}

// lateWords says what is known once the time is over. Who could not look knows nothing of
// what became of the change.
func (f *Follower) lateWords(p Progress) string {
	switch {
	case p.ReadAt.IsZero():
		return fmt.Sprintf("nothing could be read in %s: what became of the change is not known", p.Timeout)
	case p.blind:
		return fmt.Sprintf("no end was seen in %s, and nothing could be read since %s: what became of the change is not known", p.Timeout, clock(p.ReadAt))
	case f.spec.Deployment != "":
		return fmt.Sprintf("no end after %s; the deployment goes on in ECS", p.Timeout)
	case f.spec.Group.ARN != "":
		return cmp.Or(f.late, fmt.Sprintf("%d of %s in service after %s; the group goes on", p.Running, words.Count(f.spec.Count, "instance"), p.Timeout))
	case f.spec.Instance.ARN != "":
		return fmt.Sprintf("%s of services left after %s; ECS goes on", words.Count(p.Draining, "task"), p.Timeout)
	case len(f.spec.Tasks) > 0:
		return fmt.Sprintf("%d of %s run after %s; ECS goes on", p.Running, words.Count(p.Desired, "task"), p.Timeout)
	}
	return fmt.Sprintf("%d of %s run after %s; ECS goes on", p.Running, words.Count(f.spec.Count, "task"), p.Timeout)
}

func clock(t time.Time) string { return t.UTC().Format("15:04:05 UTC") }

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
		p.deleted()
	case svc.Desired != f.spec.Count && !f.seen && svc.Desired == f.spec.PreviousCount:
		p.Phase = PhaseWaiting // read before the change took effect
	case svc.Desired != f.spec.Count:
		p.end(Superseded, fmt.Sprintf("the desired count is %d: somebody, or autoscaling, set it after this change", svc.Desired))
	case svc.Running == svc.Desired && svc.Pending == 0:
		p.succeed(fmt.Sprintf("%s runs %s", awsx.ARNName(f.spec.Service.ARN), words.Count(svc.Running, "task")), append(p.unhealthy(), p.unread()...))
	case svc.Running > svc.Desired:
		p.Phase = PhaseDraining
		p.Draining = svc.Running - svc.Desired
	}
	f.confirm(p, o)
	f.settle(p, o)
}

// deleted ends with a service that goes.
func (p *Progress) deleted() {
	p.gone = true
	p.end(Failed, "the service is being deleted")
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
