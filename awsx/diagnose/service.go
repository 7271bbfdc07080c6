package diagnose

import (
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
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

// Service gives the verdict on one service by its own evidence. Trouble that was read
// outweighs what was not read; without trouble, anything unread makes it unknown.
func Service(e Evidence) Finding { return Around{Standing: Standing{Evidence: e}}.Judge().Finding }

// finding is the verdict with its cause, which is the first of what was found wrong.
func (f *facts) finding(v verdict, found []Trouble) Finding {
	out := Finding{
		Status: v.status, Since: v.since, Why: v.why,
		Rollout: f.rollout, Targets: f.targets, Died: f.died, Changed: f.changed, Untold: f.untold(),
	}
	if len(found) > 0 {
		first := found[0]
		out.Why, out.Reason = first.Short, first.Reason
		if len(first.Next) > 0 {
			out.Next = first.Next[0].Text
		}
	}
	if f.unread() && out.Status < Stopped && f.Service.Desired > 0 {
		out.Lacking = f.unreadWords()
	}
	if f.failing() {
		out.Breaker = f.breaker()
	}
	out.Severity = (int(OK) - int(out.Status)) * 100
	if out.Status < Stopped { // nothing is missing of what was deleted
		out.Severity += f.lost()
	}
	out.Until = f.until
	return out
}

// verdict is a status and since when; why says in a few words what one is that needs no
// cause.
type verdict struct {
	status Status
	why    string
	since  time.Time
}

func (f *facts) verdict() verdict {
	s := f.Service
	switch {
	case s.Status == "DRAINING":
		why := "draining: being deleted"
		if s.Running > 0 {
			why += fmt.Sprintf(", %d left", s.Running)
		}
		return verdict{status: Pending, why: why}
	case s.Status == "INACTIVE":
		return verdict{status: Stopped, why: "deleted"}
	case s.SchedulingStrategy == "DAEMON" && s.Desired == 0 && s.Running == 0 && s.Pending == 0:
		return verdict{Pending, "no instance to run on", f.steadySince()}
	case s.Desired == 0 && s.Running == 0 && s.Pending == 0:
		return verdict{OK, "scaled to zero", f.steadySince()}
	case s.Desired == 0:
		return verdict{status: Pending, why: fmt.Sprintf("scaling to zero, %d left", s.Running)}
	}
	if since, ok := f.failed(); ok {
		return verdict{status: Failed, since: since}
	}
	if since, ok := f.degraded(); ok {
		return verdict{status: Degraded, since: since}
	}
	if v, ok := f.pending(); ok {
		return v
	}
	if f.unread() {
		return verdict{status: Unknown, why: f.unreadWords()}
	}
	return verdict{status: OK, since: f.steadySince()}
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

// failed reports whether nothing of what should serve does, and since when.
func (f *facts) failed() (since time.Time, failed bool) {
	switch {
	case f.primary.RolloutState == "FAILED",
		f.rollout.Active && f.rollout.Failed >= dead && f.lasting(f.rollout.Running, f.ofPrimary) == 0:
		return f.brokeAt(), true
	case f.Service.Running == 0 && !f.fresh(), f.looping():
		return f.began(), true
	case f.dark > 0 && !f.warming():
		return f.troubleAt(reason.TargetUnhealthy), true
	}
	return f.began(), f.empty > 0 && f.Service.Running > 0 && !f.rollout.Active && f.targets.Unread == 0 && f.targets.Total == 0
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

// degraded reports whether a part of what should serve does not, and since when.
func (f *facts) degraded() (since time.Time, degraded bool) {
	switch {
	case f.rollout.Active && (f.failing() || f.trouble.Kind == reason.RollingBack || f.rollingBack()):
		return f.brokeAt(), true
	case len(f.sick) > 0:
		return f.troubleAt(reason.TargetUnhealthy), true
	case f.unhealthy > 0:
		return f.troubleAt(reason.TaskUnhealthy), true
	case f.Service.Running < f.Service.Desired && !f.filling(),
		f.rollout.Active && (f.troubled || f.stalled()),
		f.empty > 0 && f.Service.Running > 0 && !f.rollout.Active:
		return f.began(), true
	}
	return f.firstDeath(f.ofPrimary), f.dying()
}

// dying reports whether tasks of what runs now keep dying although all of them run at this
// moment. Tasks that a deployment which was replaced since lost are history: the way back
// out of it would otherwise stay red for an hour. Nor do tasks count that were lost with
// their host: they say nothing of the application.
func (f *facts) dying() bool {
	n, last := 0, time.Time{}
	for _, d := range f.deaths {
		if !f.ofPrimary(d.task) || d.Loss() {
			continue
		}
		if n++; d.at.After(last) {
			last = d.at
		}
	}
	return n >= flapping || n > 0 && f.age(last, recent) < recent
}

// filling tells whether missing tasks are on their way: a rollout or scaling
// out brings them, and nothing speaks of trouble.
func (f *facts) filling() bool {
	if f.troubled || f.died.Count > 0 || len(f.waiting()) > 0 {
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
		return verdict{Pending, text, f.primary.CreatedAt}, true
	}
	why := ""
	switch {
	case s.Running < s.Desired:
		why = fmt.Sprintf("starting %d", s.Desired-s.Running)
	case s.Running > s.Desired:
		why = fmt.Sprintf("stopping %d", s.Running-s.Desired)
		if f.protected() {
			why += ", tasks under protection"
		}
	case f.initial > 0:
		why = words.Count(f.initial, "target") + " in first checks"
	}
	return verdict{status: Pending, why: why}, why != ""
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

// unreadWords name what would have to be read.
func (f *facts) unreadWords() string {
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
	return "unread: " + strings.Join(parts, ", ")
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
