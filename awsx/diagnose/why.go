package diagnose

import (
	"fmt"
	"strings"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
	"gantry/internal/words"
)

// rolloutCause explains a rollout that fails: the newest failed task of the new
// revision first, since the service's own words only count failures.
func (f *facts) rolloutCause() cause {
	switch {
	case f.ofNewest != nil && f.ofNewest.Stage == reason.BalancerCheck && len(f.sick) > 0:
		return f.targetCause()
	case f.ofNewest != nil:
		return ofDeath(f.ofNewest.Stopped)
	case len(f.sick) > 0:
		return f.targetCause()
	case f.rollingBack() && f.newest != nil:
		return cause{"rolling back: " + f.newest.Why(), f.newest.Next(), f.newest.Reason}
	case f.primary.RolloutReason != "" && (f.primary.RolloutState == "FAILED" || f.rollingBack()):
		return cause{rolloutReason(f.primary.RolloutReason), "read the first stopped task of that deployment", reason.Reason{Text: f.primary.RolloutReason}}
	case f.troubled:
		return ofEvent(f.trouble.Event)
	case f.newest != nil:
		return ofDeath(f.newest.Stopped)
	}
	text := words.Count(f.rollout.Failed, "task") + " of the new revision failed"
	return cause{why: text, next: "read the stopped tasks' reasons"}
}

// tasksCause explains missing tasks.
func (f *facts) tasksCause() cause {
	switch {
	case f.ofNewest != nil && !(f.ofNewest.Stage == reason.BalancerCheck && len(f.sick) > 0):
		return ofDeath(f.ofNewest.Stopped)
	case len(f.sick) > 0:
		return f.targetCause()
	case f.troubled:
		return ofEvent(f.trouble.Event)
	case f.newest != nil:
		return ofDeath(f.newest.Stopped)
	}
	text := fmt.Sprintf("%d of %s running", f.Service.Running, words.Count(f.Service.Desired, "task"))
	return cause{why: text, next: "read the service's events"}
}

// targetCause explains targets that do not serve. A refused target tells more
// than one that is only unused.
func (f *facts) targetCause() cause {
	best := -1
	for i, s := range f.sick {
		if best < 0 || s.target.State == "unhealthy" && f.sick[best].target.State != "unhealthy" {
			best = i
		}
	}
	if best >= 0 {
		t := f.sick[best].target
		s := reason.Target(t, f.sick[best].group.Settings.Check)
		c := cause{s.Why, s.Next, reason.Reason{Stage: reason.BalancerCheck, Text: strings.TrimSpace(t.Reason + " " + t.Description)}}
		if more := len(f.sick) - 1; more > 0 {
			c.why += fmt.Sprintf(" and %d more", more)
		}
		return c
	}
	if f.dark > 0 {
		return cause{why: words.Count(f.initial, "target") + " in first checks, none healthy", next: "read the tasks' logs if the checks do not pass soon"}
	}
	if f.troubled && (f.trouble.Group != "" || f.trouble.Reason.Stage == reason.BalancerCheck) {
		return ofEvent(f.trouble.Event)
	}
	return cause{why: "no targets registered", next: "check the service's load balancer mapping and its events"}
}

// strayCause tells of registered targets that are of no task and serve nobody, which do
// the service no harm; zero without any.
func (f *facts) strayCause() cause {
	if len(f.strays) == 0 {
		return cause{}
	}
	s := f.strays[0]
	read := reason.Target(s.target, s.group.Settings.Check)
	c := cause{"target of no task: " + read.Why, "find out who registered it, and deregister it if nobody needs it", reason.Reason{Text: strings.TrimSpace(s.target.Reason + " " + s.target.Description)}}
	if more := len(f.strays) - 1; more > 0 {
		c.why += fmt.Sprintf(" and %d more", more)
	}
	return c
}

// unreadCause names what would have to be read.
func (f *facts) unreadCause() cause {
	var parts []string
	if !f.RunningRead {
		parts = append(parts, "tasks")
	} else if n := f.untold(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s", n, words.Count(f.Service.Running+f.Service.Pending, "task")))
	}
	if !f.StoppedRead {
		parts = append(parts, "stopped tasks")
	}
	if f.targets.Unread > 0 {
		parts = append(parts, "targets"+f.unreadGroups())
	}
	return cause{why: "unread: " + strings.Join(parts, ", ")}
}

func (f *facts) unreadGroups() string {
	var names []string
	for _, lb := range f.Service.LoadBalancers {
		if lb.TargetGroup != "" && f.serving(lb) == nil {
			names = append(names, awsx.GroupName(lb.TargetGroup))
		}
	}
	return " of " + strings.Join(names, ", ")
}

// breaker says what the deployment circuit breaker will do about a rollout that
// fails. It is off unless configured, and then a bad image is retried for ever.
func (f *facts) breaker() string {
	switch b := f.Service.Breaker; {
	case !f.byECS():
		return f.Service.Controller + " decides"
	case f.primary.RolloutState == "FAILED":
		return "breaker stopped it"
	case !b.Enabled:
		return "breaker off: will retry for ever"
	case b.Rollback:
		return "breaker will roll back"
	}
	return "breaker will stop it"
}

// byECS reports whether ECS deploys the service, and so has a circuit breaker.
func (f *facts) byECS() bool {
	return f.Service.Controller == "" || f.Service.Controller == "ECS"
}

// rollingBack tells whether the primary deployment is the way back from one
// that failed.
func (f *facts) rollingBack() bool {
	_, back := reason.RollingBackTo(f.primary.RolloutReason)
	return back && f.primary.RolloutState == "IN_PROGRESS"
}

// rolloutReason shortens "ECS deployment circuit breaker: tasks failed to start."
func rolloutReason(reason string) string {
	reason = strings.TrimPrefix(strings.TrimSuffix(reason, "."), "ECS deployment ")
	return reason
}
