package machines

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/world"
)

// How long things take, in time of the control plane.
const (
	joining    = 50 * time.Second // from the launch to the agent's registration
	remembered = time.Hour        // how long EC2 shows a machine that is gone
	drains     = 5 * time.Minute  // how long managed draining waits for tasks
	setsBack   = 2 * time.Minute  // until managed scaling looks at a count again
)

// at begins a sentence of a cause.
func (p *Park) at() string { return "At " + p.Now.UTC().Format("2006-01-02T15:04:05Z") }

// SetDesired changes what the group is to have, and why it does. The count is set back
// where ECS manages it.
func (p *Park) SetDesired(g *Group, n int, why string) {
	if n == g.Desired {
		return
	}
	g.causes = []string{fmt.Sprintf("%s %s changing the desired capacity from %d to %d.", p.at(), why, g.Desired, n)}
	g.Desired = n
	p.Settle(g)
	if g.Provider == nil || g.returning || g.managed() == g.Desired {
		return
	}
	g.returning = true
	p.After(setsBack, func() {
		g.returning = false
		alarm := "TargetTracking-" + g.Name + "-AlarmHigh-" + p.Rng.UUID()
		p.SetDesired(g, g.managed(), "a monitor alarm "+alarm+" in state ALARM triggered policy ECSManagedAutoScalingPolicy-"+p.Rng.UUID())
	})
}

// managed is the count that managed scaling steers to, within the bounds.
func (g *Group) managed() int { return max(g.Min, min(g.Max, g.wanted)) }

// Settle has the group launch or end machines until it has as many as desired.
func (p *Park) Settle(g *Group) {
	have := len(g.staying())
	for n := have; n < g.Desired; n++ {
		if g.retrying || !p.start(g, n) {
			return
		}
	}
	for n := have; n > g.Desired; n-- {
		m := g.leastNeeded()
		if m == nil {
			return
		}
		p.end(m, g.why(fmt.Sprintf("%s an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from %d to %d.", p.at(), n, n-1),
			p.at()+" instance "+m.ID+" was selected for termination."))
	}
}

// why is a cause: what was asked for, and what the group made of it.
func (g *Group) why(sentences ...string) string {
	return strings.Join(append(slices.Clone(g.causes), sentences...), "  ")
}

// begin notes an activity.
func (p *Park) begin(g *Group, description, cause string) *activity {
	a := &activity{id: p.Rng.UUID(), description: description, cause: cause, status: "InProgress", startedAt: p.Now}
	g.activities = append([]*activity{a}, g.activities...)
	return a
}

func (a *activity) end(at time.Time, status, message string) {
	a.status, a.message, a.progress, a.endedAt = status, message, 100, at
}

// start launches a machine in the place of the n-th, and reports whether it could. What
// fails is tried again, after twice as long each time.
func (p *Park) start(g *Group, n int) bool {
	l, version := g.launch()
	cause := g.why(fmt.Sprintf("%s an instance was started in response to a difference between desired and actual capacity, increasing the capacity from %d to %d.", p.at(), n, n+1))
	if p.lost[l.Image] {
		message := "The image id '[" + l.Image + "]' does not exist. Launching EC2 instance failed."
		p.begin(g, "Launching a new EC2 instance.  Status Reason: "+message, cause).end(p.Now, "Failed", message)
		wait := time.Minute << min(g.failures, 5)
		g.failures++
		g.retrying = true
		p.After(wait, func() {
			g.retrying = false
			p.Settle(g)
		})
		return false
	}
	g.failures = 0
	az := p.emptiest(g)
	m := &Machine{
		ID: "i-0" + p.Rng.Hex(16), IP: world.AddressIn(az, 120+p.Rng.IntN(60), 1+p.Rng.IntN(254)), Az: az, Type: l.Type, Image: l.Image,
		state: starting, stage: pending, Group: g, template: version, launchedAt: p.Now,
	}
	if g.Configuration != nil {
		m.configuration = g.Configuration.Name
	}
	g.Machines = append(g.Machines, m)
	p.machines = append(p.machines, m)
	a := p.begin(g, "Launching a new EC2 instance: "+m.ID, cause)
	a.progress = 30
	p.After(p.Rng.Between(20*time.Second, 35*time.Second), func() {
		if m.stage != pending {
			return
		}
		m.state, m.stage = running, inService
		a.end(p.Now, "Successful", "")
		g.causes = nil
	})
	p.After(joining, func() { p.join(m, l) })
	return true
}

// emptiest is the zone in which the group has the fewest machines.
func (p *Park) emptiest(g *Group) string {
	count := map[string]int{}
	for _, m := range g.staying() {
		count[m.Az]++
	}
	return slices.MinFunc(p.Zones(), func(x, y string) int { return count[x] - count[y] })
}

// size is how many CPU units and MiB an instance of a type registers.
func size(instanceType string) (cpu, memory int) {
	switch _, named, _ := strings.Cut(instanceType, "."); named {
	case "4xlarge":
		return 16384, 64_000
	case "2xlarge":
		return 8192, 31_600
	case "large":
		return 2048, 7_800
	}
	return 4096, 15_700
}

// join registers a machine with the cluster that its user data names, where there is one.
func (p *Park) join(m *Machine, l Launch) {
	c := p.ClusterByName[l.Cluster()]
	if m.stage != inService || c == nil {
		return
	}
	cpu, memory := size(m.Type)
	m.host = &fleet.Instance{
		ID: p.Rng.Hex(32), EC2: m.ID, Az: m.Az, InstanceType: m.Type, Image: m.Image, IP: m.IP,
		CPU: cpu, Memory: memory, Static: map[int]string{}, Dynamic: map[int]bool{}, NextPort: fleet.FirstDynamicPort,
		Connected: true, Status: fleet.Active, RegisteredAt: p.Now, Version: 1,
	}
	if m.Group.Provider != nil {
		m.host.Provider = m.Group.Provider.Name
	}
	p.Join(c, m.host)
}

// leastNeeded is the machine that the default termination policy ends: in the zone with the
// most, one from an older configuration or version first, then the oldest (Amazon EC2 Auto
// Scaling, default termination policy). One that is protected is never chosen.
func (g *Group) leastNeeded() *Machine {
	perZone := map[string]int{}
	staying := g.staying()
	for _, m := range staying {
		perZone[m.Az]++
	}
	_, now := g.launch()
	outdated := func(m *Machine) bool {
		return m.template != now || g.Configuration != nil && m.configuration != g.Configuration.Name
	}
	var best *Machine
	for _, m := range staying {
		switch {
		case m.protected:
		case best == nil, perZone[m.Az] > perZone[best.Az]:
			best = m
		case perZone[m.Az] < perZone[best.Az]:
		case outdated(m) && !outdated(best), outdated(m) == outdated(best) && m.launchedAt.Before(best.launchedAt):
			best = m
		}
	}
	return best
}

// end terminates a machine. Where ECS manages the draining of its group, its tasks get
// time to move.
func (p *Park) end(m *Machine, cause string) *activity {
	a := p.begin(m.Group, "Terminating EC2 instance: "+m.ID, cause)
	a.progress = 50
	if m.Group.Provider != nil && m.host != nil {
		m.stage = waiting
		p.SetInstanceStatus(m.host, fleet.Draining)
		p.wait(m, a, p.Now.Add(p.Scaled(drains)))
		return a
	}
	p.terminate(m, a)
	return a
}

// wait terminates a machine once no task is left on it, or time is up.
func (p *Park) wait(m *Machine, a *activity, until time.Time) {
	p.After(5*time.Second, func() {
		if len(m.host.Tasks) == 0 || !p.Now.Before(until) {
			p.terminate(m, a)
			return
		}
		p.wait(m, a, until)
	})
}

// terminate ends a machine and takes it out of its cluster and its group, which replaces it
// where it is still wanted.
func (p *Park) terminate(m *Machine, a *activity) {
	g := m.Group
	m.stage, m.state = terminating, shuttingDown
	p.After(p.Rng.Between(15*time.Second, 30*time.Second), func() {
		if m.host != nil {
			p.Leave(m.host)
			m.host = nil
		}
	})
	p.After(45*time.Second, func() {
		m.state = terminated
		g.Machines = slices.DeleteFunc(g.Machines, func(o *Machine) bool { return o == m })
		a.end(p.Now, "Successful", "")
		g.causes = nil
		p.Settle(g)
		p.After(remembered, func() {
			p.machines = slices.DeleteFunc(p.machines, func(o *Machine) bool { return o == m })
		})
	})
}

// Recall notes the launch of one of a group's machines, which a person asked for.
func (p *Park) Recall(g *Group, id string) {
	n := len(g.Machines)
	a := p.begin(g, "Launching a new EC2 instance: "+id, fmt.Sprintf(
		"%s a user request explicitly set group desired capacity changing the desired capacity from %d to %d.  %s an instance was started in response to a difference between desired and actual capacity, increasing the capacity from %d to %d.",
		p.at(), n-1, n, p.at(), n-1, n))
	a.end(p.Now.Add(32*time.Second), "Successful", "")
}

// Stray has a group have a machine more that is in service and in no cluster.
func (p *Park) Stray(g *Group) {
	g.Desired, g.wanted = g.Desired+1, g.wanted+1
	if !p.start(g, len(g.Machines)) {
		return
	}
	m := g.Machines[len(g.Machines)-1]
	m.state, m.stage = running, inService
	g.activities[0].end(p.Now.Add(30*time.Second), "Successful", "")
}
