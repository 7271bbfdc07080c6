package fleet

import (
	"slices"
	"time"
)

// Exit ends a container's process. With an essential one the task ends.
func (a *Fleet) Exit(c *Container, code int) {
	t := c.Task
	c.Last = Stopped
	c.ExitCode = &code
	if code == exitKilled {
		c.Reason = "OutOfMemoryError: Container killed due to memory usage"
	}
	t.touch()
	if !c.Def.Essential || t.Desired == Stopped {
		return
	}
	t.Desired = Stopped
	t.StopCode, t.StopReason = EssentialExited, "Essential container in task exited"
	t.StoppingAt = a.Now
	a.countFailure(t)
	a.deregisterTargets(t)
	a.move(t, deactivating)
	a.inPhase(t, a.Rng.Between(500*time.Millisecond, 1200*time.Millisecond), func() { a.terminate(t) })
	a.Look(t.Service, time.Second)
}

// Stop asks for the end of a task, as the scheduler or a person does. The task
// drains its targets first, then it is terminated.
func (a *Fleet) Stop(t *Task, code, reason string) {
	if t.Desired == Stopped {
		return
	}
	t.Desired = Stopped
	t.StopCode, t.StopReason = code, reason
	t.StoppingAt = a.Now
	t.touch()
	hadStarted := t.Last == Running || t.Last == activating
	a.inPhase(t, a.Rng.Between(500*time.Millisecond, 1200*time.Millisecond), func() {
		if !hadStarted {
			for _, c := range t.Containers {
				c.Last = Stopped
			}
			a.finish(t)
			return
		}
		drain := a.deregisterTargets(t)
		a.move(t, deactivating)
		a.Look(t.Service, time.Second)
		a.inPhase(t, drain, func() { a.terminate(t) })
	})
}

// terminate sends SIGTERM to what still runs, and SIGKILL to what ignores it
// until its stop timeout ends.
func (a *Fleet) terminate(t *Task) {
	a.move(t, stopping)
	longest := 200 * time.Millisecond
	for _, c := range t.Containers {
		if c.Last != Running {
			continue
		}
		a.Output.Signalled(c)
		lasts, code := a.Rng.Between(300*time.Millisecond, 2*time.Second), 0
		if c.Behaviour.IgnoresTerm {
			lasts, code = c.Def.StopTimeout, exitKilled
		}
		longest = max(longest, lasts)
		a.After(lasts, func() {
			c.Last, c.ExitCode = Stopped, &code
			t.touch()
		})
	}
	// Planned after the exits, so that at the same instant it comes after them.
	a.inPhase(t, longest, func() {
		t.ExecStopped = a.Now
		a.move(t, Deprovisioning)
		a.inPhase(t, a.deprovisionTime(t), func() { a.finish(t) })
	})
}

func (a *Fleet) deprovisionTime(t *Task) time.Duration {
	if t.ENI != nil {
		return a.Rng.Between(2*time.Second, 5*time.Second)
	}
	return a.Rng.Between(200*time.Millisecond, 700*time.Millisecond)
}

// finish leaves the task STOPPED and gives its room back.
func (a *Fleet) finish(t *Task) {
	t.StoppedAt = a.Now
	if t.ExecStopped.IsZero() && !t.StartedAt.IsZero() {
		t.ExecStopped = a.Now
	}
	a.move(t, Stopped)
	t.Instance.Release(t)
	if s := t.Service; s != nil {
		s.Live = slices.DeleteFunc(s.Live, func(o *Task) bool { return o == t })
	}
	a.Agenda.Plan(a.Now.Add(StoppedRetention), func() { a.Forget(t) })
	a.Look(t.Service, 500*time.Millisecond)
}

// Forget drops a task that ECS no longer shows.
func (a *Fleet) Forget(t *Task) {
	delete(a.Tasks, t.ARN)
	tasks := t.Cluster.Tasks
	if i, found := slices.BinarySearchFunc(tasks, t.Seq, func(o *Task, seq uint64) int { return int(o.Seq) - int(seq) }); found {
		t.Cluster.Tasks = slices.Delete(tasks, i, i+1)
	}
}
