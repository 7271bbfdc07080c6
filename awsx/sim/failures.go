package sim

import (
	"math"
	"time"
)

// failing says why the scheduler has to replace a RUNNING task, in the words of
// its stopped reason, or nothing.
func (a *Account) failing(t *task) string {
	if t.last != running || t.desired != running {
		return ""
	}
	if t.health == healthUnhealthy {
		return "Task failed container health checks"
	}
	if a.now.Before(a.graceEnds(t)) {
		return ""
	}
	for _, target := range t.targets {
		if target.state == targetUnhealthy {
			return "Task failed ELB health checks in (target-group " + target.group.arn + ")"
		}
	}
	return ""
}

// judgeFailing announces the tasks that started to fail and counts them.
func (a *Account) judgeFailing(s *service) {
	for _, t := range s.live {
		reason := a.failing(t)
		if reason == "" || t.announced {
			continue
		}
		t.announced = true
		s.steady = false
		if t.health == healthUnhealthy {
			a.event(s, "(service "+s.name+") (task "+t.id+") failed container health checks.")
		}
		for _, target := range t.targets {
			if target.state == targetUnhealthy {
				a.event(s, "(service "+s.name+") (task "+t.id+") (instance "+t.instance.ec2+") (port "+itoa(target.port)+
					") is unhealthy in (target-group "+target.group.arn+") due to (reason "+target.description+")")
			}
		}
		a.countFailure(t)
	}
}

// countFailure notes that a task ended, or has to, without having been healthy.
// One that was healthy before does not count against its deployment, and a
// standalone one has none.
func (a *Account) countFailure(t *task) {
	if t.counted || t.service == nil {
		return
	}
	t.counted = true
	d, s := t.deployment, t.service
	if t.startedAt.IsZero() {
		d.neverRan++
		a.backOff(s, d, d.neverRan, 10*time.Second, 5*time.Minute)
	} else if !t.wasHealthy {
		d.crashed++
		a.backOff(s, d, d.crashed, 5*time.Second, time.Minute)
	}
	s.touch()
	if t.wasHealthy || d.rollout != rolloutInProgress {
		a.look(s, time.Second)
		return
	}
	d.failed++
	d.updatedAt = a.now
	if d == s.deployments[0] {
		a.countAgainstBreaker(s)
	}
	a.look(s, time.Second)
}

// backOff delays the next task of a deployment: not at all for the first two
// failures in a row, then twice as long each time. Tasks that never run wait
// longest, and the service says so once.
func (a *Account) backOff(s *service, d *deployment, failures int, first, most time.Duration) {
	if failures < 3 {
		return
	}
	delay := most
	if doublings := failures - 3; doublings < 10 {
		delay = min(most, first<<doublings)
	}
	if until := a.now.Add(a.scaled(delay)); until.After(d.notBefore) {
		d.notBefore = until
	}
	if d.neverRan >= 3 && !d.inconsistent {
		d.inconsistent = true
		a.event(s, "(service "+s.name+") is unable to consistently start tasks successfully."+troubleshooting)
	}
}

// firstHealthy resets the counts of consecutive failures.
func (a *Account) firstHealthy(t *task) {
	d, s := t.deployment, t.service
	if d == nil {
		return
	}
	d.crashed, d.neverRan = 0, 0
	d.notBefore = time.Time{}
	if s.rolling.resetsOnHealthy() {
		d.failed = 0
		if s.current != nil && d == s.deployments[0] && s.current.status == statusInProgress {
			s.current.failures = 0
		}
	}
	s.touch()
}

// threshold is how many failures trip the breaker: by default half of the
// desired count, at least 3 and at most 200.
func (s *service) threshold() int {
	kind, value := s.rolling.thresholdRule()
	share := int(math.Ceil(float64(value) * float64(s.desired) / 100))
	switch kind {
	case "COUNT":
		return value
	case "UNBOUNDED_PERCENT":
		return max(1, share)
	}
	return min(max(share, 3), 200)
}

func (a *Account) countAgainstBreaker(s *service) {
	r := s.current
	if r == nil || r.status != statusInProgress && r.status != statusRollbackInProgress {
		return
	}
	r.failures++
	r.threshold = s.threshold()
	r.updatedAt = a.now
	enabled, rollback := s.rolling.breaker()
	if !enabled || r.failures < r.threshold {
		return
	}
	r.breaker = breakerTriggered
	a.trip(s, breakerTripped(), rollback)
}
