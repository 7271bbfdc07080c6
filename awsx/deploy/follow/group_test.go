package follow_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/follow"
)

// TestAGroupIsFollowedToItsEnd: until it has what it is to have, in service and in the
// cluster, and what was to go is gone.
func TestAGroupIsFollowedToItsEnd(t *testing.T) {
	started := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	group := awsx.Ref{Cluster: "arn:aws:ecs:eu-west-1:1:cluster/blue", ARN: "arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:u:autoScalingGroupName/blue-ecs"}
	member := func(id, lifecycle string) awsx.Member { return awsx.Member{ID: id, Lifecycle: lifecycle} }
	look := func(desired int, fleet []string, members ...awsx.Member) follow.Observation {
		o := follow.Observation{At: started.Add(time.Minute), Group: awsx.ScalingGroup{Name: "blue-ecs", Desired: desired, Members: members}}
		for _, id := range fleet {
			o.Fleet = append(o.Fleet, awsx.Instance{EC2ID: id, Status: "ACTIVE"})
		}
		return o
	}
	failed := look(3, []string{"i-1", "i-2"}, member("i-1", "InService"), member("i-2", "InService"))
	failed.Activities = []awsx.ScalingActivity{{Status: "Failed", Message: "no such image", StartedAt: started.Add(10 * time.Second)}}
	before := look(3, []string{"i-1", "i-2"}, member("i-1", "InService"), member("i-2", "InService"))
	before.Activities = []awsx.ScalingActivity{{Status: "Failed", Message: "no such image", StartedAt: started.Add(-time.Hour)}}
	for _, c := range []struct {
		name    string
		gone    string
		looks   []follow.Observation
		outcome follow.Outcome
		text    string
	}{
		{"read before the change", "", []follow.Observation{look(2, []string{"i-1", "i-2"}, member("i-1", "InService"), member("i-2", "InService"))}, "", ""},
		{"on its way", "", []follow.Observation{look(3, []string{"i-1", "i-2"}, member("i-1", "InService"), member("i-2", "InService"), member("i-3", "Pending"))}, "", ""},
		{"in service and not in the cluster", "", []follow.Observation{look(3, []string{"i-1", "i-2"}, member("i-1", "InService"), member("i-2", "InService"), member("i-3", "InService"))}, "", ""},
		{"all there", "", []follow.Observation{look(3, []string{"i-1", "i-2", "i-3"}, member("i-1", "InService"), member("i-2", "InService"), member("i-3", "InService"))}, follow.Succeeded, "blue-ecs has 3 instances in service, all in the cluster"},
		{"one still ends", "", []follow.Observation{look(3, []string{"i-1", "i-2", "i-3"}, member("i-1", "InService"), member("i-2", "InService"), member("i-3", "InService"), member("i-4", "Terminating:Wait"))}, "", ""},
		{"what was to go is there", "i-1", []follow.Observation{look(3, []string{"i-1", "i-2", "i-3"}, member("i-1", "InService"), member("i-2", "InService"), member("i-3", "InService"))}, "", ""},
		{"set by somebody else", "", []follow.Observation{look(3, nil), look(2, nil)}, follow.Superseded, "the desired capacity is 2: somebody, or managed scaling, set it after this change"},
		{"cannot launch", "", []follow.Observation{failed}, follow.Failed, "blue-ecs cannot launch: no such image"},
		{"could not launch an hour ago", "", []follow.Observation{before}, "", ""},
	} {
		f := follow.NewFollower(follow.Spec{Group: group, Gone: c.gone, Count: 3, PreviousCount: 2, Started: started, Timeout: follow.GroupTimeout})
		var last follow.Progress
		for _, o := range c.looks {
			last = f.Observe(o)
		}
		switch {
		case c.outcome == "" && last.Verdict != nil:
			t.Errorf("%s: %+v", c.name, *last.Verdict)
		case c.outcome != "" && (last.Verdict == nil || last.Verdict.Outcome != c.outcome || last.Verdict.Text != c.text):
			t.Errorf("%s: %+v", c.name, last.Verdict)
		}
		if c.name == "in service and not in the cluster" {
			if v := f.Expire(started.Add(follow.GroupTimeout)).Verdict; v == nil || v.Outcome != follow.TimedOut || !strings.Contains(v.Text, "i-3 is in service and has not joined the cluster") {
				t.Errorf("%s: %+v", c.name, v)
			}
		}
	}
}
