package fleet

import (
	"slices"
	"time"
)

// SetInstanceStatus drains an instance or takes it back, and has the scheduler look.
func (a *Fleet) SetInstanceStatus(i *Instance, status string) {
	if i.Status == status {
		return
	}
	i.Status = status
	i.Version++
	for _, s := range i.Cluster.Services {
		if status == Active || slices.ContainsFunc(s.Live, func(t *Task) bool { return t.Instance == i }) {
			a.Look(s, a.Rng.Between(300*time.Millisecond, time.Second))
		}
	}
}

// leaving reports whether the task is to go because its instance drains.
func (t *Task) leaving() bool { return t.Instance.Status == Draining && t.Desired == Running }

// stopDraining stops tasks on instances that drain: those that do not run yet at
// once, healthy ones as long as lower of the service stay healthy. Their
// replacements start elsewhere, within the upper bound.
func (a *Fleet) stopDraining(s *Service, lower int) (stopped []*Task) {
	budget := s.Census().Healthy - lower
	for _, t := range slices.Clone(s.Live) {
		if !t.leaving() {
			continue
		}
		if t.passing() {
			if budget <= 0 {
				continue
			}
			budget--
		}
		a.Stop(t, SchedulerStopped, scaleReason(t.deployment))
		stopped = append(stopped, t)
	}
	return stopped
}
