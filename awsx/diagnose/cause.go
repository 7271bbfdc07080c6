package diagnose

import "strings"

// Kind names a cause; the words are stable, for JSON and for filters.
type Kind string

// The causes, by where they are seen first. Routine ones need no attention.
const (
	KindNone    Kind = ""
	KindSteady  Kind = "steady state"
	KindRoutine Kind = "routine"

	KindNoFit          Kind = "no instance fits"
	KindNoCPU          Kind = "insufficient cpu"
	KindNoMemory       Kind = "insufficient memory"
	KindPortTaken      Kind = "port taken"
	KindAgent          Kind = "agent disconnected"
	KindNoInstances    Kind = "no instances"
	KindPlacement      Kind = "placement"
	KindCannotStart    Kind = "cannot start"
	KindTarget         Kind = "target unhealthy"
	KindTargetMissing  Kind = "target not registered"
	KindContainer      Kind = "container unhealthy"
	KindDeadlock       Kind = "deployment bounds"
	KindRolloutFailed  Kind = "rollout failed"
	KindRollingBack    Kind = "rolling back"
	KindThrottled      Kind = "throttled"
	KindGroupMissing   Kind = "target group missing"
	KindImageMissing   Kind = "image not found"
	KindImageDenied    Kind = "image denied"
	KindImageNetwork   Kind = "registry unreachable"
	KindImageLimit     Kind = "registry limit"
	KindDisk           Kind = "disk full"
	KindArchitecture   Kind = "wrong architecture"
	KindImage          Kind = "image pull"
	KindSecrets        Kind = "secrets"
	KindLogDriver      Kind = "log driver"
	KindEnvFile        Kind = "env file"
	KindInitialization Kind = "initialization"
	KindMemory         Kind = "out of memory"
	KindExit           Kind = "container exited"
	KindScheduler      Kind = "stopped by the scheduler"
	KindUser           Kind = "stopped by a user"
	KindSpot           Kind = "spot interruption"
	KindHost           Kind = "host lost"
	KindInfrastructure Kind = "infrastructure"
	KindInitial        Kind = "initial"
	KindBalancer       Kind = "load balancer"
	KindUnused         Kind = "target unused"
	KindDraining       Kind = "draining"
	KindUnchecked      Kind = "health check off"
	KindMissingTasks   Kind = "too few tasks"
	KindUnread         Kind = "unread"
	KindOther          Kind = "other"
)

// Cause is what one piece of evidence means.
type Cause struct {
	Kind Kind
	// Text says it in a few words. Parts of it come from outside and are raw.
	Text string
	// Next is what to look at or do; empty when there is nothing to do.
	Next string
	// Routine is true for evidence of normal operation.
	Routine bool
}

// rule recognises a cause by words in lower-case text; every word must be there.
type rule struct {
	words []string
	cause Cause
}

// match returns the first rule whose words all occur in text.
func match(rules []rule, text string) (Cause, bool) {
	text = strings.ToLower(text)
	for _, r := range rules {
		if r.matches(text) {
			return r.cause, true
		}
	}
	return Cause{}, false
}

func (r rule) matches(lower string) bool {
	for _, w := range r.words {
		if !strings.Contains(lower, w) {
			return false
		}
	}
	return true
}

// part returns what stands in "(name …)" inside a message of ECS, up to the
// parenthesis that closes it; reasons may hold parentheses of their own.
func part(message, name string) string {
	open := "(" + name + " "
	i := strings.Index(message, open)
	if i < 0 {
		return ""
	}
	rest := message[i+len(open):]
	depth := 1
	for j := range len(rest) {
		switch rest[j] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return rest[:j]
			}
		}
	}
	return rest
}

// shortID keeps what is enough to tell ids of hex digits apart on a line.
func shortID(id string) string {
	if i := strings.LastIndexByte(id, '/'); i >= 0 {
		id = id[i+1:]
	}
	if len(id) > 8 && !strings.HasPrefix(id, "i-") {
		return id[:8]
	}
	return id
}

func joined(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p)
	}
	return b.String()
}
