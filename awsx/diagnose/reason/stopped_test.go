package reason_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
)

func app(exit int, why string) awsx.Container {
	return awsx.Container{Name: "app", Image: "1.dkr.ecr.eu-west-1.amazonaws.com/api:v9", ExitCode: exit, Reason: why}
}

func TestStoppedTasksAreRead(t *testing.T) {
	sidecar := func(exit int) awsx.Container { return awsx.Container{Name: "sidecar", ExitCode: exit} }
	tests := []struct {
		name       string
		code       string
		reason     string
		containers []awsx.Container
		stage      reason.Stage
		why        string
		failure    bool
	}{
		{"application error beside a terminated sidecar", "EssentialContainerExited", "Essential container in task exited",
			[]awsx.Container{sidecar(143), app(1, "")}, reason.Exit, "exit 1", true},
		{"clean exit", "EssentialContainerExited", "Essential container in task exited", []awsx.Container{app(0, "")},
			reason.Exit, "exit 0: finished, but a service's task should not", true},
		{"missing command", "EssentialContainerExited", "Essential container in task exited", []awsx.Container{app(127, "")},
			reason.Exit, "exit 127: command not found", true},
		{"killed", "EssentialContainerExited", "Essential container in task exited", []awsx.Container{app(137, "")},
			reason.Exit, "exit 137: killed (memory or stop timeout)", true},
		{"segmentation fault", "EssentialContainerExited", "Essential container in task exited", []awsx.Container{app(139, "")},
			reason.Exit, "exit 139: segmentation fault", true},
		{"out of memory", "EssentialContainerExited", "Essential container in task exited",
			[]awsx.Container{app(137, "OutOfMemoryError: Container killed due to memory usage"), sidecar(1)},
			reason.Memory, "exit 137: out of memory", true},
		{"tag missing, Docker's words", "TaskFailedToStart", "CannotPullContainerError: Error response from daemon: manifest for api:v9 not found: manifest unknown",
			[]awsx.Container{app(awsx.Unset, "")}, reason.Pull, "no such image: api:v9", true},
		{"tag missing, containerd's words, told by the container", "TaskFailedToStart", "Task failed to start",
			[]awsx.Container{app(awsx.Unset, "CannotPullContainerError: failed to resolve ref api:v9: api:v9: not found")}, reason.Pull, "no such image: api:v9", true},
		{"pull denied", "TaskFailedToStart", "CannotPullECRContainerError: AccessDeniedException: not authorized to perform: ecr:BatchGetImage",
			[]awsx.Container{app(awsx.Unset, "")}, reason.Pull, "not allowed to pull: api:v9, denied ecr:BatchGetImage", true},
		{"disk", "TaskFailedToStart", "CannotPullContainerError: write /var/lib: no space left on device", nil, reason.Pull, "disk full while pulling", true},
		{"architecture", "TaskFailedToStart", "CannotPullContainerError: no matching manifest for linux/arm64 in the manifest list entries", []awsx.Container{app(awsx.Unset, "")}, reason.Pull, "no image for this architecture: api:v9", true},
		{"env file", "TaskFailedToStart", "ResourceInitializationError: failed to download env files: s3 403", nil, reason.EnvironmentFile, "cannot read its environment file", true},
		{"cannot start", "TaskFailedToStart", "CannotStartContainerError: exec: no such file", []awsx.Container{app(awsx.Unset, "")}, reason.Start, "exec: no such file", true},
		{"unknown words at the start", "TaskFailedToStart", "the bells did not ring", nil, reason.Start, "the bells did not ring", true},
		{"target health", "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group " + webGroup + ")", []awsx.Container{app(143, "")}, reason.BalancerCheck, "task failed its target's health check", true},
		{"container health", "ServiceSchedulerInitiated", "Task failed container health checks", []awsx.Container{app(137, "")}, reason.ContainerCheck, "container health check failed", true},
		{"replaced by a deployment", "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)", []awsx.Container{app(137, "")}, reason.Scheduler, "stopped by a deployment or by scaling in", false},
		{"stopped by the scheduler without a word", "ServiceSchedulerInitiated", "", []awsx.Container{app(143, "")}, reason.Scheduler, "stopped by the scheduler", false},
		{"stopped by a person", "UserInitiated", "Task stopped by user", []awsx.Container{app(143, "")}, reason.Person, "stopped by a user: Task stopped by user", false},
		{"stopped by a person whose name alone stands there", "UserInitiated", "arn:aws:sts::1:assumed-role/ops/jo", []awsx.Container{app(143, "")}, reason.Person, "stopped by a user: arn:aws:sts::1:assumed-role/ops/jo", false},
		{"instance taken out", "UserInitiated", "Container instance deregistration forced by user", nil, reason.Host, "moved off its host: Container instance deregistration forced by user", false},
		{"maintenance", "TerminationNotice", "ECS is performing maintenance on the underlying infrastructure hosting the task.", nil, reason.Host, "moved off its host: ECS is performing maintenance on the underlying infrastructure hosting the task.", false},
		{"spot", "SpotInterruption", "Your Spot Task was interrupted.", nil, reason.Host, "spot capacity taken back", true},
		{"host", "TerminationNotice", "Host EC2 (instance i-0a1) terminated.", nil, reason.Host, "instance terminated", true},
		{"infrastructure", "InfrastructureHealth", "agent lost", nil, reason.Host, "infrastructure: agent lost", true},
		{"nothing that is known", "", "the bells did not ring", nil, reason.None, "the bells did not ring", false},
		{"nothing at all", "", "", nil, reason.None, "stopped without a reason", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := reason.StoppedTask(awsx.Task{StopCode: tt.code, StoppedReason: tt.reason, Containers: tt.containers}, nil)
			if got.Stage != tt.stage || got.Why() != tt.why || got.Failure != tt.failure {
				t.Errorf("got %q %q failure %v, want %q %q failure %v", got.Stage, got.Why(), got.Failure, tt.stage, tt.why, tt.failure)
			}
			if got.Failure && got.Next() == "" {
				t.Error("a failure without a next step")
			}
		})
	}
}

func TestAnEssentialContainerIsBlamedBeforeOneThatIsNot(t *testing.T) {
	task := awsx.Task{StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited", Containers: []awsx.Container{
		{Name: "migrate", ExitCode: 2, Reason: "OutOfMemoryError: Container killed due to memory usage"}, {Name: "app", ExitCode: 0},
	}}
	td := &awsx.TaskDefinition{Containers: []awsx.ContainerDefinition{{Name: "migrate"}, {Name: "app", Essential: true}}}
	if got := reason.StoppedTask(task, td); got.Container != "app" || got.ExitCode != 0 {
		t.Errorf("%s with %d is blamed", got.Container, got.ExitCode)
	}
	if got := reason.StoppedTask(task, nil); got.Container != "migrate" {
		t.Errorf("%s is blamed although it is not known which one is essential", got.Container)
	}
}

func TestTheWholeReasonOfAStoppedTaskIsKept(t *testing.T) {
	task := awsx.Task{StopCode: "TaskFailedToStart", StoppedReason: "Task failed to start", Containers: []awsx.Container{app(awsx.Unset, "CannotStartContainerError: it hums")}}
	if got, want := reason.StoppedTask(task, nil).Text, "Task failed to start (app: CannotStartContainerError: it hums)"; got != want {
		t.Errorf("kept %q", got)
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
		{"unhealthy.draining", "Target.FailedHealthChecks", "", "refused or malformed /health i-0a1:32771, serves nobody new"},
		{"unused", "Target.NotRegistered", "", "not registered i-0a1:32771"},
		{"unused", "Target.NotInUse", "", "group or zone not in use i-0a1:32771"},
		{"unused", "Target.InvalidState", "", "instance stopped i-0a1:32771"},
		{"unused", "Target.IpUnusable", "", "address unusable i-0a1:32771"},
		{"draining", "Target.DeregistrationInProgress", "", "draining i-0a1:32771"},
		{"unavailable", "Target.HealthCheckDisabled", "", "health check off i-0a1:32771"},
		{"unavailable", "Elb.InternalError", "", "load balancer internal error i-0a1:32771"},
		{"hibernating", "Target.Cold", "", "hibernating Target.Cold i-0a1:32771"},
	}
	for _, tt := range tests {
		s := reason.Target(awsx.TargetHealth{ID: "i-0a1", Port: 32771, State: tt.state, Reason: tt.reason, Description: tt.description}, check)
		if diff := cmp.Diff(tt.want, s.Why); diff != "" {
			t.Error(diff)
		}
		if s.Next == "" && tt.state != "healthy" {
			t.Errorf("%s %s has no next step", tt.state, tt.reason)
		}
	}
}
