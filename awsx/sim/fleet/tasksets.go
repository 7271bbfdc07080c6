package fleet

import (
	"cmp"
	"math"
)

// Deployment controllers other than ECS itself.
const (
	ControllerCodeDeploy = "CODE_DEPLOY"
	ControllerExternal   = "EXTERNAL"
)

// TaskSet is what a controller other than ECS deploys: a share of the service's
// tasks with a task definition and target groups of their own.
type TaskSet struct {
	Scale     float64 // percent of the desired count
	External  string  // the controller's own id
	StartedBy string
}

// ControllerType is the deployment controller of the service.
func (s *Service) ControllerType() string {
	return cmp.Or(s.Controller, "ECS")
}

// ShownDefinition is what the service itself says that it runs. One with an
// external controller has a task definition in its task sets alone.
func (s *Service) ShownDefinition() string {
	if s.Controller == ControllerExternal {
		return ""
	}
	return s.Def.ARN
}

// Share is the computed desired count of a task set, rounded up.
func (s *Service) Share(d *Deployment) int {
	return int(math.Ceil(float64(s.Desired) * d.Set.Scale / 100))
}

// scheduleSets is one step of the scheduler of a service whose task sets another
// controller makes: each is kept at its count.
func (a *Fleet) scheduleSets(s *Service) {
	a.keep(s)
	steady := true
	for _, d := range s.Deployments {
		state := RolloutInProgress
		if up, _ := s.CountRevision(d.Revision); up == s.Share(d) && a.full(s, d) {
			state = RolloutCompleted
		}
		if d.Rollout != state {
			d.Rollout, d.UpdatedAt = state, a.Now
			s.touch()
			if state == RolloutCompleted {
				a.eventOf(s, d, SteadyState)
			}
		}
		steady = steady && state == RolloutCompleted
	}
	s.Steady = steady
}
