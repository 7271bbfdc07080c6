package awsx

import (
	"cmp"
	"net"
	"strconv"
	"strings"
)

// Group is one target group as far as it has been read.
type Group struct {
	// ARN is the target group's ARN.
	ARN string
	// Settings is the group's description; its ARN is empty until it was read.
	Settings TargetGroup
	// Read is true once the health of the group's targets has been read. While
	// it is false, Targets says nothing: no targets is not the same as unread.
	Read    bool
	Targets []TargetHealth
	// Weights are the group's weights in the listener rules that shift traffic to it
	// and away from it (ELBv2, forward action), by the rule's ARN. A rule that was not
	// read is missing; a group that a rule sends nothing to has 0.
	Weights map[string]int
}

// Name returns the group's name: as described, else the one in its ARN
// (targetgroup/name/id).
func (g Group) Name() string {
	return cmp.Or(g.Settings.Name, GroupName(g.ARN))
}

// GroupName returns the name inside a target group's ARN, or the string itself
// when it is no such ARN.
func GroupName(arn string) string {
	_, _, resource, _ := ARNParts(arn)
	name, ok := strings.CutPrefix(resource, "targetgroup/")
	if !ok || name == "" {
		return arn
	}
	name, _, _ = strings.Cut(name, "/")
	return name
}

// Address is what a target is registered by: an instance id or an IP address,
// and a port.
type Address struct {
	ID   string
	Port int
}

// String is the address with its port, where it has one.
func (a Address) String() string {
	if a.Port == 0 {
		return a.ID
	}
	return net.JoinHostPort(a.ID, strconv.Itoa(a.Port))
}
