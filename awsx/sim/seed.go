package sim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// at runs do as if it were then.
func (a *Account) at(then time.Time, do func()) {
	now := a.now
	a.now = then
	do()
	a.now = now
}

// aside runs do with a stream of its own, so that what it makes leaves the
// identifiers of everything else as they are.
func (a *Account) aside(do func() error) error {
	keep := a.rng
	a.rng = newSource(a.opts.Seed, asideStream)
	err := do()
	a.rng = keep
	return err
}

func (a *Account) ago(d time.Duration) time.Time { return a.now.Add(-d) }

func (a *Account) zones() []string {
	return []string{a.opts.Region + "a", a.opts.Region + "b", a.opts.Region + "c"}
}

func zoneNumber(az string) int { return int(az[len(az)-1] - 'a') }

func subnetOf(az string) string { return "subnet-0c5d2e8f1a7b3946" + itoa(zoneNumber(az)) }

// addressIn is an address of the zone's part of the network.
func addressIn(az string, third, fourth int) string {
	return "10.2" + itoa(zoneNumber(az)) + "." + itoa(third) + "." + itoa(fourth)
}

const vpcID = "vpc-0f3b9d7a1c5e28640"

func (a *Account) seedCluster(name string, instances int, instanceType string, cpu, memory int) *cluster {
	c := &cluster{
		name: name, arn: a.arn("ecs", "cluster/"+name), byName: map[string]*service{},
		tags: []tag{{"environment", name}, {"team", "platform"}},
	}
	a.clusterByName[name] = c
	a.clusters = append(a.clusters, c)
	slices.SortFunc(a.clusters, func(x, y *cluster) int { return strings.Compare(x.name, y.name) })
	zones := a.zones()
	for n := range instances {
		az := zones[n%len(zones)]
		i := &instance{
			id: a.rng.hex(32), ec2: "i-0" + a.rng.hex(16), az: az, instanceType: instanceType, cluster: c,
			ip:  addressIn(az, 16*len(a.clusters)+n/200, 10+n%200),
			cpu: cpu, memory: memory, static: map[int]string{}, dynamic: map[int]bool{},
			nextPort: firstDynamicPort + a.rng.IntN(64), connected: true, status: active,
			registeredAt: a.ago(time.Duration(20+a.rng.IntN(60)) * 24 * time.Hour), version: 1,
		}
		i.host = "ip-" + strings.ReplaceAll(i.ip, ".", "-")
		i.arn = a.arn("ecs", "container-instance/"+name+"/"+i.id)
		a.instances[i.arn] = i
		c.instances = append(c.instances, i)
	}
	slices.SortFunc(c.instances, func(x, y *instance) int { return strings.Compare(x.id, y.id) })
	return c
}

func (a *Account) seedBalancer(name, scheme string) *loadBalancer {
	id := a.rng.hex(16)
	lb := &loadBalancer{
		name: name, arn: a.arn("elasticloadbalancing", "loadbalancer/app/"+name+"/"+id), scheme: scheme, vpc: vpcID,
		dns:       name + "-" + a.rng.digits(10) + "." + a.opts.Region + ".elb.amazonaws.com",
		createdAt: a.ago(400 * 24 * time.Hour), zones: a.zones(), tags: []tag{{"team", "platform"}},
	}
	listenerID := a.rng.hex(16)
	l := &listener{
		arn:      a.arn("elasticloadbalancing", "listener/app/"+name+"/"+id+"/"+listenerID),
		balancer: lb, port: 443, protocol: "HTTPS",
	}
	l.rules = []*rule{{
		arn:      a.arn("elasticloadbalancing", "listener-rule/app/"+name+"/"+id+"/"+listenerID+"/"+a.rng.hex(16)),
		priority: "default", fixed: "404",
	}}
	lb.listeners = []*listener{l}
	i, _ := slices.BinarySearchFunc(a.balancers, name, func(o *loadBalancer, n string) int { return strings.Compare(o.name, n) })
	a.balancers = slices.Insert(a.balancers, i, lb)
	return lb
}

// forward adds a rule before the default one.
func (a *Account) forward(lb *loadBalancer, g *targetGroup, hosts []string) *rule {
	g.balancer = lb
	l := lb.listeners[0]
	last := len(l.rules) - 1
	r := &rule{
		arn:      strings.Replace(l.arn, ":listener/", ":listener-rule/", 1) + "/" + a.rng.hex(16),
		priority: itoa(10 * len(l.rules)), hosts: hosts,
		groups: []weightedGroup{{g, 1}},
	}
	l.rules = slices.Insert(l.rules, last, r)
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

func (a *Account) seedGroup(seed groupSeed) *targetGroup {
	g := &targetGroup{
		name: seed.name, arn: a.arn("elasticloadbalancing", "targetgroup/"+seed.name+"/"+a.rng.hex(16)),
		protocol: "HTTP", port: seed.port, targetType: seed.targetType, vpc: vpcID, path: seed.path, matcher: "200",
		interval: seed.interval, timeout: 5 * time.Second, healthyThreshold: 3, unhealthyThreshold: seed.unhealthyAfter,
		deregistration: seed.deregistration, tags: []tag{{"team", "platform"}},
	}
	a.groupByARN[g.arn] = g
	i, _ := slices.BinarySearchFunc(a.groups, g.name, func(o *targetGroup, n string) int { return strings.Compare(o.name, n) })
	a.groups = slices.Insert(a.groups, i, g)
	return g
}

// deployerARN is who registered the revisions of the past.
func (a *Account) deployerARN() string { return "arn:aws:iam::" + a.opts.AccountID + ":user/ci-deploy" }

// seedDefinition registers a revision that must be valid.
func (a *Account) seedDefinition(document map[string]any, tags []tag) (*taskDefinition, error) {
	return a.register(document, tags, a.deployerARN())
}

// seedService makes a service without deployments.
func (a *Account) seedService(c *cluster, name string, desired int, rolling rollingConfig) *service {
	s := &service{
		arn: a.arn("ecs", "service/"+c.name+"/"+name), name: name, cluster: c, desired: desired, rolling: rolling,
		createdAt: a.now, createdBy: a.deployerARN(),
		settings: map[string]json.RawMessage{
			"placementConstraints": json.RawMessage(`[]`),
			"placementStrategy": json.RawMessage(
				`[{"type":"spread","field":"attribute:ecs.availability-zone"},{"type":"spread","field":"instanceId"}]`),
			"serviceRegistries":    json.RawMessage(`[]`),
			"propagateTags":        json.RawMessage(`"NONE"`),
			"enableECSManagedTags": json.RawMessage(`true`),
			"enableExecuteCommand": json.RawMessage(`false`),
		},
	}
	c.byName[name] = s
	a.services[s.arn] = s
	i, _ := slices.BinarySearchFunc(c.services, name, func(o *service, n string) int { return strings.Compare(o.name, n) })
	c.services = slices.Insert(c.services, i, s)
	return s
}

// seedRelease records a deployment of the past that succeeded at once, and
// makes it what the service runs.
func (a *Account) seedRelease(s *service, d *taskDefinition, at time.Time) *deployment {
	var released *deployment
	a.at(at, func() {
		released = a.newDeployment(s, d)
		var sources []*serviceRevision
		if len(s.deployments) > 0 {
			sources = append(sources, s.deployments[0].revision)
		}
		s.deployments, s.def = []*deployment{released}, d
		r := a.openRollout(s, released, sources)
		took := a.rng.between(90*time.Second, 5*time.Minute)
		r.end(at.Add(took), statusSuccessful, "")
		a.arrive(r)
		released.rollout, released.reason = rolloutCompleted, "ECS deployment "+released.id+" completed."
		released.updatedAt = r.finishedAt
		a.eventAt(s, r.finishedAt, "(service "+s.name+") (deployment "+released.id+") deployment completed.")
		a.eventAt(s, r.finishedAt, "(service "+s.name+") has reached a steady state.")
	})
	s.steady = true
	return released
}

// seedRolledBack records a deployment of the past that the circuit breaker
// undid.
func (a *Account) seedRolledBack(s *service, d *taskDefinition, at time.Time) {
	a.at(at, func() {
		before := s.deployments[0]
		undone := a.newDeployment(s, d)
		previous := s.current
		r := a.openRollout(s, undone, []*serviceRevision{before.revision})
		s.current = previous
		r.failures, r.breaker = r.threshold, breakerTriggered
		r.rollbackRevision, r.rollbackAt = before.revision, at.Add(3*time.Minute)
		r.rollbackReason = breakerReason
		r.end(at.Add(4*time.Minute), statusRollbackSuccessful, breakerReason)
		a.eventAt(s, r.rollbackAt, "(service "+s.name+") (deployment "+undone.id+") deployment failed: tasks failed to start.")
		a.eventAt(s, r.rollbackAt, "(service "+s.name+") rolling back to deployment "+before.id+".")
		a.eventAt(s, r.finishedAt, "(service "+s.name+") has reached a steady state.")
	})
}

// seedTask makes a task that has been RUNNING since at, with its targets
// healthy. It returns nil when no instance has room.
func (a *Account) seedTask(s *service, d *deployment, at time.Time) *task {
	on, _ := a.place(s, d.def)
	if on == nil {
		return nil
	}
	var t *task
	a.at(at, func() {
		t = a.create(d, s, on)
		t.pullStarted, t.pullStopped = at.Add(2*time.Second), at.Add(6*time.Second)
		a.pullAll(t)
		a.startContainers(t)
		t.startedAt = at.Add(8 * time.Second)
		t.last, t.wasHealthy = running, true
		for _, c := range t.containers {
			if c.def.healthCheck != nil {
				c.health, t.health = healthHealthy, healthHealthy
			}
		}
		for _, entered := range t.enterGroups() {
			if entered.state == targetInitial {
				entered.state, entered.reason, entered.description = targetHealthy, "", ""
			}
		}
	})
	for _, c := range t.containers {
		a.seedDegradation(t, c)
	}
	return t
}

// seedDegradation plans what a running process is yet to do.
func (a *Account) seedDegradation(t *task, c *container) {
	d := c.behaviour.DegradesAfter
	if d == 0 && c.behaviour.Health == AnswersOK {
		return
	}
	t.degradesAt = a.now.Add(a.scaled(a.rng.between(d/4, d*3/2)))
	for _, entered := range t.targets {
		if entered.container == c {
			a.agenda.plan(t.degradesAt, func() { a.check(entered) })
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
func (a *Account) seedStopped(s *service, dep *deployment, at time.Time, d time.Duration, e ending) *task {
	on, _ := a.place(s, dep.def)
	if on == nil {
		return nil
	}
	var t *task
	a.at(at, func() {
		t = a.create(dep, s, on)
		t.pullStarted = at.Add(2 * time.Second)
		ends := at.Add(4 * time.Second)
		if !e.pull {
			a.pullAll(t)
			a.startContainers(t)
			t.pullStopped, t.startedAt = at.Add(5*time.Second), at.Add(7*time.Second)
			ends = t.startedAt.Add(d)
			t.execStopped = ends
		}
		t.desired, t.last = stopped, stopped
		t.stopCode, t.stopReason = e.code, e.reason
		t.counted, t.announced = true, true
		t.stoppingAt, t.stoppedAt = ends, ends.Add(2*time.Second)
		for _, c := range t.containers {
			c.last, c.exitCode = stopped, e.exit
			if e.pull {
				c.reason = e.reason
			}
		}
	})
	on.release(t)
	s.live = slices.DeleteFunc(s.live, func(o *task) bool { return o == t })
	a.agenda.plan(t.stoppedAt.Add(stoppedRetention), func() { a.forget(t) })
	return t
}
