package check

import (
	"fmt"

	"gantry/awsx"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/document"
	"gantry/internal/words"
)

// checkStatus: a service that is being deleted, or was, takes no change. ECS refuses it
// when a revision was registered for it already (ECS, ServiceNotActiveException).
func checkStatus(cur read.Current, _ Change) Finding {
	if !onService(cur) || !cur.Service.Ending() {
		return Finding{}
	}
	f := finding(Status, Broken, "the service is being deleted or is gone (%s): it takes no change", cur.Service.Status)
	f.Final = true
	return f
}

// checkController: UpdateService refuses to start deployments of services that
// CodeDeploy or an external controller deploys; of both it takes a count (ECS,
// DeploymentController and UpdateService).
func checkController(cur read.Current, d Change) Finding {
	svc := cur.Service
	switch {
	case !onService(cur):
		return Finding{}
	case svc.Controller == "" || svc.Controller == "ECS":
		return finding(Controller, OK, "ECS deploys this service")
	case !d.Starts:
		return finding(Controller, OK, "%s deploys this service; the count is still its own", svc.Controller)
	}
	return finding(Controller, Broken, "the deployment controller %s owns this change: make it there", svc.Controller)
}

// stuckAfter is how long a deployment may be without a single task that runs or
// comes before it is taken for stuck.
const stuckAfter = 2 * follow.BootTime

// checkInProgress: a new deployment takes the place of one that is in progress.
// One that has brought nothing up, because its tasks fail or find no place, is
// the incident that an edit means to mend, and no reason to hold it up.
func checkInProgress(cur read.Current, d Change) Finding {
	if !onService(cur) {
		return Finding{}
	}
	_, counts := d.count()
	dep, running := cur.Service.InProgress()
	if !running {
		return finding(InProgress, OK, "no deployment is in progress")
	}
	stuck := dep.Pending == 0 && !dep.CreatedAt.IsZero() && cur.Now.Sub(dep.CreatedAt) > stuckAfter
	what := awsx.ARNName(dep.TaskDefinition) + " is rolling out"
	state := fmt.Sprintf("%d of %d running, %d failed", dep.Running, dep.Desired, dep.Failed)
	switch {
	case d.Cancels:
		return finding(InProgress, OK, "%s (%s): it is rolled back", what, state)
	case d.Starts && dep.Running == 0 && (dep.Failed > 0 || stuck):
		return finding(InProgress, Warning, "%s and fails (%s): this change replaces it", what, state)
	case d.Starts:
		return finding(InProgress, Broken, "%s (%s): this change would replace it", what, state)
	case counts:
		return finding(InProgress, Warning, "%s: the new count applies to it as well", what)
	}
	return finding(InProgress, OK, "%s (%s): it goes on", what, state)
}

// checkPercent finds the settings under which a deployment can neither start a
// new task nor stop an old one.
func checkPercent(cur read.Current, d Change) Finding {
	svc := cur.Service
	if !d.Starts || svc.ShiftsTraffic() {
		return Finding{}
	}
	lower, upper := svc.Bounds(svc.Desired)
	if svc.Desired > 0 && upper <= svc.Desired && lower >= svc.Desired {
		return finding(Percent, Broken, "of %s at least %d must stay healthy and at most %d may run, so none can be replaced: raise the maximum percent or lower the minimum",
			words.Count(svc.Desired, "task"), lower, upper)
	}
	return finding(Percent, OK, "between %d and %s run during the deployment", lower, words.Count(max(upper, lower), "task"))
}

// checkStrategy says how a deployment that shifts traffic differs from a rolling
// one (ECS, DeploymentConfiguration.strategy).
func checkStrategy(cur read.Current, d Change) Finding {
	svc := cur.Service
	if !d.Starts || !svc.ShiftsTraffic() {
		return Finding{}
	}
	how := map[string]string{
		"BLUE_GREEN": "moves all traffic over at once",
		"LINEAR":     "moves the traffic over in equal steps",
		"CANARY":     "moves a small share of the traffic over, then the rest",
	}[svc.Strategy]
	if how == "" {
		return finding(Strategy, Warning, "the deployment strategy %s is not known to this version", svc.Strategy)
	}
	for _, lb := range svc.LoadBalancers {
		if lb.TargetGroup != "" && lb.Alternate == "" {
			return finding(Strategy, Warning, "%s needs a second target group, and %s has none beside it", svc.Strategy, awsx.GroupName(lb.TargetGroup))
		}
	}
	return finding(Strategy, OK, "%s starts %s beside those that run, then %s; minimum and maximum percent do not apply",
		svc.Strategy, words.Count(svc.Desired, "new task"), how)
}

// checkBreaker tells whether a rollout that cannot succeed ends by itself.
func checkBreaker(cur read.Current, d Change) Finding {
	svc := cur.Service
	if !d.Starts || svc.Controller == "CODE_DEPLOY" || svc.Controller == "EXTERNAL" {
		return Finding{}
	}
	blind := len(svc.LoadBalancers) == 0 && !watchesHealth(d.Tree)
	alarmed := svc.Alarms.Enabled && len(svc.Alarms.Names) > 0
	switch {
	case !svc.Breaker.Enabled:
		return finding(Breaker, Warning, "the circuit breaker is off: tasks that cannot start are retried for ever")
	case !svc.Breaker.Rollback:
		return finding(Breaker, Warning, "the circuit breaker stops a failing deployment and does not roll it back")
	case blind && !alarmed:
		return finding(Breaker, Warning, "neither a container nor a target group checks health: a task that dies after its start does not trip the circuit breaker")
	}
	return finding(Breaker, OK, "the circuit breaker rolls a failing deployment back")
}

// watchesHealth reports whether an essential container has a health check; the
// command NONE turns off one that is built into the image (Docker, HEALTHCHECK).
func watchesHealth(tree *document.Node) bool {
	for _, c := range tree.List("containerDefinitions") {
		command := c.Get("healthCheck").List("command")
		if len(command) == 0 || !essential(c) {
			continue
		}
		if first, _ := command[0].Text(); first != "NONE" {
			return true
		}
	}
	return false
}

// essential reports whether a task stops with the container; it does unless told
// otherwise.
func essential(c *document.Node) bool {
	e := c.Get("essential")
	return e == nil || string(e.Raw) != "false"
}

// ActiveRevision tells whether a revision can be deployed itself.
func ActiveRevision(td *awsx.TaskDefinition) Finding {
	name := awsx.ARNName(td.ARN)
	if td.Inactive() {
		return finding(Revision, Warning, "%s is %s and cannot be deployed itself: a copy of it is registered", name, td.Status)
	}
	return finding(Revision, OK, "%s is active", name)
}

// OnRecord tells whether the wanted revision is known to have run in this service: what
// never ran here is new here, however old it is.
func OnRecord(cur read.Current) Finding {
	name := awsx.ARNName(cur.Wanted.ARN)
	_, ran := cur.RanAs(cur.Wanted.ARN)
	switch {
	case ran:
		return finding(Record, OK, "%s ran here before", name)
	case cur.History.Err != nil:
		return finding(Record, Skipped, "whether %s ran here is not known: %s", name, read.Why(cur.History.Err))
	case len(cur.History.Value) == 0:
		return finding(Record, Skipped, "no deployment of the service is on record")
	}
	return finding(Record, Warning, "%s is not on record as having run here and stayed", name)
}
