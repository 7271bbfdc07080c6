package reason

// eventForm is a form that a sentence of an event takes. A form is matched at
// the beginning of the sentence, after the parts in parentheses that may lead it.
type eventForm struct {
	form string
	kind EventKind
}

// eventForms are the sentences by the ECS developer guide (service event
// messages, availability zone rebalancing). The first that matches counts.
var eventForms = []eventForm{
	{"has reached a steady state", Steady},
	{"has reached steady state", Steady},
	{"updated state to STEADY_STATE", Steady},
	{"was unable to reach steady state", NotSteady},
	{"was unable to reach a steady state", NotSteady},
	{"is unable to reach steady state", NotSteady},
	{"is unable to reach a steady state", NotSteady},

	{"has started {} tasks in {} to AZ Rebalance", Rebalancing},
	{"has stopped {} to AZ Rebalance", Rebalancing},
	{"is AZ balanced", Rebalancing},
	{"is not AZ balanced", Rebalancing},
	{"AZ Rebalance", Rebalancing},
	{"AZ Rebalancing", Rebalancing},
	{"stopped AZ Rebalancing", Rebalancing},
	{"started AZ Rebalancing", Rebalancing},

	{"has started ", Progress},
	{"has stopped {} due to an unhealthy status", TaskUnhealthy},
	{"has stopped ", Progress},
	{"stopped {} pending tasks", Progress},
	{"stopped {} pending task", Progress},
	{"stopped {} running tasks", Progress},
	{"started {} tasks", Progress},
	{"registered ", Progress},
	{"deregistered ", Progress},
	{"has begun draining", Progress},
	{"updated computedDesiredCount", Progress},
	{"updated desired count", Progress},
	{"set desired count", Progress},
	{"updated state to", Progress},
	{"deployment completed", Progress},
	{"deployment in progress", Progress},
	{"deployment started", Progress},

	{"is unhealthy in", TargetUnhealthy},
	{"failed ELB health checks", TargetUnhealthy},
	{"failed container health checks", TaskUnhealthy},
	{"task {} failed container health checks", TaskUnhealthy},
	{"Amazon ECS replaced {} due to an unhealthy status", TaskUnhealthy},
	{"has replaced {} due to an unhealthy status", TaskUnhealthy},
	{"replaced {} due to an unhealthy status", TaskUnhealthy},

	{"was unable to place", CannotPlace},
	{"is unable to place", CannotPlace},
	{"was unable to start a task", CannotPlace},
	{"was unable to start task", CannotPlace},
	{"could not launch", CannotPlace},
	{"was unable to launch", CannotPlace},
	{"failed to launch a task", CannotPlace},
	{"failed to start a task", CannotPlace},
	{"Timed out waiting for Amazon ECS Agent", CannotPlace},
	{"is unable to consistently start tasks", CannotStart},
	{"deployment failed", DeploymentFailed},
	{"rolling back to", RollingBack},
	{"was unable to stop or start tasks during a deployment", Bounds},
	{"operations are being throttled", EventThrottled},
	{"failed to register", Misconfigured},
	{"failed to deregister", Misconfigured},
	{"failed to describe", Misconfigured},
	{"was unable to register", Misconfigured},
	{"was unable to assume", Misconfigured},
	{"is not healthy in", Misconfigured},
}
