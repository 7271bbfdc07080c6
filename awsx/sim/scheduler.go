package sim

import (
	"math"
	"slices"
	"strings"
	"time"
)

// troubleshooting ends the events that report a problem.
const troubleshooting = " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."

// look has the scheduler look at the service in d.
func (a *Account) look(s *service, d time.Duration) { a.lookAt(s, a.now.Add(a.scaled(d))) }

// lookAt plans one look at the service, unless one is planned before at. Nobody
// looks after a standalone task, which has no service.
func (a *Account) lookAt(s *service, at time.Time) {
	if s == nil || s.looking && !at.Before(s.lookAt) {
		return
	}
	s.looking, s.lookAt = true, at
	a.agenda.plan(at, func() {
		if s.looking && s.lookAt.Equal(at) {
			s.looking = false
			a.schedule(s)
		}
	})
}

// bounds are the fewest healthy and the most RUNNING or PENDING tasks that the
// deployment configuration allows.
func (s *service) bounds() (lower, upper int) {
	lower = int(math.Ceil(float64(s.desired) * float64(s.rolling.minimum()) / 100))
	upper = int(math.Floor(float64(s.desired) * float64(s.rolling.maximum()) / 100))
	return lower, upper
}

// census counts a service's tasks as the scheduler sees them.
type census struct {
	occupying int // RUNNING or on the way there, those that have yet to drain included
	healthy   int
}

func (s *service) census() census {
	var c census
	for _, t := range s.live {
		switch t.last {
		case provisioning, pending, activating, running:
			c.occupying++
		}
		if t.passing() {
			c.healthy++
		}
	}
	return c
}

// standing are the tasks of a deployment that are meant to stay, without those
// that fail their checks or leave a draining instance and are to be replaced.
func (a *Account) standing(s *service, d *deployment) (count, healthy int) {
	for _, t := range s.live {
		if t.deployment != d || t.desired != running || t.leaving() || a.failing(t) != "" {
			continue
		}
		count++
		if t.passing() {
			healthy++
		}
	}
	return count, healthy
}

// schedule is one step of the service scheduler: replace what fails, start what
// is missing within the upper bound, stop what is old within the lower one.
func (a *Account) schedule(s *service) {
	switch {
	case s.controller != "":
		a.scheduleSets(s)
		return
	case s.shifting():
		a.scheduleShift(s)
		return
	}
	a.judgeFailing(s)
	head := s.deployments[0]
	lower, upper := s.bounds()
	room := upper - s.census().occupying
	var started []*task
	// Tasks that die in the older revisions come back there: they carry the
	// traffic while the newer one proves itself.
	for _, d := range s.deployments[1:] {
		count, _ := a.standing(s, d)
		begun, _ := a.start(s, d, min(d.want-count, room))
		started = append(started, begun...)
		room -= len(begun)
	}
	blocked := 0 // tasks that only need room
	if head.rollout != rolloutFailed {
		count, _ := a.standing(s, head)
		missing := s.desired - count
		if missing > 0 && a.mayStart(s, head) {
			begun, placed := a.start(s, head, min(missing, room))
			started = append(started, begun...)
			room -= len(begun)
			if missing > len(begun) && (room <= 0 || !placed) {
				blocked = missing - len(begun)
			}
		}
	}
	a.announceStarted(s, started)
	stopped := a.stopFailing(s, room)
	stopped = append(stopped, a.stopDraining(s, lower)...)
	stopped = append(stopped, a.stopOld(s, lower, blocked)...)
	stopped = append(stopped, a.stopSurplus(s, lower)...)
	a.announceStopped(s, stopped)
	a.complainDeadlock(s, lower, upper, blocked)
	a.conclude(s)
}

// mayStart tells whether the deployment's backoff is over, and plans the next
// look if it is not.
func (a *Account) mayStart(s *service, d *deployment) bool {
	if !d.notBefore.After(a.now) {
		return true
	}
	a.lookAt(s, d.notBefore)
	return false
}

// start launches up to n tasks; placed is false when an instance was missing.
func (a *Account) start(s *service, d *deployment, n int) (begun []*task, placed bool) {
	for range n {
		on, obstacle := a.place(s, d.def)
		if on == nil {
			a.complain(s, "(service "+s.name+") was unable to place a task because no container instance met all of its requirements. "+
				obstacle+troubleshooting)
			a.look(s, 15*time.Second)
			return begun, false
		}
		begun = append(begun, a.launch(d, s, on))
	}
	return begun, true
}

// complain writes an event that the scheduler repeats every few minutes while
// the obstacle lasts.
func (a *Account) complain(s *service, message string) {
	if s.lastComplaint.message == message && a.now.Sub(s.lastComplaint.at) < a.scaled(5*time.Minute) {
		return
	}
	s.lastComplaint = complaint{message, a.now}
	a.event(s, message)
}

// stopFailing stops tasks that fail their checks: once their replacements are
// healthy, or at once when there is no room to start these first.
func (a *Account) stopFailing(s *service, room int) []*task {
	var stopped []*task
	for _, t := range slices.Clone(s.live) {
		reason := a.failing(t)
		if reason == "" || t.desired != running {
			continue
		}
		if _, healthy := a.standing(s, t.deployment); healthy < s.wanted(t.deployment) && room > 0 {
			continue
		}
		a.stop(t, schedulerStopped, reason)
		stopped = append(stopped, t)
	}
	return stopped
}

// stopOld stops tasks of older deployments: as many as new ones became healthy
// beyond the desired count, or as the new ones need to make room, and never so
// many that fewer than lower stay healthy.
func (a *Account) stopOld(s *service, lower, blocked int) []*task {
	head := s.deployments[0]
	if head.rollout == rolloutFailed {
		return nil
	}
	healthy := s.census().healthy
	budget := min(healthy-lower, max(healthy-s.desired, blocked))
	_, ready := a.standing(s, head)
	done := ready >= s.desired
	var stopped []*task
	for _, t := range s.live {
		if t.deployment == head || t.desired != running {
			continue
		}
		switch {
		case t.passing() && budget > 0:
			budget--
		case !t.passing() && (done || blocked > 0 && healthy >= lower || t.deployment.rollout == rolloutFailed):
		default:
			continue
		}
		t.deployment.want = max(0, t.deployment.want-1)
		a.stop(t, schedulerStopped, scaleReason(t.deployment))
		stopped = append(stopped, t)
	}
	return stopped
}

// stopSurplus scales the current deployment in.
func (a *Account) stopSurplus(s *service, lower int) []*task {
	head := s.deployments[0]
	count, _ := a.standing(s, head)
	surplus := count - s.desired
	if surplus <= 0 || head.rollout == rolloutFailed {
		return nil
	}
	budget := s.census().healthy - lower
	var stopped []*task
	for _, t := range a.leastNeeded(s, head)[:surplus] {
		if t.passing() {
			if budget == 0 {
				break
			}
			budget--
		}
		a.stop(t, schedulerStopped, scaleReason(head))
		stopped = append(stopped, t)
	}
	return stopped
}

// leastNeeded are the standing tasks of a deployment, those first that do not
// serve, then the newest.
func (a *Account) leastNeeded(s *service, d *deployment) []*task {
	candidates := slices.DeleteFunc(slices.Clone(s.live), func(t *task) bool {
		return t.deployment != d || t.desired != running || t.leaving() || a.failing(t) != ""
	})
	slices.SortStableFunc(candidates, func(x, y *task) int {
		if x.passing() != y.passing() {
			if y.passing() {
				return -1
			}
			return 1
		}
		return int(y.seq) - int(x.seq)
	})
	return candidates
}

func scaleReason(d *deployment) string {
	return "Scaling activity initiated by (deployment " + d.id + ")"
}

func (a *Account) announceStarted(s *service, tasks []*task) {
	if len(tasks) == 0 {
		return
	}
	s.steady = false
	a.event(s, "(service "+s.name+") has started "+itoa(len(tasks))+" tasks: "+nameTasks(tasks)+".")
}

func (a *Account) announceStopped(s *service, tasks []*task) {
	if len(tasks) == 0 {
		return
	}
	s.steady = false
	if len(s.balancers) > 0 {
		a.event(s, "(service "+s.name+") has begun draining connections on "+itoa(len(tasks))+" tasks.")
	}
	a.event(s, "(service "+s.name+") has stopped "+itoa(len(tasks))+" running tasks: "+nameTasks(tasks)+".")
}

func nameTasks(tasks []*task) string {
	names := make([]string, len(tasks))
	for i, t := range tasks {
		names[i] = "(task " + t.id + ")"
	}
	return strings.Join(names, " ")
}

// complainDeadlock reports a configuration that lets the scheduler neither
// start a new task nor stop an old one.
func (a *Account) complainDeadlock(s *service, lower, upper, blocked int) {
	deploying := s.deployments[0].rollout == rolloutInProgress
	if !deploying || blocked == 0 || s.desired == 0 || upper > s.desired || lower < s.desired {
		return
	}
	a.complain(s, "(service "+s.name+") was unable to stop or start tasks during a deployment because of the service deployment "+
		"configuration. Update the minimumHealthyPercent or maximumPercent value and try again.")
	a.look(s, 30*time.Second)
}

// conclude ends a deployment that has what it wants, and announces the steady
// state.
func (a *Account) conclude(s *service) {
	head := s.deployments[0]
	for _, t := range s.live {
		if t.desired != running || t.deployment != head {
			return
		}
	}
	count, healthy := a.standing(s, head)
	if head.rollout == rolloutFailed || count != s.desired || healthy != s.desired || len(s.live) != s.desired {
		return
	}
	if head.rollout == rolloutInProgress && a.baked(s) {
		a.complete(s)
	}
	if !s.steady {
		s.steady = true
		a.event(s, "(service "+s.name+") has reached a steady state.")
	}
}

// maxEvents is how many events a service keeps.
const maxEvents = 100

func (a *Account) event(s *service, message string) {
	a.eventAt(s, a.now, message)
}

func (a *Account) eventAt(s *service, at time.Time, message string) {
	newest := slices.IndexFunc(s.events, func(e serviceEvent) bool { return !e.CreatedAt.After(at) })
	if newest < 0 {
		newest = len(s.events)
	}
	s.events = slices.Insert(s.events, newest, serviceEvent{ID: a.rng.uuid(), CreatedAt: epoch{at}, Message: message})
	if len(s.events) > maxEvents {
		s.events = s.events[:maxEvents]
	}
	s.touch()
}
