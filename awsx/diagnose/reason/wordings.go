package reason

import "sync"

// wordings are the forms of links by subject. Their order means nothing: where
// two match at one place, what the first says stays.
//
// The wordings are those of the Amazon ECS developer guide (stopped task error
// messages, service event messages), the ECS agent, Docker, containerd, runc,
// registries, the AWS SDKs and Go's net package.
var wordings = [...][]wording{
	codeWordings, pullWordings, accessWordings, networkWordings, limitWordings,
	secretWordings, logDriverWordings, volumeWordings, interfaceWordings,
	startWordings, healthWordings, hostWordings, placementWordings, routineWordings,
}

// byLetter holds the wordings by the first byte of what they match, in their
// order: a link is held against the few that can match it. Forms that begin with
// a hole stand under every byte.
var byLetter = sync.OnceValue(func() *[256][]*wording {
	var index [256][]*wording
	for _, table := range wordings {
		for i := range table {
			w := &table[i]
			if w.form[0] != '{' {
				first := lower(w.form[0])
				index[first] = append(index[first], w)
				continue
			}
			for b := range index {
				index[b] = append(index[b], w)
			}
		}
	}
	return &index
})

// wordingsAt returns the wordings that may match a link.
func wordingsAt(link string) []*wording {
	if link == "" {
		return nil
	}
	return byLetter()[lower(link[0])]
}

// codeWordings are the codes that begin a chain. They name the stage.
var codeWordings = []wording{
	{form: "CannotPull{}", stage: Pull, placing: firmly},
	{form: "CannotCreateVolume{}", stage: Volume},
	{form: "CannotCreate{}", stage: Create},
	{form: "CannotStart{}", stage: Start},
	{form: "CannotInspect{}", stage: Start},
	{form: "CannotStop{}", stage: Exit},
	{form: "DockerTimeoutError", stage: Start},
	{form: "ContainerRuntime{}", stage: Start},
	{form: "OutOfMemory{}", stage: Memory, cause: NoRoom},
	{form: "OutOfMemory", stage: Memory, cause: NoRoom},
	{form: "ResourceInitializationError", stage: Create, placing: vague},
	{form: "Essential container in task exited", stage: Exit, placing: vague},
	{form: "Essential container exited", stage: Exit, placing: vague},
}

// accessWordings are refusals by AWS, of whatever service.
var accessWordings = []wording{
	{form: "User: {who} is not authorized to perform: {action} on resource: {}", cause: Denied},
	{form: "User: {who} is not authorized to perform: {action}", cause: Denied},
	{form: "not authorized to perform: {action}", cause: Denied},
	{form: "is not authorized to perform: {action}", cause: Denied},
	{form: "not authorized to perform {action}", cause: Denied},
	{form: "AccessDeniedException", cause: Denied, strength: weak},
	{form: "AccessDenied", cause: Denied, strength: weak},
	{form: "Access denied", cause: Denied, strength: weak},
	{form: "Check that the role has the permissions", cause: Denied, strength: weak},
	{form: "Check whether the role has", cause: Denied, strength: weak},
	{form: "error parsing HTTP 403 response body", cause: Denied, strength: weak},
	{form: "Access to KMS is not allowed", cause: Denied},
	{form: "UnauthorizedOperation", cause: Denied},
	{form: "You are not authorized to perform this operation", cause: Denied},
	{form: "403 Forbidden", cause: Denied},
	{form: "Forbidden", cause: Denied, strength: weak, whole: true},
	{form: "status code: 403", cause: Denied, strength: weak},
	{form: "StatusCode: 403", cause: Denied, strength: weak},
	{form: "ECS was unable to assume the role '{subject}'", stage: Role, cause: Denied},
	{form: "ECS was unable to assume role '{subject}'", stage: Role, cause: Denied},
	{form: "ECS was unable to assume", stage: Role, cause: Denied},
	{form: "Unable to assume the service linked role", stage: Role, cause: Denied},
	{form: "Unable to assume role {subject}", stage: Role, cause: Denied},
	{form: "was unable to assume role {subject}", stage: Role, cause: Denied},
	{form: "was unable to assume", stage: Role, cause: Denied},
	{form: "UnrecognizedClientException", cause: WantsLogin},
	{form: "ExpiredTokenException", cause: WantsLogin},
	{form: "NoCredentialProviders", cause: WantsLogin},
	{form: "no EC2 IMDS role found", cause: WantsLogin},
	{form: "ValidationException", cause: BadInput, strength: weak},
	{form: "InvalidParameterException", cause: BadInput, strength: weak},
	{form: "ResourceNotFoundException", cause: NotFound, strength: weak},
	{form: "404 Not Found", cause: NotFound},
	{form: "status code: 404", cause: NotFound, strength: weak},
	{form: "StatusCode: 404", cause: NotFound, strength: weak},
}

// networkWordings are what Go, Docker and the AWS SDKs say of a call that did
// not come through.
var networkWordings = []wording{
	{form: `lookup {server} on {}`, cause: NotResolved, strength: firm},
	{form: `lookup {server}: no such host`, cause: NotResolved, strength: firm},
	{form: `lookup {server}: server misbehaving`, cause: NotResolved, strength: firm},
	{form: `lookup {server}: Temporary failure in name resolution`, cause: NotResolved, strength: firm},
	{form: "no such host", cause: NotResolved},
	{form: "server misbehaving", cause: NotResolved},
	{form: "Temporary failure in name resolution", cause: NotResolved},
	{form: "Name or service not known", cause: NotResolved},
	{form: "Could not resolve host", cause: NotResolved},
	{form: "dial tcp {server}"},
	{form: "dial udp {server}"},
	{form: `Head "{url}"`},
	{form: `Get "{url}"`},
	{form: `Post "{url}"`},
	{form: `Put "{url}"`},
	{form: "Get {url}"},
	{form: "Head {url}"},
	{form: "Post {url}"},
	{form: "connect: connection refused", cause: Refused},
	{form: "connection refused", cause: Refused},
	{form: "connection reset by peer", cause: TimedOut},
	{form: "broken pipe", cause: Refused, strength: weak},
	{form: "i/o timeout", cause: TimedOut},
	{form: "connection timed out", cause: TimedOut},
	{form: "operation timed out", cause: TimedOut},
	{form: "TLS handshake timeout", cause: TimedOut},
	{form: "timeout awaiting response headers", cause: TimedOut},
	{form: "request canceled", cause: TimedOut},
	{form: "request cancelled", cause: TimedOut},
	{form: "request context canceled", cause: TimedOut},
	{form: "RequestCanceled", cause: TimedOut, strength: weak},
	{form: "RequestTimeout", cause: TimedOut, strength: weak},
	{form: "context canceled", cause: TimedOut, strength: weak},
	{form: "Client.Timeout", cause: TimedOut},
	{form: "context deadline exceeded", cause: TimedOut},
	{form: "deadline exceeded", cause: TimedOut},
	{form: "timed out", cause: TimedOut, strength: weak, whole: true},
	{form: "timeout", cause: TimedOut, strength: weak, whole: true},
	{form: "no route to host", cause: TimedOut},
	{form: "network is unreachable", cause: TimedOut},
	{form: "unexpected EOF", cause: TimedOut, strength: weak},
	{form: "EOF", cause: TimedOut, strength: weak, whole: true},
	{form: "There is a connection issue between the task and {server}", cause: TimedOut, strength: weak},
	{form: "Please check your task network configuration", cause: TimedOut, strength: weak},
	{form: "Check your task network configuration", cause: TimedOut, strength: weak},
	{form: "500 Internal Server Error", cause: Busy, strength: weak},
	{form: "502 Bad Gateway", cause: Busy, strength: weak},
	{form: "503 Service Unavailable", cause: Busy, strength: weak},
	{form: "504 Gateway Time", cause: Busy, strength: weak},
	{form: "x509", cause: Certificate},
	{form: "tls: failed to verify", cause: Certificate},
	{form: "tls: bad certificate", cause: Certificate},
	{form: "tls: unknown certificate", cause: Certificate},
	{form: "remote error: tls", cause: Certificate},
	{form: "certificate signed by unknown authority", cause: Certificate},
	{form: "certificate has expired", cause: Certificate},
	{form: "certificate verify failed", cause: Certificate},
	{form: "http: server gave HTTP response to HTTPS client", cause: Certificate},
}

// limitWordings are limits of accounts and of services.
var limitWordings = []wording{
	{form: "429 Too Many Requests", cause: Throttled},
	{form: "toomanyrequests", cause: Throttled},
	{form: "Too Many Requests", cause: Throttled, strength: weak},
	{form: "TooManyRequestsException", cause: Throttled},
	{form: "You have reached your {}pull rate limit", cause: Throttled},
	{form: "You have reached your pull rate limit", cause: Throttled},
	{form: "You've reached the pull rate limit", cause: Throttled},
	{form: "ThrottlingException", cause: Throttled},
	{form: "Throttling", cause: Throttled},
	{form: "Rate exceeded", cause: Throttled},
	{form: "RequestLimitExceeded", cause: Throttled},
	{form: "SlowDown", cause: Throttled},
	{form: "503 Slow Down", cause: Throttled},
	{form: "operations are being throttled", cause: Throttled},
	{form: "You've reached the limit on the number of {subject} that", stage: Capacity, cause: Quota},
	{form: "You've reached the limit on the number of {subject} you", stage: Capacity, cause: Quota},
	{form: "You have reached the limit on the number of {subject} that", stage: Capacity, cause: Quota},
	{form: "The requested {subject} configuration is above your limit", stage: Capacity, cause: Quota},
	{form: "LimitExceededException", cause: Quota, strength: weak},
	{form: "VcpuLimitExceeded", stage: Capacity, cause: Quota},
	{form: "NetworkInterfaceLimitExceeded", stage: NetworkInterface, cause: Quota},
	{form: "SecurityGroupsPerInterfaceLimitExceeded", stage: NetworkInterface, cause: Quota},
	{form: "AddressLimitExceeded", stage: NetworkInterface, cause: Quota},
	{form: "VolumeLimitExceeded", stage: Volume, cause: Quota},
	{form: "MaxSpotInstanceCountExceeded", stage: Capacity, cause: Quota},
	{form: "no space left on device", cause: Disk},
	{form: "disk quota exceeded", cause: Disk},
	{form: "devmapper: Thin Pool has", cause: Disk},
	{form: "not enough space on the disk", cause: Disk},
	{form: "There is not enough space on the disk", cause: Disk},
	{form: "cannot allocate memory", stage: Memory, cause: NoRoom},
}

// routineWordings are ends that belong to normal operation.
var routineWordings = []wording{
	{form: "Scaling activity initiated by", stage: Scheduler, cause: Routine},
	{form: "Service deleted", stage: Scheduler, cause: Routine},
	{form: "(service {}) deleted", stage: Scheduler, cause: Routine},
	{form: "Stopped by deployment circuit breaker", stage: Scheduler, cause: Routine},
	{form: "service {} deleted", stage: Scheduler, cause: Routine},
	{form: "service was deleted", stage: Scheduler, cause: Routine},
	{form: "the service was deleted", stage: Scheduler, cause: Routine},
	{form: "service {} was deleted", stage: Scheduler, cause: Routine},
	{form: "{} to AZ rebalance", stage: Scheduler, cause: Routine},
	{form: "AZ rebalancing", stage: Scheduler, cause: Routine},
	{form: "AZ rebalance", stage: Scheduler, cause: Routine},
	{form: "Availability Zone rebalancing", stage: Scheduler, cause: Routine},
	{form: "Task stopped by user", stage: Person, cause: Routine},
	{form: "Task stopped by {subject}", stage: Person, cause: Routine},
	{form: "AWS Console", stage: Person, cause: Routine},
}
