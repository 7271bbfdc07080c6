package alb

import (
	"net/netip"
	"slices"
	"strings"

	"gantry/awsx"
)

// The network modes of a task definition. An empty mode is bridge; Windows
// calls its counterpart of bridge default.
const (
	modeBridge  = "bridge"
	modeHost    = "host"
	modeAWSVPC  = "awsvpc"
	modeNone    = "none"
	modeUnknown = ""
)

// networkMode returns how a task's containers are reached. Without the task
// definition it is told from what the task carries; a task in host mode carries
// nothing, so for it the mode stays unknown.
func networkMode(t awsx.Task, td *awsx.TaskDefinition) string {
	if td != nil {
		switch td.NetworkMode {
		case modeHost, modeAWSVPC, modeNone:
			return td.NetworkMode
		}
		return modeBridge
	}
	if len(TaskIPs(t)) > 0 {
		return modeAWSVPC
	}
	for _, c := range t.Containers {
		if len(c.Bindings) > 0 {
			return modeBridge
		}
	}
	return modeUnknown
}

// TaskIPs returns the private addresses of a task's own interfaces, IPv4 first.
func TaskIPs(t awsx.Task) []string {
	var v4, v6 []string
	add := func(ip string) {
		switch {
		case ip == "" || slices.Contains(v4, ip) || slices.Contains(v6, ip):
		case strings.Contains(ip, ":"):
			v6 = append(v6, ip)
		default:
			v4 = append(v4, ip)
		}
	}
	for _, e := range t.ENIs {
		add(e.PrivateV4)
		add(e.PrivateV6)
	}
	for _, c := range t.Containers {
		for _, ip := range c.Addresses {
			add(ip)
		}
	}
	return append(v4, v6...)
}

// place is where one load balancer entry reaches one task.
type place struct {
	// candidates holds each address the target can be registered by; the first
	// is the one to show when none of them is registered.
	candidates []awsx.Address
	// tentative means that the candidates are a guess, good only when one is
	// registered.
	tentative bool
}

// locate returns where lb reaches t, by the table of network modes: bridge is
// the instance and the binding's host port, host the instance and the container
// port, awsvpc the task's own address and the container port.
func locate(t awsx.Task, td *awsx.TaskDefinition, lb awsx.LoadBalancer, protocol, instance string) place {
	var p place
	switch networkMode(t, td) {
	case modeAWSVPC:
		for _, ip := range TaskIPs(t) {
			p.add(ip, lb.ContainerPort)
		}
	case modeHost:
		if instance != "" {
			p.add(instance, lb.ContainerPort)
		}
	case modeBridge:
		if instance == "" {
			break
		}
		for _, port := range hostPorts(t, td, lb, protocol) {
			p.add(instance, port)
		}
	case modeUnknown:
		if instance != "" {
			p.add(instance, lb.ContainerPort)
			p.tentative = true
		}
	}
	return p
}

func (p *place) add(id string, port int) {
	if a := addressOf(id, port); !slices.Contains(p.candidates, a) {
		p.candidates = append(p.candidates, a)
	}
}

// hostPorts returns the instance's ports bound to a load-balanced container
// port. The 0.0.0.0 and :: halves of a binding give one port; the agent may not
// have reported bindings yet, and then a static mapping still tells.
func hostPorts(t awsx.Task, td *awsx.TaskDefinition, lb awsx.LoadBalancer, protocol string) []int {
	var ports []int
	add := func(port int, proto string) {
		if port > 0 && carries(protocol, proto) && !slices.Contains(ports, port) {
			ports = append(ports, port)
		}
	}
	for _, c := range t.Containers {
		if c.Name != lb.Container {
			continue
		}
		for _, b := range c.Bindings {
			if b.ContainerPort == lb.ContainerPort {
				add(b.HostPort, b.Protocol)
			}
		}
	}
	if len(ports) > 0 || td == nil {
		return ports
	}
	if c, ok := td.Container(lb.Container); ok {
		for _, m := range c.Ports {
			if m.ContainerPort == lb.ContainerPort {
				add(m.HostPort, m.Protocol)
			}
		}
	}
	return ports
}

// carries tells whether a target group of a protocol sends to a port of a
// transport protocol. A group that was not described may send to either.
func carries(group, transport string) bool {
	udp := strings.EqualFold(transport, "udp")
	switch group {
	case "", "TCP_UDP":
		return true
	case "UDP", "QUIC":
		return udp
	case "TCP_QUIC":
		return true
	}
	return !udp
}

// addressOf returns an address in the form that compares equal: an IPv6 address
// has many spellings, and the two services do not promise the same one.
func addressOf(id string, port int) awsx.Address {
	if ip, err := netip.ParseAddr(id); err == nil {
		id = ip.Unmap().String()
	}
	return awsx.Address{ID: id, Port: port}
}
