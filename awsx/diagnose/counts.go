package diagnose

import (
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
	rollout  Rollout
	targets  Targets
	died     Died
	changed  time.Time
	// sick are the registered targets that should serve and do not.
	sick []sickTarget
	// dark are groups that were read and have targets, none of them healthy.
	dark int
	// empty are groups that were read and have no target at all.
	empty     int
	initial   int
	unhealthy int // running tasks whose container health check fails
	// trouble is the last one among the events that bear on the present; it is
	// zero when troubled is false.
	trouble  event
	troubled bool
}

type sickTarget struct {
	group  awsx.Group
	target awsx.TargetHealth
}

func count(e Evidence) *facts {
	f := &facts{Evidence: e}
	f.primary, _ = e.Service.Primary()
	f.trouble, f.troubled = f.lastTrouble()
	for _, d := range e.Service.Deployments {
		if d.CreatedAt.After(f.changed) {
			f.changed = d.CreatedAt
		}
	}
	f.countDeaths()
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
		}
		if f.Now.Sub(at) > window {
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

// ofPrimary tells whether a task belongs to the primary deployment, by the
// deployment that started it and else by its revision.
func (f *facts) ofPrimary(t awsx.Task) bool {
	if t.StartedBy != "" && f.primary.ID != "" {
		return t.StartedBy == f.primary.ID
	}
	return t.TaskDefinition == f.primary.TaskDefinition
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
		if f.ofPrimary(x.task) && !x.at.Before(d.CreatedAt) {
			seen++
		}
	}
	f.rollout.Failed = max(f.rollout.Failed, seen)
}

func (f *facts) countTargets() {
	counted := map[string]bool{}
	for _, lb := range f.Service.LoadBalancers {
		if lb.TargetGroup != "" && counted[lb.TargetGroup] {
			continue
		}
		counted[lb.TargetGroup] = true
		f.targets.Groups++
		g, ok := f.group(lb.TargetGroup)
		if !ok || !g.Read {
			f.targets.Unread++
			continue
		}
		f.countGroup(g)
	}
}

// group returns a group of the evidence; a classic load balancer has none.
func (f *facts) group(arn string) (awsx.Group, bool) {
	if arn == "" {
		return awsx.Group{}, false
	}
	for _, g := range f.Groups {
		if g.ARN == arn {
			return g, true
		}
	}
	return awsx.Group{}, false
}

func (f *facts) countGroup(g awsx.Group) {
	healthy, total := 0, 0
	for _, t := range g.Targets {
		if f.Foreign != nil && f.Foreign(g.ARN, t) {
			continue
		}
		switch t.State {
		case "draining":
			continue
		case "healthy":
			healthy++
		case "initial":
			f.initial++
		default:
			f.sick = append(f.sick, sickTarget{g, t})
		}
		total++
	}
	f.targets.Healthy += healthy
	f.targets.Total += total
	switch {
	case total == 0:
		f.empty++
	case healthy == 0:
		f.dark++
	}
}

// unread tells whether anything that could turn the verdict was not read.
func (f *facts) unread() bool {
	return !f.RunningRead || !f.StoppedRead || f.targets.Unread > 0
}
