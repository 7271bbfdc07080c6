package fleet

import (
	"strings"
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/elb"
)

// registration is a container's place in a target group, with the checks that the
// load balancer made of it.
type registration struct {
	*elb.Target
	Container      *Container
	passed, Failed int // checks in a row
}

// registerTargets enters the task into each target group of its service.
func (a *Fleet) registerTargets(t *Task) {
	for _, target := range a.EnterGroups(t) {
		group := target.Group
		a.eventOf(t.Service, t.deployment, "registered 1 targets in (target-group "+group.ARN+")")
		if target.State != elb.TargetInitial {
			continue
		}
		a.After(time.Second, func() {
			if target.State == elb.TargetInitial {
				target.Reason, target.Description = "Elb.InitialHealthChecking", "Initial health checks in progress"
			}
		})
		a.planCheck(target, a.Rng.Between(group.Interval/3, group.Interval))
	}
}

// EnterGroups adds the task's targets to their groups.
func (a *Fleet) EnterGroups(t *Task) []*registration {
	for _, lb := range t.deployment.Revision.Resolved {
		c := t.container(lb.Container)
		if c == nil {
			continue
		}
		if lb.Group.Deleted {
			a.complain(t.Service, "failed to register targets in (target-group "+lb.Group.ARN+") with (error The specified target group does not exist.)")
			continue
		}
		id, port := t.address(c, lb.Port)
		if port == 0 {
			continue
		}
		entered := &registration{Container: c, Target: &elb.Target{
			Group: lb.Group, ID: id, Port: port, Az: t.Instance.Az,
			State: elb.TargetInitial, Reason: "Elb.RegistrationInProgress", Description: "Target registration is in progress",
		}}
		if lb.Group.Balancer == nil {
			entered.State, entered.Reason = elb.TargetUnused, "Target.NotInUse"
			entered.Description = "Target group is not configured to receive traffic from the load balancer"
		}
		lb.Group.Targets = append(lb.Group.Targets, entered.Target)
		t.Targets = append(t.Targets, entered)
	}
	return t.Targets
}

func (t *Task) container(name string) *Container {
	for _, c := range t.Containers {
		if c.Def.Name == name {
			return c
		}
	}
	return nil
}

// address is where a target group finds the container's port.
func (t *Task) address(c *Container, port int) (id string, hostPort int) {
	switch t.Def.NetworkMode {
	case "awsvpc":
		return t.ENI.IP, port
	case "host":
		return t.Instance.EC2, port
	}
	for _, b := range c.Bindings {
		if b.ContainerPort == port {
			return t.Instance.EC2, b.HostPort
		}
	}
	return t.Instance.EC2, 0
}

// deregisterTargets drains the task's targets and returns how long that takes.
func (a *Fleet) deregisterTargets(t *Task) (longest time.Duration) {
	for _, target := range t.Targets {
		if target.State == elb.TargetDraining {
			continue
		}
		group := target.Group
		a.eventOf(t.Service, t.deployment, "deregistered 1 targets in (target-group "+group.ARN+")")
		if target.State == elb.TargetUnused {
			group.Remove(target.Target)
			continue
		}
		target.State, target.Reason = elb.TargetDraining, "Target.DeregistrationInProgress"
		target.Description = "Target deregistration is in progress"
		a.measure(group)
		longest = max(longest, group.Deregistration)
		a.After(group.Deregistration, func() { group.Remove(target.Target) })
	}
	return longest
}

// measure tells the alarms how many targets of a group are unhealthy.
func (a *Fleet) measure(g *elb.Group) {
	unhealthy := 0
	for _, t := range g.Targets {
		if t.State == elb.TargetUnhealthy {
			unhealthy++
		}
	}
	a.Alarms.Measure("UnHealthyHostCount", "TargetGroup", g.ARN[strings.LastIndexByte(g.ARN, ':')+1:], float64(unhealthy))
}

func (a *Fleet) planCheck(t *registration, in time.Duration) {
	a.After(in, func() { a.Check(t) })
}

// Check is one health check. While its outcome and the target's state agree,
// checks are not played until something may change the outcome.
func (a *Fleet) Check(t *registration) {
	if t.State == elb.TargetDraining {
		return
	}
	result := a.Answer(t.Container)
	before := t.State
	if result.Ok {
		t.passed, t.Failed = t.passed+1, 0
		// A new target needs one passed check, one that failed the threshold.
		if t.State == elb.TargetInitial || t.passed >= t.Group.HealthyThreshold {
			t.State, t.Reason, t.Description = elb.TargetHealthy, "", ""
		}
	} else {
		t.passed, t.Failed = 0, t.Failed+1
		if t.Failed >= t.Group.UnhealthyThreshold {
			t.State, t.Reason, t.Description = elb.TargetUnhealthy, result.Reason, result.Description
		}
	}
	task := t.Container.Task
	if t.State != before {
		a.measure(t.Group)
		a.targetChanged(task, t)
	}
	settled := result.Ok && t.State == elb.TargetHealthy || !result.Ok && t.State == elb.TargetUnhealthy
	if !settled {
		a.planCheck(t, t.Group.Interval)
		return
	}
	if at, changes := a.nextChange(t.Container); changes {
		wait := a.Scaled(a.Rng.Between(0, t.Group.Interval))
		a.Agenda.Plan(at.Add(wait), func() { a.Check(t) })
	}
}

func (a *Fleet) targetChanged(t *Task, changed *registration) {
	if changed.State == elb.TargetHealthy {
		a.noteHealth(t)
		a.Look(t.Service, a.Rng.Between(500*time.Millisecond, 1500*time.Millisecond))
		return
	}
	if changed.Container.Behaviour.Health != ecr.AnswersOK || !t.DegradesAt.IsZero() {
		a.Output.FailsChecks(changed.Container)
	}
	// ECS minds a failing check only once the grace period is over.
	delay := a.Rng.Between(time.Second, 3*time.Second)
	at := a.Now.Add(a.Scaled(delay))
	if ends := a.graceEnds(t); ends.After(at) {
		at = ends
	}
	a.lookAt(t.Service, at)
}

func (a *Fleet) graceEnds(t *Task) time.Time {
	if t.Service.Grace == nil {
		return t.StartedAt
	}
	return t.StartedAt.Add(a.Scaled(time.Duration(*t.Service.Grace) * time.Second))
}

// noteHealth derives a task's health from its containers, and records the first
// time that it passes everything it is checked by.
func (a *Fleet) noteHealth(t *Task) {
	health, checked := HealthHealthy, false
	for _, c := range t.Containers {
		if c.Def.HealthCheck == nil {
			continue
		}
		checked = true
		if c.Health == healthUnhealthy || c.Health == healthUnknown && health != healthUnhealthy {
			health = c.Health
		}
	}
	if !checked {
		health = healthUnknown
	}
	if t.Health != health {
		t.Health = health
		t.touch()
	}
	if t.passing() && !t.WasHealthy {
		t.WasHealthy = true
		a.firstHealthy(t)
	}
}

// passing reports whether the task counts as healthy for its service: RUNNING,
// with all of its container checks and targets in order.
func (t *Task) passing() bool {
	if t.Last != Running || t.Desired != Running {
		return false
	}
	for _, c := range t.Containers {
		if c.Def.HealthCheck != nil && c.Health != HealthHealthy {
			return false
		}
	}
	for _, target := range t.Targets {
		if target.State != elb.TargetHealthy && target.State != elb.TargetUnused {
			return false
		}
	}
	return true
}
