package follow

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/internal/words"
)

// GroupTimeout is how long a group may take: an instance takes minutes to come, and one
// that ECS drains first as long as its tasks.
const GroupTimeout = 15 * time.Minute

// observeGroup follows an Auto Scaling group until it has what it is to have, all of it in
// service and registered with the cluster, and what was to go is gone.
func (f *Follower) observeGroup(p *Progress, o Observation) {
	g := o.Group
	if g.Name == "" || o.At.Before(f.spec.Started) {
		p.Phase = PhaseWaiting
		return
	}
	p.Phase = PhaseRolling
	p.Desired = f.spec.Count
	unregistered, gone := "", true
	for _, m := range g.Members {
		gone = gone && m.ID != f.spec.Gone
		switch {
		case m.Leaving() || m.ID == f.spec.Gone:
			p.Draining++
		case m.Lifecycle != "InService":
			p.Pending++
		case f.spec.Group.Cluster != "" && !registered(o.Fleet, m.ID):
			p.Pending++
			unregistered = m.ID
		default:
			p.Running++
		}
	}
	f.seen = f.seen || g.Desired == f.spec.Count
	lacks := f.spec.Count - p.Running
	switch last, failed := f.failedLaunch(o.Activities); {
	case !f.seen && g.Desired == f.spec.PreviousCount:
		p.Phase = PhaseWaiting // read before the change took effect
	case g.Desired != f.spec.Count:
		p.end(Superseded, fmt.Sprintf("the desired capacity is %d: somebody, or managed scaling, set it after this change", g.Desired))
	case lacks > 0 && p.Pending == 0 && failed:
		p.end(Failed, g.Name+" cannot launch: "+cmp.Or(last.Message, last.Description))
	case lacks == 0 && p.Pending == 0 && p.Draining == 0 && gone && o.Err == nil:
		p.end(Succeeded, fmt.Sprintf("%s has %s in service", g.Name, words.Count(p.Running, "instance")))
		if f.spec.Group.Cluster != "" {
			p.Verdict.Text += ", all in the cluster"
		}
	case lacks <= 0 && p.Draining > 0:
		p.Phase = PhaseDraining
	}
	f.late = ""
	if unregistered != "" {
		f.late = unregistered + " is in service and has not joined the cluster: look at its user data and its agent"
	}
}

func registered(fleet []awsx.Instance, ec2 string) bool {
	return slices.ContainsFunc(fleet, func(i awsx.Instance) bool { return i.EC2ID == ec2 && i.Status != "REGISTERING" })
}

// failedLaunch is the newest activity, where that began since the change and failed.
func (f *Follower) failedLaunch(activities []awsx.ScalingActivity) (awsx.ScalingActivity, bool) {
	if len(activities) == 0 || activities[0].StartedAt.Before(f.spec.Started.Add(-clockSkew)) {
		return awsx.ScalingActivity{}, false
	}
	return activities[0], activities[0].Failed()
}
