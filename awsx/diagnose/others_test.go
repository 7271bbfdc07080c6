package diagnose_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
)

// otherWordings are incidents as other texts of AWS tell of them.
var otherWordings = map[string]told{
	"manifest unknown":              {cause.ImageMissing, "no such image", dying("TaskFailedToStart", "CannotPullContainerError: Error response from daemon: manifest for registry.example/till:v4 not found: manifest unknown: Requested image not found")},
	"no basic auth":                 {cause.RegistryLogin, "login", dying("TaskFailedToStart", "CannotPullContainerError: Error response from daemon: Head \"https://registry.example/v2/till/manifests/v4\": no basic auth credentials")},
	"proxy's certificate":           {cause.RegistryUnreached, "certificate", dying("TaskFailedToStart", pulling+"failed to do request: Head \"https://registry.example/v2/till/manifests/v4\": tls: failed to verify certificate: x509: certificate signed by unknown authority")},
	"ECR API denied":                {cause.ImageDenied, "ecr:BatchGetImage", dying("TaskFailedToStart", "CannotPullECRContainerError: AccessDeniedException: User: arn:aws:sts::1:assumed-role/exec/9 is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:1:repository/till")},
	"secret deleted":                {cause.SecretMissing, "till-key", dying("TaskFailedToStart", setup+"unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:1:secret:till-key-AbCdEf from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.")},
	"log group denied":              {cause.LogRefused, "log", dying("TaskFailedToStart", "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException: User: arn:aws:sts::1:assumed-role/exec/9 is not authorized to perform: logs:CreateLogStream on resource: arn:aws:logs:eu-west-1:1:log-group:/till")},
	"EFS that cannot be resolved":   {cause.VolumeFailed, "fs-0a1b", dying("TaskFailedToStart", "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: Failed to resolve \"fs-0a1b2c3d.efs.eu-west-1.amazonaws.com\" - check that your file system ID is correct")},
	"script without an interpreter": {cause.CommandMissing, "/entry.sh", dying("TaskFailedToStart", "CannotStartContainerError: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/entry.sh\": stat /entry.sh: no such file or directory: unknown")},
	"not executable":                {cause.CommandMissing, "/entry.sh", dying("TaskFailedToStart", "CannotStartContainerError: Error response from daemon: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/entry.sh\": permission denied: unknown")},
	"exit 126":                      {cause.CommandMissing, "126", exits(126, "sh: /till: Permission denied")},
	"killed by the kernel":          {cause.OutOfMemory, "memory", dying("EssentialContainerExited", "OutOfMemoryError: container killed due to high memory usage")},
	"health of a plain port":        {cause.CheckTimesOut, "timeout", starved("(port 8080) is unhealthy in (target-group " + webGroup + ") due to (reason Request timed out)")},
	"a zone without the type":       {cause.NoCapacity, "capacity", starved("was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")},
	"Fargate's quota":               {cause.QuotaReached, "quota", starved("was unable to place a task. Reason: You've reached the limit on the number of vCPUs you can run concurrently.")},
	"group gone by an event":        {cause.GroupGone, "target group is gone", starved("failed to register targets in (target-group " + webGroup + ") with (error TARGET GROUP IS NOT FOUND)")},
	"alarm fails a rollout": {cause.AlarmFired, "alarm", func(a *diagnose.Around) {
		rollingOut(&a.Evidence, 2, 0)
		a.Evidence.Service.Alarms = awsx.DeploymentAlarms{Enabled: true, Names: []string{"till-latency"}}
		says(time.Minute, "(deployment ecs-svc/2) deployment failed: alarm detected.")(a)
	}},
	"Spring's placeholder":   {cause.VariableMissing, "MAIL_HOST", exits(1, "java.lang.IllegalArgumentException: Could not resolve placeholder 'MAIL_HOST' in value \"${MAIL_HOST}\"")},
	"node's undefined":       {cause.VariableMissing, "API_TOKEN", exits(1, "Error: API_TOKEN is required but undefined")},
	"standard_init_linux.go": {cause.WrongArchitecture, "architecture", exits(1, "standard_init_linux.go:228: exec user process caused: exec format error")},
	"segmentation fault":     {cause.Exits, "139", exits(139, "")},
}

// TestOtherWordingsOfAnIncidentAreToldAsIt.
func TestOtherWordingsOfAnIncidentAreToldAsIt(t *testing.T) {
	for name, c := range otherWordings {
		t.Run(name, func(t *testing.T) {
			a := diagnose.Around{Standing: diagnose.Standing{Evidence: healthy()}}
			a.Evidence.Service.MinHealthyPercent, a.Evidence.Service.MaxPercent = 100, 200
			c.does(&a)
			s := a.Judge()
			if len(s.Troubles) != 1 || s.Troubles[0].Kind != c.kind || !strings.Contains(s.Troubles[0].Cause+s.Troubles[0].Short, c.says) {
				t.Errorf("%q, status %s %q", kinds(s.Troubles), s.Finding.Status, s.Finding.Why)
				for _, x := range s.Troubles {
					t.Log(x.Cause)
				}
			}
		})
	}
}

// TestWhatGoesByItselfHasNoFinding: what AWS does of itself, or a person on purpose.
func TestWhatGoesByItselfHasNoFinding(t *testing.T) {
	gone := func(a *diagnose.Around, code, why string, n int, since time.Duration) {
		for i := range n {
			a.Evidence.Stopped = append(a.Evidence.Stopped, awsx.Task{Ref: awsx.Ref{ARN: "task/prod/gone"}, StartedBy: "ecs-svc/1", StopCode: code, StoppedReason: why, DesiredStatus: "STOPPED", LastStatus: "STOPPED",
				StartedAt: ago(9 * time.Hour), StoppedAt: ago(since + time.Duration(i)*time.Minute), Containers: []awsx.Container{{Name: "app", ExitCode: 143}}})
		}
	}
	for name, does := range map[string]func(*diagnose.Around){
		"a scheduled scale-in": func(a *diagnose.Around) {
			gone(a, "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)", 3, time.Minute)
			a.Scaling = &awsx.ScalableTarget{Min: 2, Max: 9}
			a.Scalings = []awsx.ScalingActivity{{Status: "Successful", StartedAt: ago(2 * time.Minute), Description: "Setting max capacity to 4.", Cause: "scheduled action name night was triggered"}}
			says(time.Minute, "has begun draining connections on 3 tasks.", "has stopped 3 running tasks: (task 7a7a) (task 7b7b) (task 7c7c).")(a)
		},
		"blue/green in its bake time": func(a *diagnose.Around) {
			blueGreen(&a.Evidence)
			rollingOut(&a.Evidence, 4, 0)
			a.Evidence.Service.Deployments[0].CreatedAt = ago(25 * time.Minute)
			a.Evidence.Service.Running = 8
			a.Evidence.Service.Strategy = "BLUE_GREEN"
		},
		"a Spot task that was replaced, with enough that serve": func(a *diagnose.Around) {
			gone(a, "SpotInterruption", "Your Spot Task was interrupted.", 1, time.Minute)
			says(time.Minute, "has started 1 tasks: (task 7a7a).")(a)
		},
		"a deployment half a minute old": func(a *diagnose.Around) {
			rollingOut(&a.Evidence, 1, 0)
			a.Evidence.Service.Deployments[0].CreatedAt = ago(30 * time.Second)
		},
		"an instance refresh that drains": func(a *diagnose.Around) {
			hosts(true, "ACTIVE")(a)
			a.Instances[0].Status = "DRAINING"
			for i := range a.Evidence.Running {
				a.Evidence.Running[i].ContainerInstance, a.Evidence.Running[i].LastStatus = "instance/i-2", "RUNNING"
			}
			gone(a, "ServiceSchedulerInitiated", "Task stopped because its container instance i-1 is being drained", 2, time.Minute)
		},
		"nothing is wanted, and its alarms are well": func(a *diagnose.Around) {
			a.Evidence.Service.Desired, a.Evidence.Service.Running, a.Evidence.Running, a.Evidence.Groups[0].Targets = 0, 0, nil, nil
			says(time.Minute, "has reached a steady state.")(a)
		},
		"maintenance by AWS": func(a *diagnose.Around) {
			gone(a, "ServiceSchedulerInitiated", "ECS is performing maintenance on the underlying infrastructure hosting the task.", 1, 2*time.Minute)
		},
		"rebalanced between zones": func(a *diagnose.Around) {
			gone(a, "ServiceSchedulerInitiated", "Task stopped by AZ Rebalancing", 1, 2*time.Minute)
			says(time.Minute, "is AZ balanced with 2 tasks in eu-west-1a, 2 tasks in eu-west-1b.", "stopped AZ Rebalancing.")(a)
		},
		"a person stopped a task": func(a *diagnose.Around) { gone(a, "UserInitiated", "AWS Console", 1, time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			a := diagnose.Around{Standing: diagnose.Standing{Evidence: healthy()}}
			a.Evidence.Service.MinHealthyPercent, a.Evidence.Service.MaxPercent = 100, 200
			does(&a)
			if s := a.Stand(); len(s.Troubles) > 0 {
				t.Errorf("%q: %s", kinds(s.Troubles), s.Troubles[0].Cause)
			}
		})
	}
}
