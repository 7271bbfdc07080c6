package diagnose

import (
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
)

// rolloutCause explains a rollout that fails: the newest failed task of the new
// revision first, since the service's own words only count failures.
func (f *facts) rolloutCause() Cause {
	switch {
	case f.ofNewest != nil && f.ofNewest.Kind == KindTarget && len(f.sick) > 0:
		return f.targetCause()
	case f.ofNewest != nil:
		return f.ofNewest.Cause
	case len(f.sick) > 0:
		return f.targetCause()
	case f.rollingBack() && f.newest != nil:
		return Cause{Kind: KindRollingBack, Text: "rolling back: " + f.newest.Text, Next: f.newest.Next}
	case f.primary.RolloutReason != "" && (f.primary.RolloutState == "FAILED" || f.rollingBack()):
		return Cause{Kind: KindRolloutFailed, Text: rolloutReason(f.primary.RolloutReason), Next: "read the first stopped task of that deployment"}
	case f.trouble:
		return f.meaning
	case f.newest != nil:
		return f.newest.Cause
	}
	text := fmt.Sprintf("%d tasks of the new revision failed", f.rollout.Failed)
	return Cause{Kind: KindCannotStart, Text: text, Next: "read the stopped tasks' reasons"}
}

// tasksCause explains missing tasks.
func (f *facts) tasksCause() Cause {
	switch {
	case f.ofNewest != nil && !(f.ofNewest.Kind == KindTarget && len(f.sick) > 0):
		return f.ofNewest.Cause
	case len(f.sick) > 0:
		return f.targetCause()
	case f.trouble:
		return f.meaning
	case f.newest != nil:
		return f.newest.Cause
	}
	text := fmt.Sprintf("%d of %d tasks running", f.Service.Running, f.Service.Desired)
	return Cause{Kind: KindMissingTasks, Text: text, Next: "read the service's events"}
}

// targetCause explains targets that do not serve. A refused target tells more
// than one that is only unused.
func (f *facts) targetCause() Cause {
	best := -1
	for i, s := range f.sick {
		if best < 0 || s.target.State == "unhealthy" && f.sick[best].target.State != "unhealthy" {
			best = i
		}
	}
	if best >= 0 {
		c := Target(f.sick[best].target, f.sick[best].group.Settings.Check)
		if more := len(f.sick) - 1; more > 0 {
			c.Text += fmt.Sprintf(" and %d more", more)
		}
		return c
	}
	if f.trouble && (f.meaning.Kind == KindGroupMissing || EventGroup(f.event.Message) != "") {
		return f.meaning
	}
	return Cause{Kind: KindTargetMissing, Text: "no targets registered", Next: "check the service's load balancer mapping and its events"}
}

// unreadCause names what would have to be read.
func (f *facts) unreadCause() Cause {
	var parts []string
	if !f.RunningRead {
		parts = append(parts, "tasks")
	}
	if !f.StoppedRead {
		parts = append(parts, "stopped tasks")
	}
	if f.targets.Unread > 0 {
		parts = append(parts, "targets"+f.unreadGroups())
	}
	return Cause{Kind: KindUnread, Text: "unread: " + strings.Join(parts, ", ")}
}

func (f *facts) unreadGroups() string {
	var names []string
	for _, lb := range f.Service.LoadBalancers {
		name := awsx.GroupName(lb.TargetGroup)
		if lb.TargetGroup == "" {
			name = joined("classic", lb.Classic)
		} else if g, ok := f.group(lb.TargetGroup); ok && g.Read {
			continue
		}
		names = append(names, name)
	}
	return " of " + strings.Join(names, ", ")
}

// breaker says what the deployment circuit breaker will do about a rollout that
// fails. It is off unless configured, and then a bad image is retried for ever.
func (f *facts) breaker() string {
	switch b := f.Service.Breaker; {
	case f.primary.RolloutState == "FAILED":
		return "breaker stopped it"
	case !b.Enabled:
		return "breaker off: will retry for ever"
	case b.Rollback:
		return "breaker will roll back"
	}
	return "breaker will stop it"
}

// rollingBack tells whether the primary deployment is the way back from one
// that failed.
func (f *facts) rollingBack() bool {
	return strings.Contains(f.primary.RolloutReason, "rolling back") && f.primary.RolloutState == "IN_PROGRESS"
}

// rolloutReason shortens "ECS deployment circuit breaker: tasks failed to start."
func rolloutReason(reason string) string {
	reason = strings.TrimPrefix(strings.TrimSuffix(reason, "."), "ECS deployment ")
	return reason
}

// steadySince returns when the service last became steady, if nothing troubled
// it since.
func (f *facts) steadySince() time.Time {
	var since time.Time
	for _, e := range f.Service.Events {
		c := Event(e.Message)
		if c.Kind == KindSteady {
			since = e.At
			continue
		}
		// Steady state is repeated every six hours: the oldest one after the
		// last change or trouble is when it began.
		if !since.IsZero() {
			break
		}
	}
	return since
}

// troubleAt returns when the run of events of a kind began.
func (f *facts) troubleAt(k Kind) time.Time {
	var at time.Time
	for _, e := range f.Service.Events {
		c := Event(e.Message)
		if c.Kind == KindSteady {
			break
		}
		if c.Kind == k {
			at = e.At
		}
	}
	return at
}

// lastChange returns the oldest trouble since the service was steady, else the
// newest death.
func (f *facts) lastChange() time.Time {
	var at time.Time
	for _, e := range f.Service.Events {
		c := Event(e.Message)
		if c.Kind == KindSteady {
			break
		}
		if !c.Routine {
			at = e.At
		}
	}
	if at.IsZero() {
		at = f.died.Last
	}
	return at
}

func (f *facts) firstDeath() time.Time {
	var first time.Time
	for _, d := range f.deaths {
		if f.ofPrimary(d.task) && (first.IsZero() || d.at.Before(first)) {
			first = d.at
		}
	}
	return first
}
