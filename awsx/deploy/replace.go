package deploy

import (
	"fmt"
	"strings"

	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/follow"
	"gantry/awsx/deploy/read"
	"gantry/awsx/deploy/step"
	"gantry/internal/words"
)

// Replace has an instance's Auto Scaling group put another in its place: it is drained, then
// terminated, and its successor is waited for.
type Replace struct{}

var _ = verbs.Add(Replace{})

// Action names the intent.
func (Replace) Action() string { return "replace" }

func (Replace) reads() []read.Read {
	return append(instanceReads(), read.GroupOfInstance())
}

func (Replace) draft(cur read.Current) (draft, error) {
	i, g := cur.Instance, cur.Group
	if g.Name == "" {
		return draft{}, invalid("the instance %s belongs to no Auto Scaling group, so nothing would take its place: drain it instead", i.EC2ID)
	}
	if m, _ := g.Member(i.EC2ID); m.Leaving() {
		return draft{}, nothingChanged("the group is ending the instance already: "+strings.ToLower(m.Lifecycle), "")
	}
	d := draft{
		before: i.EC2ID + " of " + g.Name + ", " + words.Count(len(cur.Tasks.Value), "task"), after: "another instance from " + g.Source.String(),
		leaves: fmt.Sprintf("leaves %s of %d active meanwhile", words.Count(check.ActiveBeside(cur), "instance"), len(cur.Fleet.Value)),
		checks: append([]check.Finding{check.Drained(cur)}, check.Protected(cur)...),
		follow: follow.Spec{Group: cur.Target.In(g.Ref.ARN), Gone: i.EC2ID, Count: g.Desired, PreviousCount: g.Desired, Timeout: follow.DrainTimeout},
	}
	if i.Status != "DRAINING" {
		d.steps = append(d.steps, &step.SetStatus{Instance: i, Status: "DRAINING"})
	}
	d.steps = append(d.steps, &step.EndInstance{Instance: i, Group: d.follow.Group})
	if s := check.Suspended(g); s.Name != "" {
		d.checks = append(d.checks, s)
	}
	return d, nil
}
