package sim

import (
	"maps"
	"strings"
	"time"
)

// breakServices makes the cluster look as the scenario says.
func (a *Account) breakServices(c *cluster) error {
	switch a.opts.Scenario {
	case Demo:
		if a.opts.generated() {
			return nil
		}
		a.seedDegraded(c.byName["api-checkout"])
		return a.seedCrashLoop(c.byName["api-orders"], "v2.32.0")
	case CrashLoop:
		s, release := a.victim(c, "api-orders", "v2.32.0", "v1.4.0")
		return a.seedCrashLoop(s, release)
	case BadImage:
		s, release := a.victim(c, "api-orders", "v2.33.0", "v9.9.9")
		return a.seedBadImage(s, release)
	case PortConflict:
		return a.seedPortConflict(c)
	case NoCapacity:
		return a.seedNoCapacity(c)
	case MinMaxDeadlock:
		return a.seedDeadlock(c)
	case RepushedTag:
		a.seedRepushed(c)
	case AutoscalerMidRollback:
		return a.seedRollback(c)
	case SecondOperator:
		a.seedSecondOperator(c)
	case BlueGreen:
		return a.seedStrategies(c)
	case UnhealthyTargets:
		for i, name := range []string{"api-checkout", "web", "catalog"} {
			s := c.byName[name]
			if a.opts.generated() {
				if i >= len(c.services) {
					break
				}
				s = c.services[i]
			}
			a.seedUnhealthy(s, []HealthAnswer{AnswersUnavailable, NeverAnswers, RefusesConnections}[i])
		}
	}
	return nil
}

// victim is the service that plays the scenario's part, with the release that
// does it.
func (a *Account) victim(c *cluster, demo, demoRelease, generatedRelease string) (*service, string) {
	if a.opts.generated() {
		return c.services[0], generatedRelease
	}
	return c.byName[demo], demoRelease
}

// beginDeploy starts a deployment of a release some time ago, without a circuit
// breaker, so that what goes wrong stays to be looked at.
func (a *Account) beginDeploy(s *service, release string, since time.Duration) (*deployment, error) {
	s.rolling = newRolling(100, 150, false, false)
	return a.beginRevision(s, since, retag(release))
}

// beginRevision starts a deployment of what the service runs, with a change of
// its first container, some time ago.
func (a *Account) beginRevision(s *service, since time.Duration, edit func(first map[string]any)) (d *deployment, err error) {
	a.at(a.ago(since), func() {
		var def *taskDefinition
		if def, err = a.revise(s, a.deployerARN(), edit); err == nil {
			d = a.deploy(s, def)
		}
	})
	return d, err
}

// revise registers what the service runs with a change of its first container.
func (a *Account) revise(s *service, by string, edit func(first map[string]any)) (*taskDefinition, error) {
	document := maps.Clone(s.def.document)
	for _, name := range outputOnly() {
		delete(document, name)
	}
	containers := list(document["containerDefinitions"])
	first := maps.Clone(object(containers[0]))
	edit(first)
	document["containerDefinitions"] = append([]any{first}, containers[1:]...)
	return a.register(document, s.def.tags, by)
}

// retag has a container run another release of its image.
func retag(release string) func(map[string]any) {
	return func(first map[string]any) {
		image, _, _ := strings.Cut(text(first["image"]), "@")
		if colon := strings.LastIndexByte(image, ':'); colon > strings.LastIndexByte(image, '/') {
			image = image[:colon]
		}
		first["image"] = image + ":" + release
	}
}

// seedFailures leaves n tasks of the deployment that ended in the same way, and
// the counts that go with them.
func (a *Account) seedFailures(s *service, d *deployment, since time.Duration, n int, ran time.Duration, e ending) {
	gap := since / time.Duration(n+1)
	for i := range n {
		at := a.ago(since - time.Duration(i)*gap - 5*time.Second)
		t := a.seedStopped(s, d, at, ran, e)
		if t == nil {
			continue
		}
		a.eventAt(s, at, "(service "+s.name+") has started 1 tasks: (task "+t.id+").")
		for _, lb := range s.balancers {
			if !e.pull {
				a.eventAt(s, t.startedAt, "(service "+s.name+") registered 1 targets in (target-group "+lb.group.arn+")")
				a.eventAt(s, t.stoppingAt, "(service "+s.name+") deregistered 1 targets in (target-group "+lb.group.arn+")")
			}
		}
	}
	d.failed = n
	d.updatedAt = a.ago(20 * time.Second)
	s.current.failures, s.current.updatedAt = n, d.updatedAt
	if e.pull {
		d.neverRan, d.inconsistent = n, true
		a.event(s, "(service "+s.name+") is unable to consistently start tasks successfully."+troubleshooting)
	} else {
		d.crashed = n
	}
}

func (a *Account) seedCrashLoop(s *service, release string) error {
	const since = 11 * time.Minute
	d, err := a.beginDeploy(s, release, since)
	if err != nil {
		return err
	}
	one := 1
	a.seedFailures(s, d, since, 7, 5*time.Second, ending{code: essentialExited, reason: "Essential container in task exited", exit: &one})
	return nil
}

func (a *Account) seedBadImage(s *service, release string) error {
	const since = 9 * time.Minute
	d, err := a.beginDeploy(s, release, since)
	if err != nil {
		return err
	}
	ref := d.def.containers[0].image
	_, _, reason := a.pull(ref, "")
	a.seedFailures(s, d, since, 5, 0, ending{code: failedToStart, reason: reason, pull: true})
	return nil
}

// seedDegraded has one task of the service answering 503 already, two that were
// replaced for it within the hour, and the others on their way there.
func (a *Account) seedDegraded(s *service) {
	head := s.deployments[0]
	group := s.balancers[0].group
	for _, before := range []time.Duration{47 * time.Minute, 22 * time.Minute} {
		t := a.seedStopped(s, head, a.ago(before+20*time.Minute), 20*time.Minute, ending{
			code: schedulerStopped, reason: "Task failed ELB health checks in (target-group " + group.arn + ")", exit: new(int),
		})
		if t != nil {
			a.eventAt(s, t.stoppingAt, "(service "+s.name+") (task "+t.id+") (instance "+t.instance.ec2+") (port "+
				itoa(firstDynamicPort+a.rng.IntN(60))+") is unhealthy in (target-group "+group.arn+
				") due to (reason Health checks failed with these codes: [503])")
			a.eventAt(s, t.stoppingAt.Add(90*time.Second), "(service "+s.name+") has reached a steady state.")
		}
	}
	sick := s.live[0]
	sick.degradesAt = a.ago(time.Minute)
	a.sicken(sick)
}

// sicken lets the load balancer have noticed that the task does not answer.
func (a *Account) sicken(t *task) {
	for _, entered := range t.targets {
		result := a.answer(entered.container)
		if !result.ok && entered.state != targetUnused {
			entered.state, entered.reason, entered.description = targetUnhealthy, result.reason, result.description
			entered.failed = entered.group.unhealthyThreshold
		}
	}
	t.service.steady = false
	a.look(t.service, 20*time.Second)
}

// seedUnhealthy makes the image that the service runs fail its checks, as when
// something behind it went away.
func (a *Account) seedUnhealthy(s *service, health HealthAnswer) {
	if s == nil {
		return
	}
	for _, t := range s.live {
		c := t.containers[0]
		if found := a.repositories[parseImage(c.image).repository].digested(c.digest); found != nil {
			found.behaviour.Health = health
		}
		c.behaviour.Health = health
		a.sicken(t)
	}
}
