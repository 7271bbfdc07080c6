package reason_test

import (
	"testing"

	"gantry/awsx/diagnose/reason"
)

// said is what a text has to read as. A field that is empty is not compared,
// except stage and cause.
type said struct {
	text    string
	stage   reason.Stage
	cause   reason.Cause
	subject string
	why     string
}

func check(t *testing.T, rows []said) {
	t.Helper()
	for _, row := range rows {
		r := reason.Read(row.text)
		if r.Stage != row.stage || r.Cause != row.cause {
			t.Errorf("%s\n got %q %q, want %q %q", row.text, r.Stage, r.Cause, row.stage, row.cause)
		}
		if row.subject != "" && r.Subject != row.subject {
			t.Errorf("%s\n the subject is %q, want %q", row.text, r.Subject, row.subject)
		}
		if row.why != "" && r.Why() != row.why {
			t.Errorf("%s\n says %q, want %q", row.text, r.Why(), row.why)
		}
		if r.Text != row.text {
			t.Errorf("%s\n the whole text became %s", row.text, r.Text)
		}
		if r.Known() && r.Cause != reason.Routine && r.Next() == "" {
			t.Errorf("%s\n has no next step", row.text)
		}
	}
}

const (
	ecr   = "444455556666.dkr.ecr.eu-west-1.amazonaws.com"
	denyT = "User: arn:aws:sts::444455556666:assumed-role/taskExec/0af1 is not authorized to perform: "
)

func TestPullsSayWhyTheImageDidNotCome(t *testing.T) {
	check(t, []said{
		{"CannotPullContainerError: Error response from daemon: manifest for " + ecr + "/shop:v3 not found: manifest unknown: Requested image not found", reason.Pull, reason.NotFound, "", "no such image: shop:v3"},
		{"CannotPullContainerError: failed to resolve reference \"" + ecr + "/shop:v3\": " + ecr + "/shop:v3: not found", reason.Pull, reason.NotFound, ecr + "/shop:v3", "no such image: shop:v3"},
		{"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/acme/shop:v3: docker.io/acme/shop:v3: not found", reason.Pull, reason.NotFound, "docker.io/acme/shop:v3", ""},
		{"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref acme/shop:v3: not found", reason.Pull, reason.NotFound, "acme/shop:v3", "no such image: shop:v3"},
		{"CannotPullImageManifestError: Error response from daemon: manifest unknown: Requested image not found", reason.Pull, reason.NotFound, "", ""},
		{"CannotCreateContainerError: Error response from daemon: No such image: acme/shop:v3", reason.Pull, reason.NotFound, "acme/shop:v3", ""},
		{"CannotPullContainerError: API error (404): repository acme/shop not found: does not exist or no pull access", reason.Pull, reason.LoginOrMissing, "", ""},
		{"CannotPullECRContainerError: RepositoryNotFoundException: The repository with name 'shop' does not exist in the registry with id '444455556666'", reason.Pull, reason.NotFound, "shop", ""},
		{"CannotPullContainerError: Error response from daemon: name unknown: The repository with name 'shop' does not exist", reason.Pull, reason.NotFound, "", ""},
		{"CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: failed open: content at https://" + ecr + "/v2/shop/manifests/sha256:0a not found: not found", reason.Pull, reason.NotFound, "", ""},

		{"CannotPullContainerError: ref pull has been retried 1 time(s): failed to resolve reference \"ghcr.io/acme/shop:v3\": failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized", reason.Pull, reason.WantsLogin, "ghcr.io/acme/shop:v3", "registry wants a login: shop:v3"},
		{"CannotPullContainerError: Error response from daemon: Get https://" + ecr + "/v2/shop/manifests/v3: no basic auth credentials", reason.Pull, reason.WantsLogin, "", ""},
		{"CannotPullContainerError: Error response from daemon: unauthorized: authentication required", reason.Pull, reason.WantsLogin, "", ""},
		{"CannotPullContainerError: Error response from daemon: pull access denied for acme/shop, repository does not exist or may require 'docker login': denied: requested access to the resource is denied", reason.Pull, reason.LoginOrMissing, "acme/shop", "registry wants a login, or no such image: shop"},
		{"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/acme/shop:v3: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed", reason.Pull, reason.LoginOrMissing, "docker.io/acme/shop:v3", ""},
		{"CannotPullContainerError: pull access denied for acme/shop, repository does not exist or may require 'docker login': denied: Your authorization token has expired. Reauthenticate and try again.", reason.Pull, reason.LoginOrMissing, "", ""},

		{"CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReadSeeker: failed open: unexpected status code https://" + ecr + "/v2/shop/blobs/sha256:0a: 403 Forbidden", reason.Pull, reason.Denied, "", ""},
		{"CannotPullECRContainerError: AccessDeniedException: " + denyT + "ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:444455556666:repository/shop because no identity-based policy allows the ecr:BatchGetImage action", reason.Pull, reason.Denied, "", "not allowed to pull, denied ecr:BatchGetImage to taskExec"},
		{"CannotPullECRContainerError: AccessDeniedException: " + denyT + "ecr:GetAuthorizationToken on resource: *", reason.Login, reason.Denied, "", "registry login: denied ecr:GetAuthorizationToken to taskExec"},

		{"CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref " + ecr + "/shop:v3: failed to do request: Head \"https://" + ecr + "/v2/shop/manifests/v3\": dial tcp: lookup " + ecr + " on 10.9.0.2:53: no such host", reason.Pull, reason.NotResolved, ecr + "/shop:v3", "registry name not resolved " + ecr + ": shop:v3"},
		{"CannotPullContainerError: Error response from daemon: Get https://registry.example/v2/: dial tcp: lookup registry.example on 10.9.0.2:53: read udp 10.9.0.7:4444->10.9.0.2:53: i/o timeout", reason.Pull, reason.NotResolved, "", ""},
		{"CannotPullContainerError: failed to do request: Head \"https://" + ecr + "/v2/shop/manifests/v3\": dial tcp 10.9.0.5:443: connect: connection refused", reason.Pull, reason.Refused, "", ""},
		{"CannotPullContainerError: failed to do request: Head \"https://" + ecr + "/v2/shop/manifests/v3\": read tcp 10.9.0.7:4444->10.9.0.5:443: read: connection reset by peer", reason.Pull, reason.TimedOut, "", "registry not reached " + ecr},
		{"CannotPullContainerError: failed to do request: Head \"https://" + ecr + "/v2/shop/manifests/v3\": dial tcp 10.9.0.5:443: i/o timeout", reason.Pull, reason.TimedOut, "", "registry not reached " + ecr},
		{"CannotPullContainerError: Error response from daemon: Get https://registry-1.docker.io/v2/: net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)", reason.Pull, reason.TimedOut, "", ""},
		{"CannotPullContainerError: ref pull has been retried 3 time(s): failed to copy: httpReadSeeker: failed open: failed to do request: Get \"https://prod-eu.s3.example/blob\": context deadline exceeded", reason.Pull, reason.TimedOut, "", ""},
		{"CannotPullContainerError: Error response from daemon: Get \"https://registry.example/v2/\": net/http: TLS handshake timeout", reason.Pull, reason.TimedOut, "", ""},
		{"CannotPullContainerError: failed to do request: Head \"https://registry.example/v2/shop/manifests/v3\": tls: failed to verify certificate: x509: certificate signed by unknown authority", reason.Pull, reason.Certificate, "", "registry certificate not trusted registry.example"},
		{"CannotPullContainerError: Error response from daemon: Get https://registry.example/v2/: x509: certificate has expired or is not yet valid: current time 2026-03-01T00:00:00Z is after 2026-02-01T00:00:00Z", reason.Pull, reason.Certificate, "", ""},

		{"CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/redis/manifests/sha256:0a: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.", reason.Pull, reason.Throttled, "", "registry's pull limit reached"},
		{"CannotPullContainerError: Error response from daemon: toomanyrequests: Rate exceeded", reason.Pull, reason.Throttled, "", ""},
		{"CannotPullContainerError: failed to register layer: Error processing tar file(exit status 1): write /usr/lib/libllvm.so: no space left on device", reason.Pull, reason.Disk, "", "disk full while pulling"},
		{"CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/arm64'", reason.Pull, reason.Platform, "linux/arm64", "no image for this architecture: linux/arm64"},
		{"CannotPullContainerError: no matching manifest for linux/arm64/v8 in the manifest list entries", reason.Pull, reason.Platform, "linux/arm64/v8", ""},
		{"CannotPullContainerError: Error response from daemon: invalid reference format", reason.Pull, reason.BadInput, "", ""},
		{"CannotPullContainerError: Error response from daemon: received unexpected HTTP status: 503 Service Unavailable", reason.Pull, reason.Busy, "", "registry busy or broken"},
		{"CannotPullContainerError: error getting credentials - err: exec: \"docker-credential-secret\": executable file not found in $PATH", reason.Pull, reason.NotFound, "", ""},
		{"CannotPullContainerError: The task can\u2019t pull 'shop:v3' from the Amazon Elastic Container Registry repository. There is a connection issue between the task and Amazon ECR. Check your task network configuration.", reason.Pull, reason.TimedOut, "shop:v3", "registry not reached Amazon ECR: shop:v3"},
		{"CannotPullContainerError: The task can't pull the image. Check that the role has the permissions to pull images from the registry", reason.Pull, reason.Denied, "", ""},
		{"CannotPullContainerError: the registry spoke in tongues", reason.Pull, reason.Unsaid, "", "cannot pull image"},
	})
}

const initial = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "

func TestLoginsSecretsAndFilesAreToldApart(t *testing.T) {
	check(t, []said{
		{initial + "unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed\ncaused by: Post \"https://api.ecr.eu-west-1.amazonaws.com/\": dial tcp 10.9.1.7:443: i/o timeout. Please check your task network configuration.", reason.Login, reason.TimedOut, "", "registry login: not reached api.ecr.eu-west-1.amazonaws.com"},
		{initial + "unable to retrieve ecr registry auth: service call has been retried 1 time(s): operation error ECR: GetAuthorizationToken, https response error StatusCode: 400, RequestID: 0af1, api error AccessDeniedException: " + denyT + "ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action", reason.Login, reason.Denied, "", "registry login: denied ecr:GetAuthorizationToken to taskExec"},
		{"ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. RequestError: send request failed caused by: Post \"https://api.ecr.eu-west-1.amazonaws.com/\": dial tcp 10.9.1.7:443: i/o timeout", reason.Login, reason.TimedOut, "", ""},
		{"CannotPullECRContainerError: " + denyT + "ecr:GetAuthorizationToken on resource: *", reason.Login, reason.Denied, "", ""},

		{initial + "unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:444455556666:secret:shop/db-AbCdEf from secrets manager: AccessDeniedException: " + denyT + "secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:444455556666:secret:shop/db-AbCdEf because no identity-based policy allows the secretsmanager:GetSecretValue action\n\tstatus code: 400, request id: 0af1", reason.Secret, reason.Denied, "arn:aws:secretsmanager:eu-west-1:444455556666:secret:shop/db-AbCdEf", "secret shop/db: denied secretsmanager:GetSecretValue to taskExec"},
		{initial + "unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:444455556666:secret:shop/db-AbCdEf from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.", reason.Secret, reason.NotFound, "", "secret shop/db: not found"},
		{initial + "unable to retrieve secret from asm: retrieved secret from Secrets Manager did not contain json key passwrd", reason.Secret, reason.NotFound, "", "secret: no key passwrd"},
		{initial + "unable to retrieve secret from asm: service call has been retried 5 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:444455556666:secret:shop/db-AbCdEf from secrets manager: RequestCanceled: request context canceled caused by: context deadline exceeded. Please check your task network configuration.", reason.Secret, reason.TimedOut, "", "secret shop/db: not reached"},
		{initial + "unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException: " + denyT + "ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:444455556666:parameter/shop/key because no identity-based policy allows the ssm:GetParameters action", reason.Secret, reason.Denied, "", ""},
		{"ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: /shop/key", reason.Secret, reason.NotFound, "/shop/key", "secret /shop/key: not found"},
		{"Fetching secret data from SSM Parameter Store in eu-west-1: invalid parameters: /shop/key", reason.Secret, reason.NotFound, "/shop/key", ""},
		{"Fetching secret data from AWS Secrets Manager in region eu-west-1: secret arn:aws:secretsmanager:eu-west-1:444455556666:secret:shop/db-AbCdEf: AccessDeniedException: Access to KMS is not allowed", reason.Secret, reason.Denied, "", ""},
		{"ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:shop/db-AbCdEf' from AWS Secrets Manager. There is a connection issue between the task and AWS Secrets Manager. Check your task network configuration.", reason.Secret, reason.TimedOut, "arn:aws:secretsmanager:eu-west-1:444455556666:secret:shop/db-AbCdEf", "secret shop/db: not reached AWS Secrets Manager"},
		{initial + "unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager. There is a connection issue between the task and AWS Systems Manager Parameter Store. Check your task network configuration.", reason.Secret, reason.TimedOut, "", "secret: not reached AWS Systems Manager Parameter Store"},
		{"ResourceInitializationError: The task cannot download the environment variable files from Amazon S3. There is a connection issue between the task and Amazon S3. Check your task network configuration.", reason.EnvironmentFile, reason.TimedOut, "", "environment file: not reached Amazon S3"},
		{"ResourceInitializationError: unable to pull secrets or registry auth: something else", reason.SecretOrLogin, reason.Unsaid, "", "cannot read its secrets or log in to the registry"},

		{"ResourceInitializationError: failed to download env files: file download command: non empty error stream: service call has been retried 1 time(s): NoSuchKey: The specified key does not exist.", reason.EnvironmentFile, reason.NotFound, "", "environment file: not found"},
		{"ResourceInitializationError: failed to download env files: file download command: non empty error stream: AccessDenied: Access Denied\n\tstatus code: 403", reason.EnvironmentFile, reason.Denied, "", "environment file: denied"},
		{"ResourceInitializationError: failed to download env files: file download command: non empty error stream: RequestCanceled: request context canceled", reason.EnvironmentFile, reason.TimedOut, "", ""},
	})
}

func TestDriversVolumesAndInterfaces(t *testing.T) {
	check(t, []said{
		{"ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.", reason.LogDriver, reason.NotFound, "", "log driver: log group not found"},
		{"ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException: " + denyT + "logs:CreateLogStream on resource: arn:aws:logs:eu-west-1:444455556666:log-group:/ecs/shop:log-stream:ecs/app/0af1", reason.LogDriver, reason.Denied, "", "log driver: denied logs:CreateLogStream to taskExec"},
		{"ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: RequestError: send request failed\ncaused by: Post \"https://logs.eu-west-1.amazonaws.com/\": dial tcp 10.9.1.8:443: i/o timeout : exit status 1", reason.LogDriver, reason.TimedOut, "", ""},
		{"ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration.", reason.LogDriver, reason.TimedOut, "", ""},
		{"CannotStartContainerError: Error response from daemon: failed to initialize logging driver: dial tcp 127.0.0.1:24224: connect: connection refused", reason.LogDriver, reason.Refused, "", "log driver: connection refused 127.0.0.1:24224"},
		{"CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: operation error CloudWatch Logs: CreateLogStream, https response error StatusCode: 400, RequestID: 0af1, ResourceNotFoundException: The specified log group does not exist.", reason.LogDriver, reason.NotFound, "", ""},

		{"ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: Failed to resolve \"fs-0a1b2c.efs.eu-west-1.amazonaws.com\" - check that your file system ID is correct, and ensure that the VPC has an EFS mount target for this file system ID.", reason.Volume, reason.NotResolved, "fs-0a1b2c.efs.eu-west-1.amazonaws.com", "volume: name not resolved fs-0a1b2c.efs.eu-west-1.amazonaws.com"},
		{"ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : unsuccessful EFS utils command execution; code: 32", reason.Volume, reason.Denied, "", ""},
		{"ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4: Connection timed out", reason.Volume, reason.TimedOut, "", ""},
		{"CannotCreateContainerError: Error response from daemon: invalid mount config for type \"bind\": bind source path does not exist: /srv/data", reason.Volume, reason.NotFound, "/srv/data", ""},

		{"Timeout waiting for network interface provisioning to complete.", reason.NetworkInterface, reason.TimedOut, "", "network interface: timed out"},
		{"Unexpected EC2 error while attempting to Create Network Interface with public IP assignment disabled in subnet 'subnet-0a1': InsufficientFreeAddressesInSubnet", reason.NetworkInterface, reason.NoRoom, "subnet-0a1", "network interface: subnet full subnet-0a1"},
		{"ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: mounting fs-0a1b2c.efs.eu-west-1.amazonaws.com:/data failed, reason given by server: No such file or directory'", reason.Volume, reason.NotFound, "", ""},
		{"Timeout waiting for EphemeralStorage provisioning to complete.", reason.Storage, reason.TimedOut, "", "storage: timed out"},
		{"ECS was unable to assume the role 'arn:aws:iam::444455556666:role/taskExec' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.", reason.Role, reason.Denied, "arn:aws:iam::444455556666:role/taskExec", "cannot assume role taskExec"},
	})
}

const runc = "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "

func TestStartsSayWhatIsMissing(t *testing.T) {
	check(t, []said{
		{"CannotStartContainerError: Error response from daemon: " + runc + `exec: "loginserver": executable file not found in $PATH: unknown`, reason.Start, reason.NotFound, "loginserver", "command not found: loginserver"},
		{"ResourceInitializationError: failed to create new container runtime task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: " + `exec: "analog": executable file not found in $PATH: unknown`, reason.Start, reason.NotFound, "analog", ""},
		{"CannotStartContainerError: " + runc + `exec: "/opt/log-secret": permission denied: unknown`, reason.Start, reason.Denied, "/opt/log-secret", "command is not executable: /opt/log-secret"},
		{"CannotStartContainerError: Error response from daemon: " + runc + `exec: "/entry.sh": stat /entry.sh: no such file or directory: unknown`, reason.Start, reason.NotFound, "/entry.sh", "not there, or its interpreter is not: /entry.sh"},
		{"CannotStartContainerError: Error response from daemon: " + runc + `error during container init: exec: "run: not found, denied": executable file not found in $PATH: unknown`, reason.Start, reason.NotFound, "run: not found, denied", ""},
		{`CannotStartContainerError: API error (400): OCI runtime create failed: container_linux.go:345: starting container process caused "exec: \"serve\": executable file not found in $PATH": unknown`, reason.Start, reason.NotFound, "serve", ""},
		{"CannotStartContainerError: Error response from daemon: exec /app: exec format error", reason.Start, reason.Platform, "", "built for other architecture: /app"},
		{"CannotStartContainerError: Error response from daemon: driver failed programming external connectivity on endpoint ecs-shop-1 (0af1): Bind for 0.0.0.0:8080 failed: port is already allocated", reason.Start, reason.Busy, "8080", "host port 8080 taken"},
		{"CannotStartContainerError: Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint shop (0af1): failed to bind host port for 0.0.0.0:8080:172.17.0.2:80/tcp: address already in use", reason.Start, reason.Busy, "8080", "host port 8080 taken"},
		{"CannotStartContainerError: Error response from daemon: unable to find user shop: no matching entries in passwd file", reason.Start, reason.BadInput, "shop", ""},
		{"DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s", reason.Start, reason.TimedOut, "", "the container runtime is too slow"},
		{"OutOfMemoryError: Container killed due to memory usage", reason.Memory, reason.NoRoom, "", "out of memory"},
		{"CannotStartContainerError: API error (500): driver failed programming external connectivity on endpoint shop: Bind for 0.0.0.0:8443 failed: port is already allocated", reason.Start, reason.Busy, "8443", "host port 8443 taken"},
		{"CannotStartContainerError: Error response from daemon: " + runc + `chdir to cwd ("/srv/shop") set in config.json failed: no such file or directory: unknown`, reason.Start, reason.BadInput, "/srv/shop", `chdir to cwd ("/srv/shop") set in config.json failed: no such file or directory: unknown`},
		{"CannotStartContainerError: the daemon hums", reason.Start, reason.Unsaid, "", "the daemon hums"},
	})
}

func TestRoomAndHostsAndPeople(t *testing.T) {
	check(t, []said{
		{"RESOURCE:GPU", reason.Placement, reason.NoRoom, "GPU", "no instance fits: GPU"},
		{"RESOURCE:MEMORY", reason.Placement, reason.NoRoom, "MEMORY", "no instance fits: memory"},
		{"RESOURCE:CPU", reason.Placement, reason.NoRoom, "CPU", "no instance fits: CPU"},
		{"RESOURCE:ENI", reason.Placement, reason.NoRoom, "ENI", ""},
		{"ATTRIBUTE", reason.Placement, reason.NoRoom, "", "no instance fits: attribute missing"},
		{"AGENT", reason.Placement, reason.NoRoom, "", "no instance fits: agent disconnected"},
		{"EMPTY CAPACITY PROVIDER", reason.Capacity, reason.NotFound, "", "no container instances in the capacity provider"},
		{"No Container Instances were found in your capacity provider.", reason.Capacity, reason.NotFound, "", "no container instances in the capacity provider"},
		{"No Container Instances were found in your cluster.", reason.Capacity, reason.NotFound, "", "no container instances"},
		{"Capacity is unavailable at this time. Please try again later or in a different availability zone.", reason.Capacity, reason.NoRoom, "", "no capacity at this time"},
		{"You've reached the limit on the number of vCPUs that can run concurrently", reason.Capacity, reason.Quota, "vCPUs", "quota reached: vCPUs"},

		{"Scaling activity initiated by (deployment ecs-svc/77)", reason.Scheduler, reason.Routine, "", ""},
		{"ECS is performing maintenance on the underlying infrastructure hosting the task.", reason.Host, reason.Routine, "", ""},
		{"Container instance deregistration forced by user", reason.Host, reason.Routine, "", ""},
		{"Your Spot Task was interrupted.", reason.Host, reason.Interrupted, "", "spot capacity taken back"},
		{"Host EC2 (instance i-0a1b2c3d4e5f60718) terminated.", reason.Host, reason.Terminated, "i-0a1b2c3d4e5f60718", "instance terminated"},
		{"Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-west-1:444455556666:targetgroup/shop/0a1)", reason.BalancerCheck, reason.Unhealthy, "", ""},
		{"Task failed container health checks", reason.ContainerCheck, reason.Unhealthy, "", ""},
		{"Task failed Fargate host health checks", reason.Host, reason.Unhealthy, "", ""},
		{"Task was stopped because its host was retired", reason.Host, reason.Routine, "", ""},
		{"Service deleted", reason.Scheduler, reason.Routine, "", "stopped by the scheduler: Service deleted"},
		{"Task replaced due to AZ Rebalance", reason.Scheduler, reason.Routine, "", "stopped by the scheduler: Task replaced due to AZ Rebalance"},
		{"Task stopped by user", reason.Person, reason.Routine, "", ""},
		{"AWS Console", reason.Person, reason.Routine, "", ""},
		{"Essential container in task exited", reason.Exit, reason.Unsaid, "", ""},

		{"", reason.None, reason.Unsaid, "", ""},
		{"the moon is in the seventh house", reason.None, reason.Unsaid, "", "the moon is in the seventh house"},
	})
}
