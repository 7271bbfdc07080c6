package fleet

import "slices"

// isOn reports whether a task of the service stands on an instance.
func (s *Service) isOn(i *Instance) bool {
	return slices.ContainsFunc(s.Live, func(t *Task) bool { return t.Instance == i })
}

// countDaemon has a daemon want one task on each instance that takes tasks.
func (s *Service) countDaemon() {
	count := 0
	for _, i := range s.Cluster.Instances {
		if i.Status == Active {
			count++
		}
	}
	if s.Daemon && count != s.Desired {
		s.Desired, s.Steady = count, false
		s.touch()
	}
}
