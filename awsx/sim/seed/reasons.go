package seed

import (
	"strings"
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/fleet"
)

// stopReason is how a task of one service of the scenario ended: by code and reason,
// or by the exit of its container.
type stopReason struct {
	service, code, reason string
	exit                  int  // of the container, with EssentialExited
	starts                bool // it failed to start: the reason is the container's too
}

// stopReasons are the ends that AWS, Docker and registries give tasks, one a service.
// {registry} stands for the account's registry, {region} and {account} for where it is.
func stopReasons() []stopReason {
	failed := func(service, reason string) stopReason {
		return stopReason{service: service, code: fleet.FailedToStart, reason: reason, starts: true}
	}
	const (
		pull   = "CannotPullContainerError: "
		retry  = pull + "pull image manifest has been retried 5 time(s): failed to resolve ref "
		init   = "ResourceInitializationError: "
		start  = "CannotStartContainerError: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
		create = "CannotCreateContainerError: Error response from daemon: "
	)
	return []stopReason{
		failed("pull-missing", retry+"{registry}/pull-missing:v9: {registry}/pull-missing:v9: not found"),
		failed("pull-login", retry+"ghcr.io/acme/pull-login:v1: failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized"),
		failed("pull-either", pull+"Error response from daemon: pull access denied for acme/pull-either, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"),
		failed("pull-denied", retry+"{registry}/pull-denied:v1: unexpected status from HEAD request to https://{registry}/v2/pull-denied/manifests/v1: 403 Forbidden"),
		failed("pull-name", retry+"registry.acme.test/pull-name:v1: failed to do request: Head \"https://registry.acme.test/v2/pull-name/manifests/v1\": dial tcp: lookup registry.acme.test on 10.20.0.2:53: no such host"),
		failed("pull-refused", retry+"registry.acme.test:5000/x:v1: failed to do request: Head \"https://registry.acme.test:5000/v2/x/manifests/v1\": dial tcp 10.20.7.9:5000: connect: connection refused"),
		failed("pull-timeout", retry+"{registry}/pull-timeout:v1: failed to do request: Head \"https://{registry}/v2/pull-timeout/manifests/v1\": dial tcp 10.20.8.4:443: i/o timeout"),
		failed("pull-cert", retry+"registry.acme.test/x:v2: failed to do request: Head \"https://registry.acme.test/v2/x/manifests/v2\": tls: failed to verify certificate: x509: certificate signed by unknown authority"),
		failed("pull-limit", pull+"ref pull has been retried 1 time(s): failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/redis/manifests/sha256:ab: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit."),
		failed("pull-disk", pull+"failed to register layer: write /usr/lib/jvm/modules: no space left on device"),
		failed("pull-platform", pull+"image Manifest does not contain descriptor matching platform 'linux/arm64'"),
		failed("login-timeout", init+"unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post \"https://api.ecr.{region}.amazonaws.com/\": dial tcp 10.20.3.7:443: i/o timeout"),
		failed("secret-denied", init+"unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:{region}:{account}:secret:till-key-AbCdEf from secrets manager: AccessDeniedException: User: arn:aws:sts::{account}:assumed-role/ecs-execution/0a1 is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:{region}:{account}:secret:till-key-AbCdEf"),
		failed("secret-key", init+"unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key pin"),
		failed("parameter", init+"unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: /prod/till/pin"),
		failed("log-group", init+"failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1"),
		failed("log-driver", create+"failed to initialize logging driver: dial tcp 127.0.0.1:24224: connect: connection refused"),
		failed("env-file", init+"failed to download env files: file download command: non empty error stream: service call has been retried 1 time(s): NotFound: Not Found status code: 404"),
		failed("volume", init+"failed to invoke EFS utils commands to set up EFS volumes: stderr: Failed to resolve \"fs-0a1b2c3d4e5f60718.efs.{region}.amazonaws.com\" - check that your file system ID is correct"),
		failed("interface", "Timeout waiting for network interface provisioning to complete."),
		failed("subnet", "ResourceInitializationError: InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to satisfy the request."),
		failed("no-command", start+"exec: \"serve\": executable file not found in $PATH: unknown"),
		failed("no-permission", start+"exec: \"/app/run.sh\": permission denied: unknown"),
		failed("no-script", start+"exec: \"/app/entry.sh\": stat /app/entry.sh: no such file or directory: unknown"),
		failed("port-taken", "CannotStartContainerError: API error (500): driver failed programming external connectivity on endpoint ecs-port-taken: Bind for 0.0.0.0:9090 failed: port is already allocated"),
		failed("slow-docker", "DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s"),
		{service: "memory", code: fleet.EssentialExited, reason: "OutOfMemoryError: Container killed due to memory usage", exit: 137},
		{service: "segfault", code: fleet.EssentialExited, reason: "Essential container in task exited", exit: 139},
		{service: "check", code: fleet.SchedulerStopped, reason: "Task failed container health checks"},
		{service: "spot", code: fleet.SpotInterruption, reason: "Your Spot Task was interrupted."},
		{service: "host-gone", code: fleet.Termination, reason: "Host EC2 (instance i-0d4c3b2a190817263) terminated."},
		{service: "maintenance", code: fleet.Termination, reason: "ECS is performing maintenance on the underlying infrastructure hosting the task."},
		{service: "person", code: fleet.UserInitiated, reason: "Task stopped by user"},
		{service: "rescaled", code: fleet.SchedulerStopped, reason: "Scaling activity initiated by (deployment ecs-svc/7203948576102938475)"},
	}
}

// filled puts the account's own names into a text.
func (a *seeder) filled(text string) string {
	return strings.NewReplacer("{registry}", a.Images.RegistryHost(), "{region}", a.Region, "{account}", a.AccountID).Replace(text)
}

// seedReasons adds a cluster with a service for each reason for which tasks stop. All
// run at full count; two tasks of each ended so within the hour.
func (a *seeder) seedReasons() error {
	c := a.seedCluster("reasons", 0, "", 0, 0)
	for _, r := range stopReasons() {
		s := unbalanced(onFargate("", plain(r.service, "go", 1, history(ecr.Behaviour{}, []string{"v1"}, 8*day)...)))
		if err := a.seedWhole(c, nil, s); err != nil {
			return err
		}
		e := ending{code: r.code, reason: a.filled(r.reason), pull: r.starts}
		if !r.starts {
			e.exit = &r.exit
		}
		service := c.ByName[r.service]
		for _, before := range []time.Duration{9 * time.Minute, 2 * time.Minute} {
			a.seedStopped(service, service.Deployments[0], a.Ago(before), time.Minute, e)
		}
	}
	return nil
}

// said are the kinds of events of a service, one a service, in the words that follow
// its name. {deployment} stands for the service's own.
func said() map[string]string {
	return map[string]string{
		"steady":           "has reached a steady state.",
		"state":            "updated state to STEADY_STATE.",
		"protected":        "was unable to reach steady state because (taskSet {deployment}) was unable to scale in due to (reason 2 tasks under protection)",
		"no-provider":      "was unable to reach steady state. Reason: No Container Instances were found in your capacity provider.",
		"started":          "has started 2 tasks: (task 0a1b2c3d4e5f60718293a4b5c6d7e8f9) (task 1a1b2c3d4e5f60718293a4b5c6d7e8f9).",
		"stopped-pending":  "has stopped 1 pending tasks.",
		"drains":           "has begun draining connections on 2 tasks.",
		"computed":         "updated computedDesiredCount for taskSet {deployment} to 3.",
		"balanced":         "is AZ balanced with 1 tasks in {region}a, 1 tasks in {region}b, 1 tasks in {region}c.",
		"unbalanced":       "is not AZ balanced with 3 tasks in {region}a, 0 tasks in {region}b. AZ Rebalancing in progress.",
		"rebalance-start":  "has started 1 tasks in {region}b to AZ Rebalance: (task 2a1b2c3d4e5f60718293a4b5c6d7e8f9).",
		"rebalance-stop":   "stopped AZ Rebalancing.",
		"sick-instance":    "(task 3a1b2c3d4e5f60718293a4b5c6d7e8f9) (instance i-0d4c3b2a190817263) (port 32770) is unhealthy in (target-group arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/x/0123456789abcdef) due to (reason Health checks failed with these codes: [502])",
		"sick-fargate":     "(port 8080) is unhealthy in (target-group arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/x/0123456789abcdef) due to (reason Request timed out)",
		"sick-classic":     "(instance i-0d4c3b2a190817263) is unhealthy in (elb old-front)",
		"replaced":         "has stopped 1 running tasks due to an unhealthy status: (task 4a1b2c3d4e5f60718293a4b5c6d7e8f9).",
		"container-checks": "(task 5a1b2c3d4e5f60718293a4b5c6d7e8f9) failed container health checks.",
		"no-room":          "was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 6a1b2c3d4e5f60718293a4b5c6d7e8f9) has insufficient CPU units available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
		"no-capacity":      "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
		"quota":            "was unable to place a task. Reason: You've reached the limit on the number of vCPUs you can run concurrently.",
		"inconsistent":     "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
		"alarmed":          "(deployment {deployment}) deployment failed: alarm detected.",
		"unlaunched":       "could not launch 2 tasks for deployment {deployment}. Reason: RESOURCE:MEMORY",
		"no-group":         "failed to register targets in (target-group arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/gone/0123456789abcdef) with (error The specified target group does not exist.)",
		"no-role":          "ECS was unable to assume the role 'arn:aws:iam::{account}:role/ecsServiceRole' that was provided for this service. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.",
		"unheard-of":       "has begun to hum.",
	}
}

// seedSaid adds a cluster with a service for each kind of event, said two minutes ago.
func (a *seeder) seedSaid() error {
	c := a.seedCluster("events", 0, "", 0, 0)
	for name, message := range said() {
		s := unbalanced(onFargate("", plain(name, "go", 1, history(ecr.Behaviour{}, []string{"v1"}, 8*day)...)))
		if err := a.seedWhole(c, nil, s); err != nil {
			return err
		}
		service := c.ByName[name]
		a.EventAt(service, a.Ago(2*time.Minute), strings.ReplaceAll(a.filled(message), "{deployment}", service.Deployments[0].ID))
	}
	return nil
}
