package fleet

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"gantry/awsx/sim/taskdef"
)

// Rollout states of an entry of a service's deployments.
const (
	RolloutInProgress = "IN_PROGRESS"
	RolloutCompleted  = "COMPLETED"
	RolloutFailed     = "FAILED"
)

// Statuses of a service deployment.
const (
	StatusPending            = "PENDING"
	StatusInProgress         = "IN_PROGRESS"
	StatusSuccessful         = "SUCCESSFUL"
	statusStopped            = "STOPPED"
	StatusRollbackRequested  = "ROLLBACK_REQUESTED"
	statusRollbackInProgress = "ROLLBACK_IN_PROGRESS"
	StatusRollbackSuccessful = "ROLLBACK_SUCCESSFUL"
	statusRollbackFailed     = "ROLLBACK_FAILED"
)

// Statuses of a service deployment's circuit breaker.
const (
	breakerDisabled   = "DISABLED"
	breakerMonitoring = "MONITORING"
	breakerComplete   = "MONITORING_COMPLETE"
	BreakerTriggered  = "TRIGGERED"
)

// BreakerReason is why a service deployment went back that the circuit breaker undid.
const BreakerReason = "Service deployment rolled back because the circuit breaker threshold was exceeded."

// cause is why the control plane gives a deployment up, in its words.
type cause struct {
	by, what     string // "what found it": "what it found"
	back, halted string // the service deployment's reason: rolled back, or stopped
}

func breakerTripped() cause {
	return cause{"ECS deployment circuit breaker", "tasks failed to start", BreakerReason,
		"Service deployment stopped because the circuit breaker threshold was exceeded."}
}

func alarmDetected() cause {
	return cause{"ECS deployment alarms", "alarm detected",
		"Service deployment rolled back because a CloudWatch alarm entered the ALARM state.",
		"Service deployment stopped because a CloudWatch alarm entered the ALARM state."}
}

// Deploy makes d the service's task definition by a new deployment, and what
// ran before it a deployment that is on its way out.
func (a *Fleet) Deploy(s *Service, d *taskdef.Definition) *Deployment {
	created := a.NewDeployment(s, d)
	var sources []*Revision
	for _, old := range s.Deployments {
		sources = append(sources, old.Revision)
		if old.Status == Primary {
			old.want, _ = a.standing(s, old)
			if old.Rollout == RolloutCompleted {
				old.want = s.Desired
			}
			old.Status = Active
		}
	}
	if r := s.Current; r != nil && !r.Terminal() {
		r.End(a.Now, statusStopped, "The service deployment was stopped because a newer service deployment started.")
		r.StoppedAt = a.Now
	}
	s.Deployments = slices.Insert(s.Deployments, 0, created)
	s.Def = d
	s.Steady = false
	r := a.OpenRollout(s, created, sources)
	s.touch()
	if r.Shift != nil {
		a.begin(r)
	}
	a.Look(s, a.Rng.Between(500*time.Millisecond, 1500*time.Millisecond))
	return created
}

// NewDeployment makes a PRIMARY deployment of a definition, with the revision that it
// is of, and leaves it to the caller to put it among those of the service.
func (a *Fleet) NewDeployment(s *Service, d *taskdef.Definition) *Deployment {
	id := "ecs-svc/" + a.Rng.Digits(19)
	created := &Deployment{
		ID: id, Status: Primary, Def: d, CreatedAt: a.Now, UpdatedAt: a.Now,
		Rollout: RolloutInProgress, Reason: "ECS deployment " + id + " in progress.",
		digests: map[string]string{},
	}
	// A tag is resolved once for a deployment. One that is missing is left to
	// the first task that finds it.
	for _, c := range d.Containers {
		if digest, ok := a.Images.Resolve(c.Image); ok {
			created.digests[c.Image] = digest
		}
	}
	var before *Revision
	if d := s.settled(nil); d != nil {
		before = d.Revision
	}
	created.Revision = &Revision{
		ARN:       a.ARN("ecs", "service-revision/"+s.Cluster.Name+"/"+s.Name+"/"+a.Rng.Digits(19)),
		Service:   s,
		Def:       d,
		CreatedAt: a.Now,
		Balancers: slices.Clone(s.Balancers),
		Resolved:  s.resolve(before),
		Settings:  revisionSettings(s.Settings),
		Digests:   created.digests,
	}
	a.Revisions[created.Revision.ARN] = created.Revision
	return created
}

// revisionSettings are the settings of a service that a revision records.
func revisionSettings(settings map[string]json.RawMessage) map[string]json.RawMessage {
	recorded := maps.Clone(settings)
	maps.DeleteFunc(recorded, func(name string, _ json.RawMessage) bool {
		return !StartsDeployment(name)
	})
	return recorded
}

// OpenRollout begins the service deployment of a deployment, from what ran before.
func (a *Fleet) OpenRollout(s *Service, d *Deployment, sources []*Revision) *Rollout {
	r := &Rollout{
		ARN:             a.ARN("ecs", "service-deployment/"+s.Cluster.Name+"/"+s.Name+"/"+a.Rng.Word(21)),
		Service:         s,
		Status:          StatusInProgress,
		CreatedAt:       a.Now,
		StartedAt:       a.Now,
		UpdatedAt:       a.Now,
		Target:          d.Revision,
		TargetRequested: s.Desired,
		Sources:         sources,
		Config:          s.Rolling,
		Breaker:         breakerDisabled,
		Threshold:       s.Threshold(),
		Watch:           a.watchAlarms(s.Rolling),
	}
	if enabled, _ := s.Rolling.breaker(); enabled {
		r.Breaker = breakerMonitoring
	}
	if s.Rolling.shifts() {
		r.Shift = newShift(s, d)
	}
	a.Rollouts[r.ARN] = r
	s.Current = r
	s.Rollouts = slices.Insert(s.Rollouts, 0, r)
	return r
}

// Terminal reports whether the service deployment has ended.
func (r *Rollout) Terminal() bool { return !r.FinishedAt.IsZero() }

// End ends the service deployment.
func (r *Rollout) End(at time.Time, status, reason string) {
	r.Status, r.Reason = status, reason
	r.UpdatedAt, r.FinishedAt = at, at
	if r.Breaker == breakerMonitoring {
		r.Breaker = breakerComplete
	}
	r.Watch.end()
}

// complete ends the deployment of the PRIMARY, which is all that runs.
func (a *Fleet) complete(s *Service) {
	head := s.Deployments[0]
	head.Rollout, head.Reason = RolloutCompleted, "ECS deployment "+head.ID+" completed."
	head.Failed = 0
	head.UpdatedAt = a.Now
	s.Deployments = s.Deployments[:1:1]
	if r := s.Current; r != nil && !r.Terminal() {
		if r.RollbackRevision != nil {
			r.End(a.Now, StatusRollbackSuccessful, r.RollbackReason)
		} else {
			r.End(a.Now, StatusSuccessful, "")
		}
	}
	a.Event(s, "(deployment "+head.ID+") deployment completed.")
}

// trip gives the deployment up, as the circuit breaker and the alarms do: it
// failed, and the service goes back to the last one that completed if it is
// configured to.
func (a *Fleet) trip(s *Service, why cause, rollback bool) {
	head := s.Deployments[0]
	head.Rollout, head.Reason = RolloutFailed, why.by+": "+why.what+"."
	head.UpdatedAt = a.Now
	a.Event(s, "(deployment "+head.ID+") deployment failed: "+why.what+".")
	r := s.Current
	if r.RollbackRevision != nil {
		// The revision that it went back to fails as well.
		r.End(a.Now, statusRollbackFailed, "The rollback failed because tasks failed to start.")
		return
	}
	if rollback && a.rollBack(s, why.back) {
		back := s.Deployments[0]
		back.Reason = why.by + ": rolling back to deploymentId " + back.ID + "."
		return
	}
	r.End(a.Now, statusStopped, why.halted)
	r.StoppedAt = a.Now
	s.touch()
}

// rollBack makes the last completed deployment the PRIMARY again. It reports
// false when there is none.
func (a *Fleet) rollBack(s *Service, reason string) bool {
	i := slices.IndexFunc(s.Deployments[1:], func(d *Deployment) bool { return d.Rollout == RolloutCompleted })
	if i < 0 {
		return false
	}
	from, back := s.Deployments[0], s.Deployments[1+i]
	from.Status, from.want, from.Rollout = Active, 0, RolloutFailed
	from.UpdatedAt = a.Now
	back.Status, back.Rollout = Primary, RolloutInProgress
	back.Reason = "ECS deployment rolling back to deploymentId " + back.ID + "."
	back.UpdatedAt = a.Now
	s.Deployments = slices.Delete(s.Deployments, 1+i, 2+i)
	s.Deployments = slices.Insert(s.Deployments, 0, back)
	s.Def = back.Def
	r := s.Current
	r.Status = statusRollbackInProgress
	r.RollbackRevision, r.RollbackReason, r.RollbackAt = back.Revision, reason, a.Now
	r.UpdatedAt = a.Now
	r.Failures = 0
	s.Steady = false
	a.Event(s, "rolling back to deployment "+back.ID+".")
	a.RolledBack(s)
	if r.Shift != nil {
		a.turnBack(r)
	}
	a.Look(s, time.Second)
	return true
}

// StartsDeployment reports whether a change of the named setting of a service is
// rolled out by a new deployment. The others apply at once.
func StartsDeployment(setting string) bool {
	switch setting {
	case "taskDefinition", "loadBalancers", "networkConfiguration", "platformVersion",
		"serviceConnectConfiguration", "serviceRegistries", "volumeConfigurations":
		return true
	}
	return false
}

// Deploying reports whether a deployment of the service is in progress.
func (s *Service) Deploying() bool {
	return s.Deployments[0].Rollout == RolloutInProgress || s.Current != nil && !s.Current.Terminal()
}
