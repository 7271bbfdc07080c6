package sim

import (
	"slices"
	"time"
)

// The lifecycle stages of a service deployment that shifts traffic. The API
// lists the one before production traffic shifts among those of a service
// deployment, though its enumeration has it only for hooks.
const (
	stageReconcile           = "RECONCILE_SERVICE"
	stagePreScaleUp          = "PRE_SCALE_UP"
	stageScaleUp             = "SCALE_UP"
	stagePostScaleUp         = "POST_SCALE_UP"
	stageTestShift           = "TEST_TRAFFIC_SHIFT"
	stagePostTestShift       = "POST_TEST_TRAFFIC_SHIFT"
	stagePreProductionShift  = "PRE_PRODUCTION_TRAFFIC_SHIFT"
	stageProductionShift     = "PRODUCTION_TRAFFIC_SHIFT"
	stagePostProductionShift = "POST_PRODUCTION_TRAFFIC_SHIFT"
	stageBake                = "BAKE_TIME"
	stageCleanUp             = "CLEAN_UP"
)

// shift is how a service deployment goes from one revision to another while
// both run: a walk through lifecycle stages that moves traffic, and only at its
// end stops what ran before.
type shift struct {
	blue, green      *deployment // blue is nil where nothing ran before
	visits           []visit
	at               int // the visit that the walk is at
	stage            string
	test, production int  // green's share of the traffic, in tenths of a percent
	back             bool // on the way back to blue
	released         bool // what a deployment before left behind may go
	dwelt            bool // the stage's own time is over
	called           bool // the stage's hooks were called
	calls            []*hookCall
}

// visit is a stage on the way. Where traffic shifts, green gets permille of it,
// and the next stage waits for the bake time.
type visit struct {
	stage    string
	permille int
	bake     time.Duration
}

// forth is the way from blue to green.
func forth(config rollingConfig, reconcile bool) []visit {
	var visits []visit
	if reconcile {
		visits = append(visits, visit{stage: stageReconcile})
	}
	visits = append(visits, visit{stage: stagePreScaleUp}, visit{stage: stageScaleUp}, visit{stage: stagePostScaleUp},
		visit{stage: stageTestShift, permille: 1000}, visit{stage: stagePostTestShift})
	for _, step := range config.steps() {
		visits = append(visits, visit{stage: stagePreProductionShift}, visit{stageProductionShift, step.permille, step.bake})
	}
	return append(visits, visit{stage: stagePostProductionShift},
		visit{stage: stageBake, bake: config.bakeTime()}, visit{stage: stageCleanUp})
}

// backwards is the way back to blue, which gets the traffic at once unless its
// tasks have begun to stop.
func (x *shift) backwards() []visit {
	var visits []visit
	if x.stage == stageCleanUp {
		visits = append(visits, visit{stage: stageScaleUp})
	}
	return append(visits, visit{stage: stageProductionShift}, visit{stage: stageTestShift}, visit{stage: stageCleanUp})
}

// newShift plans the way to green, which is among the service's deployments.
func newShift(s *service, green *deployment) *shift {
	x := &shift{green: green, blue: s.settled(green)}
	known := 0
	for _, d := range s.deployments {
		if d == x.blue || d == green {
			known++
		}
	}
	x.visits = forth(s.rolling, known < len(s.deployments))
	return x
}

// settled is the deployment that the service can go back to: the last one that
// completed or, while a rollback is under way, the one that this goes to.
func (s *service) settled(besides *deployment) *deployment {
	others := slices.DeleteFunc(slices.Clone(s.deployments), func(d *deployment) bool { return d == besides })
	for _, d := range others {
		if d.rollout == rolloutCompleted {
			return d
		}
	}
	if len(others) == 0 {
		return nil
	}
	return others[0]
}

// shifting tells whether a deployment that shifts traffic is under way.
func (s *service) shifting() bool {
	return s.current != nil && s.current.shift != nil && !s.current.terminal()
}

// wanted is how many tasks of a deployment the service is to have.
func (s *service) wanted(d *deployment) int {
	switch {
	case s.controller != "":
		return s.share(d)
	case s.shifting():
		return s.current.shift.wanted(d, s.desired)
	case d.status == primary:
		return s.desired
	}
	return d.want
}

func (x *shift) wanted(d *deployment, desired int) int {
	switch {
	case d == x.green && x.back:
		if x.stage == stageCleanUp {
			return 0
		}
	case d == x.green:
		if x.stage == "" || x.stage == stageReconcile || x.stage == stagePreScaleUp {
			return 0
		}
	case d == x.blue:
		if !x.back && x.stage == stageCleanUp {
			return 0
		}
	case x.released:
		return 0
	default:
		return d.want
	}
	return desired
}

// begin starts the walk of a service deployment that shifts traffic.
func (a *Account) begin(r *rollout) {
	x, s := r.shift, r.service
	if x.blue != nil {
		// A rollback to it that this deployment replaces is as good as complete.
		x.blue.rollout = rolloutCompleted
		x.blue.want = s.desired
	}
	// What another deployment left behind keeps what it has, until blue has the
	// traffic.
	for _, d := range s.deployments {
		if d != x.blue && d != x.green {
			d.want, _ = a.standing(s, d)
		}
	}
	a.enter(r)
}

// enter comes to the next stage of the walk.
func (a *Account) enter(r *rollout) {
	x, s := r.shift, r.service
	at := x.visits[x.at]
	x.stage, x.dwelt, x.called = at.stage, false, false
	r.updatedAt = a.now
	s.touch()
	lasts := a.rng.between(500*time.Millisecond, 1500*time.Millisecond)
	switch at.stage {
	case stageTestShift:
		x.test = at.permille
		lasts = a.rng.between(2*time.Second, 4*time.Second)
	case stageProductionShift:
		x.production = at.permille
		lasts = a.rng.between(2*time.Second, 4*time.Second)
	case stageCleanUp:
		x.released = true
	}
	if at.stage != stageReconcile {
		a.route(r)
	}
	a.look(s, time.Second)
	back, visited := x.back, x.at
	a.after(lasts+at.bake, func() {
		if x.back == back && x.at == visited {
			x.dwelt = true
			a.progress(r)
		}
	})
}

// progress leaves the stage if it has what it waits for.
func (a *Account) progress(r *rollout) {
	x, s := r.shift, r.service
	if r.terminal() || !x.dwelt || r.status == statusRollbackRequested || !a.reached(r) {
		return
	}
	if !x.called && !x.back {
		x.called = true
		a.callHooks(r)
	}
	if x.waiting() {
		return
	}
	if x.at++; x.at < len(x.visits) {
		a.enter(r)
		return
	}
	a.complete(s)
	a.look(s, time.Second)
}

// reached tells whether the tasks are what the stage is to bring about.
func (a *Account) reached(r *rollout) bool {
	x, s := r.shift, r.service
	switch x.stage {
	case stageReconcile:
		if !x.released {
			if x.blue != nil && !a.full(s, x.blue) {
				return false
			}
			x.released = true
			a.route(r)
			a.look(s, time.Second)
		}
		return !slices.ContainsFunc(s.live, func(t *task) bool { return t.deployment != x.blue })
	case stageScaleUp:
		if x.back {
			return a.full(s, x.blue)
		}
		return a.full(s, x.green)
	case stageCleanUp:
		return !slices.ContainsFunc(s.live, func(t *task) bool { return t.deployment != s.deployments[0] })
	}
	return true
}

// full tells whether every task that a deployment is to have is healthy.
func (a *Account) full(s *service, d *deployment) bool {
	_, healthy := a.standing(s, d)
	return healthy >= s.wanted(d)
}

// turnBack sends the walk back to blue, which rollBack made the PRIMARY again.
func (a *Account) turnBack(r *rollout) {
	x := r.shift
	x.visits, x.at, x.back = x.backwards(), 0, true
	x.dropHooks()
	a.enter(r)
}

// retreat rolls a service deployment back, whoever asked for it.
func (a *Account) retreat(r *rollout, reason string) {
	if !a.rollBack(r.service, reason) {
		r.end(a.now, statusRollbackFailed, "There is no completed deployment to roll back to.")
	}
}

// scheduleShift is one step of the scheduler while two revisions run side by
// side: each is kept at its own count, and neither makes room for the other.
func (a *Account) scheduleShift(s *service) {
	r := s.current
	if blue := r.shift.blue; blue != nil {
		blue.want = s.wanted(blue)
	}
	a.keep(s)
	a.progress(r)
}

// keep starts and stops tasks so that each deployment has what it is to have. A
// deployment that failed gets no new tasks.
func (a *Account) keep(s *service) {
	a.judgeFailing(s)
	var started []*task
	for _, d := range s.deployments {
		count, _ := a.standing(s, d)
		if missing := s.wanted(d) - count; missing > 0 && d.rollout != rolloutFailed && a.mayStart(s, d) {
			begun, _ := a.start(s, d, missing)
			started = append(started, begun...)
		}
	}
	a.announceStarted(s, started)
	lower, _ := s.bounds()
	stopped := a.stopFailing(s, 1) // replacements come first: nothing bounds them from above
	stopped = append(stopped, a.stopDraining(s, lower)...)
	for _, d := range s.deployments {
		count, _ := a.standing(s, d)
		if surplus := count - s.wanted(d); surplus > 0 {
			for _, t := range a.leastNeeded(s, d)[:surplus] {
				a.stop(t, schedulerStopped, scaleReason(d))
				stopped = append(stopped, t)
			}
		}
	}
	a.announceStopped(s, stopped)
}
