package diagnose

import (
	"fmt"
	"strings"

	"gantry/awsx"
)

// Target says what the state of a registered target means; check is its group's
// health check, zero when it was not read. The reason codes are those of the
// Elastic Load Balancing TargetHealth type.
func Target(h awsx.TargetHealth, check awsx.HealthCheck) Cause {
	at := fmt.Sprintf("%s:%d", h.ID, h.Port)
	switch h.State {
	case "healthy":
		return Cause{Kind: KindRoutine, Text: joined("healthy", at), Routine: true}
	case "initial":
		return Cause{Kind: KindInitial, Text: joined("first checks", at), Next: "wait: one passed check suffices for a new target", Routine: true}
	case "draining":
		return Cause{Kind: KindDraining, Text: joined("draining", at), Next: "wait for the deregistration delay", Routine: true}
	case "unavailable":
		return Cause{Kind: KindUnchecked, Text: joined("health check off", at), Next: "enable the group's health checks"}
	case "unused":
		return unusedTarget(h, at)
	}
	return unhealthyTarget(h, check, at)
}

func unusedTarget(h awsx.TargetHealth, at string) Cause {
	c := Cause{Kind: KindUnused, Text: joined("unused", at)}
	switch h.Reason {
	case "Target.NotRegistered":
		c.Text, c.Next = joined("not registered", at), "check the service's load balancer mapping"
	case "Target.NotInUse":
		c.Text, c.Next = joined("group or zone not in use", at), "add a listener rule for the group, or enable the target's zone"
	case "Target.InvalidState":
		c.Text, c.Next = joined("instance stopped", at), "check the instance's state"
	case "Target.IpUnusable":
		c.Text, c.Next = joined("address unusable", at), "the address belongs to a load balancer: register another"
	}
	return c
}

func unhealthyTarget(h awsx.TargetHealth, check awsx.HealthCheck, at string) Cause {
	c := Cause{Kind: KindTarget, Next: "check the health path, the security group and the task's log"}
	switch h.Reason {
	case "Target.ResponseCodeMismatch":
		c.Text = joined(orElse(codes(h.Description), "wrong status code"), check.Path, at)
		c.Next = "check the health path and the task's log"
		if check.Matcher != "" {
			c.Next += "; accepted is " + check.Matcher
		}
	case "Target.Timeout":
		c.Text = joined("timeout", check.Path, at)
		c.Next = "check the security group (ephemeral ports) and whether the application is slow"
	case "Target.FailedHealthChecks":
		c.Text = joined("refused or malformed", check.Path, at)
		c.Next = "check that the container listens on this port and speaks this protocol"
	case "Elb.InternalError":
		c.Kind = KindBalancer
		c.Text = joined("load balancer internal error", at)
		c.Next = "the fault is on the side of AWS: check its health dashboard"
	default:
		c.Text = joined(orElse(reasonWords(h.Description), orElse(h.Reason, "unhealthy")), at)
	}
	return c
}

// reasonWords shortens the description of a failed health check, which events
// quote too.
func reasonWords(description string) string {
	if c := codes(description); c != "" {
		return c
	}
	switch {
	case strings.Contains(strings.ToLower(description), "timed out"):
		return "timeout"
	case description == "Health checks failed":
		return "refused or malformed"
	}
	return description
}

// codes returns the status codes of "Health checks failed with these codes: [503]".
func codes(description string) string {
	_, rest, ok := strings.Cut(description, "with these codes: [")
	if !ok {
		return ""
	}
	list, _, ok := strings.Cut(rest, "]")
	if !ok {
		return ""
	}
	return list
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
