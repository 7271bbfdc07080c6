package sim

import "time"

// stuckSince is how long ago the deployments began that cannot go on.
const stuckSince = 6 * time.Minute

// getStuck begins a deployment and has the scheduler look at it as it did then,
// so that its complaint is among the events from the start.
func (a *Account) getStuck(s *service, rolling rollingConfig, edit func(first map[string]any)) error {
	s.rolling = rolling
	_, err := a.beginRevision(s, stuckSince, edit)
	if err == nil {
		a.at(a.ago(stuckSince-2*time.Second), func() { a.schedule(s) })
	}
	return err
}

// seedPortConflict has a service with a static host port on every instance.
func (a *Account) seedPortConflict(c *cluster) error {
	s, release := a.victim(c, "legacy", "2024.1", "v1.3.0")
	if image := parseImage(s.def.containers[0].image); a.repositories[image.repository].tagged(release) == nil {
		a.push(image.repository, []string{release}, a.ago(2*time.Hour), Behaviour{})
	}
	current := s.deployments[0]
	for placed := true; placed; {
		placed = a.seedTask(s, current, current.updatedAt) != nil
	}
	s.desired = len(s.live)
	return a.getStuck(s, newRolling(100, 200, false, false), retag(release))
}

// seedNoCapacity deploys a task that is larger than what any instance has left.
func (a *Account) seedNoCapacity(c *cluster) error {
	s, _ := a.victim(c, "api-orders", "", "")
	left := 0
	for _, i := range c.instances {
		left = max(left, i.memory-i.usedMemory)
	}
	return a.getStuck(s, newRolling(100, 200, false, false), func(first map[string]any) {
		first["memoryReservation"], first["memory"] = left+64, left+64
	})
}

// seedDeadlock deploys under the largest maximum that leaves no room for one
// task more, while the minimum lets none go.
func (a *Account) seedDeadlock(c *cluster) error {
	s, release := a.victim(c, "api-orders", "v2.32.1", "v1.3.0")
	return a.getStuck(s, newRolling(100, 100+99/max(1, s.desired), false, false), retag(release))
}
