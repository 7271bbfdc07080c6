package sim

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Rollout states of an entry of a service's deployments.
const (
	rolloutInProgress = "IN_PROGRESS"
	rolloutCompleted  = "COMPLETED"
	rolloutFailed     = "FAILED"
)

// Statuses of a service deployment.
const (
	statusPending            = "PENDING"
	statusInProgress         = "IN_PROGRESS"
	statusSuccessful         = "SUCCESSFUL"
	statusStopped            = "STOPPED"
	statusRollbackRequested  = "ROLLBACK_REQUESTED"
	statusRollbackInProgress = "ROLLBACK_IN_PROGRESS"
	statusRollbackSuccessful = "ROLLBACK_SUCCESSFUL"
	statusRollbackFailed     = "ROLLBACK_FAILED"
)

// Statuses of a service deployment's circuit breaker.
const (
	breakerDisabled   = "DISABLED"
	breakerMonitoring = "MONITORING"
	breakerComplete   = "MONITORING_COMPLETE"
	breakerTriggered  = "TRIGGERED"
)

const breakerReason = "Service deployment rolled back because the circuit breaker threshold was exceeded."

// cause is why the control plane gives a deployment up, in its words.
type cause struct {
	by, what     string // "what found it": "what it found"
	back, halted string // the service deployment's reason: rolled back, or stopped
}

func breakerTripped() cause {
	return cause{"ECS deployment circuit breaker", "tasks failed to start", breakerReason,
		"Service deployment stopped because the circuit breaker threshold was exceeded."}
}

func alarmDetected() cause {
	return cause{"ECS deployment alarms", "alarm detected",
		"Service deployment rolled back because a CloudWatch alarm entered the ALARM state.",
		"Service deployment stopped because a CloudWatch alarm entered the ALARM state."}
}

// deploy makes d the service's task definition by a new deployment, and what
// ran before it a deployment that is on its way out.
func (a *Account) deploy(s *service, d *taskDefinition) *deployment {
	created := a.newDeployment(s, d)
	var sources []*serviceRevision
	for _, old := range s.deployments {
		sources = append(sources, old.revision)
		if old.status == primary {
			old.want, _ = a.standing(s, old)
			if old.rollout == rolloutCompleted {
				old.want = s.desired
			}
			old.status = active
		}
	}
	if r := s.current; r != nil && !r.terminal() {
		r.end(a.now, statusStopped, "The service deployment was stopped because a newer service deployment started.")
		r.stoppedAt = a.now
	}
	s.deployments = slices.Insert(s.deployments, 0, created)
	s.def = d
	s.steady = false
	r := a.openRollout(s, created, sources)
	s.touch()
	if r.shift != nil {
		a.begin(r)
	}
	a.look(s, a.rng.between(500*time.Millisecond, 1500*time.Millisecond))
	return created
}

func (a *Account) newDeployment(s *service, d *taskDefinition) *deployment {
	id := "ecs-svc/" + a.rng.digits(19)
	created := &deployment{
		id: id, status: primary, def: d, createdAt: a.now, updatedAt: a.now,
		rollout: rolloutInProgress, reason: "ECS deployment " + id + " in progress.",
		digests: map[string]string{},
	}
	// A tag is resolved once for a deployment. One that is missing is left to
	// the first task that finds it.
	for _, c := range d.containers {
		if digest, ok := a.resolve(c.image); ok {
			created.digests[c.image] = digest
		}
	}
	var before *serviceRevision
	if d := s.settled(nil); d != nil {
		before = d.revision
	}
	created.revision = &serviceRevision{
		arn:       a.arn("ecs", "service-revision/"+s.cluster.name+"/"+s.name+"/"+a.rng.digits(19)),
		service:   s,
		def:       d,
		createdAt: a.now,
		balancers: slices.Clone(s.balancers),
		resolved:  s.resolve(before),
		settings:  revisionSettings(s.settings),
		digests:   created.digests,
	}
	a.revisions[created.revision.arn] = created.revision
	return created
}

// revisionSettings are the settings of a service that a revision records.
func revisionSettings(settings map[string]json.RawMessage) map[string]json.RawMessage {
	recorded := maps.Clone(settings)
	maps.DeleteFunc(recorded, func(name string, _ json.RawMessage) bool {
		return !startsDeployment(name)
	})
	return recorded
}

func (a *Account) openRollout(s *service, d *deployment, sources []*serviceRevision) *rollout {
	r := &rollout{
		arn:             a.arn("ecs", "service-deployment/"+s.cluster.name+"/"+s.name+"/"+a.rng.word(21)),
		service:         s,
		status:          statusInProgress,
		createdAt:       a.now,
		startedAt:       a.now,
		updatedAt:       a.now,
		target:          d.revision,
		targetRequested: s.desired,
		sources:         sources,
		config:          s.rolling,
		breaker:         breakerDisabled,
		threshold:       s.threshold(),
		watch:           a.watchAlarms(s.rolling),
	}
	if enabled, _ := s.rolling.breaker(); enabled {
		r.breaker = breakerMonitoring
	}
	if s.rolling.shifts() {
		r.shift = newShift(s, d)
	}
	a.rollouts[r.arn] = r
	s.current = r
	s.rollouts = slices.Insert(s.rollouts, 0, r)
	return r
}

func (r *rollout) terminal() bool { return !r.finishedAt.IsZero() }

func (r *rollout) end(at time.Time, status, reason string) {
	r.status, r.reason = status, reason
	r.updatedAt, r.finishedAt = at, at
	if r.breaker == breakerMonitoring {
		r.breaker = breakerComplete
	}
	r.watch.end()
}

// complete ends the deployment of the PRIMARY, which is all that runs.
func (a *Account) complete(s *service) {
	head := s.deployments[0]
	head.rollout, head.reason = rolloutCompleted, "ECS deployment "+head.id+" completed."
	head.failed = 0
	head.updatedAt = a.now
	s.deployments = s.deployments[:1:1]
	if r := s.current; r != nil && !r.terminal() {
		if r.rollbackRevision != nil {
			r.end(a.now, statusRollbackSuccessful, r.rollbackReason)
		} else {
			r.end(a.now, statusSuccessful, "")
		}
	}
	a.event(s, "(service "+s.name+") (deployment "+head.id+") deployment completed.")
}

// trip gives the deployment up, as the circuit breaker and the alarms do: it
// failed, and the service goes back to the last one that completed if it is
// configured to.
func (a *Account) trip(s *service, why cause, rollback bool) {
	head := s.deployments[0]
	head.rollout, head.reason = rolloutFailed, why.by+": "+why.what+"."
	head.updatedAt = a.now
	a.event(s, "(service "+s.name+") (deployment "+head.id+") deployment failed: "+why.what+".")
	r := s.current
	if r.rollbackRevision != nil {
		// The revision that it went back to fails as well.
		r.end(a.now, statusRollbackFailed, "The rollback failed because tasks failed to start.")
		return
	}
	if rollback && a.rollBack(s, why.back) {
		back := s.deployments[0]
		back.reason = why.by + ": rolling back to deploymentId " + back.id + "."
		return
	}
	r.end(a.now, statusStopped, why.halted)
	r.stoppedAt = a.now
	s.touch()
}

// rollBack makes the last completed deployment the PRIMARY again. It reports
// false when there is none.
func (a *Account) rollBack(s *service, reason string) bool {
	i := slices.IndexFunc(s.deployments[1:], func(d *deployment) bool { return d.rollout == rolloutCompleted })
	if i < 0 {
		return false
	}
	from, back := s.deployments[0], s.deployments[1+i]
	from.status, from.want, from.rollout = active, 0, rolloutFailed
	from.updatedAt = a.now
	back.status, back.rollout = primary, rolloutInProgress
	back.reason = "ECS deployment rolling back to deploymentId " + back.id + "."
	back.updatedAt = a.now
	s.deployments = slices.Delete(s.deployments, 1+i, 2+i)
	s.deployments = slices.Insert(s.deployments, 0, back)
	s.def = back.def
	r := s.current
	r.status = statusRollbackInProgress
	r.rollbackRevision, r.rollbackReason, r.rollbackAt = back.revision, reason, a.now
	r.updatedAt = a.now
	r.failures = 0
	s.steady = false
	a.event(s, "(service "+s.name+") rolling back to deployment "+back.id+".")
	a.surge(s)
	if r.shift != nil {
		a.turnBack(r)
	}
	a.look(s, time.Second)
	return true
}
