package diagnose

import (
	"fmt"
	"time"

	"gantry/awsx/diagnose/reason"
	"gantry/internal/words"
)

const (
	// patience is how long a rollout may run nothing before that is a failure,
	// so long as none of its tasks failed: pulling a large image takes minutes.
	patience = 10 * time.Minute
	// dead is how many failures of a rollout that runs nothing condemn it. It is
	// the smallest threshold that the deployment circuit breaker ever uses.
	dead = 3
	// flapping is how many deaths within the hour make a service that has all
	// its tasks at this moment degraded.
	flapping = 3
	// recent is how long one death alone still counts as trouble.
	recent = 5 * time.Minute
)

// Service gives the verdict on one service. Trouble that was read outweighs
// what was not read; without trouble, anything unread makes it unknown.
func Service(e Evidence) Finding {
	f := count(e)
	out := Finding{Rollout: f.rollout, Targets: f.targets, Died: f.died, Changed: f.changed, Untold: f.untold()}
	v := f.verdict()
	out.Status, out.Since, out.Why, out.Next, out.Reason = v.status, v.since, v.cause.why, v.cause.next, v.cause.read
	if f.failing() {
		out.Breaker = f.breaker()
		if f.byECS() && !f.Service.Breaker.Enabled && f.primary.RolloutState != "FAILED" && out.Why != "" {
			// Nothing but a person will end it: that belongs into the row.
			out.Why += ", breaker off"
		}
	}
	out.Severity = (int(OK) - int(out.Status)) * 100
	if out.Status < Stopped { // nothing is missing of what was deleted
		out.Severity += f.lost()
	}
	out.Until = f.until
	return out
}

// verdict is a status with its cause.
type verdict struct {
	status Status
	cause  cause
	since  time.Time
}

func (f *facts) verdict() verdict {
	s := f.Service
	switch {
	case s.Status == "DRAINING":
		c := counted("draining: being deleted")
		if s.Running > 0 {
			c.why += fmt.Sprintf(", %d left", s.Running)
		}
		return verdict{status: Pending, cause: c}
	case s.Status == "INACTIVE":
		return verdict{status: Stopped, cause: counted("deleted")}
	case s.SchedulingStrategy == "DAEMON" && s.Desired == 0 && s.Running == 0 && s.Pending == 0:
		return verdict{status: Pending, cause: counted("no instance to run on"), since: f.steadySince()}
	case s.Desired == 0 && s.Running == 0 && s.Pending == 0:
		return verdict{status: OK, cause: counted("scaled to zero"), since: f.steadySince()}
	case s.Desired == 0:
		return verdict{status: Pending, cause: counted("scaling to zero, %d left", s.Running)}
	}
	if v, ok := f.failed(); ok {
		return v
	}
	if v, ok := f.degraded(); ok {
		return v
	}
	if v, ok := f.pending(); ok {
		return v
	}
	if f.unread() {
		return verdict{status: Unknown, cause: f.unreadCause()}
	}
	return verdict{status: OK, cause: f.strayCause(), since: f.steadySince()}
}

// failing tells whether the rollout under way loses tasks.
func (f *facts) failing() bool {
	return f.rollout.Active && (f.rollout.Failed > 0 || f.primary.RolloutState == "FAILED")
}

// fresh tells whether a rollout that runs nothing yet may still be expected to.
func (f *facts) fresh() bool {
	return f.rollout.Active && f.rollout.Failed == 0 && f.primary.RolloutState != "FAILED" &&
		f.age(f.primary.CreatedAt, patience) < patience
}

func (f *facts) failed() (verdict, bool) {
	switch {
	case f.primary.RolloutState == "FAILED",
		f.rollout.Active && f.rollout.Failed >= dead && f.lasting(f.rollout.Running, f.ofPrimary) == 0:
		return verdict{Failed, f.rolloutCause(), f.brokeAt()}, true
	case f.Service.Running == 0 && !f.fresh(), f.looping():
		return verdict{Failed, f.tasksCause(), f.began()}, true
	case f.dark > 0 && !f.warming():
		return verdict{Failed, f.targetCause(), f.troubleAt(reason.TargetUnhealthy)}, true
	case f.empty > 0 && f.Service.Running > 0 && !f.rollout.Active && f.targets.Unread == 0 && f.targets.Total == 0:
		return verdict{Failed, f.targetCause(), f.began()}, true
	}
	return verdict{}, false
}

// warming reports whether targets are in their first checks because the service
// has only just begun to run: all of its tasks are young and nothing went wrong. The
// first checks of a service that had served are an outage.
func (f *facts) warming() bool {
	if len(f.sick) > 0 || f.troubled || f.died.Count > 0 || len(f.Service.Deployments) > 1 {
		return false
	}
	for _, t := range f.Running {
		if began := t.StartedAt; !began.IsZero() && f.age(began, patience) > patience {
			return false
		}
	}
	return len(f.Running) > 0
}

func (f *facts) degraded() (verdict, bool) {
	switch {
	case f.rollout.Active && (f.failing() || f.trouble.Kind == reason.RollingBack || f.rollingBack()):
		return verdict{Degraded, f.rolloutCause(), f.brokeAt()}, true
	case len(f.sick) > 0:
		return verdict{Degraded, f.targetCause(), f.troubleAt(reason.TargetUnhealthy)}, true
	case f.unhealthy > 0:
		text := fmt.Sprintf("container health check fails in %d of %s", f.unhealthy, words.Count(len(f.Running), "task"))
		return verdict{Degraded, cause{why: text, next: "check the health command and its start period"}, f.troubleAt(reason.TaskUnhealthy)}, true
	case f.Service.Running < f.Service.Desired && !f.filling():
		return verdict{Degraded, f.tasksCause(), f.began()}, true
	case f.rollout.Active && f.troubled:
		return verdict{Degraded, ofEvent(f.trouble.Event), f.began()}, true
	case f.empty > 0 && f.Service.Running > 0 && !f.rollout.Active:
		return verdict{Degraded, f.targetCause(), f.began()}, true
	}
	if last, ok := f.dying(); ok {
		c := ofDeath(last.Stopped)
		if f.recovered() {
			c.why += ", all run again"
		}
		return verdict{Degraded, c, f.firstDeath(f.ofPrimary)}, true
	}
	return verdict{}, false
}

// dying returns the last death of a task of what runs now, when such tasks keep
// dying although all of them run at this moment. Tasks that a deployment which was
// replaced since lost are history: the way back out of it would otherwise stay red
// for an hour. Nor do tasks count that were lost with their host: they say nothing
// of the application.
func (f *facts) dying() (last death, dying bool) {
	n := 0
	for _, d := range f.deaths {
		if !f.ofPrimary(d.task) || d.Loss() {
			continue
		}
		if n++; !d.at.Before(last.at) {
			last = d
		}
	}
	return last, n >= flapping || n > 0 && f.age(last.at, recent) < recent
}

// filling tells whether missing tasks are on their way: a rollout or scaling
// out brings them, and nothing speaks of trouble.
func (f *facts) filling() bool {
	if f.troubled || f.died.Count > 0 {
		return false
	}
	return f.rollout.Active || f.Service.Running+f.Service.Pending >= f.Service.Desired
}

func (f *facts) pending() (verdict, bool) {
	s := f.Service
	if f.rollout.Active {
		text := fmt.Sprintf("rolling out, %d of %d new", f.rollout.Running, f.rollout.Desired)
		if f.initial > 0 {
			text += fmt.Sprintf(", %d in first checks", f.initial)
		}
		return verdict{Pending, cause{why: text}, f.primary.CreatedAt}, true
	}
	switch {
	case s.Running < s.Desired:
		return verdict{Pending, counted("starting %d", s.Desired-s.Running), time.Time{}}, true
	case s.Running > s.Desired:
		c := counted("stopping %d", s.Running-s.Desired)
		if f.protected() {
			c.why += ", tasks under protection"
		}
		return verdict{Pending, c, time.Time{}}, true
	case f.initial > 0:
		return verdict{Pending, counted("%s in first checks", words.Count(f.initial, "target")), time.Time{}}, true
	}
	return verdict{}, false
}

// lost is the share, in percent up to 99, of wanted tasks, of the new
// deployment's tasks or of targets that are missing: the largest of the three.
func (f *facts) lost() int {
	share := func(have, want int) int {
		if want <= 0 || have >= want {
			return 0
		}
		return 100 * (want - have) / want
	}
	worst := share(f.Service.Running, f.Service.Desired)
	if f.rollout.Active {
		worst = max(worst, share(f.rollout.Running, f.rollout.Desired))
	}
	worst = max(worst, share(f.targets.Healthy, f.targets.Total))
	return min(worst, 99)
}
