package fleet

import (
	"strconv"
	"time"
)

// Protect keeps a task from being stopped by a scale-in or a deployment for so long;
// zero ends its protection.
func (a *Fleet) Protect(t *Task, lasts time.Duration) {
	t.ProtectedUntil = time.Time{}
	if lasts > 0 {
		t.ProtectedUntil = a.Now.Add(lasts) // what a person asked for is not scaled
		a.lookAt(t.Service, t.ProtectedUntil)
		return
	}
	a.Look(t.Service, time.Second)
}

// Protected reports whether the scheduler may not stop the task at a moment.
func (t *Task) Protected(now time.Time) bool { return now.Before(t.ProtectedUntil) }

// complainProtected says that tasks are too many and may not be stopped.
func (a *Fleet) complainProtected(s *Service, d *Deployment, surplus int) {
	shielded := 0
	for _, t := range s.Live {
		if t.deployment == d && t.Desired == Running && t.Protected(a.Now) {
			shielded++
		}
	}
	if surplus > 0 && shielded > 0 {
		a.complain(s, "was unable to reach steady state because (taskSet "+d.ID+") was unable to scale in due to (reason "+
			strconv.Itoa(shielded)+" tasks under protection)")
		a.Look(s, time.Minute)
	}
}
