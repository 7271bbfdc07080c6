package fleet

import (
	"fmt"
	"slices"

	"gantry/awsx/sim/taskdef"
)

// The ephemeral range that Docker takes host ports from.
const (
	FirstDynamicPort = 32768
	lastDynamicPort  = 60999
)

// AgentPorts are reserved on every instance: SSH, Docker and the agent's own.
func AgentPorts() []string { return []string{"22", "2375", "2376", "51678", "51679"} }

// obstacle is why a task cannot go on an instance: in the words of a service's
// event, and as the reason of a failure of RunTask.
type obstacle struct{ event, Failure string }

// Needs is what a task has to find.
type Needs struct {
	CPU, Memory int // CPU units, MiB
	Ports       []taskdef.Port
}

// NeedsOf is what a task of a definition has to find.
func NeedsOf(d *taskdef.Definition) Needs {
	cpu, memory := d.Needs()
	return Needs{cpu, memory, d.StaticPorts()}
}

// Place spreads over zones, then over instances, as the strategy of the services
// says and as RunTask does without one. Mates are the tasks among which it
// spreads. An instance that drains does not exist for it. When none fits it returns
// the reason in the words of the service event.
func (c *Cluster) Place(mates []*Task, needs Needs) (*Instance, string) {
	return place(c.Instances, mates, needs)
}

func place(among []*Instance, mates []*Task, needs Needs) (*Instance, string) {
	perZone := map[string]int{}
	perInstance := map[*Instance]int{}
	for _, t := range mates {
		if t.Desired == Running {
			perZone[t.Instance.Az]++
			perInstance[t.Instance]++
		}
	}
	var best *Instance
	var closest *Instance
	var in obstacle
	for _, i := range among {
		if i.Status != Active {
			continue
		}
		if why := i.Refuses(needs); why.event != "" {
			if closest == nil || i.CPU-i.UsedCPU > closest.CPU-closest.UsedCPU {
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
	return nil, fmt.Sprintf("The closest matching (container-instance %s) %s.", closest.ID, in.event)
}

func spreadLess(a, b *Instance, perZone map[string]int, perInstance map[*Instance]int) bool {
	if x, y := perZone[a.Az], perZone[b.Az]; x != y {
		return x < y
	}
	if x, y := perInstance[a], perInstance[b]; x != y {
		return x < y
	}
	return a.Memory-a.UsedMemory > b.Memory-b.UsedMemory
}

// Refuses says why a task cannot go on the ACTIVE instance; the zero value when
// it can.
func (i *Instance) Refuses(needs Needs) obstacle {
	switch {
	case !i.Connected:
		return obstacle{`encountered error "AGENT"`, "AGENT"}
	case i.CPU-i.UsedCPU < needs.CPU:
		return obstacle{"has insufficient CPU units available", "RESOURCE:CPU"}
	case i.Memory-i.UsedMemory < needs.Memory:
		return obstacle{"has insufficient memory available", "RESOURCE:MEMORY"}
	}
	for _, p := range needs.Ports {
		if _, taken := i.Static[p.Host]; taken || i.Dynamic[p.Host] {
			return obstacle{"is already using a port required by your task", "RESOURCE:PORTS"}
		}
	}
	return obstacle{}
}

// reserve takes what the task needs; its dynamic ports come when its containers
// start.
func (i *Instance) reserve(t *Task) {
	t.reservedCPU, t.reservedMem = t.Def.Needs()
	i.UsedCPU += t.reservedCPU
	i.UsedMemory += t.reservedMem
	for _, p := range t.Def.StaticPorts() {
		i.Static[p.Host] = p.Protocol
		t.staticPorts = append(t.staticPorts, p.Host)
	}
	i.Tasks = append(i.Tasks, t)
	i.Version++
}

// Release gives back what the task has of the instance.
func (i *Instance) Release(t *Task) {
	i.UsedCPU -= t.reservedCPU
	i.UsedMemory -= t.reservedMem
	for _, p := range t.staticPorts {
		delete(i.Static, p)
	}
	for _, p := range t.DynamicPorts {
		delete(i.Dynamic, p)
	}
	i.Tasks = slices.DeleteFunc(i.Tasks, func(o *Task) bool { return o == t })
	i.Version++
}

// dynamicPort takes the next free port of the ephemeral range, going round.
func (i *Instance) dynamicPort() int {
	for range lastDynamicPort - FirstDynamicPort + 1 {
		port := i.NextPort
		if i.NextPort++; i.NextPort > lastDynamicPort {
			i.NextPort = FirstDynamicPort
		}
		if _, taken := i.Static[port]; !taken && !i.Dynamic[port] {
			i.Dynamic[port] = true
			return port
		}
	}
	return 0
}

// bind maps a container's ports. In bridge mode Docker listens on IPv4 and IPv6
// alike, and the agent reports both; host mode reports none; with an interface
// of its own the port is the container's.
func (t *Task) bind(c *Container) []Binding {
	var bound []Binding
	for _, p := range c.Def.Ports {
		switch t.Def.NetworkMode {
		case "bridge":
			host := p.Host
			if host == 0 {
				host = t.Instance.dynamicPort()
				t.DynamicPorts = append(t.DynamicPorts, host)
			}
			bound = append(bound,
				Binding{"0.0.0.0", p.Container, host, p.Protocol},
				Binding{"::", p.Container, host, p.Protocol})
		case "awsvpc":
			bound = append(bound, Binding{"0.0.0.0", p.Container, p.Container, p.Protocol})
		}
	}
	return bound
}

// Counts are the tasks on the instance: those that run, and those on the way.
func (i *Instance) Counts() (up, coming int) {
	for _, t := range i.Tasks {
		switch t.Last {
		case Running:
			up++
		case Provisioning, Pending, activating:
			coming++
		}
	}
	return up, coming
}
