package sim

import (
	"slices"
	"time"
)

// Target states.
const (
	targetInitial   = "initial"
	targetHealthy   = "healthy"
	targetUnhealthy = "unhealthy"
	targetDraining  = "draining"
	targetUnused    = "unused"
)

type targetGroup struct {
	name, arn          string
	protocol           string
	port               int
	targetType         string // instance or ip
	vpc                string
	balancer           *loadBalancer // nil: no rule sends to the group
	path, matcher      string
	interval           time.Duration
	timeout            time.Duration
	healthyThreshold   int
	unhealthyThreshold int
	deregistration     time.Duration
	targets            []*target // in order of registration
	tags               []tag
	doc                []byte
}

type target struct {
	group               *targetGroup
	id                  string
	port                int
	az                  string
	state               string
	reason, description string
	container           *container // nil: not of a task
	passed, failed      int        // checks in a row
}

// registerTargets enters the task into each target group of its service.
func (a *Account) registerTargets(t *task) {
	for _, target := range t.enterGroups() {
		group := target.group
		a.event(t.service, "(service "+t.service.name+") registered 1 targets in (target-group "+group.arn+")")
		if target.state != targetInitial {
			continue
		}
		a.after(time.Second, func() {
			if target.state == targetInitial {
				target.reason, target.description = "Elb.InitialHealthChecking", "Initial health checks in progress"
			}
		})
		a.planCheck(target, a.rng.between(group.interval/3, group.interval))
	}
}

// enterGroups adds the task's targets to their groups.
func (t *task) enterGroups() []*target {
	for _, lb := range t.deployment.revision.resolved {
		c := t.container(lb.container)
		if c == nil {
			continue
		}
		id, port := t.address(c, lb.port)
		if port == 0 {
			continue
		}
		entered := &target{
			group: lb.group, id: id, port: port, az: t.instance.az, container: c,
			state: targetInitial, reason: "Elb.RegistrationInProgress", description: "Target registration is in progress",
		}
		if lb.group.balancer == nil {
			entered.state, entered.reason = targetUnused, "Target.NotInUse"
			entered.description = "Target group is not configured to receive traffic from the load balancer"
		}
		lb.group.targets = append(lb.group.targets, entered)
		t.targets = append(t.targets, entered)
	}
	return t.targets
}

func (t *task) container(name string) *container {
	for _, c := range t.containers {
		if c.def.name == name {
			return c
		}
	}
	return nil
}

// address is where a target group finds the container's port.
func (t *task) address(c *container, port int) (id string, hostPort int) {
	switch t.def.networkMode {
	case "awsvpc":
		return t.eni.ip, port
	case "host":
		return t.instance.ec2, port
	}
	for _, b := range c.bindings {
		if b.ContainerPort == port {
			return t.instance.ec2, b.HostPort
		}
	}
	return t.instance.ec2, 0
}

// deregisterTargets drains the task's targets and returns how long that takes.
func (a *Account) deregisterTargets(t *task) (longest time.Duration) {
	for _, target := range t.targets {
		if target.state == targetDraining {
			continue
		}
		group := target.group
		a.event(t.service, "(service "+t.service.name+") deregistered 1 targets in (target-group "+group.arn+")")
		if target.state == targetUnused {
			group.remove(target)
			continue
		}
		target.state, target.reason = targetDraining, "Target.DeregistrationInProgress"
		target.description = "Target deregistration is in progress"
		longest = max(longest, group.deregistration)
		a.after(group.deregistration, func() { group.remove(target) })
	}
	return longest
}

func (g *targetGroup) remove(gone *target) {
	g.targets = slices.DeleteFunc(g.targets, func(t *target) bool { return t == gone })
}

func (a *Account) planCheck(t *target, in time.Duration) {
	a.after(in, func() { a.check(t) })
}

// check is one health check. While its outcome and the target's state agree,
// checks are not played until something may change the outcome.
func (a *Account) check(t *target) {
	if t.state == targetDraining {
		return
	}
	result := a.answer(t.container)
	before := t.state
	if result.ok {
		t.passed, t.failed = t.passed+1, 0
		// A new target needs one passed check, one that failed the threshold.
		if t.state == targetInitial || t.passed >= t.group.healthyThreshold {
			t.state, t.reason, t.description = targetHealthy, "", ""
		}
	} else {
		t.passed, t.failed = 0, t.failed+1
		if t.failed >= t.group.unhealthyThreshold {
			t.state, t.reason, t.description = targetUnhealthy, result.reason, result.description
		}
	}
	task := t.container.task
	if t.state != before {
		a.targetChanged(task, t)
	}
	settled := result.ok && t.state == targetHealthy || !result.ok && t.state == targetUnhealthy
	if !settled {
		a.planCheck(t, t.group.interval)
		return
	}
	if at, changes := a.nextChange(t.container); changes {
		wait := a.scaled(a.rng.between(0, t.group.interval))
		a.agenda.plan(at.Add(wait), func() { a.check(t) })
	}
}

func (a *Account) targetChanged(t *task, changed *target) {
	if changed.state == targetHealthy {
		a.noteHealth(t)
		a.look(t.service, a.rng.between(500*time.Millisecond, 1500*time.Millisecond))
		return
	}
	if changed.container.behaviour.Health != AnswersOK || !t.degradesAt.IsZero() {
		a.logUnhealthy(changed.container)
	}
	// ECS minds a failing check only once the grace period is over.
	delay := a.rng.between(time.Second, 3*time.Second)
	at := a.now.Add(a.scaled(delay))
	if ends := a.graceEnds(t); ends.After(at) {
		at = ends
	}
	a.lookAt(t.service, at)
}

func (a *Account) graceEnds(t *task) time.Time {
	if t.service.grace == nil {
		return t.startedAt
	}
	return t.startedAt.Add(a.scaled(time.Duration(*t.service.grace) * time.Second))
}

// noteHealth derives a task's health from its containers, and records the first
// time that it passes everything it is checked by.
func (a *Account) noteHealth(t *task) {
	health, checked := healthHealthy, false
	for _, c := range t.containers {
		if c.def.healthCheck == nil {
			continue
		}
		checked = true
		if c.health == healthUnhealthy || c.health == healthUnknown && health != healthUnhealthy {
			health = c.health
		}
	}
	if !checked {
		health = healthUnknown
	}
	if t.health != health {
		t.health = health
		t.touch()
	}
	if t.passing() && !t.wasHealthy {
		t.wasHealthy = true
		a.firstHealthy(t)
	}
}

// passing tells whether the task counts as healthy for its service: RUNNING,
// with all of its container checks and targets in order.
func (t *task) passing() bool {
	if t.last != running || t.desired != running {
		return false
	}
	for _, c := range t.containers {
		if c.def.healthCheck != nil && c.health != healthHealthy {
			return false
		}
	}
	for _, target := range t.targets {
		if target.state != targetHealthy && target.state != targetUnused {
			return false
		}
	}
	return true
}
