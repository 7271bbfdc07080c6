package alb

import (
	"cmp"
	"slices"

	"gantry/awsx"
)

// Port is one container port of a task and where it can be reached.
type Port struct {
	Container     string
	ContainerPort int
	Protocol      string // tcp, udp
	// Host is the instance's address, its id while that is not known, or the task's own IP
	// address; empty when unknown.
	Host string
	// HostPort is 0 until a dynamic port was bound.
	HostPort int
	// Range and HostRange stand in place of the ports where a range is mapped.
	Range, HostRange string
}

// Inside is the container's port or range of ports.
func (p Port) Inside() string { return awsx.PortWords(p.ContainerPort, p.Range) }

// Outside is the host's port or range of ports, empty until it was bound.
func (p Port) Outside() string { return awsx.PortWords(p.HostPort, p.HostRange) }

// Ports lists the container ports of a task in the order of its containers. Host
// is where the instance that the task runs on answers, empty when unknown; td may be nil,
// and then only what the task itself reports is listed.
func Ports(t awsx.Task, td *awsx.TaskDefinition, host string) []Port {
	var out []Port
	mode := networkMode(t, td)
	if mode == modeAWSVPC {
		host = ""
		if ips := TaskIPs(t); len(ips) > 0 {
			host = ips[0]
		}
	}
	for _, name := range containerNames(t, td) {
		for _, p := range containerPorts(name, mode, t, td) {
			p.Host = host
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// containerNames returns a task's containers, or its definition's while the
// agent has reported none.
func containerNames(t awsx.Task, td *awsx.TaskDefinition) []string {
	var names []string
	for _, c := range t.Containers {
		names = append(names, c.Name)
	}
	if len(names) == 0 && td != nil {
		for _, c := range td.Containers {
			names = append(names, c.Name)
		}
	}
	return names
}

// containerPorts returns what was bound, else what the definition maps.
func containerPorts(name, mode string, t awsx.Task, td *awsx.TaskDefinition) []Port {
	var out []Port
	for _, c := range t.Containers {
		if c.Name != name {
			continue
		}
		for _, b := range c.Bindings {
			out = append(out, Port{Container: name, ContainerPort: b.ContainerPort, Protocol: transport(b.Protocol), HostPort: b.HostPort, Range: b.Range, HostRange: b.HostRange})
		}
	}
	if len(out) > 0 || td == nil || mode == modeNone {
		return out
	}
	def, _ := td.Container(name)
	for _, m := range def.Ports {
		p := Port{Container: name, ContainerPort: m.ContainerPort, Protocol: transport(m.Protocol), HostPort: m.HostPort, Range: m.Range}
		if mode == modeHost || mode == modeAWSVPC {
			p.HostPort, p.HostRange = m.ContainerPort, m.Range
		}
		out = append(out, p)
	}
	return out
}

// transport returns a mapping's protocol; the API's default is tcp.
func transport(p string) string {
	return cmp.Or(p, "tcp")
}
