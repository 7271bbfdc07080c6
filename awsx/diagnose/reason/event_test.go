package reason_test

import (
	"testing"

	"gantry/awsx/diagnose/reason"
)

const webGroup = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"

func TestEventsAreReadInEachWordingOfTheirPrefix(t *testing.T) {
	place := "was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 8a1f3c2b77de) "
	more := " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
	tests := []struct {
		body string
		kind reason.EventKind
		why  string
	}{
		{"has reached a steady state.", reason.Steady, "steady state"},
		{"updated state to STEADY_STATE.", reason.Steady, "steady state"},
		{"was unable to reach steady state because (taskSet ecs-svc/5) was unable to scale in due to (reason 2 tasks under protection)", reason.NotSteady, "tasks under protection"},
		{"was unable to reach steady state. Reason: No Container Instances were found in your capacity provider.", reason.NotSteady, "no container instances in the capacity provider"},
		{"was unable to reach steady state because (taskSet ecs-svc/5) was unable to scale in. Reason: The number of protected tasks are more than the desired count of tasks.", reason.NotSteady, "tasks under protection"},

		{"has started 2 tasks: (task 11) (task 12).", reason.Progress, ""},
		{"has stopped 1 running tasks: (task 11).", reason.Progress, ""},
		{"has stopped 2 pending tasks.", reason.Progress, ""},
		{"stopped 2 pending tasks.", reason.Progress, ""},
		{"registered 1 targets in (target-group " + webGroup + ")", reason.Progress, ""},
		{"deregistered 1 targets in (target-group " + webGroup + ")", reason.Progress, ""},
		{"registered 1 instances in (elb old-web)", reason.Progress, ""},
		{"deregistered 2 instances in (elb old-web)", reason.Progress, ""},
		{"has begun draining connections on 1 tasks.", reason.Progress, ""},
		{"updated computedDesiredCount for taskSet ecs-svc/5 to 3.", reason.Progress, ""},
		{"(deployment ecs-svc/1) deployment completed.", reason.Progress, ""},

		{"is AZ balanced with 2 tasks in eu-west-1a, 2 tasks in eu-west-1b.", reason.Rebalancing, ""},
		{"is not AZ balanced with 3 tasks in eu-west-1a, 1 tasks in eu-west-1b. AZ Rebalancing in progress.", reason.Rebalancing, ""},
		{"has started 1 tasks in eu-west-1b to AZ Rebalance: (task 11).", reason.Rebalancing, ""},
		{"stopped AZ Rebalancing.", reason.Rebalancing, ""},

		{"(task 5ec1a2b3c4d5) (instance i-0a1) (port 32771) is unhealthy in (target-group " + webGroup + ") due to (reason Health checks failed with these codes: [503])", reason.TargetUnhealthy, "503 i-0a1:32771 in web"},
		{"(instance i-0a1) (port 32771) is unhealthy in (target-group " + webGroup + ") due to (reason Request timed out)", reason.TargetUnhealthy, "timeout i-0a1:32771 in web"},
		{"(task 5ec1a2b3c4d5) (port 8080) is unhealthy in (target-group " + webGroup + ") due to (reason Request timed out (slow))", reason.TargetUnhealthy, "timeout 5ec1a2b3 in web"},
		{"(port 8080) is unhealthy in (target-group " + webGroup + ") due to (reason Health checks failed)", reason.TargetUnhealthy, "refused or malformed port 8080 in web"},
		{"(instance i-0a1) is unhealthy in (elb old-web) due to (reason Instance has failed at least the UnhealthyThreshold number of health checks consecutively.)", reason.TargetUnhealthy, "Instance has failed at least the UnhealthyThreshold number of health checks consecutively. i-0a1 in old-web"},
		{"(task 5ec1a2b3c4d5) failed container health checks.", reason.TaskUnhealthy, "container health check failed in 5ec1a2b3"},
		{"has started 1 tasks: (task 12). Amazon ECS replaced 1 tasks due to an unhealthy status.", reason.TaskUnhealthy, "tasks replaced as unhealthy"},
		{"has stopped 1 tasks due to an unhealthy status.", reason.TaskUnhealthy, "tasks replaced as unhealthy"},
		{"has stopped 2 running tasks due to an unhealthy status: (task 11) (task 12).", reason.TaskUnhealthy, "tasks replaced as unhealthy"},
		{"has replaced 2 tasks due to an unhealthy status.", reason.TaskUnhealthy, "tasks replaced as unhealthy"},
		{"task 5ec1a2b3c4d5 failed container health checks.", reason.TaskUnhealthy, ""},
		{"is unable to reach a steady state. Reason: EMPTY CAPACITY PROVIDER.", reason.NotSteady, "no container instances in the capacity provider"},

		{place + "has insufficient CPU units available." + more, reason.CannotPlace, "no instance fits: CPU, closest 8a1f3c2b"},
		{place + "has insufficient memory available." + more, reason.CannotPlace, "no instance fits: memory, closest 8a1f3c2b"},
		{place + "is already using a port required by your task." + more, reason.CannotPlace, "no instance fits: host port taken, closest 8a1f3c2b"},
		{place + `encountered error "AGENT".` + more, reason.CannotPlace, "no instance fits: agent disconnected, closest 8a1f3c2b"},
		{place + `encountered error "RESOURCE:GPU".`, reason.CannotPlace, "no instance fits: GPU, closest 8a1f3c2b"},
		{place + "is missing an attribute required by your task.", reason.CannotPlace, "no instance fits: attribute missing, closest 8a1f3c2b"},
		{"was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.", reason.CannotPlace, "no container instances"},
		{"was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.", reason.CannotPlace, "no capacity at this time"},
		{"was unable to place a task. Reason: CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/acme/shop:v3: docker.io/acme/shop:v3: not found.", reason.CannotPlace, "no such image: shop:v3"},
		{"was unable to place a task. Reason: the stars are wrong.", reason.CannotPlace, "the stars are wrong."},
		{"could not launch 2 tasks for deployment ecs-svc/2. Reason: RESOURCE:MEMORY", reason.CannotPlace, "no instance fits: memory"},
		{"failed to launch a task with (error ECS was unable to assume the role 'arn:aws:iam::1:role/exec' that was provided for this task.)", reason.CannotPlace, "cannot assume role exec"},

		{"is unable to consistently start tasks successfully." + more, reason.CannotStart, "tasks keep failing to start"},
		{"(deployment ecs-svc/2) deployment failed: tasks failed to start.", reason.DeploymentFailed, "deployment failed: tasks failed to start"},
		{"(deployment ecs-svc/2) deployment failed: alarm detected.", reason.DeploymentFailed, "deployment failed: alarm detected"},
		{"rolling back to (deployment ecs-svc/1).", reason.RollingBack, "rolling back to ecs-svc/1"},
		{"rolling back to deployment ecs-svc/1.", reason.RollingBack, "rolling back to ecs-svc/1"},
		{"was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.", reason.Bounds, "minimum and maximum percent leave no room"},
		{"operations are being throttled on elb. Will try again later.", reason.EventThrottled, "calls of ECS are throttled"},
		{"failed to register targets in (target-group x) with (error TARGET GROUP IS NOT FOUND)", reason.Misconfigured, "target group is gone"},
		{"task set (ecs-svc/5) is not healthy in target-group (" + webGroup + ") due to TARGET GROUP IS NOT FOUND", reason.Misconfigured, "target group is gone"},

		{"has reached a steady state of confusion.", reason.Other, ""},
		{"did something no reader knows.", reason.Other, "did something no reader knows"},
		{"said that it has reached a steady state of mind.", reason.Other, ""},
		{"", reason.Other, ""},
	}
	for _, tt := range tests {
		for _, prefix := range []string{"(service api) ", "service (api) ", "(service api, taskSet ecs-svc/5) "} {
			got := reason.ReadEvent(prefix + tt.body)
			if got.Kind != tt.kind {
				t.Errorf("%s%s\n is %q, want %q", prefix, tt.body, got.Kind, tt.kind)
			}
			if tt.why != "" && got.Why() != tt.why {
				t.Errorf("%s%s\n says %q, want %q", prefix, tt.body, got.Why(), tt.why)
			}
			if (got.Next() == "") == got.Trouble() {
				t.Errorf("%s: next step is %q", tt.body, got.Next())
			}
			if got.Body != tt.body {
				t.Errorf("%s: the body became %q", tt.body, got.Body)
			}
		}
	}
}

func TestEventsNameWhatTheyAreAbout(t *testing.T) {
	for message, want := range map[string]reason.Event{
		"(service api, taskSet ecs-svc/5) has reached a steady state.":                                                          {TaskSet: "ecs-svc/5"},
		"(service api) (deployment ecs-svc/2) deployment failed: tasks failed to start.":                                        {Deployment: "ecs-svc/2"},
		"(service api) rolling back to deployment ecs-svc/1.":                                                                   {Deployment: "ecs-svc/1"},
		"(service api) could not launch 2 tasks for deployment ecs-svc/2.":                                                      {Deployment: "ecs-svc/2"},
		"(service api) (port 80) is unhealthy in (target-group " + webGroup + ") due to (reason Health checks failed)":          {Group: webGroup},
		"service (api) task set (ecs-svc/5) is not healthy in target-group (" + webGroup + ") due to TARGET GROUP IS NOT FOUND": {TaskSet: "ecs-svc/5", Group: webGroup},
	} {
		got := reason.ReadEvent(message)
		if got.TaskSet != want.TaskSet || got.Deployment != want.Deployment || got.Group != want.Group {
			t.Errorf("%s\n names %q %q %q", message, got.TaskSet, got.Deployment, got.Group)
		}
	}
}

func TestEventsAboutHealthAreToldFromTheOthers(t *testing.T) {
	for message, want := range map[string]bool{
		"(service api) (port 8080) is unhealthy in (target-group web) due to (reason Request timed out)":      true,
		"(service api) (task 0123) failed container health checks.":                                           true,
		"(service api) has reached a steady state.":                                                           false,
		"(service api) was unable to place a task because no container instance met all of its requirements.": false,
		"(service api) has started 1 tasks: (task 0123).":                                                     false,
	} {
		if got := reason.AboutHealth(message); got != want {
			t.Errorf("%t for %s", got, message)
		}
	}
}

func TestADeploymentTellsWhatItReturnsTo(t *testing.T) {
	for text, want := range map[string]string{
		"ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.": "ecs-svc/1",
		"ECS deployment alarm: rolling back to deploymentId ecs-svc/1":            "ecs-svc/1",
		"rolling back to deployment ecs-svc/1.":                                   "ecs-svc/1",
		"rolling back to (deployment ecs-svc/1).":                                 "ecs-svc/1",
		"Service deployment rolled back because of a failure: rolling back":       "",
	} {
		if got, ok := reason.RollingBackTo(text); got != want || !ok {
			t.Errorf("%s: %q, %t", text, got, ok)
		}
	}
	for _, text := range []string{"", "ECS deployment ecs-svc/2 in progress.", "ECS deployment circuit breaker: tasks failed to start.", "the team of rolling backs"} {
		if got, ok := reason.RollingBackTo(text); ok {
			t.Errorf("%s returns to %q", text, got)
		}
	}
}
