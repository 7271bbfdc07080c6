package reason

import (
	"cmp"
	"strings"

	"gantry/awsx"
	"gantry/internal/words"
)

// Why says in a few words what an event means; the message itself where no wording
// matches. Parts of it are raw.
func (e Event) Why() string {
	switch e.Kind {
	case Steady:
		return "steady state"
	case Progress, Rebalancing, Other:
		return strings.TrimSuffix(e.Body, ".")
	case NotSteady:
		return cmp.Or(e.Reason.Why(), "cannot reach a steady state")
	case TargetUnhealthy:
		return e.targetWords()
	case TaskUnhealthy:
		if t := part(e.Body, "task"); t != "" && foldPrefix(e.Body, "(task ") {
			return "container health check failed in " + ShortID(t)
		}
		return "tasks replaced as unhealthy"
	case CannotPlace:
		return cmp.Or(e.Reason.Why(), "cannot place a task")
	case CannotStart:
		return "tasks keep failing to start"
	case DeploymentFailed:
		return colon("deployment failed", strings.TrimSuffix(e.Reason.Text, "."))
	case RollingBack:
		return joined("rolling back", words.Prefixed("to ", e.Deployment))
	case Bounds:
		return "minimum and maximum percent leave no room"
	case EventThrottled:
		return "calls of ECS are throttled"
	case Misconfigured:
		if e.Reason.Known() {
			return e.Reason.Why()
		}
	}
	return strings.TrimSuffix(e.Body, ".")
}

// targetWords says an unhealthy target's reason and place as a row shows them.
func (e Event) targetWords() string {
	at := part(e.Body, "instance")
	if port := part(e.Body, "port"); port != "" {
		at = cmp.Or(at, ShortID(part(e.Body, "task")))
		if part(e.Body, "instance") != "" {
			at += ":" + port
		} else if at == "" {
			at = "port " + port
		}
	}
	in := cmp.Or(awsx.GroupName(e.Group), part(e.Body, "elb"))
	return joined(cmp.Or(checkWords(part(e.Body, "reason")), "target unhealthy"), cmp.Or(at, ShortID(part(e.Body, "task"))), words.Prefixed("in ", in))
}

// Next says what to look at or do about an event; empty for everyday ones.
func (e Event) Next() string {
	switch e.Kind {
	case TargetUnhealthy:
		return "check the health path, the security group and the task's log"
	case TaskUnhealthy:
		return "check the health command, its start period and the stopped tasks' reasons"
	case CannotPlace, NotSteady, Misconfigured:
		return cmp.Or(e.Reason.Next(), "read the event; check capacity and constraints")
	case CannotStart:
		return "read the stopped tasks' reasons"
	case DeploymentFailed, RollingBack:
		return "read the first stopped task of the deployment that failed"
	case Bounds:
		return "lower the minimum or raise the maximum healthy percent"
	case EventThrottled:
		return "check the account's API quotas and who uses them"
	}
	return ""
}
