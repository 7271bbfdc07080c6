package fleet

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
	StagePostTestShift       = "POST_TEST_TRAFFIC_SHIFT"
	stagePreProductionShift  = "PRE_PRODUCTION_TRAFFIC_SHIFT"
	stageProductionShift     = "PRODUCTION_TRAFFIC_SHIFT"
	stagePostProductionShift = "POST_PRODUCTION_TRAFFIC_SHIFT"
	stageBake                = "BAKE_TIME"
	StageCleanUp             = "CLEAN_UP"
)

// Shift is how a service deployment goes from one revision to another while
// both run: a walk through lifecycle stages that moves traffic, and only at its
// end stops what ran before.
type Shift struct {
	Blue, green      *Deployment // blue is nil where nothing ran before
	visits           []visit
	at               int // the visit that the walk is at
	Stage            string
	Test, Production int  // green's share of the traffic, in tenths of a percent
	back             bool // on the way back to blue
	released         bool // what a deployment before left behind may go
	dwelt            bool // the stage's own time is over
	called           bool // the stage's hooks were called
	Calls            []*HookCall
}

// visit is a stage on the way. Where traffic shifts, green gets permille of it,
// and the next stage waits for the bake time.
type visit struct {
	stage    string
	permille int
	bake     time.Duration
}

// forth is the way from blue to green.
func forth(config Config, reconcile bool) []visit {
	var visits []visit
	if reconcile {
		visits = append(visits, visit{stage: stageReconcile})
	}
	visits = append(visits, visit{stage: stagePreScaleUp}, visit{stage: stageScaleUp}, visit{stage: stagePostScaleUp},
		visit{stage: stageTestShift, permille: 1000}, visit{stage: StagePostTestShift})
	for _, step := range config.steps() {
		visits = append(visits, visit{stage: stagePreProductionShift}, visit{stageProductionShift, step.permille, step.bake})
	}
	return append(visits, visit{stage: stagePostProductionShift},
		visit{stage: stageBake, bake: config.bakeTime()}, visit{stage: StageCleanUp})
}

// backwards is the way back to blue, which gets the traffic at once unless its
// tasks have begun to stop.
func (x *Shift) backwards() []visit {
	var visits []visit
	if x.Stage == StageCleanUp {
		visits = append(visits, visit{stage: stageScaleUp})
	}
	return append(visits, visit{stage: stageProductionShift}, visit{stage: stageTestShift}, visit{stage: StageCleanUp})
}

// newShift plans the way to green, which is among the service's deployments.
func newShift(s *Service, green *Deployment) *Shift {
	x := &Shift{green: green, Blue: s.settled(green)}
	known := 0
	for _, d := range s.Deployments {
		if d == x.Blue || d == green {
			known++
		}
	}
	x.visits = forth(s.Rolling, known < len(s.Deployments))
	return x
}

// settled is the deployment that the service can go back to: the last one that
// completed or, while a rollback is under way, the one that this goes to.
func (s *Service) settled(besides *Deployment) *Deployment {
	others := slices.DeleteFunc(slices.Clone(s.Deployments), func(d *Deployment) bool { return d == besides })
	for _, d := range others {
		if d.Rollout == RolloutCompleted {
			return d
		}
	}
	if len(others) == 0 {
		return nil
	}
	return others[0]
}

// shifting reports whether a deployment that shifts traffic is under way.
func (s *Service) shifting() bool {
	return s.Current != nil && s.Current.Shift != nil && !s.Current.Terminal()
}

// Wanted is how many tasks of a deployment the service is to have.
func (s *Service) Wanted(d *Deployment) int {
	switch {
	case s.Controller != "":
		return s.Share(d)
	case s.shifting():
		return s.Current.Shift.wanted(d, s.Desired)
	case d.Status == Primary:
		return s.Desired
	}
	return d.want
}

func (x *Shift) wanted(d *Deployment, desired int) int {
	switch {
	case d == x.green && x.back:
		if x.Stage == StageCleanUp {
			return 0
		}
	case d == x.green:
		if x.Stage == "" || x.Stage == stageReconcile || x.Stage == stagePreScaleUp {
			return 0
		}
	case d == x.Blue:
		if !x.back && x.Stage == StageCleanUp {
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
func (a *Fleet) begin(r *Rollout) {
	x, s := r.Shift, r.Service
	if x.Blue != nil {
		// A rollback to it that this deployment replaces is as good as complete.
		x.Blue.Rollout = RolloutCompleted
		x.Blue.want = s.Desired
	}
	// What another deployment left behind keeps what it has, until blue has the
	// traffic.
	for _, d := range s.Deployments {
		if d != x.Blue && d != x.green {
			d.want, _ = a.standing(s, d)
		}
	}
	a.enter(r)
}

// enter comes to the next stage of the walk.
func (a *Fleet) enter(r *Rollout) {
	x, s := r.Shift, r.Service
	at := x.visits[x.at]
	x.Stage, x.dwelt, x.called = at.stage, false, false
	r.UpdatedAt = a.Now
	s.touch()
	lasts := a.Rng.Between(500*time.Millisecond, 1500*time.Millisecond)
	switch at.stage {
	case stageTestShift:
		x.Test = at.permille
		lasts = a.Rng.Between(2*time.Second, 4*time.Second)
	case stageProductionShift:
		x.Production = at.permille
		lasts = a.Rng.Between(2*time.Second, 4*time.Second)
	case StageCleanUp:
		x.released = true
	}
	if at.stage != stageReconcile {
		a.Route(r)
	}
	a.Look(s, time.Second)
	back, visited := x.back, x.at
	a.After(lasts+at.bake, func() {
		if x.back == back && x.at == visited {
			x.dwelt = true
			a.progress(r)
		}
	})
}

// progress leaves the stage if it has what it waits for.
func (a *Fleet) progress(r *Rollout) {
	x, s := r.Shift, r.Service
	if r.Terminal() || !x.dwelt || r.Status == StatusRollbackRequested || !a.reached(r) {
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
	a.Look(s, time.Second)
}

// reached reports whether the tasks are what the stage is to bring about.
func (a *Fleet) reached(r *Rollout) bool {
	x, s := r.Shift, r.Service
	switch x.Stage {
	case stageReconcile:
		if !x.released {
			if x.Blue != nil && !a.full(s, x.Blue) {
				return false
			}
			x.released = true
			a.Route(r)
			a.Look(s, time.Second)
		}
		return !slices.ContainsFunc(s.Live, func(t *Task) bool { return t.deployment != x.Blue })
	case stageScaleUp:
		if x.back {
			return a.full(s, x.Blue)
		}
		return a.full(s, x.green)
	case StageCleanUp:
		return !slices.ContainsFunc(s.Live, func(t *Task) bool { return t.deployment != s.Deployments[0] })
	}
	return true
}

// full reports whether every task that a deployment is to have is healthy.
func (a *Fleet) full(s *Service, d *Deployment) bool {
	_, healthy := a.standing(s, d)
	return healthy >= s.Wanted(d)
}

// turnBack sends the walk back to blue, which rollBack made the PRIMARY again.
func (a *Fleet) turnBack(r *Rollout) {
	x := r.Shift
	x.visits, x.at, x.back = x.backwards(), 0, true
	x.dropHooks()
	a.enter(r)
}

// Retreat rolls a service deployment back, whoever asked for it.
func (a *Fleet) Retreat(r *Rollout, reason string) {
	if !a.rollBack(r.Service, reason) {
		r.End(a.Now, statusRollbackFailed, "There is no completed deployment to roll back to.")
	}
}

// scheduleShift is one step of the scheduler while two revisions run side by
// side: each is kept at its own count, and neither makes room for the other.
func (a *Fleet) scheduleShift(s *Service) {
	r := s.Current
	if blue := r.Shift.Blue; blue != nil {
		blue.want = s.Wanted(blue)
	}
	a.keep(s)
	a.progress(r)
}

// keep starts and stops tasks so that each deployment has what it is to have. A
// deployment that failed gets no new tasks.
func (a *Fleet) keep(s *Service) {
	a.judgeFailing(s)
	var started []*Task
	for _, d := range s.Deployments {
		count, _ := a.standing(s, d)
		if missing := s.Wanted(d) - count; missing > 0 && d.Rollout != RolloutFailed && a.mayStart(s, d) {
			begun, _ := a.start(s, d, missing)
			started = append(started, begun...)
		}
	}
	a.announceStarted(s, started)
	lower, _ := s.bounds()
	stopped := a.stopFailing(s, 1) // replacements come first: nothing bounds them from above
	stopped = append(stopped, a.stopDraining(s, lower)...)
	for _, d := range s.Deployments {
		count, _ := a.standing(s, d)
		if surplus := count - s.Wanted(d); surplus > 0 {
			candidates := a.leastNeeded(s, d)
			a.complainProtected(s, d, surplus-len(candidates))
			for _, t := range candidates[:min(surplus, len(candidates))] {
				a.Stop(t, SchedulerStopped, scaleReason(d))
				stopped = append(stopped, t)
			}
		}
	}
	a.announceStopped(s, stopped)
}
