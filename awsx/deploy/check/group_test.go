package check_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/deploy/check"
	"gantry/awsx/deploy/read"
)

// TestWhatEndsFollowsTheTerminationPolicies: named where it can be computed, and said to be
// unknown where it cannot.
func TestWhatEndsFollowsTheTerminationPolicies(t *testing.T) {
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	var cur read.Current
	cur.Target.Cluster = "arn:aws:ecs:eu-west-1:1:cluster/depot"
	for i, x := range []struct{ id, zone, version string }{{"i-old", "a", "2"}, {"i-mid", "a", "1"}, {"i-new", "a", "2"}, {"i-far", "b", "1"}} {
		cur.Group.Members = append(cur.Group.Members, awsx.Member{ID: x.id, Zone: x.zone, Lifecycle: "InService", Source: awsx.LaunchSource{Version: x.version}})
		cur.Fleet.Value = append(cur.Fleet.Value, awsx.Instance{EC2ID: x.id, RegisteredAt: at.Add(time.Duration(i) * time.Hour)})
	}
	for _, c := range []struct {
		policies []string
		says     string
		first    string
	}{
		{nil, "by the default policy", "i-mid"},
		{[]string{"Default"}, "by the default policy", "i-mid"},
		{[]string{"OldestInstance"}, "by its termination policy OldestInstance", "i-old"},
		{[]string{"NewestInstance"}, "by its termination policy NewestInstance", "i-new"},
		{[]string{"OldestLaunchTemplate", "NewestInstance"}, "by its termination policies OldestLaunchTemplate, NewestInstance", "i-mid"},
		{[]string{"AllocationStrategy", "Default"}, "which ones cannot be told: the group chooses by its termination policy AllocationStrategy", ""},
		{[]string{"arn:aws:lambda:eu-west-1:1:function:who"}, "cannot be told", ""},
		{[]string{"OldestInstance", "ClosestToNextInstanceHour"}, "cannot be told", ""},
	} {
		cur.Group.Termination = c.policies
		f := check.Ends(cur, 3)
		if !strings.Contains(f.Text, c.says) || !strings.Contains(f.Text, c.first) || c.first == "" && (f.Result != check.Warning || strings.Contains(f.Text, "i-")) {
			t.Errorf("%v: %s %s", c.policies, f.Result, f.Text)
		}
	}
	cur.Group.Termination, cur.Group.Members[0].Protected = []string{"OldestInstance"}, true
	if f := check.Ends(cur, 3); strings.Contains(f.Text, "i-old") {
		t.Errorf("what is protected from scale-in is chosen: %s", f.Text)
	}
}
