package deploy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gantry/awsx"
)

// The names of the checks, by which they are overridden.
const (
	CheckImage        = "image"
	CheckInProgress   = "in-progress"
	CheckPercent      = "min-max"
	CheckController   = "controller"
	CheckLoadBalancer = "load-balancer"
	CheckBreaker      = "breaker"
	CheckTag          = "tag"
	CheckRevision     = "revision"
)

// CheckNames returns every name that an override may give.
func CheckNames() []string {
	return []string{
		CheckImage, CheckInProgress, CheckPercent, CheckController, CheckLoadBalancer, CheckBreaker,
		CheckTag, CheckRevision, OverrideAudit,
	}
}

// runChecks runs the checks that matter to a draft on what was read.
func runChecks(cur Current, d draft) []Check {
	var checks []Check
	if cur.Service.Ref.ARN != "" {
		checks = append(checks, checkController(cur.Service, d.starts), checkInProgress(cur.Service, d.starts))
	}
	if d.starts {
		checks = append(checks,
			checkImages(cur, d.tree),
			checkPercent(cur.Service),
			checkBreaker(cur.Service))
		if len(cur.Service.LoadBalancers) > 0 {
			checks = append(checks, checkLoadBalancers(cur.Service, d.tree))
		}
	}
	checks = append(checks, d.checks...)
	for i := range checks {
		// A controller that owns the change makes the service refuse the call: no
		// urgency alters that.
		checks[i].Advice = d.effect.mitigation && checks[i].Name != CheckController
	}
	return checks
}

// checkController: UpdateService refuses to start deployments of services that
// CodeDeploy or an external controller deploys (ECS, DeploymentController).
func checkController(svc awsx.Service, starts bool) Check {
	c := Check{Name: CheckController, Result: OK, Text: "ECS deploys this service"}
	switch {
	case svc.Controller == "" || svc.Controller == "ECS":
	case !starts && svc.Controller == "CODE_DEPLOY":
		c.Text = "CODE_DEPLOY deploys this service; the count is still its own"
	default:
		c.Result = Broken
		c.Text = fmt.Sprintf("the deployment controller %s owns this change: make it there", svc.Controller)
	}
	return c
}

func checkInProgress(svc awsx.Service, starts bool) Check {
	d, running := InProgress(svc)
	if !running {
		return Check{Name: CheckInProgress, Result: OK, Text: "no deployment is in progress"}
	}
	c := Check{Name: CheckInProgress, Result: Broken,
		Text: fmt.Sprintf("%s is rolling out %s (%d of %d running, %d failed): this change would replace it",
			d.ID, awsx.ARNName(d.TaskDefinition), d.Running, d.Desired, d.Failed)}
	if !starts {
		c.Result = Warning
		c.Text = fmt.Sprintf("%s is rolling out %s: the new count applies to it as well", d.ID, awsx.ARNName(d.TaskDefinition))
	}
	return c
}

// InProgress returns the deployment that a service is rolling out, and whether
// there is one.
func InProgress(svc awsx.Service) (awsx.Deployment, bool) {
	d, ok := svc.Primary()
	if !ok {
		return awsx.Deployment{}, false
	}
	if d.RolloutState == "" { // services without rollout states
		return d, len(svc.Deployments) > 1
	}
	return d, d.RolloutState == "IN_PROGRESS"
}

// bounds returns how few healthy and how many running tasks a deployment of n
// tasks allows (ECS, deploymentConfiguration: the minimum rounds up, the maximum
// down; 100 and 200 by default, 0 and 100 for daemons).
func bounds(svc awsx.Service, n int) (lower, upper int) {
	minimum, maximum := 100, 200
	if svc.SchedulingStrategy == "DAEMON" {
		minimum, maximum = 0, 100
	}
	if svc.MinHealthyPercent != awsx.Unset {
		minimum = svc.MinHealthyPercent
	}
	if svc.MaxPercent != awsx.Unset {
		maximum = svc.MaxPercent
	}
	return (n*minimum + 99) / 100, n * maximum / 100
}

// checkPercent finds the settings under which a deployment can neither start a
// new task nor stop an old one.
func checkPercent(svc awsx.Service) Check {
	lower, upper := bounds(svc, svc.Desired)
	if svc.Desired > 0 && upper <= svc.Desired && lower >= svc.Desired {
		return Check{Name: CheckPercent, Result: Broken,
			Text: fmt.Sprintf("of %d tasks at least %d must stay healthy and at most %d may run, so none can be replaced: raise the maximum percent or lower the minimum",
				svc.Desired, lower, upper)}
	}
	return Check{Name: CheckPercent, Result: OK,
		Text: fmt.Sprintf("between %d and %d tasks run during the deployment", lower, max(upper, lower))}
}

func checkBreaker(svc awsx.Service) Check {
	switch {
	case !svc.Breaker.Enabled:
		return Check{Name: CheckBreaker, Result: Warning, Text: "the circuit breaker is off: tasks that cannot start are retried for ever"}
	case !svc.Breaker.Rollback:
		return Check{Name: CheckBreaker, Result: Warning, Text: "the circuit breaker stops a failing deployment and does not roll it back"}
	}
	return Check{Name: CheckBreaker, Result: OK, Text: "the circuit breaker rolls a failing deployment back"}
}

// checkLoadBalancers makes sure that each container port a target group sends
// to is still mapped: UpdateService refuses the revision otherwise.
func checkLoadBalancers(svc awsx.Service, tree *node) Check {
	var missing []string
	for _, lb := range svc.LoadBalancers {
		c := tree.container(lb.Container)
		if c == nil {
			missing = append(missing, fmt.Sprintf("container %s", lb.Container))
		} else if !mapsPort(c, lb.ContainerPort) {
			missing = append(missing, fmt.Sprintf("port %d of container %s", lb.ContainerPort, lb.Container))
		}
	}
	if len(missing) > 0 {
		return Check{Name: CheckLoadBalancer, Result: Broken,
			Text: "the load balancer sends to what the new revision lacks: " + strings.Join(missing, ", ")}
	}
	return Check{Name: CheckLoadBalancer, Result: OK, Text: "load-balanced containers and ports are still there"}
}

func mapsPort(c *node, port int) bool {
	return slices.ContainsFunc(c.list("portMappings"), func(m *node) bool {
		p := m.get("containerPort")
		return p != nil && string(p.raw) == fmt.Sprint(port)
	})
}

func checkRevision(td *awsx.TaskDefinition) Check {
	name := awsx.ARNName(td.ARN)
	if inactive(td) {
		return Check{Name: CheckRevision, Result: Warning,
			Text: fmt.Sprintf("%s is %s and cannot be deployed itself: a copy of it is registered", name, td.Status)}
	}
	return Check{Name: CheckRevision, Result: OK, Text: name + " is active"}
}

func inactive(td *awsx.TaskDefinition) bool { return td.Status != "" && td.Status != "ACTIVE" }

// checkImages tells whether the images that would run exist. Only private ECR
// repositories can be asked.
func checkImages(cur Current, tree *node) Check {
	var found, skipped, missing []string
	for _, c := range tree.list("containerDefinitions") {
		image := c.word("image")
		state, asked := cur.Images[image]
		switch {
		case !asked:
			skipped = append(skipped, image+" is not in a private ECR repository")
		case state.Err == nil:
			found = append(found, describeImage(image, state.Image))
		case awsx.ClassOf(state.Err) == awsx.NotFound:
			missing = append(missing, image)
		default:
			skipped = append(skipped, image+": "+whyUnread(state.Err))
		}
	}
	switch {
	case len(missing) > 0:
		return Check{Name: CheckImage, Result: Broken, Text: "not in its repository: " + strings.Join(missing, ", ")}
	case len(skipped) > 0 && len(found) == 0:
		return Check{Name: CheckImage, Result: Skipped, Text: strings.Join(skipped, "; ")}
	}
	return Check{Name: CheckImage, Result: OK, Text: strings.Join(append(found, skipped...), "; ")}
}

func describeImage(image string, found awsx.Image) string {
	s := awsx.ARNName(image) + " exists"
	if found.Digest != "" && !strings.Contains(image, "@") {
		s += ", " + ShortDigest(found.Digest)
	}
	return s
}

// whyUnread names the missing action when a read was denied.
func whyUnread(err error) string {
	var e *awsx.Error
	if errors.As(err, &e) && e.Class == awsx.Denied && e.Op != "" {
		return e.Op + " is denied"
	}
	return "not read, " + awsx.ClassOf(err).String()
}
