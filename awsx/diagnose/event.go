package diagnose

import (
	"strings"
	"time"

	"gantry/awsx"
)

// eventRules is the catalogue of service events, the telling ones first: ECS
// reports a replaced task in the same sentence that starts its successor. The
// wordings are those of the service event messages in the ECS developer guide.
var eventRules = []rule{
	{[]string{"steady state"}, Cause{Kind: KindSteady, Text: "steady state", Routine: true}},
	{[]string{"target group is not found"}, Cause{Kind: KindGroupMissing, Text: "target group is gone", Next: "the target group was deleted: recreate it or change the service's load balancers"}},
	{[]string{"is unhealthy in"}, Cause{Kind: KindTarget, Text: "target unhealthy", Next: "check the health path, the security group and the task's log"}},
	{[]string{"failed container health checks"}, Cause{Kind: KindContainer, Text: "container health check failed", Next: "check the health command and its start period"}},
	{[]string{"failed elb health checks"}, Cause{Kind: KindTarget, Text: "task failed its target's health check", Next: "check the grace period and the target's reason"}},
	{[]string{"due to an unhealthy status"}, Cause{Kind: KindContainer, Text: "tasks replaced as unhealthy", Next: "check the health checks and the stopped tasks' reasons"}},
	{[]string{"no container instances were found"}, Cause{Kind: KindNoInstances, Text: "no container instances", Next: "check the Auto Scaling group's activity and ECS_CLUSTER in its user data"}},
	{[]string{"insufficient cpu"}, Cause{Kind: KindNoCPU, Text: "no instance fits: CPU", Next: "compare what instances have left with what a task needs"}},
	{[]string{"insufficient memory"}, Cause{Kind: KindNoMemory, Text: "no instance fits: memory", Next: "compare what instances have left with what a task needs"}},
	{[]string{"already using a port"}, Cause{Kind: KindPortTaken, Text: "no instance fits: host port taken", Next: "use dynamic host ports or add instances"}},
	{[]string{`encountered error "agent"`}, Cause{Kind: KindAgent, Text: "no instance fits: agent disconnected", Next: "check the container agent on the instance"}},
	{[]string{"met all of its requirements"}, Cause{Kind: KindNoFit, Text: "no instance fits", Next: "compare attributes, ports, CPU and memory with what a task needs"}},
	{[]string{"unable to place a task"}, Cause{Kind: KindPlacement, Text: "cannot place a task", Next: "read the event; check capacity and constraints"}},
	{[]string{"unable to consistently start tasks"}, Cause{Kind: KindCannotStart, Text: "tasks keep failing to start", Next: "read the stopped tasks' reasons"}},
	{[]string{"deployment configuration", "unable to stop or start"}, Cause{Kind: KindDeadlock, Text: "minimum and maximum percent leave no room", Next: "lower the minimum or raise the maximum healthy percent"}},
	{[]string{"deployment failed"}, Cause{Kind: KindRolloutFailed, Text: "deployment failed", Next: "read the first stopped task of that deployment"}},
	{[]string{"rolling back"}, Cause{Kind: KindRollingBack, Text: "rolling back", Next: "read the first stopped task of the deployment that failed"}},
	{[]string{"being throttled"}, Cause{Kind: KindThrottled, Text: "calls of ECS are throttled", Next: "check the account's API quotas and who uses them"}},
	{[]string{"registered", "target"}, Cause{Kind: KindRoutine, Text: "registered targets", Routine: true}},
	{[]string{"begun draining"}, Cause{Kind: KindRoutine, Text: "draining connections", Routine: true}},
	{[]string{"deployment completed"}, Cause{Kind: KindRoutine, Text: "deployment completed", Routine: true}},
	{[]string{"updated desired count"}, Cause{Kind: KindRoutine, Text: "count changed", Routine: true}},
	{[]string{"set desired count"}, Cause{Kind: KindRoutine, Text: "count changed", Routine: true}},
}

// Event classifies a service event's message, in either of the two wordings of
// its prefix. An event that the catalogue does not know is shown as it is.
func Event(message string) Cause {
	body := EventBody(message)
	if everyday(body) {
		return Cause{Kind: KindRoutine, Text: "started or stopped tasks", Routine: true}
	}
	c, ok := match(eventRules, body)
	if !ok {
		return Cause{Kind: KindOther, Text: strings.TrimSuffix(body, ".")}
	}
	switch c.Kind {
	case KindTarget:
		c.Text = eventTarget(body, c.Text)
	case KindNoCPU, KindNoMemory, KindPortTaken, KindAgent, KindNoFit:
		if near := part(body, "container-instance"); near != "" {
			c.Text += ", closest " + shortID(near)
		}
	case KindRolloutFailed:
		if _, reason, found := strings.Cut(body, "deployment failed: "); found {
			c.Text += ": " + strings.TrimSuffix(reason, ".")
		}
	case KindRollingBack:
		if to := part(body, "deployment"); to != "" {
			c.Text += " to " + to
		}
	case KindContainer:
		if t := part(body, "task"); t != "" && !strings.Contains(c.Text, "replaced") {
			c.Text += " in " + shortID(t)
		}
	}
	return c
}

// AboutHealth reports whether an event's message speaks of targets or containers
// that do not pass their checks.
func AboutHealth(message string) bool {
	kind := Event(message).Kind
	return kind == KindTarget || kind == KindContainer
}

// everyday recognises the two sentences that fill a busy service's log, before
// the whole catalogue is searched for each of them.
func everyday(body string) bool {
	return (strings.HasPrefix(body, "has started ") || strings.HasPrefix(body, "has stopped ")) &&
		!strings.Contains(body, "unhealthy")
}

// EventBody returns an event's message without its prefix, which comes as
// "(service name)" and as "service (name)".
func EventBody(message string) string {
	for _, open := range [...]string{"(service ", "service ("} {
		if rest, ok := strings.CutPrefix(message, open); ok {
			if _, body, found := strings.Cut(rest, ")"); found {
				return strings.TrimSpace(body)
			}
		}
	}
	return strings.TrimSpace(message)
}

// EventGroup returns the ARN of the target group that an event names, if any.
func EventGroup(message string) string { return part(message, "target-group") }

// eventTarget says an unhealthy target's reason and place as a row shows them.
func eventTarget(body, fallback string) string {
	reason := part(body, "reason")
	if reason == "" {
		return fallback
	}
	at := part(body, "instance")
	if port := part(body, "port"); at != "" && port != "" {
		at += ":" + port
	}
	if at == "" {
		at = shortID(part(body, "task"))
	}
	return joined(reasonWords(reason), at, "in "+awsx.GroupName(EventGroup(body)))
}

// lastTrouble returns the newest event that is not routine, not ended by a later
// steady state and not older than the window. Events come newest first.
func lastTrouble(events []awsx.ServiceEvent, now time.Time) (awsx.ServiceEvent, Cause, bool) {
	for _, e := range events {
		if now.Sub(e.At) > window {
			break
		}
		c := Event(e.Message)
		if c.Kind == KindSteady {
			break
		}
		if !c.Routine {
			return e, c, true
		}
	}
	return awsx.ServiceEvent{}, Cause{}, false
}
