package fleet

import (
	"slices"
	"time"
)

// inactiveFor is how long a deleted service can still be described.
const inactiveFor = time.Hour

// Delete deletes a service: it drains until its tasks have stopped, is INACTIVE then,
// and forgotten later (DeleteService). It is no longer listed once it is INACTIVE.
func (a *Fleet) Delete(s *Service) {
	if s.Status != "" {
		return
	}
	s.Status, s.Desired = Draining, 0
	s.touch()
	if r := s.Current; r != nil && !r.Terminal() {
		r.End(a.Now, statusStopped, "The service was deleted.")
	}
	for _, t := range slices.Clone(s.Live) {
		a.Stop(t, SchedulerStopped, "Service deleted")
	}
	a.Look(s, time.Second)
}

// bury takes a deleted service whose tasks have stopped out of its cluster's list.
func (a *Fleet) bury(s *Service) {
	if len(s.Live) > 0 || s.Status == inactive {
		return
	}
	s.Status = inactive
	s.touch()
	s.Cluster.Services = slices.DeleteFunc(s.Cluster.Services, func(o *Service) bool { return o == s })
	a.After(inactiveFor, func() {
		delete(a.Services, s.ARN)
		if s.Cluster.ByName[s.Name] == s {
			delete(s.Cluster.ByName, s.Name)
		}
	})
}
