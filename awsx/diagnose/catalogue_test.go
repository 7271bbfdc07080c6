package diagnose_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/diagnose"
)

const webGroup = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"

func TestEventsAreClassifiedInBothWordings(t *testing.T) {
	place := "was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 8a1f3c2b77de) "
	tests := []struct {
		body    string
		kind    diagnose.Kind
		text    string
		routine bool
	}{
		{"has reached a steady state.", diagnose.KindSteady, "steady state", true},
		{"has started 2 tasks: (task 11) (task 12).", diagnose.KindRoutine, "started or stopped tasks", true},
		{"has stopped 1 running tasks: (task 11).", diagnose.KindRoutine, "started or stopped tasks", true},
		{"registered 1 targets in (target-group " + webGroup + ")", diagnose.KindRoutine, "registered targets", true},
		{"deregistered 1 targets in (target-group " + webGroup + ")", diagnose.KindRoutine, "registered targets", true},
		{"has begun draining connections on 1 tasks.", diagnose.KindRoutine, "draining connections", true},
		{"(deployment ecs-svc/1) deployment completed.", diagnose.KindRoutine, "deployment completed", true},
		{place + "has insufficient CPU units available.", diagnose.KindNoCPU, "no instance fits: CPU, closest 8a1f3c2b", false},
		{place + "has insufficient memory available.", diagnose.KindNoMemory, "no instance fits: memory, closest 8a1f3c2b", false},
		{place + "is already using a port required by your task.", diagnose.KindPortTaken, "no instance fits: host port taken, closest 8a1f3c2b", false},
		{place + `encountered error "AGENT".`, diagnose.KindAgent, "no instance fits: agent disconnected, closest 8a1f3c2b", false},
		{"was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.", diagnose.KindNoInstances, "no container instances", false},
		{place + "is missing an attribute required by your task.", diagnose.KindNoFit, "no instance fits, closest 8a1f3c2b", false},
		{"is unable to consistently start tasks successfully.", diagnose.KindCannotStart, "tasks keep failing to start", false},
		{"(task 5ec1a2b3c4d5) (instance i-0a1) (port 32771) is unhealthy in (target-group " + webGroup + ") due to (reason Health checks failed with these codes: [503])", diagnose.KindTarget, "503 i-0a1:32771 in web", false},
		{"(task 5ec1a2b3c4d5) (port 8080) is unhealthy in (target-group " + webGroup + ") due to (reason Request timed out (slow))", diagnose.KindTarget, "timeout 5ec1a2b3 in web", false},
		{"(task 5ec1a2b3c4d5) failed container health checks.", diagnose.KindContainer, "container health check failed in 5ec1a2b3", false},
		{"has started 1 tasks: (task 12). Amazon ECS replaced 1 tasks due to an unhealthy status.", diagnose.KindContainer, "tasks replaced as unhealthy", false},
		{"was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.", diagnose.KindDeadlock, "minimum and maximum percent leave no room", false},
		{"(deployment ecs-svc/2) deployment failed: tasks failed to start.", diagnose.KindRolloutFailed, "deployment failed: tasks failed to start", false},
		{"rolling back to (deployment ecs-svc/1).", diagnose.KindRollingBack, "rolling back to ecs-svc/1", false},
		{"operations are being throttled on elb. Will try again later.", diagnose.KindThrottled, "calls of ECS are throttled", false},
		{"failed to register targets in (target-group x) with (error TARGET GROUP IS NOT FOUND)", diagnose.KindGroupMissing, "target group is gone", false},
		{"did something no catalogue knows.", diagnose.KindOther, "did something no catalogue knows", false},
	}
	for _, tt := range tests {
		for _, prefix := range []string{"(service api) ", "service (api) "} {
			got := diagnose.Event(prefix + tt.body)
			if got.Kind != tt.kind || got.Text != tt.text || got.Routine != tt.routine {
				t.Errorf("%s%s\n got %q %q routine %v\nwant %q %q routine %v", prefix, tt.body, got.Kind, got.Text, got.Routine, tt.kind, tt.text, tt.routine)
			}
			if (got.Next == "") != (tt.routine || tt.kind == diagnose.KindOther) {
				t.Errorf("%s: next step is %q", tt.body, got.Next)
			}
		}
	}
}

func app(exit int, reason string) awsx.Container {
	return awsx.Container{Name: "app", Image: "1.dkr.ecr.eu-west-1.amazonaws.com/api:v9", ExitCode: exit, Reason: reason}
}

func TestStoppedTasksAreClassified(t *testing.T) {
	sidecar := func(exit int) awsx.Container { return awsx.Container{Name: "sidecar", ExitCode: exit} }
	tests := []struct {
		name       string
		code       string
		reason     string
		containers []awsx.Container
		kind       diagnose.Kind
		text       string
		failure    bool
	}{
		{"application error beside a terminated sidecar", "EssentialContainerExited", "Essential container in task exited",
			[]awsx.Container{sidecar(143), app(1, "")}, diagnose.KindExit, "exit 1", true},
		{"clean exit", "EssentialContainerExited", "Essential container in task exited", []awsx.Container{app(0, "")},
			diagnose.KindExit, "exit 0: finished, but a service's task should not", true},
		{"missing command", "EssentialContainerExited", "Essential container in task exited", []awsx.Container{app(127, "")},
			diagnose.KindExit, "exit 127: command not found", true},
		{"killed", "EssentialContainerExited", "Essential container in task exited", []awsx.Container{app(137, "")},
			diagnose.KindExit, "exit 137: killed (memory or stop timeout)", true},
		{"segmentation fault", "EssentialContainerExited", "Essential container in task exited", []awsx.Container{app(139, "")},
			diagnose.KindExit, "exit 139: segmentation fault", true},
		{"out of memory", "EssentialContainerExited", "Essential container in task exited",
			[]awsx.Container{app(137, "OutOfMemoryError: Container killed due to memory usage"), sidecar(1)},
			diagnose.KindMemory, "exit 137: out of memory", true},
		{"tag missing, Docker's words", "TaskFailedToStart", "CannotPullContainerError: Error response from daemon: manifest for api:v9 not found: manifest unknown",
			[]awsx.Container{app(awsx.Unset, "")}, diagnose.KindImageMissing, "no such image: api:v9", true},
		{"tag missing, containerd's words, told by the container", "TaskFailedToStart", "Task failed to start",
			[]awsx.Container{app(awsx.Unset, "CannotPullContainerError: failed to resolve ref api:v9")}, diagnose.KindImageMissing, "no such image: api:v9", true},
		{"pull denied", "TaskFailedToStart", "CannotPullECRContainerError: AccessDeniedException: not authorized to perform: ecr:BatchGetImage",
			[]awsx.Container{app(awsx.Unset, "")}, diagnose.KindImageDenied, "not allowed to pull: api:v9", true},
		{"registry unreachable", "TaskFailedToStart", "CannotPullContainerError: dial tcp 1.2.3.4:443: i/o timeout", nil, diagnose.KindImageNetwork, "registry unreachable", true},
		{"request cancelled", "TaskFailedToStart", "CannotPullContainerError: net/http: request canceled while waiting for connection", nil, diagnose.KindImageNetwork, "registry unreachable", true},
		{"pull limit", "TaskFailedToStart", "CannotPullContainerError: toomanyrequests: You have reached your pull rate limit", nil, diagnose.KindImageLimit, "registry's pull limit reached", true},
		{"disk", "TaskFailedToStart", "CannotPullContainerError: write /var/lib: no space left on device", nil, diagnose.KindDisk, "disk full while pulling", true},
		{"architecture", "TaskFailedToStart", "CannotPullContainerError: no matching manifest for linux/arm64", nil, diagnose.KindArchitecture, "no image for this architecture", true},
		{"secrets", "TaskFailedToStart", "ResourceInitializationError: unable to pull secrets or registry auth: timeout", nil, diagnose.KindSecrets, "cannot read its secrets", true},
		{"log driver", "TaskFailedToStart", "ResourceInitializationError: failed to validate logger args: no such log group", nil, diagnose.KindLogDriver, "cannot start its log driver", true},
		{"env file", "TaskFailedToStart", "ResourceInitializationError: failed to download env files: s3 403", nil, diagnose.KindEnvFile, "cannot read its environment file", true},
		{"cannot start", "TaskFailedToStart", "CannotStartContainerError: exec: no such file", []awsx.Container{app(awsx.Unset, "")}, diagnose.KindCannotStart, "exec: no such file", true},
		{"target health", "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group " + webGroup + ")", []awsx.Container{app(143, "")}, diagnose.KindTarget, "task failed its target's health check", true},
		{"container health", "ServiceSchedulerInitiated", "Task failed container health checks", []awsx.Container{app(137, "")}, diagnose.KindContainer, "container health check failed", true},
		{"replaced by a deployment", "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)", []awsx.Container{app(137, "")}, diagnose.KindScheduler, "stopped by a deployment or by scaling in", false},
		{"stopped by the scheduler without a word", "ServiceSchedulerInitiated", "", []awsx.Container{app(143, "")}, diagnose.KindScheduler, "stopped by the scheduler", false},
		{"stopped by a user", "UserInitiated", "Task stopped by user", []awsx.Container{app(143, "")}, diagnose.KindUser, "stopped by a user: Task stopped by user", false},
		{"spot", "SpotInterruption", "Your Spot Task was interrupted.", nil, diagnose.KindSpot, "spot capacity taken back", true},
		{"host", "TerminationNotice", "Host EC2 (instance i-0a1) terminated.", nil, diagnose.KindHost, "instance terminated", true},
		{"infrastructure", "InfrastructureHealth", "agent lost", nil, diagnose.KindInfrastructure, "infrastructure: agent lost", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := diagnose.StoppedTask(awsx.Task{StopCode: tt.code, StoppedReason: tt.reason, Containers: tt.containers})
			if got.Kind != tt.kind || got.Text != tt.text || got.Failure != tt.failure {
				t.Errorf("got %q %q failure %v, want %q %q failure %v", got.Kind, got.Text, got.Failure, tt.kind, tt.text, tt.failure)
			}
			if got.Failure && got.Next == "" {
				t.Error("a failure without a next step")
			}
		})
	}
}

func TestTargetReasonsAreSaidInWords(t *testing.T) {
	check := awsx.HealthCheck{Path: "/health", Matcher: "200"}
	tests := []struct{ state, reason, description, want string }{
		{"healthy", "", "", "healthy i-0a1:32771"},
		{"initial", "Elb.RegistrationInProgress", "", "first checks i-0a1:32771"},
		{"unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]", "503 /health i-0a1:32771"},
		{"unhealthy", "Target.Timeout", "Request timed out", "timeout /health i-0a1:32771"},
		{"unhealthy", "Target.FailedHealthChecks", "Health checks failed", "refused or malformed /health i-0a1:32771"},
		{"unhealthy", "Elb.InternalError", "", "load balancer internal error i-0a1:32771"},
		{"unhealthy", "", "", "unhealthy i-0a1:32771"},
		{"unused", "Target.NotRegistered", "", "not registered i-0a1:32771"},
		{"unused", "Target.NotInUse", "", "group or zone not in use i-0a1:32771"},
		{"unused", "Target.InvalidState", "", "instance stopped i-0a1:32771"},
		{"unused", "Target.IpUnusable", "", "address unusable i-0a1:32771"},
		{"draining", "Target.DeregistrationInProgress", "", "draining i-0a1:32771"},
		{"unavailable", "Target.HealthCheckDisabled", "", "health check off i-0a1:32771"},
	}
	for _, tt := range tests {
		c := diagnose.Target(awsx.TargetHealth{ID: "i-0a1", Port: 32771, State: tt.state, Reason: tt.reason, Description: tt.description}, check)
		if diff := cmp.Diff(tt.want, c.Text); diff != "" {
			t.Error(diff)
		}
		if c.Next == "" && tt.state != "healthy" {
			t.Errorf("%s %s has no next step", tt.state, tt.reason)
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
		if got := diagnose.AboutHealth(message); got != want {
			t.Errorf("%t for %s", got, message)
		}
	}
}
