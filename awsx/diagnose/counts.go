package diagnose

import (
	"slices"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose/reason"
)

// window is how far back deaths count: as long as ECS remembers stopped tasks.
const window = time.Hour

// facts is the evidence, counted once and used by all rules.
type facts struct {
	Evidence
	primary  awsx.Deployment
	deaths   []death // within the window, in the order given
	newest   *death  // of all revisions
	ofNewest *death  // of the primary deployment's revision
	loop     loop
	rollout  Rollout
	targets  Targets
	died     Died
	changed  time.Time
	events   history
	// sick are the registered targets that should serve and do not.
	sick []sickTarget
	// strays are the registered targets of no task that serve nobody.
	strays []sickTarget
	// dark are entries whose groups were read and have targets that ought to serve,
	// none of them healthy. A group that no rule uses is an odd setting rather than
	// an outage.
	dark int
	// empty are entries whose groups were read and have no target at all.
	empty     int
	initial   int
	unhealthy int // running tasks whose container health check fails
	// trouble is the last one among the events that bear on the present; it is
	// zero when troubled is false.
	trouble  event
	troubled bool
	// until is the earliest moment at which a rule that asks for an age may answer
	// otherwise; zero while none asked.
	until time.Time
}

// age returns how long ago something was. That it passes the limit that a rule asks
// about may turn the verdict.
func (f *facts) age(at time.Time, limit time.Duration) time.Duration {
	age := f.Now.Sub(at)
	if age <= limit {
		f.turns(at.Add(limit))
	}
	return age
}

// turns notes a moment at which a rule may answer otherwise.
func (f *facts) turns(at time.Time) {
	if f.until.IsZero() || at.Before(f.until) {
		f.until = at
	}
}

// death is a task that was stopped by failure.
type death struct {
	task awsx.Task
	at   time.Time
	reason.Stopped
}

type sickTarget struct {
	group  awsx.Group
	target awsx.TargetHealth
}

func count(e Evidence) *facts {
	f := &facts{Evidence: e, events: history{others: -1}}
	f.primary, _ = e.Service.Primary()
	f.trouble, f.troubled = f.lastTrouble()
	f.changed = f.lastChanged()
	f.countDeaths()
	f.countLoop()
	f.countRollout()
	f.countTargets()
	for _, t := range e.Running {
		if t.Health == "UNHEALTHY" {
			f.unhealthy++
		}
	}
	return f
}

func (f *facts) countDeaths() {
	f.died.Unread = !f.StoppedRead
	if !f.StoppedRead {
		return
	}
	newest, ofNewest := -1, -1
	for _, t := range f.Stopped {
		at := reason.StoppedAt(t)
		if at.IsZero() {
			at = f.Now
			f.turns(at)
		}
		if f.age(at, window) > window {
			continue
		}
		s := reason.StoppedTask(t, f.TaskDefinition(t.TaskDefinition))
		if !s.Failure {
			continue
		}
		f.deaths = append(f.deaths, death{t, at, s})
		i := len(f.deaths) - 1
		if newest < 0 || at.After(f.deaths[newest].at) {
			newest = i
		}
		if f.ofPrimary(t) && (ofNewest < 0 || at.After(f.deaths[ofNewest].at)) {
			ofNewest = i
		}
	}
	f.died.Count = len(f.deaths)
	if newest >= 0 {
		f.newest = &f.deaths[newest]
		f.died.Last = f.newest.at
	}
	if ofNewest >= 0 {
		f.ofNewest = &f.deaths[ofNewest]
	}
}

// ofPrimary tells whether a task belongs to the primary deployment.
func (f *facts) ofPrimary(t awsx.Task) bool { return of(t, f.primary) }

// of tells whether a task belongs to a deployment, by the deployment that started it
// and else by its revision.
func of(t awsx.Task, d awsx.Deployment) bool {
	if t.StartedBy != "" && d.ID != "" {
		return t.StartedBy == d.ID
	}
	return t.TaskDefinition == d.TaskDefinition
}

func (f *facts) countRollout() {
	d := f.primary
	if d.ID == "" && d.TaskDefinition == "" {
		return
	}
	f.rollout.Active = d.RolloutState == "IN_PROGRESS" || d.RolloutState == "FAILED" || len(f.Service.Deployments) > 1
	f.rollout.Running, f.rollout.Desired, f.rollout.Failed = d.Running, d.Desired, d.Failed
	// A deployment's own desired count grows as the rollout proceeds; the
	// service's is what it has to reach.
	f.rollout.Desired = max(d.Desired, f.Service.Desired)
	seen := 0
	for _, x := range f.deaths {
		if f.ofPrimary(x.task) && !x.Loss() && !x.at.Before(d.CreatedAt) {
			seen++
		}
	}
	f.rollout.Failed = max(f.rollout.Failed, seen)
}

// countTargets counts the targets of each entry that serves through a target
// group. The health of classic load balancers is not read, and counts for nothing.
func (f *facts) countTargets() {
	counted := map[string]bool{}
	for _, lb := range f.Service.LoadBalancers {
		if lb.TargetGroup == "" || counted[lb.TargetGroup] {
			continue
		}
		counted[lb.TargetGroup] = true
		f.targets.Groups++
		groups := f.serving(lb)
		if groups == nil {
			f.targets.Unread++
			continue
		}
		f.countGroups(groups)
		if g, ok := f.coming(lb, groups); ok {
			f.countTrouble(g)
		}
	}
}

// countTrouble notes the targets of a group that do not serve, and returns what it
// counted: those healthy, all of them, and those that are idle by themselves.
func (f *facts) countTrouble(g awsx.Group) (healthy, total, idle int) {
	for _, t := range g.Targets {
		if t.State == "draining" {
			continue
		}
		if f.foreign(g, t) {
			if t.State != "healthy" && t.State != "initial" {
				f.strays = append(f.strays, sickTarget{g, t})
			}
			continue
		}
		total++
		switch t.State {
		case "healthy":
			healthy++
		case "initial":
			f.initial++
		case "unhealthy", "unhealthy.draining":
			f.sick = append(f.sick, sickTarget{g, t})
		case "unused", "unavailable":
			f.sick = append(f.sick, sickTarget{g, t})
			idle++
		default:
			idle++ // a state that this version does not know: it is shown, not judged
		}
	}
	return healthy, total, idle
}

// serving returns the groups behind a load balancer entry that count, nil while it
// is not known which. Blue/green and its kin leave the entry as it was configured
// and swap the pair's roles at each deployment: the service is served from the group
// that the listener rule sends traffic to and, while the rule is unread, from the one
// in which its tasks are registered. The idle one counts for nothing. While a
// deployment goes on there are tasks in both.
func (f *facts) serving(lb awsx.LoadBalancer) []awsx.Group {
	first, read := f.group(lb.TargetGroup)
	if lb.Alternate == "" {
		if !read {
			return nil
		}
		return []awsx.Group{first}
	}
	second, readToo := f.group(lb.Alternate)
	toFirst, known := first.Weights[lb.ProductionRule]
	toSecond, knownToo := second.Weights[lb.ProductionRule]
	if known && knownToo && toFirst+toSecond > 0 {
		switch {
		case toFirst == 0 && readToo:
			return []awsx.Group{second}
		case toSecond == 0 && read:
			return []awsx.Group{first}
		case read && readToo:
			return []awsx.Group{first, second}
		}
		return nil
	}
	switch {
	case read && readToo && f.manned(first) && f.manned(second):
		return []awsx.Group{first, second}
	case readToo && f.manned(second):
		return []awsx.Group{second}
	case read && (readToo || f.manned(first)):
		return []awsx.Group{first}
	}
	return nil
}

// coming returns the idle group of a pair while what is being rolled out has tasks in
// it: they serve nobody yet, and their failing checks are the rollout's trouble.
func (f *facts) coming(lb awsx.LoadBalancer, serving []awsx.Group) (g awsx.Group, ok bool) {
	if lb.Alternate == "" || len(serving) != 1 || !f.rollout.Active || f.ofRollout == nil {
		return g, false
	}
	g, ok = f.group(lb.Other(serving[0].ARN))
	g.Targets = slices.DeleteFunc(slices.Clone(g.Targets), func(t awsx.TargetHealth) bool { return !f.ofRollout(g.ARN, t) })
	return g, ok
}

// manned reports whether a group has targets of the service that are not on their
// way out.
func (f *facts) manned(g awsx.Group) bool {
	return slices.ContainsFunc(g.Targets, func(t awsx.TargetHealth) bool { return t.State != "draining" && !f.foreign(g, t) })
}

func (f *facts) foreign(g awsx.Group, t awsx.TargetHealth) bool {
	return f.Foreign != nil && f.Foreign(g.ARN, t)
}

// group returns a group of the evidence, and whether its targets were read.
func (f *facts) group(arn string) (awsx.Group, bool) {
	for _, g := range f.Groups {
		if g.ARN == arn {
			return g, g.Read
		}
	}
	return awsx.Group{}, false
}

// countGroups counts the groups behind one load balancer entry together.
func (f *facts) countGroups(groups []awsx.Group) {
	healthy, total, idle := 0, 0, 0
	for _, g := range groups {
		h, n, i := f.countTrouble(g)
		healthy, total, idle = healthy+h, total+n, idle+i
	}
	f.targets.Healthy += healthy
	f.targets.Total += total
	switch {
	case total == 0:
		f.empty++
	case healthy == 0 && idle < total:
		f.dark++
	}
}

// unread tells whether anything that could turn the verdict was not read.
func (f *facts) unread() bool {
	return !f.RunningRead || !f.StoppedRead || f.targets.Unread > 0 || f.untold() > 0
}

// untold is how many tasks the service counts that the list of tasks lacks because
// they were listed and could not be described. Fewer tasks alone say nothing: the two
// are not read at once.
func (f *facts) untold() int {
	if !f.RunningRead {
		return 0
	}
	return min(f.missing(), f.Untold)
}
