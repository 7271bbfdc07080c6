package sim

import (
	"slices"
	"time"
)

type updateInstancesStateInput struct {
	Cluster   string   `json:"cluster"`
	Instances []string `json:"containerInstances"`
	Status    string   `json:"status"`
}

// updateInstancesState drains instances or takes them back. What a drain does to
// the tasks there is the scheduler's: see stopDraining. Standalone tasks stay
// (UpdateContainerInstancesState).
func (a *Account) updateInstancesState(in *updateInstancesStateInput) ([]byte, error) {
	if in.Status != active && in.Status != draining {
		return nil, invalid("Container instance status should be one of [ACTIVE, DRAINING]")
	}
	return a.describeEach(kindOfInstances(10), in.Cluster, in.Instances, func(c *cluster, name string) []byte {
		i := a.findInstance(c, name)
		if i == nil {
			return nil
		}
		a.setInstanceStatus(i, in.Status)
		return encode(i.describe())
	})
}

func (a *Account) setInstanceStatus(i *instance, status string) {
	if i.status == status {
		return
	}
	i.status = status
	i.version++
	for _, s := range i.cluster.services {
		if status == active || slices.ContainsFunc(s.live, func(t *task) bool { return t.instance == i }) {
			a.look(s, a.rng.between(300*time.Millisecond, time.Second))
		}
	}
}

// leaving tells whether the task is to go because its instance drains.
func (t *task) leaving() bool { return t.instance.status == draining && t.desired == running }

// stopDraining stops tasks on instances that drain: those that do not run yet at
// once, healthy ones as long as lower of the service stay healthy. Their
// replacements start elsewhere, within the upper bound.
func (a *Account) stopDraining(s *service, lower int) (stopped []*task) {
	budget := s.census().healthy - lower
	for _, t := range slices.Clone(s.live) {
		if !t.leaving() {
			continue
		}
		if t.passing() {
			if budget <= 0 {
				continue
			}
			budget--
		}
		a.stop(t, schedulerStopped, scaleReason(t.deployment))
		stopped = append(stopped, t)
	}
	return stopped
}
