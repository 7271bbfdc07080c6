package seed

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/machines"
	"gantry/awsx/sim/scaling"
	"gantry/awsx/sim/taskdef"
	"gantry/awsx/sim/world"
)

// Contents say what an account is to hold: what Layout says or, when it is empty, a
// generated account of a size, or the demo account when that is not set either.
type Contents struct {
	Layout                    []Cluster
	Clusters, Services, Tasks int // services of a cluster, tasks that each is to run
	Scenario                  Scenario
}

// Generated reports whether the account is one of a size.
func (c Contents) Generated() bool { return c.Clusters != 0 || c.Services != 0 || c.Tasks != 0 }

// seeder fills an account.
type seeder struct {
	*fleet.Fleet
	scaling *scaling.Scaler
	park    *machines.Park
	want    Contents
}

// Fill fills a fleet with what should be running already, and the park with what it runs on.
func Fill(scaling *scaling.Scaler, park *machines.Park, want Contents) error {
	a := &seeder{Fleet: park.Fleet, scaling: scaling, park: park, want: want}
	if want.Scenario == AutoscalerMidRollback {
		a.RolledBack = a.surge
	}
	var err error
	switch {
	case len(want.Layout) > 0:
		err = a.seedLayout()
	case want.Generated():
		err = errors.Join(a.seedGenerated(), a.seedBeside())
	default:
		err = errors.Join(a.seedDemo(), a.seedBeside())
	}
	return errors.Join(err, a.Aside(a.seedMachines))
}

// seedBeside adds the cluster of a scenario that has one of its own.
func (a *seeder) seedBeside() error {
	switch a.want.Scenario {
	case Fargate:
		return a.seedServerless()
	case Daemons:
		return a.seedWhole(a.seedCluster("edge", 0, "", 0, 0), nil, daemon("collector", 0))
	case StopReasons:
		return a.seedReasons()
	case Events:
		return a.seedSaid()
	}
	return nil
}

const vpcID = "vpc-0f3b9d7a1c5e28640"

func (a *seeder) seedCluster(name string, instances int, instanceType string, cpu, memory int) *fleet.Cluster {
	c := &fleet.Cluster{
		Name: name, ARN: a.ARN("ecs", "cluster/"+name), ByName: map[string]*fleet.Service{}, Insights: fleet.InsightsOff,
		Tags: []world.Tag{{Key: "environment", Value: name}, {Key: "team", Value: "platform"}},
	}
	a.ClusterByName[name] = c
	a.Clusters = append(a.Clusters, c)
	slices.SortFunc(a.Clusters, func(x, y *fleet.Cluster) int { return strings.Compare(x.Name, y.Name) })
	zones := a.Zones()
	for n := range instances {
		az := zones[n%len(zones)]
		i := &fleet.Instance{
			ID: a.Rng.Hex(32), EC2: "i-0" + a.Rng.Hex(16), Az: az, InstanceType: instanceType, Image: machines.Image,
			IP:  world.AddressIn(az, 16*len(a.Clusters)+n/200, 10+n%200),
			CPU: cpu, Memory: memory, Static: map[int]string{}, Dynamic: map[int]bool{},
			NextPort: fleet.FirstDynamicPort + a.Rng.IntN(64), Connected: true, Status: fleet.Active,
			RegisteredAt: a.Ago(time.Duration(20+a.Rng.IntN(60)) * 24 * time.Hour), Version: 1, Tags: c.Tags,
		}
		a.Join(c, i)
	}
	return c
}

func (a *seeder) seedBalancer(name, scheme string) *elb.LoadBalancer {
	id := a.Rng.Hex(16)
	lb := &elb.LoadBalancer{
		Name: name, ARN: a.ARN("elasticloadbalancing", "loadbalancer/app/"+name+"/"+id), Scheme: scheme, VPC: vpcID,
		DNS:       name + "-" + a.Rng.Digits(10) + "." + a.Region + ".elb.amazonaws.com",
		CreatedAt: a.Ago(400 * 24 * time.Hour), Zones: a.Zones(), Tags: []world.Tag{{Key: "team", Value: "platform"}},
	}
	a.listen(lb, 443, "HTTPS").Fixed = "404"
	a.Balancing.Balancers = world.Insert(a.Balancing.Balancers, lb, func(lb *elb.LoadBalancer) string { return lb.Name })
	return lb
}

// listen adds a listener and returns its default rule, which is to say what it does.
func (a *seeder) listen(lb *elb.LoadBalancer, port int, protocol string) *elb.Rule {
	l := &elb.Listener{
		ARN:      strings.Replace(lb.ARN, ":loadbalancer/", ":listener/", 1) + "/" + a.Rng.Hex(16),
		Balancer: lb, Port: port, Protocol: protocol,
	}
	l.Rules = []*elb.Rule{{ARN: a.ruleARN(l), Priority: "default"}}
	lb.Listeners = append(lb.Listeners, l)
	return l.Rules[0]
}

func (a *seeder) ruleARN(l *elb.Listener) string {
	return strings.Replace(l.ARN, ":listener/", ":listener-rule/", 1) + "/" + a.Rng.Hex(16)
}

// forward adds a rule before the default one.
func (a *seeder) forward(lb *elb.LoadBalancer, g *elb.Group, hosts []string) *elb.Rule {
	g.Balancer = lb
	l := lb.Listeners[0]
	last := len(l.Rules) - 1
	r := &elb.Rule{
		ARN:      a.ruleARN(l),
		Priority: strconv.Itoa(10 * len(l.Rules)), Conditions: []elb.Condition{elb.Hosts(hosts...)},
		Groups: []elb.WeightedGroup{{Group: g, Weight: 1}},
	}
	l.Rules = slices.Insert(l.Rules, last, r)
	return r
}

type groupSeed struct {
	name, path     string
	port           int
	targetType     string
	interval       time.Duration
	deregistration time.Duration
	unhealthyAfter int
}

func (a *seeder) seedGroup(seed groupSeed) *elb.Group {
	g := &elb.Group{
		Name: seed.name, ARN: a.ARN("elasticloadbalancing", "targetgroup/"+seed.name+"/"+a.Rng.Hex(16)),
		Protocol: "HTTP", Port: seed.port, TargetType: seed.targetType, VPC: vpcID, Path: seed.path, Matcher: "200",
		Interval: seed.interval, Timeout: 5 * time.Second, HealthyThreshold: 3, UnhealthyThreshold: seed.unhealthyAfter,
		Deregistration: seed.deregistration, Tags: []world.Tag{{Key: "team", Value: "platform"}},
	}
	a.Balancing.GroupByARN[g.ARN] = g
	a.Balancing.Groups = world.Insert(a.Balancing.Groups, g, func(g *elb.Group) string { return g.Name })
	return g
}

// deployerARN is who registered the revisions of the past.
func (a *seeder) deployerARN() string { return "arn:aws:iam::" + a.AccountID + ":user/ci-deploy" }

// seedDefinition registers a revision that must be valid.
func (a *seeder) seedDefinition(document map[string]any, tags []world.Tag) (*taskdef.Definition, error) {
	return a.Definitions.Register(document, tags, a.deployerARN())
}

// seedService makes a service without deployments.
func (a *seeder) seedService(c *fleet.Cluster, name string, desired int, rolling fleet.Config) *fleet.Service {
	s := &fleet.Service{
		ARN: a.ARN("ecs", "service/"+c.Name+"/"+name), Name: name, Cluster: c, Desired: desired, Rolling: rolling,
		CreatedAt: a.Now, CreatedBy: a.deployerARN(),
		Settings: map[string]json.RawMessage{
			"placementConstraints": json.RawMessage(`[]`),
			"placementStrategy": json.RawMessage(
				`[{"type":"spread","field":"attribute:ecs.availability-zone"},{"type":"spread","field":"instanceId"}]`),
			"serviceRegistries":    json.RawMessage(`[]`),
			"propagateTags":        json.RawMessage(`"SERVICE"`),
			"enableECSManagedTags": json.RawMessage(`true`),
			"enableExecuteCommand": json.RawMessage(`false`),
		},
	}
	c.ByName[name] = s
	a.Services[s.ARN] = s
	c.Services = world.Insert(c.Services, s, func(s *fleet.Service) string { return s.Name })
	return s
}

// seedRelease records a deployment of the past that succeeded at once, and
// makes it what the service runs.
func (a *seeder) seedRelease(s *fleet.Service, d *taskdef.Definition, at time.Time) *fleet.Deployment {
	var released *fleet.Deployment
	a.At(at, func() {
		released = a.NewDeployment(s, d)
		var sources []*fleet.Revision
		if len(s.Deployments) > 0 {
			sources = append(sources, s.Deployments[0].Revision)
		}
		s.Deployments, s.Def = []*fleet.Deployment{released}, d
		r := a.OpenRollout(s, released, sources)
		took := a.Rng.Between(90*time.Second, 5*time.Minute)
		r.End(at.Add(took), fleet.StatusSuccessful, "")
		a.arrive(r)
		released.Rollout, released.Reason = fleet.RolloutCompleted, "ECS deployment "+released.ID+" completed."
		released.UpdatedAt = r.FinishedAt
		a.EventAt(s, r.FinishedAt, "(deployment "+released.ID+") deployment completed.")
		a.EventAt(s, r.FinishedAt, fleet.SteadyState)
	})
	s.Steady = true
	return released
}

// seedRolledBack records a deployment of the past that the circuit breaker
// undid.
func (a *seeder) seedRolledBack(s *fleet.Service, d *taskdef.Definition, at time.Time) {
	a.At(at, func() {
		before := s.Deployments[0]
		undone := a.NewDeployment(s, d)
		previous := s.Current
		r := a.OpenRollout(s, undone, []*fleet.Revision{before.Revision})
		s.Current = previous
		r.Failures, r.Breaker = r.Threshold, fleet.BreakerTriggered
		r.RollbackRevision, r.RollbackAt = before.Revision, at.Add(3*time.Minute)
		r.RollbackReason = fleet.BreakerReason
		r.End(at.Add(4*time.Minute), fleet.StatusRollbackSuccessful, fleet.BreakerReason)
		a.EventAt(s, r.RollbackAt, "(deployment "+undone.ID+") deployment failed: tasks failed to start.")
		a.EventAt(s, r.RollbackAt, "rolling back to deployment "+before.ID+".")
		a.EventAt(s, r.FinishedAt, fleet.SteadyState)
	})
}

// seedTask makes a task that has been RUNNING since at, with its targets
// healthy. It returns nil when no instance has room.
func (a *seeder) seedTask(s *fleet.Service, d *fleet.Deployment, at time.Time) *fleet.Task {
	on, provider, _ := a.Place(s, s.Live, fleet.NeedsOf(d.Def))
	if on == nil {
		return nil
	}
	var t *fleet.Task
	a.At(at, func() {
		t = a.Create(d, s, on)
		t.Provider = provider
		t.PullStarted, t.PullStopped = at.Add(2*time.Second), at.Add(6*time.Second)
		a.PullAll(t)
		a.StartContainers(t)
		t.StartedAt = at.Add(8 * time.Second)
		t.Last, t.WasHealthy = fleet.Running, true
		for _, c := range t.Containers {
			if c.Def.HealthCheck != nil {
				c.Health, t.Health = fleet.HealthHealthy, fleet.HealthHealthy
			}
		}
		for _, entered := range a.EnterGroups(t) {
			if entered.State == elb.TargetInitial {
				entered.State, entered.Reason, entered.Description = elb.TargetHealthy, "", ""
			}
		}
	})
	for _, c := range t.Containers {
		a.seedDegradation(t, c)
	}
	return t
}

// seedDegradation plans what a running process is yet to do.
func (a *seeder) seedDegradation(t *fleet.Task, c *fleet.Container) {
	d := c.Behaviour.DegradesAfter
	if d == 0 && c.Behaviour.Health == ecr.AnswersOK {
		return
	}
	t.DegradesAt = a.Now.Add(a.Scaled(a.Rng.Between(d/4, d*3/2)))
	for _, entered := range t.Targets {
		if entered.Container == c {
			a.Agenda.Plan(t.DegradesAt, func() { a.Check(entered) })
		}
	}
}

// ending is how a task of the past ended.
type ending struct {
	code, reason string
	exit         *int
	pull         bool // it never got its image
}

// seedStopped makes a task that started at and ended after it had run for d.
func (a *seeder) seedStopped(s *fleet.Service, dep *fleet.Deployment, at time.Time, d time.Duration, e ending) *fleet.Task {
	on, provider, _ := a.Place(s, s.Live, fleet.NeedsOf(dep.Def))
	if on == nil {
		return nil
	}
	var t *fleet.Task
	a.At(at, func() {
		t = a.Create(dep, s, on)
		t.Provider = provider
		t.PullStarted = at.Add(2 * time.Second)
		ends := at.Add(4 * time.Second)
		if !e.pull {
			a.PullAll(t)
			a.StartContainers(t)
			t.PullStopped, t.StartedAt = at.Add(5*time.Second), at.Add(7*time.Second)
			ends = t.StartedAt.Add(d)
			t.ExecStopped = ends
		}
		t.Desired, t.Last = fleet.Stopped, fleet.Stopped
		t.StopCode, t.StopReason = e.code, e.reason
		t.Counted, t.Announced = true, true
		t.StoppingAt, t.StoppedAt = ends, ends.Add(2*time.Second)
		for _, c := range t.Containers {
			c.Last, c.ExitCode = fleet.Stopped, e.exit
			if e.pull {
				c.Reason, t.StopReason = e.reason, fleet.StartReason(e.reason)
			}
		}
	})
	on.Release(t)
	s.Live = slices.DeleteFunc(s.Live, func(o *fleet.Task) bool { return o == t })
	a.Agenda.Plan(t.StoppedAt.Add(fleet.StoppedRetention), func() { a.Forget(t) })
	return t
}
