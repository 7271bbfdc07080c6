package follow

import (
	"time"

	"gantry/awsx"
	"gantry/awsx/document"
)

// What a rollout's steps take when nobody says otherwise.
const (
	// bootTime covers placing a task, pulling its image and starting it.
	BootTime = 90 * time.Second
	// deregistrationDelay is a target group's default (ELBv2,
	// deregistration_delay.timeout_seconds).
	deregistrationDelay = 300 * time.Second
	// defaultStopTimeout is the agent's (ECS_CONTAINER_STOP_TIMEOUT).
	defaultStopTimeout = 30 * time.Second

	MinTimeout = 10 * time.Minute
	MaxTimeout = 2 * time.Hour
	// drainTimeout is how long an instance is waited for to become empty: its
	// services replace their tasks in their own steps.
	DrainTimeout = time.Hour
)

// Timeout estimates how long a deployment may take before waiting on is
// pointless: the steps that the percentages allow, each as long as a task needs
// to become healthy and its predecessor to drain, and half as much again. Where
// traffic is shifted, the time that it rests by configuration comes on top.
func Timeout(svc awsx.Service, tree *document.Node, groups []awsx.TargetGroup, details []awsx.GroupDetails, n int) time.Duration {
	up := BootTime + startPeriod(tree)
	down := stopTimeout(tree)
	if len(svc.LoadBalancers) > 0 {
		down += drainTime(groups, details)
		var checks time.Duration
		for _, g := range groups {
			checks = max(checks, g.Check.Interval*time.Duration(max(g.Check.Healthy, g.Check.Unhealthy)))
		}
		up += max(checks, svc.GracePeriod)
	}
	lower, upper := svc.Bounds(n)
	atOnce := max(upper-lower, 1)
	steps := max((n+atOnce-1)/atOnce, 1)
	if svc.ShiftsTraffic() {
		steps = 1 // a whole second set of tasks
	}
	total := time.Duration(steps) * (up + down)
	// How long traffic rests between shifts is no estimate, and may be days.
	return min(max(total+total/2, MinTimeout), MaxTimeout).Round(time.Second) + svc.ShiftTime
}

// drainTime is the longest deregistration delay of a service's groups; a group
// that was not read has the default.
func drainTime(groups []awsx.TargetGroup, details []awsx.GroupDetails) time.Duration {
	if len(details) == 0 || len(details) < len(groups) {
		return deregistrationDelay
	}
	var longest time.Duration
	for _, d := range details {
		longest = max(longest, d.DeregistrationDelay)
	}
	return longest
}

// startPeriod is the longest that a container's own health check is waited for,
// its retries included (ECS, HealthCheck: interval 30 s, 3 retries by default).
func startPeriod(tree *document.Node) time.Duration {
	var longest time.Duration
	for _, c := range tree.List("containerDefinitions") {
		h := c.Get("healthCheck")
		if h == nil || h.Kind != document.Object {
			continue
		}
		d := time.Duration(h.Number("startPeriod", 0)+h.Number("interval", 30)*h.Number("retries", 3)) * time.Second
		longest = max(longest, d)
	}
	return longest
}

func stopTimeout(tree *document.Node) time.Duration {
	longest := defaultStopTimeout
	for _, c := range tree.List("containerDefinitions") {
		longest = max(longest, time.Duration(c.Number("stopTimeout", 0))*time.Second)
	}
	return longest
}

// Resume returns what to follow when a service is found with a deployment in
// progress, whoever started it; ok is false when there is none. The definition
// and the groups refine the timeout, which counts from now, and may be nil.
func Resume(svc awsx.Service, td *awsx.TaskDefinition, groups []awsx.TargetGroup, now time.Time) (spec Spec, ok bool) {
	d, ok := svc.InProgress()
	if !ok {
		return Spec{}, false
	}
	spec = Spec{Service: svc.Ref, Deployment: d.ID, TaskDefinition: d.TaskDefinition, Started: d.CreatedAt}
	if spec.Started.After(now) {
		spec.Started = now // the service's clock is ahead of ours
	}
	for _, old := range svc.Deployments {
		if old.ID != d.ID {
			spec.Previous = old
			break
		}
	}
	tree := &document.Node{Kind: document.Object}
	if td != nil {
		if parsed, err := document.Parse(td.Raw); err == nil {
			tree = parsed
		}
	}
	spec.Timeout = now.Sub(spec.Started) + Timeout(svc, tree, groups, nil, svc.Desired)
	return spec, true
}
