package follow

import (
	"cmp"
	"slices"
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

	// unknownBake is taken for the bake time of alarms that do not say how long they
	// look back: five periods of a minute.
	unknownBake = 5 * time.Minute

	MinTimeout = 10 * time.Minute
	MaxTimeout = 2 * time.Hour
	// drainTimeout is how long an instance is waited for to become empty: its
	// services replace their tasks in their own steps.
	DrainTimeout = time.Hour
)

// Timeout is how long to wait for a verdict: half as much again as the deployment may
// take. That is the longer of how long such deployments took and of the steps that the
// percentages allow, each as long as a task needs to become healthy and its predecessor
// to drain, with the time for which traffic rests by configuration and for which ECS
// watches the alarms once all is in place.
func Timeout(svc awsx.Service, tree *document.Node, groups []awsx.TargetGroup, details []awsx.GroupDetails, alarms []awsx.Alarm, expected time.Duration, n int) time.Duration {
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
	// How long traffic rests between shifts, and how long deployments took, is no guess
	// and may be hours: only the steps are bounded.
	takes := max(min(time.Duration(steps)*(up+down), MaxTimeout*2/3)+svc.ShiftTime+bakeTime(svc, alarms), expected)
	return max(takes+takes/2, MinTimeout).Round(time.Second)
}

// bakeTime is how long ECS watches the alarms of a deployment once the new tasks run and
// the old ones are gone. It derives the time from the alarms and tells neither how nor
// what it comes to (ECS, "How CloudWatch alarms detect deployment failures"): taken is
// what the slowest of them looks at.
func bakeTime(svc awsx.Service, alarms []awsx.Alarm) time.Duration {
	if !svc.Alarms.Enabled || len(svc.Alarms.Names) == 0 {
		return 0
	}
	var longest time.Duration
	for _, a := range alarms {
		if slices.Contains(svc.Alarms.Names, a.Name) {
			longest = max(longest, a.Window)
		}
	}
	return cmp.Or(longest, unknownBake)
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
// progress, whoever started it; ok is false when there is none. The definition, the
// groups and the deployments on record refine the timeout, which counts from now, and may
// be nil.
func Resume(svc awsx.Service, td *awsx.TaskDefinition, groups []awsx.TargetGroup, history []awsx.ServiceDeployment, now time.Time) (spec Spec, ok bool) {
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
	spec.Expected = Expected(history)
	spec.Timeout = now.Sub(spec.Started) + Timeout(svc, tree, groups, nil, nil, spec.Expected, svc.Desired)
	return spec, true
}
