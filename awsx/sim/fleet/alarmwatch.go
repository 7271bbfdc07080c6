package fleet

import (
	"slices"
	"time"

	"gantry/awsx/sim/alarms"
)

// AlarmWatch is what a deployment does about the alarms of its configuration.
// A nil one watches nothing.
type AlarmWatch struct {
	Names     []string
	ignored   map[string]bool // were firing when the deployment started
	Triggered []string
	rollback  bool
	Status    string
	bakeEnds  time.Time // zero until everything is in place
}

// watchAlarms begins to watch; a deployment ignores an alarm that fires already
// (Amazon ECS Developer Guide, CloudWatch alarms and deployment failures).
func (a *Fleet) watchAlarms(config Config) *AlarmWatch {
	names, enabled, rollback := config.alarms()
	if !enabled {
		return nil
	}
	w := &AlarmWatch{Names: names, rollback: rollback, ignored: map[string]bool{}, Status: breakerMonitoring}
	for _, name := range names {
		if a.Alarms.Firing(name) {
			w.ignored[name] = true
		}
	}
	return w
}

func (w *AlarmWatch) end() {
	if w != nil && w.Status == breakerMonitoring {
		w.Status = breakerComplete
	}
}

func (w *AlarmWatch) minds(name string) bool {
	return w != nil && w.Status == breakerMonitoring && slices.Contains(w.Names, name) && !w.ignored[name]
}

// alarmFired fails the deployments that mind the alarm, some seconds later, when
// the control plane has looked.
func (a *Fleet) alarmFired(name string) {
	for _, c := range a.Clusters {
		for _, s := range c.Services {
			r := s.Current
			if r == nil || !r.Watch.minds(name) || r.Status != StatusInProgress {
				continue
			}
			a.After(a.Rng.Between(2*time.Second, 6*time.Second), func() {
				if r == s.Current && r.Status == StatusInProgress && r.Watch.minds(name) {
					r.Watch.Status = BreakerTriggered
					r.Watch.Triggered = append(r.Watch.Triggered, name)
					a.trip(s, alarmDetected(), r.Watch.rollback)
				}
			})
		}
	}
}

// baked reports whether the alarms of a deployment stayed quiet for long enough
// since everything was in place, and plans the look at the end of that time. The
// service derives the time from the alarms, here from period and evaluations.
func (a *Fleet) baked(s *Service) bool {
	r := s.Current
	if r == nil || r.Watch == nil || r.Status != StatusInProgress {
		return true
	}
	if r.Watch.bakeEnds.IsZero() {
		r.Watch.bakeEnds = a.Now.Add(a.Scaled(alarms.MetricPeriod * alarms.Evaluations))
	}
	if a.Now.Before(r.Watch.bakeEnds) {
		a.lookAt(s, r.Watch.bakeEnds)
		return false
	}
	return true
}
