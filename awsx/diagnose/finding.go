package diagnose

import (
	"fmt"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
)

// Status is how a service stands.
type Status uint8

// The statuses, worst first, which is the order that rows are sorted in.
const (
	Failed   Status = iota // nothing of what should serve does
	Degraded               // part of it does not
	Pending                // on its way, with nothing going wrong
	Unknown                // what would decide was not read
	OK
	Stopped // it was deleted: ECS tells of it for a while, and nothing is asked of it
)

// String returns the word that screens and JSON use.
func (s Status) String() string {
	return [...]string{"failed", "degraded", "pending", "unknown", "ok", "stopped"}[s]
}

// Fault reports whether somebody should look at a service that stands so: it is bad, or not
// known.
func (s Status) Fault() bool { return s == Failed || s == Degraded || s == Unknown }

// Rank returns the status's place in a table that shows the worst first; 0 is
// the worst.
func (s Status) Rank() int { return int(s) }

// Evidence is what was read about a service. What was not read is said to be
// so: an empty list that was not read means nothing.
type Evidence struct {
	Service awsx.Service
	// Running are the tasks whose desired status is RUNNING.
	Running     []awsx.Task
	RunningRead bool
	// RunningAt is when they were read; zero is now. That a task lasts is known up to then.
	RunningAt time.Time
	// Untold is how many running tasks, of this service or of others, were listed
	// and could not be described (MISSING).
	Untold int
	// Stopped are the tasks whose desired status is STOPPED, as far as the
	// service remembers them: about an hour.
	Stopped     []awsx.Task
	StoppedRead bool
	// Groups are the service's target groups. One that the service names and
	// that is missing here counts as unread.
	Groups []awsx.Group
	// Foreign tells whether a target is known to be none of the service's own,
	// as alb.Joined.Foreign does; such targets count for nothing. When it is
	// nil, every target of the groups counts.
	Foreign func(group string, t awsx.TargetHealth) bool
	// ofRollout tells whether a target is a task's of the primary deployment; nil
	// while tasks and targets were not related.
	ofRollout func(group string, t awsx.TargetHealth) bool
	// Definition returns a task definition by ARN, nil when it was not read. It
	// may be nil: then no container is known to be unessential.
	Definition func(arn string) *awsx.TaskDefinition
	// Instance returns a container instance by ARN; it may be nil. It only serves
	// to tell the service's own targets from foreign ones.
	Instance func(arn string) (i awsx.Instance, ok bool)
	Now      time.Time
}

// Rollout is the primary deployment while it matters.
type Rollout struct {
	// Active is true while a deployment is in progress or has failed; the other
	// fields are meaningful only then.
	Active  bool
	Running int
	Desired int
	// Failed counts tasks that failed in this deployment: the service's own
	// count, which a task that runs resets, or what was seen, if that is more.
	Failed int
}

// String is the rollout in a cell: "-" without one, 1/4, or 1/4 x2 when 2 failed.
func (r Rollout) String() string {
	switch {
	case !r.Active:
		return "-"
	case r.Failed > 0:
		return fmt.Sprintf("%d/%d x%d", r.Running, r.Desired, r.Failed)
	}
	return fmt.Sprintf("%d/%d", r.Running, r.Desired)
}

// Targets counts the registered targets of all groups; draining and foreign
// ones are left out.
type Targets struct {
	Healthy, Total int
	Unread         int // groups whose health was not read
	Groups         int // groups the service names; 0 means no load balancer
}

// String is the count in a cell: "-" without groups, 3/4, 3/4? while some group was
// not read, "?" while none was.
func (t Targets) String() string {
	switch {
	case t.Groups == 0:
		return "-"
	case t.Unread == t.Groups:
		return "?"
	case t.Unread > 0:
		return fmt.Sprintf("%d/%d?", t.Healthy, t.Total)
	}
	return fmt.Sprintf("%d/%d", t.Healthy, t.Total)
}

// Died counts tasks that were stopped by failure within the last hour.
type Died struct {
	Count  int
	Last   time.Time // zero when there was none
	Unread bool      // the stopped tasks were not read: Count says nothing
}

// String is the count in a cell, "?" while it was not read.
func (d Died) String() string {
	if d.Unread {
		return "?"
	}
	return fmt.Sprintf("%d/1h", d.Count)
}

// Finding is the verdict on a service.
type Finding struct {
	Status Status
	// Severity sorts rows: higher is worse. Between equal statuses it grows
	// with the share of the wanted tasks or targets that do not serve.
	Severity int
	// Since is when the status began as far as the evidence tells, else zero.
	Since time.Time
	// Why and Next are the best cause, on one line, and what to do about it. Why is
	// raw text and empty for a service that needs no word.
	Why  string
	Next string
	// Reason is what Why was read from, with its whole text; zero when Why comes
	// from counts alone.
	Reason reason.Reason
	// Breaker says whether the circuit breaker will end a rollout that fails;
	// empty unless one is failing.
	Breaker string

	Rollout Rollout
	Targets Targets
	Died    Died
	// Untold is how many tasks were listed and could not be described.
	Untold int
	// Changed is when the newest deployment was made; zero when unknown.
	Changed time.Time
	// Lacking names what was not read and could turn the verdict; empty where all of it was.
	Lacking string
	// Until is the moment up to which the same evidence gives the same finding; zero
	// if it does for ever. Rules count what lies back no longer than they say.
	Until time.Time
}
