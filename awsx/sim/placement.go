package sim

import (
	"fmt"
	"slices"
)

// The ephemeral range that Docker takes host ports from.
const (
	firstDynamicPort = 32768
	lastDynamicPort  = 60999
)

// agentPorts are reserved on every instance: SSH, Docker and the agent's own.
func agentPorts() []string { return []string{"22", "2375", "2376", "51678", "51679"} }

// obstacle is why a task cannot go on an instance: in the words of a service's
// event, and as the reason of a failure of RunTask.
type obstacle struct{ event, failure string }

// place chooses an instance for a task of a service. When none fits it returns
// the reason in the words of the service event.
func (a *Account) place(s *service, d *taskDefinition) (*instance, string) {
	return s.cluster.place(s.live, d)
}

// place spreads over zones, then over instances, as the strategy of the services
// says and as RunTask does without one. Mates are the tasks among which it
// spreads. An instance that drains does not exist for it.
func (c *cluster) place(mates []*task, d *taskDefinition) (*instance, string) {
	cpu, memory := d.needs()
	ports := d.staticPorts()
	perZone := map[string]int{}
	perInstance := map[*instance]int{}
	for _, t := range mates {
		if t.desired == running {
			perZone[t.instance.az]++
			perInstance[t.instance]++
		}
	}
	var best *instance
	var closest *instance
	var in obstacle
	for _, i := range c.instances {
		if i.status != active {
			continue
		}
		if why := i.refuses(cpu, memory, ports); why.event != "" {
			if closest == nil || i.cpu-i.usedCPU > closest.cpu-closest.usedCPU {
				closest, in = i, why
			}
			continue
		}
		if best == nil || spreadLess(i, best, perZone, perInstance) {
			best = i
		}
	}
	switch {
	case best != nil:
		return best, ""
	case closest == nil:
		return nil, "No Container Instances were found in your cluster."
	}
	return nil, fmt.Sprintf("The closest matching (container-instance %s) %s.", closest.id, in.event)
}

func spreadLess(a, b *instance, perZone map[string]int, perInstance map[*instance]int) bool {
	if x, y := perZone[a.az], perZone[b.az]; x != y {
		return x < y
	}
	if x, y := perInstance[a], perInstance[b]; x != y {
		return x < y
	}
	return a.memory-a.usedMemory > b.memory-b.usedMemory
}

// refuses says why a task cannot go on the ACTIVE instance; the zero value when
// it can.
func (i *instance) refuses(cpu, memory int, ports []portMapping) obstacle {
	switch {
	case !i.connected:
		return obstacle{`encountered error "AGENT"`, "AGENT"}
	case i.cpu-i.usedCPU < cpu:
		return obstacle{"has insufficient CPU units available", "RESOURCE:CPU"}
	case i.memory-i.usedMemory < memory:
		return obstacle{"has insufficient memory available", "RESOURCE:MEMORY"}
	}
	for _, p := range ports {
		if _, taken := i.static[p.host]; taken || i.dynamic[p.host] {
			return obstacle{"is already using a port required by your task", "RESOURCE:PORTS"}
		}
	}
	return obstacle{}
}

// reserve takes what the task needs; its dynamic ports come when its containers
// start.
func (i *instance) reserve(t *task) {
	t.reservedCPU, t.reservedMem = t.def.needs()
	i.usedCPU += t.reservedCPU
	i.usedMemory += t.reservedMem
	for _, p := range t.def.staticPorts() {
		i.static[p.host] = p.protocol
		t.staticPorts = append(t.staticPorts, p.host)
	}
	i.tasks = append(i.tasks, t)
	i.version++
}

func (i *instance) release(t *task) {
	i.usedCPU -= t.reservedCPU
	i.usedMemory -= t.reservedMem
	for _, p := range t.staticPorts {
		delete(i.static, p)
	}
	for _, p := range t.dynamicPorts {
		delete(i.dynamic, p)
	}
	i.tasks = slices.DeleteFunc(i.tasks, func(o *task) bool { return o == t })
	i.version++
}

// dynamicPort takes the next free port of the ephemeral range, going round.
func (i *instance) dynamicPort() int {
	for range lastDynamicPort - firstDynamicPort + 1 {
		port := i.nextPort
		if i.nextPort++; i.nextPort > lastDynamicPort {
			i.nextPort = firstDynamicPort
		}
		if _, taken := i.static[port]; !taken && !i.dynamic[port] {
			i.dynamic[port] = true
			return port
		}
	}
	return 0
}

// bind maps a container's ports. In bridge mode Docker listens on IPv4 and IPv6
// alike, and the agent reports both; host mode reports none; with an interface
// of its own the port is the container's.
func (t *task) bind(c *container) []binding {
	var bound []binding
	for _, p := range c.def.ports {
		switch t.def.networkMode {
		case "bridge":
			host := p.host
			if host == 0 {
				host = t.instance.dynamicPort()
				t.dynamicPorts = append(t.dynamicPorts, host)
			}
			bound = append(bound,
				binding{"0.0.0.0", p.container, host, p.protocol},
				binding{"::", p.container, host, p.protocol})
		case "awsvpc":
			bound = append(bound, binding{"0.0.0.0", p.container, p.container, p.protocol})
		}
	}
	return bound
}
