package store

import (
	"gantry/awsx"
)

// HeldServices returns the services of a cluster as they were last read, if all
// of them were and the reading is still fresh; nil otherwise. It reads nothing
// and starts no polling.
func (s *Store) HeldServices(cluster awsx.Ref) []awsx.Service {
	return held[awsx.Service](s, servicesKey(cluster))
}

// HeldInstances returns the container instances of a cluster, under the same
// terms.
func (s *Store) HeldInstances(cluster awsx.Ref) []awsx.Instance {
	return held[awsx.Instance](s, instancesKey(cluster))
}

// held returns copies, of an empty listing an empty list and not nil.
func held[T any](s *Store, key pollKey) []T {
	s.mu.Lock()
	p, ok := s.pollers[key].(*poller[T])
	s.mu.Unlock()
	if !ok {
		return nil
	}
	snap := p.snap.Load()
	if f := snap.State(wall()); f.State != Fresh || f.Partial {
		return nil
	}
	return snap.Values()
}
