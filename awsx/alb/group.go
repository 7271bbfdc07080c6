package alb

import (
	"net/netip"

	"gantry/awsx"
)

// Group is one target group as far as it has been read.
type Group struct {
	// ARN is the target group's ARN.
	ARN string
	// Settings is the group's description; its ARN is empty until it was read.
	Settings awsx.TargetGroup
	// Read is true once the health of the group's targets has been read. While
	// it is false, Targets says nothing: no targets is not the same as unread.
	Read    bool
	Targets []awsx.TargetHealth
}

// Name returns the group's name: as described, else the one in its ARN
// (targetgroup/name/id).
func (g Group) Name() string {
	if g.Settings.Name != "" {
		return g.Settings.Name
	}
	return GroupName(g.ARN)
}

// GroupName returns the name inside a target group's ARN, or the string itself
// when it is no such ARN.
func GroupName(arn string) string {
	const kind = "targetgroup/"
	_, _, resource, ok := awsx.ARNParts(arn)
	if !ok || len(resource) <= len(kind) || resource[:len(kind)] != kind {
		return arn
	}
	name := resource[len(kind):]
	for i := range len(name) {
		if name[i] == '/' {
			return name[:i]
		}
	}
	return name
}

// Address is what a target is registered by: an instance id or an IP address,
// and a port.
type Address struct {
	ID   string
	Port int
}

// addressOf returns an address in the form that compares equal: an IPv6 address
// has many spellings, and the two services do not promise the same one.
func addressOf(id string, port int) Address {
	if ip, err := netip.ParseAddr(id); err == nil {
		id = ip.Unmap().String()
	}
	return Address{ID: id, Port: port}
}
