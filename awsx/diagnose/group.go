package diagnose

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/words"
)

// GroupEvidence is what was read about an Auto Scaling group.
type GroupEvidence struct {
	Group    awsx.ScalingGroup
	Belongs  awsx.Belonging
	Launches awsx.Launch // zero while unread
	// Registered tells whether an instance is registered with the group's cluster; nil while
	// the cluster's instances were not read.
	Registered func(ec2 string) bool
	// Activities are the latest ones, newest first; ActivitiesRead is false while nobody
	// read them.
	Activities     []awsx.ScalingActivity
	ActivitiesRead bool
	Now            time.Time
}

// GroupFinding is how a group stands.
type GroupFinding struct {
	Status Status
	Why    string // in short; empty for a group that is well
	// Outdated is how many of its instances were launched from something else than the group
	// launches from now.
	Outdated int
}

// joining is how long an instance in service may take until its agent has registered: ECS
// images take one to three minutes.
const joining = 5 * time.Minute

// Group judges a group: what it cannot launch, what it launches and cannot use, what it is
// about to do, what somebody stopped it from doing.
func Group(e GroupEvidence) GroupFinding {
	g := e.Group
	f := GroupFinding{Status: OK}
	for _, m := range g.Members {
		if m.Outdated(g, e.Launches) != "" {
			f.Outdated++
		}
	}
	lacks, last := g.Desired-g.Staying(), awsx.ScalingActivity{}
	if len(e.Activities) > 0 {
		last = e.Activities[0]
	}
	stands := func(s Status, format string, args ...any) GroupFinding {
		f.Status, f.Why = s, fmt.Sprintf(format, args...)
		return f
	}
	strangers := e.strangers()
	switch {
	case lacks > 0 && last.Failed():
		return stands(Failed, "cannot launch: %s", cmp.Or(last.Message, last.Description))
	case e.Belongs.Stray:
		return stands(Degraded, "joins %s, which is no cluster here", e.Belongs.Name)
	case strangers > 0:
		return stands(Degraded, "%d of %s in service joined no cluster", strangers, words.Count(len(g.Members), "instance"))
	case len(g.Suspended) > 0:
		return stands(Degraded, "suspended: %s", strings.Join(g.Suspended, ", "))
	case g.Status != "":
		return stands(Pending, "%s", strings.ToLower(g.Status))
	case lacks > 0:
		return stands(Pending, "launches %d more", lacks)
	case lacks < 0:
		return stands(Pending, "ends %d", -lacks)
	}
	for _, m := range g.Members {
		if m.Lifecycle != "InService" {
			return stands(Pending, "%s %s", m.ID, strings.ToLower(m.Lifecycle))
		}
	}
	switch {
	case f.Outdated > 0:
		f.Why = fmt.Sprintf("%d of %s of an older launch", f.Outdated, words.Count(len(g.Members), "instance"))
	case g.Desired == g.Max && g.Max > 0:
		f.Why = "at its maximum"
	case g.Max == 0:
		f.Why = "its maximum is 0: it launches nothing"
	}
	return f
}

// strangers counts the instances in service that belong to a cluster and are not registered
// there, but for those that came a moment ago.
func (e GroupEvidence) strangers() int {
	if e.Registered == nil || e.Belongs.Cluster == "" {
		return 0
	}
	n := 0
	for _, m := range e.Group.Members {
		if m.Lifecycle == "InService" && !e.Registered(m.ID) && !e.launchedLately(m.ID) {
			n++
		}
	}
	return n
}

func (e GroupEvidence) launchedLately(id string) bool {
	for _, a := range e.Activities {
		if strings.HasPrefix(a.Description, "Launching") && strings.Contains(a.Description, id) {
			return e.Now.Sub(a.StartedAt) < joining
		}
	}
	return !e.ActivitiesRead
}
