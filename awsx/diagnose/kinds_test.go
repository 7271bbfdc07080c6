package diagnose_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
	"gantry/awsx/diagnose/written"
)

// told is something that befalls a healthy service, and the kind and the words of the first
// finding that has to come of it.
type told struct {
	kind cause.Kind
	says string // in the short form
	does func(a *diagnose.Around)
}

// dying has tasks of what runs end so.
func dying(code, why string) func(*diagnose.Around) {
	return func(a *diagnose.Around) { endless(&a.Evidence, code, why) }
}

// starved has the service lack a task, and ECS say so.
func starved(said string) func(*diagnose.Around) {
	return func(a *diagnose.Around) {
		e := &a.Evidence
		e.Service.Running--
		e.Running, e.Groups[0].Targets = e.Running[1:], e.Groups[0].Targets[1:]
		event(e, 2*time.Minute, said)
	}
}

// exits has tasks end by themselves with a code, having written a line.
func exits(code int, line string) func(*diagnose.Around) {
	return func(a *diagnose.Around) {
		for i := range 3 {
			died(&a.Evidence, "ecs-svc/1", time.Duration(i+1)*time.Minute, code)
			a.Evidence.Stopped[i].ID = "t1"
		}
		if line != "" {
			a.Wrote = []written.Last{{Task: "t1", Container: "app", Lines: []written.Line{{At: ago(time.Minute), Text: line, Severe: true}}}}
		}
	}
}

// unwell has all targets of the service fail so.
func unwell(state, reason, description string) func(*diagnose.Around) {
	return func(a *diagnose.Around) {
		for i := range a.Evidence.Groups[0].Targets {
			t := &a.Evidence.Groups[0].Targets[i]
			t.State, t.Reason, t.Description = state, reason, description
		}
	}
}

// and does one thing after the other.
func and(all ...func(*diagnose.Around)) func(*diagnose.Around) {
	return func(a *diagnose.Around) {
		for _, do := range all {
			do(a)
		}
	}
}

// says has ECS say something of a service that lacks nothing.
func says(since time.Duration, words ...string) func(*diagnose.Around) {
	return func(a *diagnose.Around) {
		for _, w := range slices.Backward(words) {
			event(&a.Evidence, since, w)
		}
	}
}

const (
	setup   = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
	pulling = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref registry.example/till:v4: "
	placing = "was unable to place a task because no container instance met all of its requirements. "
)

// hosts gives the service's cluster two instances: whose agents are connected, and in which state.
func hosts(connected bool, status string) func(*diagnose.Around) {
	return func(a *diagnose.Around) {
		a.Instances, a.InstancesRead = []awsx.Instance{host("i-1", connected, 100), host("i-2", connected, 100)}, true
		for i := range a.Instances {
			a.Instances[i].Status = status
		}
	}
}

// group gives the cluster an Auto Scaling group that the service's capacity provider scales.
func group(g diagnose.GroupEvidence) func(*diagnose.Around) {
	return func(a *diagnose.Around) {
		a.Groups, a.Managed = []diagnose.GroupEvidence{g}, map[string]bool{"hosts": true}
	}
}

func lately(a *diagnose.Around, text string, n int) {
	for range n {
		a.Lines = append(a.Lines, written.Line{At: ago(time.Minute), Text: text, Severe: strings.Contains(text, "ERROR")})
	}
}

var everyKind = []told{
	{cause.ImageMissing, "no such image: till:v4", dying("TaskFailedToStart", pulling+"registry.example/till:v4: not found")},
	{cause.ImageDenied, "not allowed to pull", dying("TaskFailedToStart", pulling+"unexpected status from HEAD request to https://registry.example/v2/till/manifests/v4: 403 Forbidden")},
	{cause.RegistryLogin, "registry wants a login", dying("TaskFailedToStart", pulling+"failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized")},
	{cause.RegistryLogin, "registry login: not reached", dying("TaskFailedToStart", setup+"unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post \"https://api.ecr.example/\": dial tcp 10.8.0.9:443: i/o timeout")},
	{cause.RegistryUnreached, "name not resolved", dying("TaskFailedToStart", pulling+"failed to do request: Head \"https://registry.example/v2/till/manifests/v4\": dial tcp: lookup registry.example on 10.8.0.2:53: no such host")},
	{cause.RegistryLimit, "pull limit", dying("TaskFailedToStart", pulling+"unexpected status code https://registry.example/v2/till/manifests/v4: 429 Too Many Requests - Server message: toomanyrequests: slow down")},
	{cause.WrongArchitecture, "no image for this architecture", dying("TaskFailedToStart", "CannotPullContainerError: no matching manifest for linux/amd64 in the manifest list entries")},
	{cause.WrongArchitecture, "built for other architecture", exits(1, "exec /usr/bin/till: exec format error")},
	{cause.DiskFull, "disk full", dying("TaskFailedToStart", "CannotPullContainerError: failed to register layer: write /opt/lib.so: no space left on device")},
	{cause.SecretMissing, "/till/pin", dying("TaskFailedToStart", setup+"unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: /till/pin")},
	{cause.SecretKey, "no key salt", dying("TaskFailedToStart", setup+"unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key salt")},
	{cause.SecretDenied, "denied ssm:GetParameters", dying("TaskFailedToStart", setup+"unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException: User: arn:aws:sts::1:assumed-role/exec/9 is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:1:parameter/till/pin")},
	{cause.SecretUnread, "not reached", dying("TaskFailedToStart", setup+"unable to retrieve secret from asm: service call has been retried 5 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:1:secret:till-AbCdEf from secrets manager: RequestError: dial tcp 10.8.0.4:443: i/o timeout")},
	{cause.EnvFileUnread, "environment file", dying("TaskFailedToStart", "ResourceInitializationError: failed to download env files: file download command: non empty error stream: AccessDenied: Access Denied")},
	{cause.LogRefused, "log group not found", dying("TaskFailedToStart", "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.")},
	{cause.VolumeFailed, "volume", dying("TaskFailedToStart", "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4: Connection timed out")},
	{cause.RoleRefused, "cannot assume role", starved("was unable to assume role arn:aws:iam::1:role/ecs-service to manage load balancers.")},
	{cause.SubnetFull, "subnet full", dying("TaskFailedToStart", "ResourceInitializationError: InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to satisfy the request.")},
	{cause.InterfaceSlow, "timed out", dying("TaskFailedToStart", "Timeout waiting for network interface provisioning to complete.")},
	{cause.CommandMissing, "exit 127", exits(127, "sh: till: not found")},
	{cause.CommandMissing, "command not found: till", dying("TaskFailedToStart", "CannotStartContainerError: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"till\": executable file not found in $PATH: unknown")},
	{cause.RuntimeSlow, "too slow", dying("TaskFailedToStart", "DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s")},
	{cause.StartFailed, "read-only", dying("TaskFailedToStart", "CannotStartContainerError: Error response from daemon: OCI runtime create failed: mkdir /run/till: read-only file system")},
	{cause.StartsHang, "1 task does not come to run", func(a *diagnose.Around) {
		starved("has started 1 tasks: (task 7a7a).")(a)
		a.Evidence.Service.Pending = 1
		a.Evidence.Running = append(a.Evidence.Running, awsx.Task{Ref: awsx.Ref{ARN: "task/prod/7a7a"}, LastStatus: "PENDING", CreatedAt: ago(40 * time.Minute)})
	}},
	{cause.VariableMissing, "exit 1: MAIL_HOST not set", exits(1, "panic: MAIL_HOST must be set")},
	{cause.OutOfMemory, "out of memory", dying("EssentialContainerExited", "OutOfMemoryError: Container killed due to memory usage")},
	{cause.Exits, "exit 3", exits(3, "cannot read the ledger")},
	{cause.ContainerUnwell, "container health check fails in 2 of 4 tasks", func(a *diagnose.Around) {
		a.Evidence.Running[0].Health, a.Evidence.Running[1].Health = "UNHEALTHY", "UNHEALTHY"
	}},
	{cause.ContainerUnwell, "container health check failed in 7a7a", starved("(task 7a7a) failed container health checks.")},
	{cause.PortWrong, "listens on port 9000, not on 8080", and(unwell("unhealthy", "Target.FailedHealthChecks", "Health checks failed"), func(a *diagnose.Around) {
		lately(a, "server listening on 0.0.0.0:9000 (pid:4242)", 1)
	})},
	{cause.StartsSlowly, "grace period 20s", and(unwell("unhealthy", "Target.FailedHealthChecks", "Health checks failed"), func(a *diagnose.Around) {
		a.Evidence.Service.GracePeriod = 20 * time.Second
		endless(&a.Evidence, "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group x)")
		for i := range a.Evidence.Stopped {
			a.Evidence.Stopped[i].StartedAt = a.Evidence.Stopped[i].StoppedAt.Add(-50 * time.Second)
		}
	})},
	{cause.WrongAnswer, "404", unwell("unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [404]")},
	{cause.WrongAnswer, "502", starved("(task 7a7a) (port 8080) is unhealthy in (target-group " + webGroup + ") due to (reason Health checks failed with these codes: [502]).")},
	{cause.CheckTimesOut, "timeout", unwell("unhealthy", "Target.Timeout", "Request timed out")},
	{cause.CheckRefused, "refused or malformed", unwell("unhealthy", "Target.FailedHealthChecks", "Health checks failed")},
	{cause.CheckFails, "load balancer internal error", unwell("unhealthy", "Elb.InternalError", "")},
	{cause.CheckFails, "Target.Novel", unwell("unhealthy", "Target.Novel", "")},
	{cause.CheckFails, "failed its target's health check", dying("ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group x)")},
	{cause.TargetUnused, "group or zone not in use", unwell("unused", "Target.NotInUse", "")},
	{cause.NoTargets, "no targets registered", func(a *diagnose.Around) { a.Evidence.Groups[0].Targets = nil }},
	{cause.GroupGone, "target group is gone: web", func(a *diagnose.Around) { a.GroupsGone = []string{webGroup} }},
	{cause.RuleShadowed, "no request reaches it", func(a *diagnose.Around) {
		idle := forwards("5", webGroup, "/till/*")
		idle.Actions[0].Groups[0].Weight = 0
		a.Routes, a.RoutesRead = []awsx.Route{{Rules: []awsx.Rule{idle}}}, true
	}},
	{cause.AgentsDisconnected, "the agents of 2 of 2 instances are disconnected", and(starved(placing+"The closest matching (container-instance 0f1e) encountered error \"AGENT\"."), hosts(false, "ACTIVE"))},
	{cause.AgentsDisconnected, "no instance fits: agent disconnected", starved("was unable to place a task. Reason: AGENT")},
	{cause.CannotJoin, "joins twon, which is no cluster here", and(starved(placing+"Reason: No Container Instances were found in your cluster."), func(a *diagnose.Around) {
		g := scaled(9, "")
		g.Belongs = awsx.Belonging{Name: "twon", Stray: true}
		group(g)(a)
	})},
	{cause.GroupCannotLaunch, "hosts cannot launch: no such key pair", and(starved(placing+"Reason: No Container Instances were found in your capacity provider."), group(scaled(9, "no such key pair")))},
	{cause.GroupCannotLaunch, "hosts cannot launch: suspended", and(starved("was unable to place a task. Reason: RESOURCE:MEMORY"), func(a *diagnose.Around) {
		g := scaled(9, "")
		g.Group.Desired, g.Group.Suspended = 4, []string{"Launch"}
		group(g)(a)
	})},
	{cause.GroupAtMaximum, "hosts is at its maximum of 2 instances", and(starved("was unable to place a task. Reason: RESOURCE:CPU"), group(scaled(2, "")))},
	{cause.PortTaken, "host port taken", starved(placing + "The closest matching (container-instance 0f1e) is already using a port required by your task.")},
	{cause.PortTaken, "host port 8080 taken", dying("TaskFailedToStart", "CannotStartContainerError: Error response from daemon: driver failed programming external connectivity on endpoint till: Bind for 0.0.0.0:8080 failed: port is already allocated")},
	{cause.MemoryLacking, "no instance fits: memory", starved("was unable to place a task. Reason: RESOURCE:MEMORY")},
	{cause.CPULacking, "no instance fits: CPU", starved(placing + "The closest matching (container-instance 0f1e) has insufficient CPU units available.")},
	{cause.NothingFits, "attribute missing", starved("was unable to place a task. Reason: ATTRIBUTE")},
	{cause.NothingFits, "GPU", starved("was unable to place a task. Reason: RESOURCE:GPU")},
	{cause.NoInstances, "no container instances in the capacity provider", starved("was unable to place a task. Reason: EMPTY CAPACITY PROVIDER")},
	{cause.NoCapacity, "no capacity at this time", starved("was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.")},
	{cause.QuotaReached, "quota reached", starved("was unable to place a task. Reason: You’ve reached the limit on the number of vCPUs you can run concurrently.")},
	{cause.SpotInterrupted, "spot capacity taken back", dying("SpotInterruption", "Your Spot Task was interrupted.")},
	{cause.HostLost, "instance terminated", dying("TerminationNotice", "Host EC2 (instance i-0a1) terminated.")},
	{cause.HostLost, "infrastructure", dying("InfrastructureHealth", "")},
	{cause.Deadlock, "minimum and maximum percent", func(a *diagnose.Around) {
		rollingOut(&a.Evidence, 0, 0)
		a.Evidence.Service.MinHealthyPercent, a.Evidence.Service.MaxPercent = 100, 120
		event(&a.Evidence, time.Minute, "was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.")
	}},
	{cause.AlarmFired, "rolled back: deployment alarm: till-5xx", func(a *diagnose.Around) {
		a.Evidence.Service.Alarms = awsx.DeploymentAlarms{Enabled: true, Names: []string{"till-5xx"}}
		says(9*time.Minute, "has reached a steady state.", "rolling back to deployment ecs-svc/1.", "(deployment ecs-svc/2) deployment failed: alarm detected.")(a)
	}},
	{cause.DeploymentFailed, "deployment failed: tasks failed to start", func(a *diagnose.Around) {
		rollingOut(&a.Evidence, 1, 0)
		says(time.Minute, "(deployment ecs-svc/2) deployment failed: tasks failed to start.")(a)
	}},
	{cause.DeploymentFailed, "circuit breaker: tasks failed to start", func(a *diagnose.Around) {
		rollingOut(&a.Evidence, 0, 0)
		a.Evidence.Service.Deployments[0].RolloutState, a.Evidence.Service.Deployments[0].RolloutReason = "FAILED", "ECS deployment circuit breaker: tasks failed to start."
	}},
	{cause.RolledBack, "rolled back: exit 1", func(a *diagnose.Around) {
		died(&a.Evidence, "ecs-svc/2", 12*time.Minute, 1)
		says(9*time.Minute, "has reached a steady state.", "rolling back to deployment ecs-svc/1.")(a)
	}},
	{cause.Stuck, "rollout does not move, 1 of 4 new tasks run", func(a *diagnose.Around) {
		rollingOut(&a.Evidence, 1, 0)
		a.Evidence.Service.Deployments[0].CreatedAt = ago(50 * time.Minute)
	}},
	{cause.Autoscaled, "autoscaling undid the count 9", func(a *diagnose.Around) {
		a.SetByHand = []diagnose.CountSet{{At: ago(9 * time.Minute), Count: 9, By: "ops"}}
		a.Scalings = []awsx.ScalingActivity{{StartedAt: ago(5 * time.Minute), Status: "Successful", Description: "Setting desired count to 4."}}
	}},
	{cause.Throttling, "throttled", starved("operations are being throttled on Elastic Load Balancing. Will try again later.")},
	{cause.NeverStops, "1 task told to stop", func(a *diagnose.Around) {
		a.Evidence.Stopped = append(a.Evidence.Stopped, awsx.Task{Ref: awsx.Ref{ARN: "task/prod/7a7a"}, DesiredStatus: "STOPPED", LastStatus: "STOPPING", StoppingAt: ago(30 * time.Minute)})
	}},
	{cause.NeverDrains, "4 tasks cannot leave i-1, which drains: minimum and maximum percent", and(hosts(true, "DRAINING"), func(a *diagnose.Around) {
		a.Evidence.Service.MinHealthyPercent, a.Evidence.Service.MaxPercent = 100, 100
		for i := range a.Evidence.Running {
			a.Evidence.Running[i].ContainerInstance, a.Evidence.Running[i].LastStatus = "instance/i-1", "RUNNING"
		}
	})},
	{cause.ScalingFails, "autoscaling fails: the role is gone", func(a *diagnose.Around) {
		a.Scaling = &awsx.ScalableTarget{Min: 2, Max: 6}
		a.Scalings = []awsx.ScalingActivity{{StartedAt: ago(5 * time.Minute), Status: "Failed", Description: "Setting desired count to 6.", Message: "the role is gone"}}
	}},
	{cause.ScalingAtMaximum, "at its maximum of 4 tasks", func(a *diagnose.Around) {
		a.Scaling = &awsx.ScalableTarget{Min: 2, Max: 4}
		a.Ringing = []diagnose.Ringing{{Name: "high", Why: "CPUUtilization 97: above 60 for 3m", Since: ago(time.Hour), Scales: true}}
	}},
	{cause.AlarmRings, "alarm till-5xx: HTTPCode 42: above 10", func(a *diagnose.Around) {
		a.Ringing = []diagnose.Ringing{{Name: "till-5xx", Why: "HTTPCode 42: above 10", Since: ago(time.Minute)}}
	}},
	{cause.StrayTarget, "target of no task: timeout", func(a *diagnose.Around) {
		a.Evidence.Groups[0].Targets = append(a.Evidence.Groups[0].Targets, awsx.TargetHealth{ID: "10.9.9.9", Port: 80, State: "unhealthy", Reason: "Target.Timeout"})
		a.Evidence.Foreign = func(_ string, t awsx.TargetHealth) bool { return t.ID == "10.9.9.9" }
	}},
	{cause.Dependency, "30 of the newest 40 lines are errors", func(a *diagnose.Around) {
		lately(a, "GET / 200", 10)
		lately(a, "ERROR ledger.example:5432 refused the connection", 30)
	}},
	{cause.SaidByECS, "the tide is out", starved("was unable to place a task. Reason: the tide is out.")},
	{cause.SaidByECS, "failed to register targets", says(time.Minute, "failed to register targets in (target-group "+webGroup+") with (error Rotten apples)")},
	{cause.NotExplained, "3 of 4 tasks running", starved("has begun to hum.")},
}

// TestEachKindIsToldByWhatItNeeds: of a service that is well but for one thing, the first
// finding is that thing, with evidence, and what to do where something can be done.
func TestEachKindIsToldByWhatItNeeds(t *testing.T) {
	seen := map[cause.Kind]bool{}
	for _, c := range everyKind {
		seen[c.kind] = true
		t.Run(string(c.kind)+"/"+c.says, func(t *testing.T) {
			a := diagnose.Around{Standing: diagnose.Standing{Evidence: healthy()}}
			a.Evidence.Service.MinHealthyPercent, a.Evidence.Service.MaxPercent = 100, 200
			c.does(&a)
			s := a.Judge()
			if len(s.Troubles) == 0 {
				t.Fatalf("nothing is found: %s %s", s.Finding.Status, s.Finding.Why)
			}
			first := s.Troubles[0]
			if first.Kind != c.kind || !strings.Contains(first.Short, c.says) {
				t.Fatalf("%q, first %q: %s", kinds(s.Troubles), first.Short, first.Cause)
			}
			if len(s.Troubles) > 1 {
				t.Errorf("one thing is wrong, and %q are told", kinds(s.Troubles))
			}
			for _, w := range a.Wrote { // it may hold anything, and only what shows lines masks secrets
				if strings.Contains(first.Short, w.Lines[0].Text) {
					t.Errorf("a row quotes a line: %s", first.Short)
				}
			}
			if len(first.Evidence) == 0 || first.Cause == "" || s.Finding.Why != first.Short {
				t.Errorf("the row says %q; %+v", s.Finding.Why, first)
			}
			if helpless := []cause.Kind{cause.SpotInterrupted}; len(first.Next) == 0 && !slices.Contains(helpless, first.Kind) {
				t.Error("nothing is to be done")
			}
		})
	}
	for _, k := range cause.Kinds() {
		if !seen[k.Kind] {
			t.Errorf("no case tells %q", k.Kind)
		}
	}
}

// TestWhatATaskSaidBeforeItWasStoppedForItsHealthIsTold, whichever check it failed.
func TestWhatATaskSaidBeforeItWasStoppedForItsHealthIsTold(t *testing.T) {
	for why, kind := range map[string]cause.Kind{
		"Task failed ELB health checks in (target-group x)": cause.CheckFails,
		"Task failed container health checks":               cause.ContainerUnwell,
	} {
		a := diagnose.Around{Standing: diagnose.Standing{Evidence: healthy()}, LinesRead: true}
		dying("ServiceSchedulerInitiated", why)(&a)
		for i := range a.Evidence.Stopped {
			a.Evidence.Stopped[i].ID = "t1"
		}
		a.Wrote = []written.Last{{Task: "t1", Container: "app", Lines: []written.Line{{At: ago(2 * time.Minute), Text: "ERROR no connection left in the pool", Severe: true}, {At: ago(time.Minute), Text: "GET /health 503"}}}}
		s := a.Judge()
		if len(s.Troubles) == 0 || s.Troubles[0].Kind != kind || !slices.ContainsFunc(s.Troubles[0].Evidence, func(p diagnose.Proof) bool {
			return p.Where == diagnose.InLogs && strings.Contains(p.Text, "no connection left in the pool")
		}) {
			t.Errorf("%s: %+v", why, s.Troubles)
		}
	}
}
