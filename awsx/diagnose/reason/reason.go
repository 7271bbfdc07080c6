package reason

// Stage is where in the life of a task a reason belongs. The words are stable.
type Stage string

// The stages. None is a reason that no known wording places.
const (
	None             Stage = ""
	Pull             Stage = "pull"
	Login            Stage = "registry login"
	Secret           Stage = "secret"
	SecretOrLogin    Stage = "secret or registry login" // the text stops before it says which
	EnvironmentFile  Stage = "environment file"
	LogDriver        Stage = "log driver"
	Volume           Stage = "volume"
	NetworkInterface Stage = "network interface"
	Storage          Stage = "storage"
	Role             Stage = "role"
	Create           Stage = "create"
	Start            Stage = "start"
	BalancerCheck    Stage = "health check"
	ContainerCheck   Stage = "container health check"
	Memory           Stage = "memory"
	Exit             Stage = "exit"
	Host             Stage = "host"
	Capacity         Stage = "capacity"
	Placement        Stage = "placement"
	Scheduler        Stage = "scheduler"
	Person           Stage = "person"
)

// Cause is what went wrong at a stage. The words are stable.
type Cause string

// The causes. Unsaid is a reason whose innermost link no known wording matches.
const (
	Unsaid         Cause = ""
	NotFound       Cause = "not found"
	Denied         Cause = "denied"
	WantsLogin     Cause = "wants login"
	LoginOrMissing Cause = "wants login or not found" // a registry says both in one sentence
	NotResolved    Cause = "name not resolved"
	Refused        Cause = "refused"
	TimedOut       Cause = "timed out"
	Certificate    Cause = "certificate"
	Throttled      Cause = "throttled"
	Quota          Cause = "quota"
	Platform       Cause = "platform"
	Disk           Cause = "disk"
	Busy           Cause = "busy"
	NoRoom         Cause = "no room"
	BadInput       Cause = "bad input"
	Unhealthy      Cause = "unhealthy"
	Protected      Cause = "protected" // tasks under scale-in protection
	Interrupted    Cause = "spot interruption"
	Terminated     Cause = "terminated"
	Routine        Cause = "routine" // part of normal operation
)

// Reason is what a text says.
type Reason struct {
	// Text is the whole text as it came; the other fields are raw parts of it.
	Text  string
	Stage Stage
	Cause Cause
	// Subject is what the cause is about: an image, an ARN, a group, a path, a
	// port, a subnet, a command or a resource. It may be empty.
	Subject string
	// Key is the JSON key that a secret lacks.
	Key string
	// Server is the host, or the address, that a call went to.
	Server string
	// Action and Principal tell who was denied what, as in "ecr:BatchGetImage"
	// and the ARN of a role's session.
	Action, Principal string
	// Near is the id of the container instance that fitted best.
	Near string
}

// Known reports whether some wording matched, so that the text may be judged.
func (r Reason) Known() bool { return r.Stage != None || r.Cause != Unsaid }

// Loss reports whether the task was lost with what it ran on, which says nothing
// about the application.
func (r Reason) Loss() bool {
	return r.Stage == Host && (r.Cause == Interrupted || r.Cause == Terminated || r.Cause == Unhealthy)
}

// Read reads a reason: a task's stoppedReason, a container's reason, or what
// follows "Reason: " in an event.
func Read(text string) Reason {
	r := Reason{Text: text}
	c := split(text)
	said, placed := weak-1, vague-1
	for i := len(c.starts) - 1; i >= 0; i-- {
		rest := c.text[c.starts[i]:]
		for _, w := range wordingsAt(rest) {
			var h holes
			if !w.match(rest, &h) {
				continue
			}
			if w.cause != Unsaid && w.strength > said {
				said, r.Cause = w.strength, w.cause
				if h.subject != "" {
					r.Subject = h.subject
				}
			}
			if w.stage != None && w.placing > placed {
				placed, r.Stage = w.placing, w.stage
			}
			r.take(h)
		}
	}
	r.settle(placed)
	return r
}

// take keeps the parts that no link further inside has told. A host's name says
// more than the address that a connection went to.
func (r *Reason) take(h holes) {
	keep := func(to *string, part string) {
		if *to == "" {
			*to = part
		}
	}
	keep(&r.Subject, h.subject)
	keep(&r.Key, h.key)
	keep(&r.Action, h.action)
	keep(&r.Principal, h.who)
	keep(&r.Near, h.near)
	if host := hostOf(h.url); host != "" && (r.Server == "" || isAddress(r.Server)) {
		r.Server = host
	}
	keep(&r.Server, h.server)
}

// settle places a denial by the action that was denied, where the links name
// no stage or only that resources were being set up.
func (r *Reason) settle(placed placing) {
	if placed > vague && (r.Stage != Pull || !foldPrefix(r.Action, "ecr:GetAuthorizationToken")) {
		return
	}
	for _, s := range actionStages {
		if foldPrefix(r.Action, s.prefix) {
			r.Stage = s.stage
			return
		}
	}
}

// actionStages tells by the prefix of an action what was being done.
var actionStages = [...]struct {
	prefix string
	stage  Stage
}{
	{"ecr:GetAuthorizationToken", Login},
	{"ecr:", Pull},
	{"secretsmanager:", Secret},
	{"ssm:", Secret},
	{"kms:", Secret},
	{"logs:", LogDriver},
	{"s3:", EnvironmentFile},
	{"elasticfilesystem:", Volume},
	{"sts:AssumeRole", Role},
}
