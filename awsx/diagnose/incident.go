package diagnose

import (
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
)

// backoff is more than ECS ever waits before it starts a task again in place of those
// that keep failing: up to 27 minutes (service throttle logic). Deaths that lie closer
// together belong to one incident.
const backoff = 30 * time.Minute

// loop is how tasks of the primary deployment die soon after they began.
type loop struct {
	deaths  int
	longest time.Duration // that one of them ran
}

// countLoop counts deaths of tasks that did not run for long. One that ran well for a
// while before says nothing about those that came after it.
func (f *facts) countLoop() {
	for _, d := range f.deaths {
		if !f.ofPrimary(d.task) || d.Loss() {
			continue
		}
		life := time.Duration(0)
		if began := d.task.StartedAt; !began.IsZero() {
			life = max(0, d.at.Sub(began))
		}
		if life <= recent {
			f.loop.deaths++
			f.loop.longest = max(f.loop.longest, life)
		}
	}
}

// doomed reports whether a task that runs is no sign of recovery: several before it died
// soon, and it has not run twice as long as any of them yet; a quarter longer is enough
// where the targets say so too. Without this rule a verdict
// would turn with every such task that comes and goes. It counts for how long the task was
// seen to run: between two readings it may have died.
func (f *facts) doomed(t awsx.Task) bool {
	if f.loop.deaths < dead || t.StartedAt.IsZero() || !f.ofPrimary(t) {
		return false
	}
	limit := 2 * f.loop.longest
	if f.serves() {
		limit = f.loop.longest + f.loop.longest/4
	}
	limit = min(recent, limit)
	if at := f.RunningAt; !at.IsZero() && at.Sub(t.StartedAt) < limit {
		f.age(t.StartedAt, limit) // it may be read again by then
		return true
	}
	return f.age(t.StartedAt, limit) < limit
}

// serves reports whether all that the service wants runs and every target that counts is
// healthy. Then a task is believed once it has clearly outlived those that died: who
// sees green targets has a reason more than the clock to.
func (f *facts) serves() bool {
	t := f.targets
	return f.Service.Running >= f.Service.Desired && (!f.rollout.Active || f.rollout.Running >= f.rollout.Desired) &&
		t.Unread == 0 && t.Total > 0 && t.Healthy == t.Total && f.initial == 0
}

// recovered reports whether a crash loop is over: all that the service wants runs, and
// none of it is doomed.
func (f *facts) recovered() bool {
	wanted := f.Service.Desired
	return f.loop.deaths >= dead && wanted > 0 && f.lasting(f.Service.Running, f.ofPrimary) >= wanted
}

// lasting is how many of the tasks that the service counts as running are not doomed.
func (f *facts) lasting(counted int, which func(awsx.Task) bool) int {
	if f.loop.deaths < dead || !f.RunningRead || f.untold() > 0 {
		return counted
	}
	n := 0
	for _, t := range f.Running {
		if t.LastStatus == "RUNNING" && which(t) && !f.doomed(t) {
			n++
		}
	}
	return min(counted, n)
}

// looping reports whether none of the service's tasks lasts: what runs at this moment
// is about to die as well. While all tasks run at once, that is believed only after
// each of them died twice over.
func (f *facts) looping() bool {
	s := f.Service
	return f.loop.deaths >= dead && f.lasting(s.Running, func(awsx.Task) bool { return true }) == 0 &&
		(s.Running < s.Desired || f.loop.deaths >= 2*s.Desired)
}

// began returns when the trouble that goes on began: with the first of the deaths that
// follow each other, or with the first event of trouble. The same incident is never
// said to have begun later than it was said before, as far as what is remembered tells.
func (f *facts) began() time.Time {
	at := f.firstDeath(f.ofPrimary)
	if at.IsZero() {
		at = f.firstDeath(func(awsx.Task) bool { return true })
	}
	for e := range f.present {
		if e.Trouble() && (at.IsZero() || e.at.Before(at)) {
			at = e.at
		}
	}
	return at
}

// firstDeath returns the first of the deaths that follow each other up to now. Where
// they go back as far as ECS remembers tasks, its events since the service was last
// steady tell of a longer past.
func (f *facts) firstDeath(which func(awsx.Task) bool) time.Time {
	var times []time.Time
	for _, d := range f.deaths {
		if which(d.task) {
			times = append(times, d.at)
		}
	}
	if len(times) == 0 {
		return time.Time{}
	}
	slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
	first := times[0]
	for _, at := range times[1:] {
		if first.Sub(at) > backoff {
			return first
		}
		first = at
	}
	if f.age(first, window-backoff) <= window-backoff {
		return first
	}
	oldest := first
	if at := f.firstPresent(); !at.IsZero() && at.Before(oldest) {
		oldest = at
	}
	if n := len(f.Service.Events); f.rollout.Active && n > 0 && oldest.Equal(f.Service.Events[n-1].At) {
		return f.primary.CreatedAt // not even the events go back to its beginning
	}
	return oldest
}

// lastChanged returns when what runs was last changed. A way back brings an older
// deployment back with the time at which it was made: then the event tells by which ECS
// went back to it, and its update while the one that it replaces is still there.
func (f *facts) lastChanged() time.Time {
	at := f.primary.CreatedAt
	for _, d := range f.Service.Deployments {
		if d.CreatedAt.After(at) {
			at = d.CreatedAt
		}
	}
	if at.After(f.primary.CreatedAt) && f.primary.UpdatedAt.After(at) {
		at = f.primary.UpdatedAt
	}
	for _, e := range f.events.told {
		if e.Kind == reason.RollingBack && f.names(e.Event) && e.at.After(at) {
			return e.at
		}
	}
	for _, e := range f.Service.Events[f.events.next:] {
		if !e.At.After(at) {
			break
		}
		if !strings.Contains(e.Message, f.primary.ID) {
			continue // names it in no way, and need not be read
		}
		if read := reason.ReadEvent(e.Message); read.Kind == reason.RollingBack && f.names(read) {
			return e.At
		}
	}
	return at
}
