package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx/sim/alarms"
	"gantry/awsx/sim/cwlogs"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/elb"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/machines"
	"gantry/awsx/sim/seed"
	"gantry/awsx/sim/world"
)

// PushImage puts an image with behaviour b under tag in repository, creating
// the repository if need be, and returns its digest. A tag that exists moves;
// services that resolved it keep what they have until they are deployed again.
func (a *Account) PushImage(repository, tag string, b ecr.Behaviour) (digest string) {
	a.change(func() {
		digest = a.fleet.Images.Push(repository, []string{tag}, a.world.Now, b).Digest
	})
	return digest
}

// SetBehaviour changes what the image under tag does, for tasks that start from
// now on.
func (a *Account) SetBehaviour(repository, tag string, b ecr.Behaviour) (err error) {
	a.change(func() {
		found := a.fleet.Images.Repositories[repository].Tagged(tag)
		if found == nil {
			err = fmt.Errorf("no image %s:%s in the registry", repository, tag)
			return
		}
		found.Behaviour = b
	})
	return err
}

// DeleteImage removes the image under tag, so that it can no longer be pulled.
func (a *Account) DeleteImage(repository, tag string) (err error) {
	a.change(func() {
		repo := a.fleet.Images.Repositories[repository]
		found := repo.Tagged(tag)
		if found == nil {
			err = fmt.Errorf("no image %s:%s in the registry", repository, tag)
			return
		}
		repo.Images = slices.DeleteFunc(repo.Images, func(i *ecr.Image) bool { return i == found })
	})
	return err
}

// KillTask makes the first essential container of a running task, named by ARN
// or id, exit with code at once.
func (a *Account) KillTask(name string, code int) (err error) {
	a.change(func() {
		for _, t := range a.fleet.Tasks {
			if t.ARN != name && t.ID != name || t.Last != fleet.Running || t.Desired != fleet.Running {
				continue
			}
			for _, essential := range t.Containers {
				if essential.Def.Essential {
					a.fleet.Exit(essential, code)
					return
				}
			}
		}
		err = fmt.Errorf("no running task %s", name)
	})
	return err
}

// SetAgentConnected connects or disconnects the agent of an instance, named by
// ARN or EC2 instance id. Tasks are not placed on a disconnected one.
func (a *Account) SetAgentConnected(name string, connected bool) (err error) {
	a.change(func() {
		for _, i := range a.fleet.Instances {
			if i.ARN == name || i.EC2 == name {
				i.Connected = connected
				i.Version++
				return
			}
		}
		err = fmt.Errorf("no container instance %s", name)
	})
	return err
}

// Autoscale has Application Auto Scaling move the count of a service between
// minimum and maximum by a target tracking policy. Until SetDemand says
// otherwise the load asks for the count that the service has now.
func (a *Account) Autoscale(clusterName, serviceName string, minimum, maximum int) error {
	return a.changeService(clusterName, serviceName, func(s *fleet.Service) error {
		if minimum < 0 || maximum < minimum {
			return fmt.Errorf("bounds are %d to %d: want 0 or more, in order", minimum, maximum)
		}
		return a.scaling.Autoscale(s, minimum, maximum)
	})
}

// SetDemand changes how many tasks the load of an autoscaled service asks for.
// The policy acts on it at its next evaluation, a minute of control-plane time
// from now, within the bounds.
func (a *Account) SetDemand(clusterName, serviceName string, tasks int) error {
	return a.changeService(clusterName, serviceName, func(s *fleet.Service) error {
		return a.scaling.SetDemand(s, tasks)
	})
}

// SetContainerInsights sets what CloudWatch tells of a cluster: disabled, enabled or
// enhanced.
func (a *Account) SetContainerInsights(clusterName, value string) (err error) {
	a.change(func() {
		c := a.fleet.ClusterByName[clusterName]
		switch {
		case c == nil:
			err = fmt.Errorf("no cluster %s", clusterName)
		case value != fleet.InsightsOff && value != fleet.InsightsOn && value != fleet.InsightsEnhanced:
			err = fmt.Errorf("container insights is %q: want disabled, enabled or enhanced", value)
		default:
			c.Insights = value
		}
	})
	return err
}

// PutDashboard makes a CloudWatch dashboard, or replaces the one of that name.
func (a *Account) PutDashboard(name, body string) {
	a.change(func() { a.metrics.PutDashboard(name, body) })
}

// changeService runs do on a service by the names of its cluster and its own.
func (a *Account) changeService(clusterName, serviceName string, do func(*fleet.Service) error) (err error) {
	a.change(func() {
		c := a.fleet.ClusterByName[clusterName]
		if c == nil || c.ByName[serviceName] == nil {
			err = fmt.Errorf("no service %s in cluster %s", serviceName, clusterName)
			return
		}
		err = do(c.ByName[serviceName])
	})
	return err
}

// PutAlarm creates an alarm or replaces the one of that name. A rule may only
// name alarms that exist.
func (a *Account) PutAlarm(definition alarms.Alarm) (err error) {
	a.change(func() { err = a.fleet.Alarms.PutAlarm(definition) })
	return err
}

// SetAlarm changes the state of an alarm, and of the composite alarms that follow
// from it. A deployment that watches it is rolled back, unless the alarm was
// firing when it started.
func (a *Account) SetAlarm(name, state string) (err error) {
	a.change(func() { err = a.fleet.Alarms.SetAlarm(name, state) })
	return err
}

// SetTag tags a resource of ECS, a target group or a load balancer, as whoever
// manages it would: keys of CloudFormation, which a caller may not set, included.
func (a *Account) SetTag(arn, key, value string) (err error) {
	a.change(func() {
		tags := a.fleet.TagsOf(arn)
		if tags == nil {
			tags = a.fleet.Balancing.TagsOf(arn)
		}
		if tags == nil {
			err = fmt.Errorf("no resource %s", arn)
			return
		}
		kept := slices.DeleteFunc(slices.Clone(*tags), func(t world.Tag) bool { return t.Key == key })
		*tags = append(kept, world.Tag{Key: key, Value: value})
	})
	return err
}

// OperatorDeploys has somebody else deploy another release of a service: what it
// runs with another tag for its first image, registered under another name than
// the caller's. It returns the ARN of the revision.
func (a *Account) OperatorDeploys(clusterName, serviceName, tag string) (revision string, err error) {
	err = a.changeService(clusterName, serviceName, func(s *fleet.Service) error {
		if s.Controller != "" {
			return fmt.Errorf("service %s is deployed by %s", s.Name, s.Controller)
		}
		revision, err = seed.OperatorDeploys(a.fleet, s, tag)
		return err
	})
	return revision, err
}

// WriteLogEvent writes an event that no container wrote: to the group and stream
// that it names, in the account's region, received at the given time and not seen
// before that.
func (a *Account) WriteLogEvent(group, stream string, at, received time.Time, message string) {
	a.change(func() { a.logs.WriteEvent(cwlogs.Place{Group: group, Stream: stream}, at, received, message) })
}

// running runs do on a running task by its ARN or id.
func (a *Account) running(name string, do func(*fleet.Task)) (err error) {
	a.change(func() {
		for _, t := range a.fleet.Tasks {
			if (t.ARN == name || t.ID == name) && t.Desired == fleet.Running {
				do(t)
				return
			}
		}
		err = fmt.Errorf("no running task %s", name)
	})
	return err
}

// EndTask stops a running task, named by ARN or id, with a stop code and a reason of
// any wording: as when its host or its Spot capacity goes.
func (a *Account) EndTask(name, code, reason string) error {
	return a.running(name, func(t *fleet.Task) { a.fleet.End(t, code, reason) })
}

// InterruptSpot takes the capacity of a task on Fargate Spot back.
func (a *Account) InterruptSpot(name string) (err error) {
	failed := a.running(name, func(t *fleet.Task) {
		if t.Provider != fleet.ProviderSpot {
			err = fmt.Errorf("task %s is not on Spot capacity", t.ID)
			return
		}
		a.fleet.Reclaim(t)
	})
	return cmp.Or(failed, err)
}

// SetCapacity says whether a capacity provider, or the launch type FARGATE, has room
// for tasks more.
func (a *Account) SetCapacity(provider string, available bool) {
	a.change(func() { a.fleet.SetCapacity(provider, available) })
}

// LoseImage deregisters an AMI: no group can launch instances from it any more.
func (a *Account) LoseImage(id string) { a.change(func() { a.park.LoseImage(id) }) }

// Say adds an event to those of a service, in any wording.
func (a *Account) Say(clusterName, serviceName, message string) error {
	return a.changeService(clusterName, serviceName, func(s *fleet.Service) error {
		a.fleet.Event(s, message)
		return nil
	})
}

// DeleteService deletes a service with its tasks, as somebody else would.
func (a *Account) DeleteService(clusterName, serviceName string) error {
	return a.changeService(clusterName, serviceName, func(s *fleet.Service) error {
		a.fleet.Delete(s)
		return nil
	})
}

// DeleteTargetGroup deletes a target group by its name, and the rules' references.
func (a *Account) DeleteTargetGroup(name string) (err error) {
	a.change(func() {
		if g := a.fleet.Balancing.GroupNamed(name); g != nil {
			a.fleet.Balancing.DeleteGroup(g)
			return
		}
		err = fmt.Errorf("no target group %s", name)
	})
	return err
}

// PutRule adds a rule to a listener of a load balancer, by its name and its port.
func (a *Account) PutRule(balancer string, port, priority int, r elb.Rule) (err error) {
	a.change(func() {
		for _, lb := range a.fleet.Balancing.Balancers {
			for _, l := range lb.Listeners {
				if lb.Name == balancer && l.Port == port {
					r.ARN = strings.Replace(l.ARN, ":listener/", ":listener-rule/", 1) + "/" + a.world.Rng.Hex(16)
					l.Put(priority, r)
					return
				}
			}
		}
		err = fmt.Errorf("no load balancer %s that listens on port %d", balancer, port)
	})
	return err
}

// Manage puts a cluster's instances, and the Auto Scaling group over a launch template that
// brings them, under a new capacity provider.
func (a *Account) Manage(clusterName, group, provider string) error {
	return a.changeGroup(group, func(g *machines.Group) {
		p := &fleet.Provider{Name: provider, ARN: a.world.ARN("ecs", "capacity-provider/"+provider), Group: g.ARN}
		a.fleet.Providers = world.Insert(a.fleet.Providers, p, func(p *fleet.Provider) string { return p.Name })
		g.Provider = p
		if c := a.fleet.ClusterByName[clusterName]; c != nil {
			c.Providers = append(c.Providers, provider)
			for _, i := range c.Instances {
				i.Provider = provider
			}
		}
	})
}

// JoinElsewhere has what an Auto Scaling group launches from now join another cluster, as
// after a mistaken edit of its user data.
func (a *Account) JoinElsewhere(group, cluster string) error {
	return a.changeGroup(group, func(g *machines.Group) { a.park.JoinElsewhere(g, cluster) })
}

// changeGroup runs do on an Auto Scaling group over a launch template, by its name.
func (a *Account) changeGroup(name string, do func(*machines.Group)) (err error) {
	a.change(func() {
		for _, g := range a.park.Groups {
			if g.Name == name && g.Template != nil {
				do(g)
				return
			}
		}
		err = fmt.Errorf("no Auto Scaling group %s over a launch template", name)
	})
	return err
}

// Forget has the scheduler look after a service no more, as when ECS itself is in trouble.
func (a *Account) Forget(clusterName, serviceName string) error {
	return a.changeService(clusterName, serviceName, func(s *fleet.Service) error {
		s.Forgotten = true
		return nil
	})
}

// DeregisterRevision makes a revision, named as family:revision, inactive.
func (a *Account) DeregisterRevision(name string) (err error) {
	a.change(func() {
		if d := a.fleet.Definitions.Find(name); d != nil {
			d.Deregister(a.fleet.Now)
			return
		}
		err = fmt.Errorf("no revision %s", name)
	})
	return err
}
