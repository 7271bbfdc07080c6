package seed

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/taskdef"
	"gantry/awsx/sim/wire"
)

// breakServices makes the cluster look as the scenario says.
func (a *seeder) breakServices(c *fleet.Cluster) error {
	switch a.want.Scenario {
	case Demo:
		if a.want.Generated() {
			return nil
		}
		a.seedDegraded(c.ByName["api-checkout"])
		return a.seedCrashLoop(c.ByName["api-orders"], "v2.32.0")
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
	case CodeDeploy:
		return a.seedControllers(c)
	case Daemons:
		return a.seedDaemons(c)
	case ClassicBalancer:
		return a.seedClassic(c)
	case Rebalancing:
		return a.seedRebalancing(c, a.seedBalancer(c.Name+"-rebalanced", "internal"))
	case UnhealthyTargets:
		for i, name := range []string{"api-checkout", "web", "catalog"} {
			s := c.ByName[name]
			if a.want.Generated() {
				if i >= len(c.Services) {
					break
				}
				s = c.Services[i]
			}
			a.seedUnhealthy(s, []ecr.HealthAnswer{ecr.AnswersUnavailable, ecr.NeverAnswers, ecr.RefusesConnections}[i])
		}
	}
	return nil
}

// victim is the service that plays the scenario's part, with the release that
// does it.
func (a *seeder) victim(c *fleet.Cluster, demo, demoRelease, generatedRelease string) (*fleet.Service, string) {
	if a.want.Generated() {
		return c.Services[0], generatedRelease
	}
	return c.ByName[demo], demoRelease
}

// beginDeploy starts a deployment of a release some time ago, without a circuit
// breaker, so that what goes wrong stays to be looked at.
func (a *seeder) beginDeploy(s *fleet.Service, release string, since time.Duration) (*fleet.Deployment, error) {
	s.Rolling = fleet.NewConfig(100, 150, false, false)
	return a.beginRevision(s, since, retag(release))
}

// beginRevision starts a deployment of what the service runs, with a change of
// its first container, some time ago.
func (a *seeder) beginRevision(s *fleet.Service, since time.Duration, edit func(first map[string]any)) (d *fleet.Deployment, err error) {
	a.At(a.Ago(since), func() {
		var def *taskdef.Definition
		if def, err = revise(a.Fleet, s, a.deployerARN(), edit); err == nil {
			d = a.Deploy(s, def)
		}
	})
	return d, err
}

// revise registers what the service runs with a change of its first container.
func revise(f *fleet.Fleet, s *fleet.Service, by string, edit func(first map[string]any)) (*taskdef.Definition, error) {
	document := maps.Clone(s.Def.Document)
	for _, name := range taskdef.OutputOnly() {
		delete(document, name)
	}
	containers := wire.List(document["containerDefinitions"])
	first := maps.Clone(wire.Object(containers[0]))
	edit(first)
	document["containerDefinitions"] = append([]any{first}, containers[1:]...)
	return f.Definitions.Register(document, s.Def.Tags, by)
}

// retag has a container run another release of its image.
func retag(release string) func(map[string]any) {
	return func(first map[string]any) {
		image, _, _ := strings.Cut(wire.Text(first["image"]), "@")
		if colon := strings.LastIndexByte(image, ':'); colon > strings.LastIndexByte(image, '/') {
			image = image[:colon]
		}
		first["image"] = image + ":" + release
	}
}

// seedFailures leaves n tasks of the deployment that ended in the same way, and
// the counts that go with them.
func (a *seeder) seedFailures(s *fleet.Service, d *fleet.Deployment, since time.Duration, n int, ran time.Duration, e ending) {
	gap := since / time.Duration(n+1)
	for i := range n {
		at := a.Ago(since - time.Duration(i)*gap - 5*time.Second)
		t := a.seedStopped(s, d, at, ran, e)
		if t == nil {
			continue
		}
		a.EventAt(s, at, "has started 1 tasks: (task "+t.ID+").")
		for _, lb := range s.Balancers {
			if !e.pull {
				a.EventAt(s, t.StartedAt, "registered 1 targets in (target-group "+lb.Group.ARN+")")
				a.EventAt(s, t.StoppingAt, "deregistered 1 targets in (target-group "+lb.Group.ARN+")")
			}
		}
	}
	d.Failed = n
	d.UpdatedAt = a.Ago(20 * time.Second)
	s.Current.Failures, s.Current.UpdatedAt = n, d.UpdatedAt
	if e.pull {
		d.NeverRan, d.Inconsistent = n, true
		a.Event(s, fleet.Inconsistent)
	} else {
		d.Crashed = n
	}
}

func (a *seeder) seedCrashLoop(s *fleet.Service, release string) error {
	const since = 11 * time.Minute
	d, err := a.beginDeploy(s, release, since)
	if err != nil {
		return err
	}
	one := 1
	a.seedFailures(s, d, since, 7, 5*time.Second, ending{code: fleet.EssentialExited, reason: "Essential container in task exited", exit: &one})
	return nil
}

func (a *seeder) seedBadImage(s *fleet.Service, release string) error {
	const since = 9 * time.Minute
	d, err := a.beginDeploy(s, release, since)
	if err != nil {
		return err
	}
	ref := d.Def.Containers[0].Image
	_, _, reason := a.Images.Pull(ref, "")
	a.seedFailures(s, d, since, 5, 0, ending{code: fleet.FailedToStart, reason: reason, pull: true})
	return nil
}

// seedDegraded has one task of the service answering 503 already, two that were
// replaced for it within the hour, and the others on their way there.
func (a *seeder) seedDegraded(s *fleet.Service) {
	head := s.Deployments[0]
	group := s.Balancers[0].Group
	for _, before := range []time.Duration{47 * time.Minute, 22 * time.Minute} {
		t := a.seedStopped(s, head, a.Ago(before+20*time.Minute), 20*time.Minute, ending{
			code: fleet.SchedulerStopped, reason: "Task failed ELB health checks in (target-group " + group.ARN + ")", exit: new(int),
		})
		if t != nil {
			a.EventAt(s, t.StoppingAt, "(task "+t.ID+") (instance "+t.Instance.EC2+") (port "+
				strconv.Itoa(fleet.FirstDynamicPort+a.Rng.IntN(60))+") is unhealthy in (target-group "+group.ARN+
				") due to (reason Health checks failed with these codes: [503])")
			a.EventAt(s, t.StoppingAt.Add(90*time.Second), fleet.SteadyState)
		}
	}
	sick := s.Live[0]
	sick.DegradesAt = a.Ago(time.Minute)
	a.sicken(sick)
}

// sicken lets the load balancer have noticed that the task does not answer.
func (a *seeder) sicken(t *fleet.Task) {
	for _, entered := range t.Targets {
		result := a.Answer(entered.Container)
		if !result.Ok && entered.State != elb.TargetUnused {
			entered.State, entered.Reason, entered.Description = elb.TargetUnhealthy, result.Reason, result.Description
			entered.Failed = entered.Group.UnhealthyThreshold
		}
	}
	t.Service.Steady = false
	a.Look(t.Service, 20*time.Second)
}

// seedUnhealthy makes the image that the service runs fail its checks, as when
// something behind it went away.
func (a *seeder) seedUnhealthy(s *fleet.Service, health ecr.HealthAnswer) {
	if s == nil {
		return
	}
	for _, t := range s.Live {
		c := t.Containers[0]
		if found := a.Images.Repositories[ecr.ParseImage(c.Image).Repository].Digested(c.Digest); found != nil {
			found.Behaviour.Health = health
		}
		c.Behaviour.Health = health
		a.sicken(t)
	}
}
