package fleet

import (
	"math"
	"strconv"
	"time"

	"gantry/awsx/sim/elb"
)

// failing says why the scheduler has to replace a RUNNING task, in the words of
// its stopped reason, or nothing.
func (a *Fleet) failing(t *Task) string {
	if t.Last != Running || t.Desired != Running {
		return ""
	}
	if t.Health == healthUnhealthy {
		return "Task failed container health checks"
	}
	if a.Now.Before(a.graceEnds(t)) {
		return ""
	}
	for _, target := range t.Targets {
		if target.State == elb.TargetUnhealthy {
			return "Task failed ELB health checks in (target-group " + target.Group.ARN + ")"
		}
	}
	return ""
}

// judgeFailing announces the tasks that started to fail and counts them.
func (a *Fleet) judgeFailing(s *Service) {
	for _, t := range s.Live {
		reason := a.failing(t)
		if reason == "" || t.Announced {
			continue
		}
		t.Announced = true
		s.Steady = false
		if t.Health == healthUnhealthy {
			a.Event(s, "(task "+t.ID+") failed container health checks.")
		}
		for _, target := range t.Targets {
			if target.State == elb.TargetUnhealthy {
				a.Event(s, "(task "+t.ID+") "+t.Instance.words()+"(port "+strconv.Itoa(target.Port)+
					") is unhealthy in (target-group "+target.Group.ARN+") due to (reason "+target.Description+")")
			}
		}
		a.countFailure(t)
	}
}

// longestBackoff is what the wait between two tasks grows to that never run (Amazon ECS
// Developer Guide, service throttle logic).
const longestBackoff = 27 * time.Minute

// countFailure notes that a task ended, or has to, without having been healthy.
// One that was healthy before does not count against its deployment, and a
// standalone one has none.
func (a *Fleet) countFailure(t *Task) {
	if t.Counted || t.Service == nil {
		return
	}
	t.Counted = true
	d, s := t.deployment, t.Service
	if t.StartedAt.IsZero() {
		d.NeverRan++
		a.backOff(s, d, d.NeverRan, 10*time.Second, longestBackoff)
	} else if !t.WasHealthy {
		d.Crashed++
		a.backOff(s, d, d.Crashed, 5*time.Second, time.Minute)
	}
	s.touch()
	if t.WasHealthy || d.Rollout != RolloutInProgress {
		a.Look(s, time.Second)
		return
	}
	d.Failed++
	d.UpdatedAt = a.Now
	if d == s.Deployments[0] {
		a.countAgainstBreaker(s)
	}
	a.Look(s, time.Second)
}

// backOff delays the next task of a deployment: not at all for the first two
// failures in a row, then twice as long each time. Tasks that never run wait
// longest, and the service says so once.
func (a *Fleet) backOff(s *Service, d *Deployment, failures int, first, most time.Duration) {
	if failures < 3 {
		return
	}
	delay := most
	if doublings := failures - 3; doublings < 10 {
		delay = min(most, first<<doublings)
	}
	if until := a.Now.Add(a.Scaled(delay)); until.After(d.notBefore) {
		d.notBefore = until
	}
	if d.NeverRan >= 3 && !d.Inconsistent {
		d.Inconsistent = true
		a.Event(s, Inconsistent)
	}
}

// firstHealthy resets the counts of consecutive failures.
func (a *Fleet) firstHealthy(t *Task) {
	d, s := t.deployment, t.Service
	if d == nil {
		return
	}
	d.Crashed, d.NeverRan = 0, 0
	d.notBefore = time.Time{}
	if s.Rolling.resetsOnHealthy() {
		d.Failed = 0
		if s.Current != nil && d == s.Deployments[0] && s.Current.Status == StatusInProgress {
			s.Current.Failures = 0
		}
	}
	s.touch()
}

// Threshold is how many failures trip the breaker: by default half of the
// desired count, at least 3 and at most 200.
func (s *Service) Threshold() int {
	kind, value := s.Rolling.thresholdRule()
	share := int(math.Ceil(float64(value) * float64(s.Desired) / 100))
	switch kind {
	case "COUNT":
		return value
	case "UNBOUNDED_PERCENT":
		return max(1, share)
	}
	return min(max(share, 3), 200)
}

func (a *Fleet) countAgainstBreaker(s *Service) {
	r := s.Current
	if r == nil || r.Status != StatusInProgress && r.Status != statusRollbackInProgress {
		return
	}
	r.Failures++
	r.Threshold = s.Threshold()
	r.UpdatedAt = a.Now
	enabled, rollback := s.Rolling.breaker()
	if !enabled || r.Failures < r.Threshold {
		return
	}
	r.Breaker = BreakerTriggered
	a.trip(s, breakerTripped(), rollback)
}

// words name an instance in an event; a task of Fargate has none.
func (i *Instance) words() string {
	if i.Fargate {
		return ""
	}
	return "(instance " + i.EC2 + ") "
}
