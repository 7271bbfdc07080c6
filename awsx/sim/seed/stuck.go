package seed

import (
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/fleet"
)

// stuckSince is how long ago the deployments began that cannot go on.
const stuckSince = 6 * time.Minute

// getStuck begins a deployment and has the scheduler look at it as it did then,
// so that its complaint is among the events from the start.
func (a *seeder) getStuck(s *fleet.Service, rolling fleet.Config, edit func(first map[string]any)) error {
	s.Rolling = rolling
	_, err := a.beginRevision(s, stuckSince, edit)
	if err == nil {
		a.At(a.Ago(stuckSince-2*time.Second), func() { a.Schedule(s) })
	}
	return err
}

// seedPortConflict has a service with a static host port on every instance.
func (a *seeder) seedPortConflict(c *fleet.Cluster) error {
	s, release := a.victim(c, "legacy", "2024.1", "v1.3.0")
	if image := ecr.ParseImage(s.Def.Containers[0].Image); a.Images.Repositories[image.Repository].Tagged(release) == nil {
		a.Images.Push(image.Repository, []string{release}, a.Ago(2*time.Hour), ecr.Behaviour{})
	}
	current := s.Deployments[0]
	for placed := true; placed; {
		placed = a.seedTask(s, current, current.UpdatedAt) != nil
	}
	s.Desired = len(s.Live)
	return a.getStuck(s, fleet.NewConfig(100, 200, false, false), retag(release))
}

// seedNoCapacity deploys a task that is larger than what any instance has left.
func (a *seeder) seedNoCapacity(c *fleet.Cluster) error {
	s, _ := a.victim(c, "api-orders", "", "")
	left := 0
	for _, i := range c.Instances {
		left = max(left, i.Memory-i.UsedMemory)
	}
	return a.getStuck(s, fleet.NewConfig(100, 200, false, false), func(first map[string]any) {
		first["memoryReservation"], first["memory"] = left+64, left+64
	})
}

// seedDeadlock deploys under the largest maximum that leaves no room for one
// task more, while the minimum lets none go.
func (a *seeder) seedDeadlock(c *fleet.Cluster) error {
	s, release := a.victim(c, "api-orders", "v2.32.1", "v1.3.0")
	return a.getStuck(s, fleet.NewConfig(100, 100+99/max(1, s.Desired), false, false), retag(release))
}
