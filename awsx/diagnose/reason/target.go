package reason

import (
	"cmp"
	"fmt"
	"strings"

	"gantry/awsx"
)

// TargetState is what the state of a registered target means.
type TargetState struct {
	// Why says it in a few words; Next what to look at, empty when nothing.
	Why, Next string
	// Routine is true for a target that serves or is on its way in or out.
	Routine bool
}

// Target reads the state of a registered target; check is its group's health
// check, zero when it was not read. The states and reason codes are those of the
// Elastic Load Balancing TargetHealth type.
func Target(h awsx.TargetHealth, check awsx.HealthCheck) TargetState {
	at := fmt.Sprintf("%s:%d", h.ID, h.Port)
	switch h.State {
	case "healthy":
		return TargetState{Why: joined("healthy", at), Routine: true}
	case "initial":
		return TargetState{joined("first checks", at), "wait: one passed check suffices for a new target", true}
	case "draining":
		return TargetState{joined("draining", at), "wait for the deregistration delay", true}
	case "unavailable":
		if h.Reason == "Elb.InternalError" {
			return internalError(at)
		}
		return TargetState{Why: joined("health check off", at), Next: "enable the group's health checks"}
	case "unused":
		return unusedTarget(h, at)
	case "unhealthy", "unhealthy.draining":
		s := unhealthyTarget(h, check, at)
		if h.State == "unhealthy.draining" {
			s.Why += ", serves nobody new"
		}
		return s
	}
	return TargetState{Why: joined(h.State, h.Reason, at), Next: "read the target's state in the load balancer's console"}
}

func internalError(at string) TargetState {
	return TargetState{Why: joined("load balancer internal error", at), Next: "the fault is on the side of AWS: check its health dashboard"}
}

func unusedTarget(h awsx.TargetHealth, at string) TargetState {
	switch h.Reason {
	case "Target.NotRegistered":
		return TargetState{Why: joined("not registered", at), Next: "check the service's load balancer mapping"}
	case "Target.NotInUse":
		return TargetState{Why: joined("group or zone not in use", at), Next: "add a listener rule for the group, or enable the target's zone"}
	case "Target.InvalidState":
		return TargetState{Why: joined("instance stopped", at), Next: "check the instance's state"}
	case "Target.IpUnusable":
		return TargetState{Why: joined("address unusable", at), Next: "the address belongs to a load balancer: register another"}
	}
	return TargetState{Why: joined("unused", at)}
}

func unhealthyTarget(h awsx.TargetHealth, check awsx.HealthCheck, at string) TargetState {
	s := TargetState{Next: "check the health path, the security group and the task's log"}
	switch h.Reason {
	case "Target.ResponseCodeMismatch":
		s.Why = joined(cmp.Or(codes(h.Description), "wrong status code"), check.Path, at)
		s.Next = "check the health path and the task's log"
		if check.Matcher != "" {
			s.Next += "; accepted is " + check.Matcher
		}
	case "Target.Timeout":
		s.Why = joined("timeout", check.Path, at)
		s.Next = "check the security group (ephemeral ports) and whether the application is slow"
	case "Target.FailedHealthChecks":
		s.Why = joined("refused or malformed", check.Path, at)
		s.Next = "check that the container listens on this port and speaks this protocol"
	case "Elb.InternalError":
		return internalError(at)
	default:
		s.Why = joined(cmp.Or(checkWords(h.Description), h.Reason, "unhealthy"), at)
	}
	return s
}

// checkWords shortens the description of a failed health check, which events
// quote too.
func checkWords(description string) string {
	if c := codes(description); c != "" {
		return c
	}
	switch strings.TrimSuffix(description, ".") {
	case "Request timed out", "Health checks timed out", "Connection timed out":
		return "timeout"
	case "Health checks failed":
		return "refused or malformed"
	}
	if foldPrefix(description, "Request timed out") {
		return "timeout"
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
