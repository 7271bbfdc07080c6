package fleet

import (
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx/sim/wire"
)

// What the scheduler says in more than one place.
const (
	troubleshooting = " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
	// SteadyState ends whatever the scheduler was at.
	SteadyState = "has reached a steady state."
	// Inconsistent is said of a deployment whose tasks do not start.
	Inconsistent = "is unable to consistently start tasks successfully." + troubleshooting
)

// Look has the scheduler look at the service in d.
func (a *Fleet) Look(s *Service, d time.Duration) { a.lookAt(s, a.Now.Add(a.Scaled(d))) }

// lookAt plans one look at the service, unless one is planned before at. Nobody
// looks after a standalone task, which has no service.
func (a *Fleet) lookAt(s *Service, at time.Time) {
	if s == nil || s.looking && !at.Before(s.lookAt) {
		return
	}
	s.looking, s.lookAt = true, at
	a.Agenda.Plan(at, func() {
		if s.looking && s.lookAt.Equal(at) {
			s.looking = false
			a.Schedule(s)
		}
	})
}

// bounds are the fewest healthy and the most RUNNING or PENDING tasks that the
// deployment configuration allows.
func (s *Service) bounds() (lower, upper int) {
	lower = int(math.Ceil(float64(s.Desired) * float64(s.Rolling.minimum()) / 100))
	upper = int(math.Floor(float64(s.Desired) * float64(s.Rolling.maximum()) / 100))
	return lower, upper
}

// census counts a service's tasks as the scheduler sees them.
type census struct {
	Occupying int // RUNNING or on the way there, those that have yet to drain included
	Healthy   int
}

// Census counts the tasks of the service.
func (s *Service) Census() census {
	var c census
	for _, t := range s.Live {
		switch t.Last {
		case Provisioning, Pending, activating, Running:
			c.Occupying++
		}
		if t.passing() {
			c.Healthy++
		}
	}
	return c
}

// standing are the tasks of a deployment that are meant to stay, without those
// that fail their checks or leave a draining instance and are to be replaced.
func (a *Fleet) standing(s *Service, d *Deployment) (count, healthy int) {
	for _, t := range s.Live {
		if t.deployment != d || t.Desired != Running || t.leaving() || a.failing(t) != "" {
			continue
		}
		count++
		if t.passing() {
			healthy++
		}
	}
	return count, healthy
}

// Schedule is one step of the service scheduler: replace what fails, start what
// is missing within the upper bound, stop what is old within the lower one.
func (a *Fleet) Schedule(s *Service) {
	switch {
	case s.Status != "":
		a.bury(s)
		return
	case s.Forgotten:
		return
	case s.Controller != "":
		a.scheduleSets(s)
		return
	case s.shifting():
		a.scheduleShift(s)
		return
	}
	s.countDaemon()
	a.judgeFailing(s)
	head := s.Deployments[0]
	lower, upper := s.bounds()
	room := upper - s.Census().Occupying
	var started []*Task
	// Tasks that die in the older revisions come back there: they carry the
	// traffic while the newer one proves itself.
	for _, d := range s.Deployments[1:] {
		count, _ := a.standing(s, d)
		begun, _ := a.start(s, d, min(d.want-count, room))
		started = append(started, begun...)
		room -= len(begun)
	}
	blocked := 0 // tasks that only need room
	if head.Rollout != RolloutFailed {
		count, _ := a.standing(s, head)
		missing := s.Desired - count
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

// mayStart reports whether the deployment's backoff is over, and plans the next
// look if it is not.
func (a *Fleet) mayStart(s *Service, d *Deployment) bool {
	if !d.notBefore.After(a.Now) {
		return true
	}
	a.lookAt(s, d.notBefore)
	return false
}

// start launches up to n tasks; placed is false when an instance was missing.
func (a *Fleet) start(s *Service, d *Deployment, n int) (begun []*Task, placed bool) {
	for range n {
		on, provider, obstacle := a.Place(s, s.Live, NeedsOf(d.Def))
		if on == nil {
			if obstacle != "" {
				a.complain(s, "was unable to place a task"+obstacle+troubleshooting)
			}
			a.Look(s, 15*time.Second)
			return begun, false
		}
		begun = append(begun, a.launch(d, s, on, provider))
	}
	return begun, true
}

// complain writes an event that the scheduler repeats every few minutes while
// the obstacle lasts.
func (a *Fleet) complain(s *Service, message string) {
	if s.lastComplaint.message == message && a.Now.Sub(s.lastComplaint.at) < a.Scaled(5*time.Minute) {
		return
	}
	s.lastComplaint = complaint{message, a.Now}
	a.Event(s, message)
}

// stopFailing stops tasks that fail their checks: once their replacements are
// healthy, or at once when there is no room to start these first.
func (a *Fleet) stopFailing(s *Service, room int) []*Task {
	var stopped []*Task
	for _, t := range slices.Clone(s.Live) {
		reason := a.failing(t)
		if reason == "" || t.Desired != Running {
			continue
		}
		if _, healthy := a.standing(s, t.deployment); healthy < s.Wanted(t.deployment) && room > 0 {
			continue
		}
		a.Stop(t, SchedulerStopped, reason)
		stopped = append(stopped, t)
	}
	return stopped
}

// stopOld stops tasks of older deployments: as many as new ones became healthy
// beyond the desired count, or as the new ones need to make room, and never so
// many that fewer than lower stay healthy.
func (a *Fleet) stopOld(s *Service, lower, blocked int) []*Task {
	head := s.Deployments[0]
	if head.Rollout == RolloutFailed {
		return nil
	}
	healthy := s.Census().Healthy
	budget := min(healthy-lower, max(healthy-s.Desired, blocked))
	_, ready := a.standing(s, head)
	done := ready >= s.Desired
	var stopped []*Task
	for _, t := range s.Live {
		if t.deployment == head || t.Desired != Running {
			continue
		}
		if t.Protected(a.Now) {
			a.complainProtected(s, t.deployment, 1)
			continue
		}
		switch {
		case t.passing() && budget > 0:
			budget--
		case !t.passing() && (done || blocked > 0 && healthy >= lower || t.deployment.Rollout == RolloutFailed):
		default:
			continue
		}
		t.deployment.want = max(0, t.deployment.want-1)
		a.Stop(t, SchedulerStopped, scaleReason(t.deployment))
		stopped = append(stopped, t)
	}
	return stopped
}

// stopSurplus scales the current deployment in.
func (a *Fleet) stopSurplus(s *Service, lower int) []*Task {
	head := s.Deployments[0]
	if a.moved(s) {
		return nil
	}
	count, _ := a.standing(s, head)
	surplus := count - s.Desired
	if surplus <= 0 || head.Rollout == RolloutFailed {
		return nil
	}
	budget := s.Census().Healthy - lower
	var stopped []*Task
	candidates := a.leastNeeded(s, head)
	a.complainProtected(s, head, surplus-len(candidates))
	for _, t := range candidates[:min(surplus, len(candidates))] {
		if t.passing() {
			if budget == 0 {
				break
			}
			budget--
		}
		a.Stop(t, SchedulerStopped, scaleReason(head))
		stopped = append(stopped, t)
	}
	return stopped
}

// leastNeeded are the standing tasks of a deployment that may be stopped, those first
// that do not serve, then the newest.
func (a *Fleet) leastNeeded(s *Service, d *Deployment) []*Task {
	candidates := slices.DeleteFunc(slices.Clone(s.Live), func(t *Task) bool {
		return t.deployment != d || t.Desired != Running || t.leaving() || a.failing(t) != "" || t.Protected(a.Now)
	})
	slices.SortStableFunc(candidates, func(x, y *Task) int {
		if x.passing() != y.passing() {
			if y.passing() {
				return -1
			}
			return 1
		}
		return int(y.Seq) - int(x.Seq)
	})
	return candidates
}

func scaleReason(d *Deployment) string {
	return "Scaling activity initiated by (deployment " + d.ID + ")"
}

func (a *Fleet) announceStarted(s *Service, tasks []*Task) {
	if len(tasks) == 0 {
		return
	}
	s.Steady = false
	for d, own := range byDeployment(s, tasks) {
		a.eventOf(s, d, "has started "+strconv.Itoa(len(own))+" tasks: "+nameTasks(own)+".")
	}
}

// byDeployment yields the tasks of each task set of a service apart, and those of
// ECS' own deployments together, in the order of the deployments.
func byDeployment(s *Service, tasks []*Task) iter.Seq2[*Deployment, []*Task] {
	return func(yield func(*Deployment, []*Task) bool) {
		if s.Controller == "" {
			yield(nil, tasks)
			return
		}
		for _, d := range s.Deployments {
			var own []*Task
			for _, t := range tasks {
				if t.deployment == d {
					own = append(own, t)
				}
			}
			if len(own) > 0 && !yield(d, own) {
				return
			}
		}
	}
}

// eventOf adds an event of a task set; d is nil for one of the service.
func (a *Fleet) eventOf(s *Service, d *Deployment, message string) {
	if d == nil || d.Set == nil {
		a.Event(s, message)
		return
	}
	a.addEvent(s, a.Now, "(service "+s.Name+", taskSet "+d.ID+") "+message)
}

func (a *Fleet) announceStopped(s *Service, tasks []*Task) {
	if len(tasks) == 0 {
		return
	}
	s.Steady = false
	for d, own := range byDeployment(s, tasks) {
		if len(s.Balancers) > 0 {
			a.eventOf(s, d, "has begun draining connections on "+strconv.Itoa(len(own))+" tasks.")
		}
		a.eventOf(s, d, "has stopped "+strconv.Itoa(len(own))+" running tasks: "+nameTasks(own)+".")
	}
}

func nameTasks(tasks []*Task) string {
	names := make([]string, len(tasks))
	for i, t := range tasks {
		names[i] = "(task " + t.ID + ")"
	}
	return strings.Join(names, " ")
}

// complainDeadlock reports a configuration that lets the scheduler neither
// start a new task nor stop an old one.
func (a *Fleet) complainDeadlock(s *Service, lower, upper, blocked int) {
	deploying := s.Deployments[0].Rollout == RolloutInProgress
	if !deploying || blocked == 0 || s.Desired == 0 || upper > s.Desired || lower < s.Desired {
		return
	}
	a.complain(s, "was unable to stop or start tasks during a deployment because of the service deployment "+
		"configuration. Update the minimumHealthyPercent or maximumPercent value and try again.")
	a.Look(s, 30*time.Second)
}

// conclude ends a deployment that has what it wants, and announces the steady
// state.
func (a *Fleet) conclude(s *Service) {
	head := s.Deployments[0]
	for _, t := range s.Live {
		if t.Desired != Running || t.deployment != head {
			return
		}
	}
	count, healthy := a.standing(s, head)
	if head.Rollout == RolloutFailed || count != s.Desired || healthy != s.Desired || len(s.Live) != s.Desired {
		return
	}
	if head.Rollout == RolloutInProgress && a.baked(s) {
		a.complete(s)
	}
	if !s.Steady {
		s.Steady = true
		a.Event(s, SteadyState)
	}
	a.rebalance(s)
}

// maxEvents is how many events a service keeps.
const maxEvents = 100

// Event adds an event to those of a service, whose name goes before it.
func (a *Fleet) Event(s *Service, message string) {
	a.EventAt(s, a.Now, message)
}

// EventAt adds an event of the past.
func (a *Fleet) EventAt(s *Service, at time.Time, message string) {
	a.addEvent(s, at, "(service "+s.Name+") "+message)
}

func (a *Fleet) addEvent(s *Service, at time.Time, message string) {
	newest := slices.IndexFunc(s.Events, func(e ServiceEvent) bool { return !e.CreatedAt.After(at) })
	if newest < 0 {
		newest = len(s.Events)
	}
	s.Events = slices.Insert(s.Events, newest, ServiceEvent{ID: a.Rng.UUID(), CreatedAt: wire.At(at), Message: message})
	if len(s.Events) > maxEvents {
		s.Events = s.Events[:maxEvents]
	}
	s.touch()
}
