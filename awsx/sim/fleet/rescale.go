package fleet

import "time"

// Rescale changes the count. A scale-out in the middle of a deployment also
// reaches the revision that carries the traffic until then.
func (a *Fleet) Rescale(s *Service, count int) {
	if more := count - s.Desired; more > 0 {
		for _, d := range s.Deployments[1:] {
			if d.Rollout == RolloutCompleted {
				d.want += more
				break
			}
		}
	}
	if count != s.Desired {
		s.Steady = false
	}
	s.Desired = count
	s.touch()
	if r := s.Current; r != nil && !r.Terminal() {
		r.TargetRequested = count
	}
	a.Look(s, a.Rng.Between(300*time.Millisecond, time.Second))
}

// Dimensions are those of the metrics of a service.
func (s *Service) Dimensions() map[string]string {
	return map[string]string{"ClusterName": s.Cluster.Name, "ServiceName": s.Name}
}

// CountRevision counts the tasks that run a revision, and those on the way.
func (s *Service) CountRevision(r *Revision) (up, coming int) {
	for _, t := range s.Live {
		if t.deployment.Revision == r {
			switch t.Last {
			case Running:
				up++
			case Provisioning, Pending, activating:
				coming++
			}
		}
	}
	return up, coming
}
