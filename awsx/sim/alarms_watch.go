package sim

import (
	"slices"
	"time"
)

// alarmWatch is what a deployment does about the alarms of its configuration.
// A nil one watches nothing.
type alarmWatch struct {
	names     []string
	ignored   map[string]bool // were firing when the deployment started
	triggered []string
	rollback  bool
	status    string
	bakeEnds  time.Time // zero until everything is in place
}

// watchAlarms begins to watch; a deployment ignores an alarm that fires already
// (Amazon ECS Developer Guide, CloudWatch alarms and deployment failures).
func (a *Account) watchAlarms(config rollingConfig) *alarmWatch {
	names, enabled, rollback := config.alarms()
	if !enabled {
		return nil
	}
	w := &alarmWatch{names: names, rollback: rollback, ignored: map[string]bool{}, status: breakerMonitoring}
	for _, name := range names {
		if on := a.alarms[name]; on != nil && on.State == AlarmFiring {
			w.ignored[name] = true
		}
	}
	return w
}

func (w *alarmWatch) end() {
	if w != nil && w.status == breakerMonitoring {
		w.status = breakerComplete
	}
}

func (w *alarmWatch) minds(name string) bool {
	return w != nil && w.status == breakerMonitoring && slices.Contains(w.names, name) && !w.ignored[name]
}

// alarmFired fails the deployments that mind the alarm, some seconds later, when
// the control plane has looked.
func (a *Account) alarmFired(name string) {
	for _, c := range a.clusters {
		for _, s := range c.services {
			r := s.current
			if r == nil || !r.watch.minds(name) || r.status != statusInProgress {
				continue
			}
			a.after(a.rng.between(2*time.Second, 6*time.Second), func() {
				if r == s.current && r.status == statusInProgress && r.watch.minds(name) {
					r.watch.status = breakerTriggered
					r.watch.triggered = append(r.watch.triggered, name)
					a.trip(s, alarmDetected(), r.watch.rollback)
				}
			})
		}
	}
}

// baked tells whether the alarms of a deployment stayed quiet for long enough
// since everything was in place, and plans the look at the end of that time. The
// service derives the time from the alarms, here from period and evaluations.
func (a *Account) baked(s *service) bool {
	r := s.current
	if r == nil || r.watch == nil || r.status != statusInProgress {
		return true
	}
	if r.watch.bakeEnds.IsZero() {
		r.watch.bakeEnds = a.now.Add(a.scaled(alarmPeriod * alarmEvaluations))
	}
	if a.now.Before(r.watch.bakeEnds) {
		a.lookAt(s, r.watch.bakeEnds)
		return false
	}
	return true
}

type watchDoc struct {
	Status    string   `json:"status"`
	Names     []string `json:"alarmNames"`
	Triggered []string `json:"triggeredAlarmNames"`
}

func (w *alarmWatch) describe() *watchDoc {
	if w == nil {
		return nil
	}
	return &watchDoc{w.status, w.names, append([]string{}, w.triggered...)}
}
