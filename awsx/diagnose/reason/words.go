package reason

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/words"
)

// Why says a reason in a few words, subject and cause, and a text that is not
// known as it is. Parts of it are raw.
func (r Reason) Why() string {
	switch r.Stage {
	case None:
		return r.plainWords()
	case Pull, Login:
		return r.imageWords()
	case Secret, SecretOrLogin, EnvironmentFile, LogDriver, Volume, Storage, NetworkInterface:
		return r.resourceWords()
	case Create, Start:
		return r.startWords()
	case Capacity, Placement:
		return r.placeWords()
	case Role:
		return joined("cannot assume role", arnTail(r.Subject))
	case Memory:
		return "out of memory"
	case BalancerCheck:
		if r.Cause == NotFound {
			return "target group is gone"
		}
		return "task failed its target's health check"
	case ContainerCheck:
		return "container health check failed"
	case Host:
		return r.hostWords()
	case Scheduler:
		if r.Cause == Protected {
			return "tasks under protection"
		}
		if foldPrefix(r.Text, "Scaling activity") {
			return "stopped by a deployment or by scaling in"
		}
		return colon("stopped by the scheduler", strings.TrimSuffix(r.Text, "."))
	case Person:
		return colon("stopped by a user", r.Text)
	case Exit:
		return detail(r.Text)
	}
	return r.Text
}

// plainWords are those of a reason whose stage is not known.
func (r Reason) plainWords() string {
	if r.Cause == Unsaid {
		return r.Text
	}
	return colon(r.cause(), r.Subject)
}

// cause says the cause with whom it names.
func (r Reason) cause() string {
	switch r.Cause {
	case Denied:
		if r.Action == "" {
			return "denied"
		}
		return joined("denied", r.Action, words.Prefixed("to ", principal(r.Principal)))
	case NotResolved:
		return joined("name not resolved", cmp.Or(r.Server, r.Subject))
	case Refused:
		return joined("connection refused", r.Server)
	case TimedOut:
		return joined("not reached", r.Server)
	case Certificate:
		return joined("certificate not trusted", r.Server)
	case WantsLogin:
		return "it wants a login"
	case Busy:
		return "busy or broken"
	case Throttled:
		return "throttled"
	case Quota:
		return "quota reached"
	case Disk:
		return "disk full"
	case Platform:
		return "other architecture"
	case BadInput:
		return "bad input"
	}
	return string(r.Cause)
}

func (r Reason) imageWords() string {
	image := awsx.ARNName(r.Subject)
	if r.Stage == Login {
		if r.Cause == Unsaid {
			return "registry login failed"
		}
		return "registry login: " + r.cause()
	}
	switch r.Cause {
	case NotFound:
		return colon("no such image", image)
	case WantsLogin:
		return colon("registry wants a login", image)
	case LoginOrMissing:
		return colon("registry wants a login, or no such image", image)
	case Denied:
		why := colon("not allowed to pull", image)
		if r.Action != "" {
			why += ", " + r.cause()
		}
		return why
	case NotResolved, Refused, Certificate, TimedOut, Busy:
		return colon("registry "+r.cause(), image)
	case Throttled:
		return colon("registry's pull limit reached", image)
	case Disk:
		return colon("disk full while pulling", image)
	case Platform:
		if strings.Contains(r.Subject, "/") && !strings.Contains(r.Subject, ":") {
			return "no image for this architecture: " + r.Subject // as in linux/arm64
		}
		return colon("no image for this architecture", image)
	case BadInput:
		return colon("image name is malformed", image)
	}
	return colon("cannot pull image", image)
}

func (r Reason) resourceWords() string {
	switch {
	case r.Key != "":
		return joined("secret", secretName(r.Subject)) + ": no key " + r.Key
	case r.Cause == Unsaid:
		switch r.Stage {
		case Secret:
			return joined("cannot read its secrets", secretName(r.Subject))
		case SecretOrLogin:
			return "cannot read its secrets or log in to the registry"
		case EnvironmentFile:
			return "cannot read its environment file"
		case LogDriver:
			return "cannot start its log driver"
		case Volume:
			return joined("cannot mount volume", arnTail(r.Subject))
		}
		return string(r.Stage) + ": " + detail(r.Text)
	case r.Stage == NetworkInterface && r.Cause == NoRoom:
		return joined("network interface: subnet full", r.Subject)
	case r.Stage == LogDriver && r.Cause == NotFound && r.Subject == "":
		return "log driver: log group not found"
	case r.Stage == NetworkInterface && r.Cause == TimedOut, r.Stage == Storage && r.Cause == TimedOut:
		return string(r.Stage) + ": timed out"
	}
	of := secretName(r.Subject)
	if r.Cause == NotResolved && r.Server == "" {
		of = "" // the name is the subject
	}
	return joined(string(r.Stage), of) + ": " + r.cause()
}

func (r Reason) startWords() string {
	switch {
	case r.Cause == NotFound && strings.HasPrefix(r.Subject, "/"):
		return "not there, or its interpreter is not: " + r.Subject
	case r.Cause == NotFound && r.Stage == Start:
		return colon("command not found", r.Subject)
	case r.Cause == Denied && r.Action == "" && r.Stage == Start:
		return colon("command is not executable", r.Subject)
	case r.Cause == Busy && r.Stage == Start:
		return joined("host port", r.Subject, "taken")
	case r.Cause == Busy:
		return joined("container name taken", r.Subject)
	case r.Cause == TimedOut && r.Server == "":
		return "the container runtime is too slow"
	case r.Cause == Platform:
		return colon("built for other architecture", r.Subject)
	case r.Cause == Unsaid, r.Cause == BadInput:
		return cmp.Or(detail(r.Text), "failed to start")
	}
	return r.cause() + words.Prefixed(": ", r.Subject)
}

func (r Reason) placeWords() string {
	if r.Stage == Capacity {
		switch {
		case r.Cause == Quota:
			return joined("quota reached:", r.Subject)
		case r.Cause == NotFound && strings.EqualFold(r.Subject, "cluster"):
			return "no container instances"
		case r.Cause == NotFound:
			return "no container instances in the capacity provider"
		}
		return "no capacity at this time"
	}
	why := "no instance fits" + words.Prefixed(": ", r.Lacking())
	if r.Near != "" {
		why += ", closest " + ShortID(r.Near)
	}
	return why
}

// What instances lack for a task, by Lacking. The words are shown.
const (
	LacksPort   = "host port taken"
	LacksCPU    = "CPU"
	LacksMemory = "memory"
	LacksAgent  = "agent disconnected"
)

// Lacking says what an instance lacks for a task: one of the constants, or what the
// reason names.
func (r Reason) Lacking() string {
	code, _, _ := strings.Cut(r.Text, ":") // ATTRIBUTE and AGENT are all that is said
	s := strings.TrimPrefix(strings.ToLower(cmp.Or(r.Subject, code)), "resource:")
	switch {
	case r.Cause == Busy, strings.HasPrefix(s, "ports"):
		return LacksPort
	case strings.HasPrefix(s, "cpu"):
		return LacksCPU
	case strings.HasPrefix(s, "memory"):
		return LacksMemory
	case s == "agent":
		return LacksAgent
	case strings.HasPrefix(s, "gpu"):
		return "GPU"
	case strings.HasPrefix(s, "eni"):
		return "network interfaces"
	case s == "attribute", strings.HasPrefix(s, "an attribute"):
		return "attribute missing"
	}
	return r.Subject
}

func (r Reason) hostWords() string {
	switch r.Cause {
	case Interrupted:
		return "spot capacity taken back"
	case Terminated:
		return "instance terminated"
	case Routine:
		return "moved off its host: " + r.Text
	}
	return "infrastructure: " + r.Text
}

// principal names who was denied something: the role of a session, a user.
func principal(arn string) string {
	_, rest, ok := strings.Cut(arn, "assumed-role/")
	if !ok {
		return awsx.ARNName(arn)
	}
	role, _, _ := strings.Cut(rest, "/")
	return role
}

// secretName returns what a person calls a secret, a parameter or another
// resource: the last part of its ARN, without the six characters that Secrets
// Manager appends nor the fields of a reference.
func secretName(arn string) string {
	_, name, ok := strings.Cut(arn, ":secret:")
	if !ok {
		return arnTail(arn)
	}
	name, _, _ = strings.Cut(name, ":")
	if i := len(name) - 7; i > 0 && name[i] == '-' {
		return name[:i]
	}
	return name
}

// arnTail returns the name inside of an ARN, with the path it may have; another
// text is returned as it is.
func arnTail(s string) string {
	_, _, resource, ok := awsx.ARNParts(s)
	if !ok {
		return s
	}
	if name := awsx.GroupName(s); name != s {
		return name
	}
	_, name, found := strings.Cut(resource, "/")
	if !found {
		_, name, found = strings.Cut(resource, ":")
	}
	if !found {
		return resource
	}
	return name
}

// ShortID keeps what is enough to tell ids of hex digits apart on a line.
func ShortID(id string) string {
	if i := strings.LastIndexByte(id, '/'); i >= 0 {
		id = id[i+1:]
	}
	if len(id) > 8 && !strings.HasPrefix(id, "i-") {
		return id[:8]
	}
	return id
}

// Named is a text with the names of things in the place of their ARNs, which tell a reader
// nothing and take the room of what does, and with the ids of tasks shortened.
func Named(s string) string {
	s = arnForm.ReplaceAllStringFunc(s, func(arn string) string {
		if name := awsx.GroupName(arn); name != arn {
			return name
		}
		return awsx.ARNName(arn)
	})
	return idForm.ReplaceAllStringFunc(s, ShortID)
}

// The forms of ARNs and of the ids that ECS gives to tasks.
var (
	arnForm = regexp.MustCompile(`arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:[\w+=,.@/:-]*[\w/]`)
	idForm  = regexp.MustCompile(`\b[0-9a-f]{32}\b`)
)

// wrappers are links that say who passed a message on, and nothing of it.
var wrappers = []string{
	"Error response from daemon", "API error (500)", "API error (400)", "failed to create task for container", "failed to create shim task",
	"failed to create new container runtime task", "OCI runtime create failed", "runc create failed", "unable to start container process",
	"error during container init", "Task failed to start",
}

// detail drops the code and the wrappers from "CannotStartContainerError: Error response
// from daemon: what happened".
func detail(text string) string {
	for {
		link, rest, ok := strings.Cut(text, ": ")
		if !ok || !slices.Contains(wrappers, link) && (!strings.HasSuffix(link, "Error") || strings.Contains(link, " ")) {
			return text
		}
		text = rest
	}
}

func colon(said, subject string) string { return said + words.Prefixed(": ", subject) }

func joined(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " ")
}
