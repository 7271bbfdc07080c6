package fleet

import (
	"strconv"
	"strings"
	"time"

	"gantry/awsx/sim/taskdef"
	"gantry/awsx/sim/world"
)

// Stop codes.
const (
	FailedToStart    = "TaskFailedToStart"
	EssentialExited  = "EssentialContainerExited"
	UserInitiated    = "UserInitiated"
	SchedulerStopped = "ServiceSchedulerInitiated"
	SpotInterruption = "SpotInterruption"
	Termination      = "TerminationNotice"
)

const (
	// StoppedRetention is how long ECS shows a stopped task. It is not scaled:
	// it is what an operator has time to look at.
	StoppedRetention = time.Hour
	exitKilled       = 137 // 128 + SIGKILL
)

// Create makes a task of a deployment on an instance that has room for it, and
// leaves it PROVISIONING.
func (a *Fleet) Create(d *Deployment, s *Service, on *Instance) *Task {
	t := a.NewTask(d.Def, on)
	t.Service, t.deployment = s, d
	t.Group, t.StartedBy, t.Digests = "service:"+s.Name, d.ID, d.digests
	t.Exec = string(s.Settings["enableExecuteCommand"]) == "true"
	t.Tags = s.taskTags(d.Def)
	s.Live = append(s.Live, t)
	s.touch()
	return t
}

// NewTask makes a task that belongs to nothing yet, and reserves its room.
func (a *Fleet) NewTask(d *taskdef.Definition, on *Instance) *Task {
	a.taskSeq++
	t := &Task{
		Seq:       a.taskSeq,
		ID:        a.Rng.Hex(32),
		Cluster:   on.Cluster,
		Def:       d,
		Instance:  on,
		Desired:   Running,
		Last:      Provisioning,
		Health:    healthUnknown,
		CreatedAt: a.Now,
		Version:   1,
	}
	t.ARN = a.ARN("ecs", "task/"+t.Cluster.Name+"/"+t.ID)
	for _, def := range d.Containers {
		t.Containers = append(t.Containers, &Container{
			Def:       def,
			ARN:       a.ARN("ecs", "container/"+t.Cluster.Name+"/"+t.ID+"/"+a.Rng.UUID()),
			Task:      t,
			Image:     def.Image,
			Last:      Pending,
			Health:    healthUnknown,
			CreatedAt: a.Now,
		})
	}
	if t.Def.NetworkMode == "awsvpc" {
		t.ENI = a.newInterface(on)
	}
	on.reserve(t)
	a.Tasks[t.ARN] = t
	t.Cluster.Tasks = append(t.Cluster.Tasks, t)
	return t
}

func (a *Fleet) newInterface(on *Instance) *Interface {
	return &Interface{
		ID:         "eni-0" + a.Rng.Hex(16),
		Attachment: a.Rng.UUID(),
		Subnet:     world.SubnetOf(on.Az),
		MAC:        "0a:" + a.Rng.Hex(2) + ":" + a.Rng.Hex(2) + ":" + a.Rng.Hex(2) + ":" + a.Rng.Hex(2) + ":" + a.Rng.Hex(2),
		IP:         world.AddressIn(on.Az, 128+a.Rng.IntN(64), 1+a.Rng.IntN(254)),
	}
}

// launch creates a task of a deployment and sets it on its way.
func (a *Fleet) launch(d *Deployment, s *Service, on *Instance, provider string) *Task {
	t := a.Create(d, s, on)
	t.Provider = provider
	a.Provision(t)
	return t
}

// Provision sets a new task on its way.
func (a *Fleet) Provision(t *Task) {
	provision := a.Rng.Between(600*time.Millisecond, 1500*time.Millisecond)
	if t.ENI != nil {
		provision += a.Rng.Between(3*time.Second, 6*time.Second)
	}
	a.inPhase(t, provision, func() {
		a.move(t, Pending)
		a.inPhase(t, a.Rng.Between(500*time.Millisecond, 1500*time.Millisecond), func() { a.startPull(t) })
	})
}

// inPhase plans do for when d has passed, unless the task left its phase first.
func (a *Fleet) inPhase(t *Task, d time.Duration, do func()) {
	last, desired := t.Last, t.Desired
	a.After(d, func() {
		if t.Last == last && t.Desired == desired {
			do()
		}
	})
}

// move changes a task's last known status.
func (a *Fleet) move(t *Task, last string) {
	t.Last = last
	t.touch()
}

func (t *Task) touch() {
	t.Version++
	t.Doc = nil
	t.Service.touch()
	t.Instance.Version++
}

// touch drops the encoded description. A standalone task has no service.
func (s *Service) touch() {
	if s != nil {
		s.Doc = nil
	}
}

func (a *Fleet) startPull(t *Task) {
	t.PullStarted = a.Now
	t.touch()
	a.inPhase(t, a.Rng.Between(1500*time.Millisecond, 5*time.Second), func() {
		if failure := a.PullAll(t); failure != "" {
			a.failStart(t, failure)
			return
		}
		for _, c := range t.Containers {
			if c.Reason = c.Behaviour.Refused; c.Reason != "" {
				a.failStart(t, StartReason(c.Reason))
				return
			}
		}
		t.PullStopped = a.Now
		a.StartContainers(t)
		if t.Service == nil || len(t.deployment.Revision.Resolved) == 0 {
			a.run(t)
			return
		}
		a.move(t, activating)
		a.inPhase(t, a.Rng.Between(700*time.Millisecond, 1500*time.Millisecond), func() {
			a.registerTargets(t)
			a.run(t)
		})
	})
}

// StartReason is a task's reason for what its container says: the agent keeps why
// Docker did not create or start a container with the container.
func StartReason(container string) string {
	for _, code := range []string{"CannotCreateContainerError", "CannotStartContainerError", "DockerTimeoutError"} {
		if strings.HasPrefix(container, code) {
			return "Task failed to start"
		}
	}
	return container
}

// PullAll resolves every image of the task. Within a deployment a tag is
// resolved once: later tasks get the same digest. A standalone task resolves its
// own.
func (a *Fleet) PullAll(t *Task) (failure string) {
	for _, c := range t.Containers {
		digest, behaviour, failure := a.Images.Pull(c.Image, t.Digests[c.Image])
		if failure != "" {
			c.Reason = failure
			return failure
		}
		t.Digests[c.Image] = digest
		c.Digest, c.Behaviour = digest, behaviour
	}
	return ""
}

func (a *Fleet) failStart(t *Task, reason string) {
	t.Desired = Stopped
	t.StopCode, t.StopReason = FailedToStart, reason
	t.StoppingAt = a.Now
	a.countFailure(t)
	for _, c := range t.Containers {
		c.Last = Stopped
	}
	a.move(t, Deprovisioning)
	a.inPhase(t, a.deprovisionTime(t), func() { a.finish(t) })
}

// StartContainers creates the containers: from here on they have a runtime id,
// host ports and an environment.
func (a *Fleet) StartContainers(t *Task) {
	for _, c := range t.Containers {
		c.CreatedAt = a.Now
		c.RuntimeID = a.Rng.Hex(64)
		c.DockerName = dockerName(t.Def, c.Def, a.Rng.Hex(20))
		c.Last = Running
		c.Bindings = t.bind(c)
	}
}

// dockerName follows the agent: ecs-<family>-<revision>-<container>-<20 hex>,
// without the characters of the container's name that Docker refuses.
func dockerName(d *taskdef.Definition, c *taskdef.Container, suffix string) string {
	plain := strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, c.Name)
	return "ecs-" + d.Family + "-" + strconv.Itoa(d.Revision) + "-" + plain + "-" + suffix
}

// run makes the task RUNNING and plans what its processes will do by
// themselves.
func (a *Fleet) run(t *Task) {
	t.StartedAt = a.Now
	a.move(t, Running)
	if d := t.deployment; d != nil {
		d.NeverRan = 0
		d.Inconsistent = false
	}
	for _, c := range t.Containers {
		a.planProcess(t, c)
	}
	a.noteHealth(t)
	a.Look(t.Service, a.Rng.Between(300*time.Millisecond, time.Second))
}

func (a *Fleet) planProcess(t *Task, c *Container) {
	a.Output.Started(c)
	if after, code, dies := c.Fate(); dies {
		a.After(after, func() {
			if c.Last == Running {
				a.Output.Died(c, code)
				a.Exit(c, code)
			}
		})
	}
	if d := c.Behaviour.DegradesAfter; d > 0 {
		t.DegradesAt = a.Now.Add(a.Scaled(a.Rng.Between(d/2, d*3/2)))
	}
	if c.Def.HealthCheck != nil {
		a.planContainerCheck(c, 0)
	}
}

// planContainerCheck runs Docker's health check of a container until its
// outcome can only change by something that happens.
func (a *Fleet) planContainerCheck(c *Container, failures int) {
	h := c.Def.HealthCheck
	a.After(h.Interval, func() {
		if c.Last != Running {
			return
		}
		result := a.Answer(c)
		health := c.Health
		switch {
		case result.Ok:
			failures, health = 0, HealthHealthy
		case a.Now.Sub(c.Task.StartedAt) >= a.Scaled(h.StartPeriod):
			if failures++; failures >= h.Retries {
				health = healthUnhealthy
			}
		}
		if health != c.Health {
			c.Health = health
			a.noteHealth(c.Task)
			a.Look(c.Task.Service, time.Second)
		}
		if result.Ok || health == healthUnhealthy {
			if at, changes := a.nextChange(c); changes {
				a.Agenda.Plan(at, func() { a.planContainerCheck(c, failures) })
			}
			return
		}
		a.planContainerCheck(c, failures)
	})
}
