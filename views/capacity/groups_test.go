package capacity_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views/capacity"
	"gantry/views/changes"
	"gantry/views/changestest"
	"gantry/views/viewstest"
)

func onGroups(c *changes.Changes, s awsx.Ref) ui.Screen {
	return capacity.NewGroups(c.Deps, s.ClusterRef())
}

// grouped gives the shop a group of its instances, one that launches into a cluster that is
// not there, one whose image is lost, and one that has nothing to do with it.
func grouped(f *changestest.Shopfloor) {
	cluster := f.Service.ClusterRef()
	f.Account.House(cluster)
	launched := func(ago time.Duration, status, description, cause, message string) awsx.ScalingActivity {
		at := awsxtest.Now.Add(-ago)
		return awsx.ScalingActivity{ID: description, Status: status, Description: description, Cause: cause, Message: message, StartedAt: at, EndedAt: at.Add(time.Minute)}
	}
	f.Account.Edit(func(d *awsxtest.Data) {
		add := func(name string, desired int, l awsx.Launch, members ...awsx.Member) {
			g := d.Groups[0]
			g.Ref.ARN, g.Name, g.Desired, g.Members = g.Ref.ARN[:len(g.Ref.ARN)-len(g.Name)]+name, name, desired, members
			g.Source = awsx.LaunchSource{TemplateID: "lt-" + name, Template: name, Version: "1"}
			l.Source = g.Source
			d.Launches[g.Source] = l
			d.Groups = append(d.Groups, g)
		}
		add("payments-blue", 1, awsx.Launch{Image: "ami-1", Joins: awsx.Joins{Cluster: "payments-next", Line: "ECS_CLUSTER=payments-next"}},
			awsx.Member{ID: "i-0f00ba5", Lifecycle: "InService"})
		add("payments-batch", 2, awsx.Launch{Image: "ami-lost", Joins: awsx.Joins{Cluster: "payments", Line: "ECS_CLUSTER=payments"}})
		add("bastion", 1, awsx.Launch{Image: "ami-2", Joins: awsx.Joins{Cluster: "default", Line: "no ECS_CLUSTER: an agent joins default then"}})
		ten := 3
		d.Doings = map[string]awsxtest.Doings{
			"payments-ecs": {
				Policies:   []awsx.ScalingPolicy{{Name: "cpu-60", Type: "TargetTrackingScaling", Metric: "ASGAverageCPUUtilization", Target: 60}},
				Schedules:  []awsx.ScheduledScaling{{Name: "before-work", When: "0 6 * * 1-5", Desired: &ten}},
				Activities: []awsx.ScalingActivity{launched(3*time.Hour, "Successful", "Launching a new EC2 instance: i-0", "a user request explicitly set group desired capacity changing the desired capacity from 1 to 2.", "")},
			},
			"payments-batch": {Activities: []awsx.ScalingActivity{launched(4*time.Minute, "Failed", "Launching a new EC2 instance.", "a user request", "The image id '[ami-lost]' does not exist.")}},
		}
		d.Providers = []awsx.CapacityProvider{{Name: "payments-od", Group: "payments-ecs", Scales: true, Target: 90, Drains: true}}
	})
}

// TestGroupsTellWhatTheyHaveAndDid, those of the cluster and those that miss it, the worst
// first; enter leads to a group's instances.
func TestGroupsTellWhatTheyHaveAndDid(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, large, grouped, onGroups).Read()
		f.Shows("HAS/DES", "payments-batch", "x failed", "0/2", "cannot launch: The image id",
			"payments-blue", "joins payments-next, which is no cl", "payments-ecs", "2/2", "1 of 2 instances of an older launch", "ECS: payments-od, 1 schedule", "1 group of other clusters or none").Hides("bastion")
		if row := f.Row(">"); row == "" || !strings.Contains(row, "payments-batch") {
			t.Errorf("the cursor is on %q", row)
		}
		f.Press("/").Type("payments-ecs").Press("enter")
		f.Read()
		f.Shows("2 of its 2 instances registered there", "payments-ecs:$Latest (version 3)", "ECS_CLUSTER=payments", "managed scaling to 90%", "drains before",
			"cpu-60, TargetTrackingScaling", "ASGAverageCPUUtilization at 60", "before-work", "desired 3", "successful: Launching a new EC2 instance: i-0")
		f.Keys("d").Shows("Group payments-ecs", "Activities", "changing the desired capacity from 1 to 2.", "version 2 of payments-ecs").Press("esc")
		f.Keys("enter").Shows("payments payments-ecs instances", "10.20.2.10", "10.20.2.11")
	})
}

// TestDeniedGroupsNameTheAction that is missing; a part that is denied leaves the rest alive.
func TestDeniedGroupsNameTheAction(t *testing.T) {
	denied := func(action string) error {
		return &fault.Error{Class: fault.Denied, Op: action, Err: errors.New("AccessDenied"), Fix: "needs " + action}
	}
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, large, func(f *changestest.Shopfloor) {
			f.Account.Fail(awsxtest.ScalingGroups, denied("autoscaling:DescribeAutoScalingGroups"))
		}, onGroups).Read()
		f.Shows("denied", "autoscaling:DescribeAutoScalingGroups")
	})
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, large, func(f *changestest.Shopfloor) {
			grouped(f)
			f.Account.Fail(awsxtest.GroupActivities, denied("autoscaling:DescribeScalingActivities"))
			f.Account.Fail(awsxtest.CapacityProviders, denied("ecs:DescribeCapacityProviders"))
		}, onGroups).Read()
		f.Shows("payments-ecs", "2/2", "capacity providers unread: ecs:DescribeCapacityProviders is missing", "autoscaling:DescribeScalingActivities is missing")
	})
}

func TestFrameOfGroups(t *testing.T) {
	changestest.ChangeFrame(t, []uitest.Look{viewstest.Standard, large}, grouped, onGroups, changestest.Leave)
}

// TestTheBoundsOfAGroupAreChanged by two numbers that are asked for and a plan: what is left
// above the new maximum ends.
func TestTheBoundsOfAGroupAreChanged(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, uitest.Look{W: 120, H: 40}, grouped, onGroups).Read()
		f.Press("/").Type("payments-ecs").Press("enter")
		f.Keys("m").Shows("Bounds of payments-ecs", "2 are desired")
		f.Keys("backspace")
		f.Answer("0")
		f.Keys("backspace")
		f.Answer("1").Shows("bounds 0 to 1", "1 instance to end, by the default policy", "asks for the group's name")
		f.Keys("enter")
		f.Answer("payments-ecs")
		f.Account.Edit(func(d *awsxtest.Data) {
			if g := d.Groups[0]; g.Min != 0 || g.Max != 1 || g.Desired != 1 {
				t.Errorf("the group has %d of %s", g.Desired, g.Bounds())
			}
		})
	})
}

// TestTheCapacityOfAGroupIsChanged by a number that is asked for, a plan that names what ends,
// and the group's name in production.
func TestTheCapacityOfAGroupIsChanged(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, uitest.Look{W: 120, H: 40}, grouped, onGroups).Read()
		f.Press("/").Type("payments-ecs").Press("enter")
		f.Keys("s").Shows("Desired capacity of payments-ecs", "instances, 1 to 4")
		f.Keys("backspace")
		f.Answer("7").Shows("expected a number from 1 to 4")
		f.Keys("backspace")
		f.Answer("1").Shows("group payments/payments-ecs", "1 instance to end, by the default policy", "ECS scales the group by the capacity provider payments-od", "asks for the group's name")
		f.Keys("enter").Shows("type the group's name: payments-ecs")
		f.Answer("payments-ecs")
		desired := 0
		f.Account.Edit(func(d *awsxtest.Data) { desired = d.Groups[0].Desired })
		if desired != 1 {
			t.Errorf("the group is to have %d", desired)
		}
	})
}
