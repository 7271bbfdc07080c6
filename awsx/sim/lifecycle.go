package sim

import (
	"slices"
	"strings"
	"time"
)

// Stop codes.
const (
	failedToStart    = "TaskFailedToStart"
	essentialExited  = "EssentialContainerExited"
	userInitiated    = "UserInitiated"
	schedulerStopped = "ServiceSchedulerInitiated"
)

const (
	// stoppedRetention is how long ECS shows a stopped task. It is not scaled:
	// it is what an operator has time to look at.
	stoppedRetention = time.Hour
	exitKilled       = 137 // 128 + SIGKILL
)

// create makes a task of a deployment on an instance that has room for it, and
// leaves it PROVISIONING.
func (a *Account) create(d *deployment, s *service, on *instance) *task {
	t := a.newTask(d.def, on)
	t.service, t.deployment = s, d
	t.group, t.startedBy, t.digests = "service:"+s.name, d.id, d.digests
	s.live = append(s.live, t)
	s.touch()
	return t
}

// newTask makes a task that belongs to nothing yet, and reserves its room.
func (a *Account) newTask(d *taskDefinition, on *instance) *task {
	a.taskSeq++
	t := &task{
		seq:       a.taskSeq,
		id:        a.rng.hex(32),
		cluster:   on.cluster,
		def:       d,
		instance:  on,
		desired:   running,
		last:      provisioning,
		health:    healthUnknown,
		createdAt: a.now,
		version:   1,
	}
	t.arn = a.arn("ecs", "task/"+t.cluster.name+"/"+t.id)
	for _, def := range d.containers {
		t.containers = append(t.containers, &container{
			def:       def,
			arn:       a.arn("ecs", "container/"+t.cluster.name+"/"+t.id+"/"+a.rng.uuid()),
			task:      t,
			image:     def.image,
			last:      pending,
			health:    healthUnknown,
			createdAt: a.now,
		})
	}
	if t.def.networkMode == "awsvpc" {
		t.eni = a.newInterface(on)
	}
	on.reserve(t)
	a.tasks[t.arn] = t
	t.cluster.tasks = append(t.cluster.tasks, t)
	return t
}

func (a *Account) newInterface(on *instance) *networkInterface {
	return &networkInterface{
		id:         "eni-0" + a.rng.hex(16),
		attachment: a.rng.uuid(),
		subnet:     subnetOf(on.az),
		mac:        "0a:" + a.rng.hex(2) + ":" + a.rng.hex(2) + ":" + a.rng.hex(2) + ":" + a.rng.hex(2) + ":" + a.rng.hex(2),
		ip:         addressIn(on.az, 128+a.rng.IntN(64), 1+a.rng.IntN(254)),
	}
}

// launch creates a task of a deployment and sets it on its way.
func (a *Account) launch(d *deployment, s *service, on *instance) *task {
	t := a.create(d, s, on)
	a.provision(t)
	return t
}

func (a *Account) provision(t *task) {
	provision := a.rng.between(600*time.Millisecond, 1500*time.Millisecond)
	if t.eni != nil {
		provision += a.rng.between(3*time.Second, 6*time.Second)
	}
	a.inPhase(t, provision, func() {
		a.move(t, pending)
		a.inPhase(t, a.rng.between(500*time.Millisecond, 1500*time.Millisecond), func() { a.startPull(t) })
	})
}

// inPhase plans do for when d has passed, unless the task left its phase first.
func (a *Account) inPhase(t *task, d time.Duration, do func()) {
	last, desired := t.last, t.desired
	a.after(d, func() {
		if t.last == last && t.desired == desired {
			do()
		}
	})
}

// move changes a task's last known status.
func (a *Account) move(t *task, last string) {
	t.last = last
	t.touch()
}

func (t *task) touch() {
	t.version++
	t.doc = nil
	t.service.touch()
	t.instance.version++
}

// touch drops the encoded description. A standalone task has no service.
func (s *service) touch() {
	if s != nil {
		s.doc = nil
	}
}

func (a *Account) startPull(t *task) {
	t.pullStarted = a.now
	t.touch()
	a.inPhase(t, a.rng.between(1500*time.Millisecond, 5*time.Second), func() {
		if failure := a.pullAll(t); failure != "" {
			a.failStart(t, failure)
			return
		}
		t.pullStopped = a.now
		a.startContainers(t)
		if t.service == nil || len(t.deployment.revision.resolved) == 0 {
			a.run(t)
			return
		}
		a.move(t, activating)
		a.inPhase(t, a.rng.between(700*time.Millisecond, 1500*time.Millisecond), func() {
			a.registerTargets(t)
			a.run(t)
		})
	})
}

// pullAll resolves every image of the task. Within a deployment a tag is
// resolved once: later tasks get the same digest. A standalone task resolves its
// own.
func (a *Account) pullAll(t *task) (failure string) {
	for _, c := range t.containers {
		digest, behaviour, failure := a.pull(c.image, t.digests[c.image])
		if failure != "" {
			c.reason = failure
			return failure
		}
		t.digests[c.image] = digest
		c.digest, c.behaviour = digest, behaviour
	}
	return ""
}

func (a *Account) failStart(t *task, reason string) {
	t.desired = stopped
	t.stopCode, t.stopReason = failedToStart, reason
	t.stoppingAt = a.now
	a.countFailure(t)
	for _, c := range t.containers {
		c.last = stopped
	}
	a.move(t, deprovisioning)
	a.inPhase(t, a.deprovisionTime(t), func() { a.finish(t) })
}

// startContainers creates the containers: from here on they have a runtime id,
// host ports and an environment.
func (a *Account) startContainers(t *task) {
	for _, c := range t.containers {
		c.createdAt = a.now
		c.runtimeID = a.rng.hex(64)
		c.dockerName = dockerName(t.def, c.def, a.rng.hex(20))
		c.last = running
		c.bindings = t.bind(c)
	}
}

// dockerName follows the agent: ecs-<family>-<revision>-<container>-<20 hex>,
// without the characters of the container's name that Docker refuses.
func dockerName(d *taskDefinition, c *containerDefinition, suffix string) string {
	plain := strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, c.name)
	return "ecs-" + d.family + "-" + itoa(d.revision) + "-" + plain + "-" + suffix
}

// run makes the task RUNNING and plans what its processes will do by
// themselves.
func (a *Account) run(t *task) {
	t.startedAt = a.now
	a.move(t, running)
	if d := t.deployment; d != nil {
		d.neverRan = 0
		d.inconsistent = false
	}
	for _, c := range t.containers {
		a.planProcess(t, c)
	}
	a.noteHealth(t)
	a.look(t.service, a.rng.between(300*time.Millisecond, time.Second))
}

func (a *Account) planProcess(t *task, c *container) {
	a.logStart(c)
	if after, code, dies := c.fate(); dies {
		a.after(after, func() {
			if c.last == running {
				a.logDeath(c, code)
				a.exit(c, code)
			}
		})
	}
	if d := c.behaviour.DegradesAfter; d > 0 {
		t.degradesAt = a.now.Add(a.scaled(a.rng.between(d/2, d*3/2)))
	}
	if c.def.healthCheck != nil {
		a.planContainerCheck(c, 0)
	}
}

// planContainerCheck runs Docker's health check of a container until its
// outcome can only change by something that happens.
func (a *Account) planContainerCheck(c *container, failures int) {
	h := c.def.healthCheck
	a.after(h.interval, func() {
		if c.last != running {
			return
		}
		result := a.answer(c)
		health := c.health
		switch {
		case result.ok:
			failures, health = 0, healthHealthy
		case a.now.Sub(c.task.startedAt) >= a.scaled(h.startPeriod):
			if failures++; failures >= h.retries {
				health = healthUnhealthy
			}
		}
		if health != c.health {
			c.health = health
			a.noteHealth(c.task)
			a.look(c.task.service, time.Second)
		}
		if result.ok || health == healthUnhealthy {
			if at, changes := a.nextChange(c); changes {
				a.agenda.plan(at, func() { a.planContainerCheck(c, failures) })
			}
			return
		}
		a.planContainerCheck(c, failures)
	})
}

// exit ends a container's process. With an essential one the task ends.
func (a *Account) exit(c *container, code int) {
	t := c.task
	c.last = stopped
	c.exitCode = &code
	if code == exitKilled {
		c.reason = "OutOfMemoryError: Container killed due to memory usage"
	}
	t.touch()
	if !c.def.essential || t.desired == stopped {
		return
	}
	t.desired = stopped
	t.stopCode, t.stopReason = essentialExited, "Essential container in task exited"
	t.stoppingAt = a.now
	a.countFailure(t)
	a.deregisterTargets(t)
	a.move(t, deactivating)
	a.inPhase(t, a.rng.between(500*time.Millisecond, 1200*time.Millisecond), func() { a.terminate(t) })
	a.look(t.service, time.Second)
}

// stop asks for the end of a task, as the scheduler or a person does. The task
// drains its targets first, then it is terminated.
func (a *Account) stop(t *task, code, reason string) {
	if t.desired == stopped {
		return
	}
	t.desired = stopped
	t.stopCode, t.stopReason = code, reason
	t.stoppingAt = a.now
	t.touch()
	hadStarted := t.last == running || t.last == activating
	a.inPhase(t, a.rng.between(500*time.Millisecond, 1200*time.Millisecond), func() {
		if !hadStarted {
			for _, c := range t.containers {
				c.last = stopped
			}
			a.finish(t)
			return
		}
		drain := a.deregisterTargets(t)
		a.move(t, deactivating)
		a.look(t.service, time.Second)
		a.inPhase(t, drain, func() { a.terminate(t) })
	})
}

// terminate sends SIGTERM to what still runs, and SIGKILL to what ignores it
// until its stop timeout ends.
func (a *Account) terminate(t *task) {
	a.move(t, stopping)
	longest := 200 * time.Millisecond
	for _, c := range t.containers {
		if c.last != running {
			continue
		}
		a.logSignal(c)
		lasts, code := a.rng.between(300*time.Millisecond, 2*time.Second), 0
		if c.behaviour.IgnoresTerm {
			lasts, code = c.def.stopTimeout, exitKilled
		}
		longest = max(longest, lasts)
		a.after(lasts, func() {
			c.last, c.exitCode = stopped, &code
			t.touch()
		})
	}
	// Planned after the exits, so that at the same instant it comes after them.
	a.inPhase(t, longest, func() {
		t.execStopped = a.now
		a.move(t, deprovisioning)
		a.inPhase(t, a.deprovisionTime(t), func() { a.finish(t) })
	})
}

func (a *Account) deprovisionTime(t *task) time.Duration {
	if t.eni != nil {
		return a.rng.between(2*time.Second, 5*time.Second)
	}
	return a.rng.between(200*time.Millisecond, 700*time.Millisecond)
}

// finish leaves the task STOPPED and gives its room back.
func (a *Account) finish(t *task) {
	t.stoppedAt = a.now
	if t.execStopped.IsZero() && !t.startedAt.IsZero() {
		t.execStopped = a.now
	}
	a.move(t, stopped)
	t.instance.release(t)
	if s := t.service; s != nil {
		s.live = slices.DeleteFunc(s.live, func(o *task) bool { return o == t })
	}
	a.agenda.plan(a.now.Add(stoppedRetention), func() { a.forget(t) })
	a.look(t.service, 500*time.Millisecond)
}

func (a *Account) forget(t *task) {
	delete(a.tasks, t.arn)
	tasks := t.cluster.tasks
	if i, found := slices.BinarySearchFunc(tasks, t.seq, func(o *task, seq uint64) int { return int(o.seq) - int(seq) }); found {
		t.cluster.tasks = slices.Delete(tasks, i, i+1)
	}
}
