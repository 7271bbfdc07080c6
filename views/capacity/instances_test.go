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
	"gantry/views/tasks"
	"gantry/views/viewstest"
)

// onInstances opens the instances of the shop, for the service under test.
func onInstances(c *changes.Changes, s awsx.Ref) ui.Screen {
	return capacity.NewInstances(c.Deps, capacity.InstancesOf{Cluster: s.ClusterRef(), Service: s})
}

// instancesOf are those of the shop.
func instancesOf(f *changestest.Shopfloor) []*awsx.Instance {
	var out []*awsx.Instance
	f.Account.Edit(func(d *awsxtest.Data) {
		for i := range d.Instances {
			if d.Instances[i].Ref.Cluster == f.Service.Cluster {
				out = append(out, &d.Instances[i])
			}
		}
	})
	return out
}

// hurt makes the second instance drain, and leaves the first without an agent.
func hurt(f *changestest.Shopfloor) {
	f.Account.Edit(func(d *awsxtest.Data) {
		n := 0
		for i := range d.Instances {
			if x := &d.Instances[i]; x.Ref.Cluster == f.Service.Cluster {
				if n++; n == 1 {
					x.AgentConnected = false
				} else {
					x.Status = "DRAINING"
				}
			}
		}
	})
}

func TestInstancesTellWhatIsLeftAndHowManyMoreTasksFit(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 150, H: 40}, changestest.Tables).Read()
		f.Press("/").Type("api-orders").Press("enter")
		f.Keys("o").Shows("INSTANCE", "+ active", "eu-west-1a", "m6i.xlarge", "1.89.2", "FITS", "more of api-orders fit (128 CPU, 256 MiB each)", "api-orders 2")
		f.Keys("d").Shows("Instance i-", "ecs.os-type=linux", "MiB left").Press("esc")
		f.Keys("y").Shows("containerInstanceArn").Press("esc")
		f.Keys("f").Shows("How many more tasks fit of which service?", "legacy")
		f.Answer("legacy").Shows("0 more of legacy fit", "port 8080 in use")
	})
}

func TestAServiceOnFargateFitsOnNoInstance(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 150, H: 40}, changestest.Tables)
		f.Account.Edit(func(d *awsxtest.Data) {
			for i := range d.Services {
				if d.Services[i].Name == "api-orders" {
					d.Services[i].LaunchType, d.Services[i].CapacityProviders = "", awsx.CapacityStrategy{{Provider: "FARGATE_SPOT"}, {Provider: "FARGATE"}}
				}
			}
		})
		f.Read().Press("/").Type("api-orders").Press("enter")
		time.Sleep(time.Minute)
		f.Keys("o").Shows("api-orders runs on Fargate, which finds its own room").Hides("more of api-orders fit")
	})
}

func TestTheInstanceOfATaskComesFirst(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 150, H: 40}, func(c *changes.Changes, s awsx.Ref) ui.Screen { return tasks.New(c.Deps, s) }).Read()
		for range 3 {
			at := strings.Fields(f.Row("> "))
			f.Keys("o")
			first := f.Screen()[3]
			found := false
			for _, word := range at {
				word, _, _ = strings.Cut(word, ":")
				found = found || strings.HasPrefix(word, "i-") && strings.Contains(first, strings.TrimRight(word, "…"))
			}
			if !found || !strings.HasPrefix(first, ">") {
				t.Errorf("the task %q leads to %q", at, first)
			}
			f.Keys("esc", "j")
		}
	})
}

func TestTheTasksOfAnInstanceAreListed(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 150, H: 40}, onInstances).Read()
		f.Keys("enter").Shows("SERVICE", "api-orders", "worker", "+ running")
		f.Press("/").Type("worker").Press("enter")
		f.Keys("enter").Shows("CONTAINER").Press("esc")
		f.Keys("J").Shows("RUN/DES")
		if f.Row("> worker") == "" {
			t.Errorf("the cursor is not on the service:\n%s", f.Text())
		}
	})
}

func TestAnInstanceIsDrainedAndActivated(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 100, H: 40}, onInstances).Read()
		name := instancesOf(f)[0].EC2ID
		f.Press("/").Type(name).Press("enter")
		f.Keys("a").Shows("activate: the instance is active already")
		f.Keys("D").Shows("drain payments/", "leaves 1 instance of 2 active", "asks for the instance's name", "move:")
		f.Keys("enter").Shows("type the instance's name: " + name)
		f.Answer(name).Shows("~ draining: 7 tasks of services still on the instance")
		if got := instancesOf(f)[0].Status; got != "DRAINING" {
			t.Errorf("the instance is %s", got)
		}
		f.Keys("esc").Shows("~ draining")
		f.Keys("D").Shows("drain: the instance is draining already")
		f.Keys("a", "enter", "y").Shows("+ done")
		if got := instancesOf(f)[0].Status; got != "ACTIVE" {
			t.Errorf("the instance is %s", got)
		}
	})
}

func TestMarkedInstancesAreDrainedTogether(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Orders(t, uitest.Look{W: 120, H: 40}, onInstances).Read()
		f.Keys("space", "space", "D").Shows("drain 2 instances of payments", instancesOf(f)[0].EC2ID, instancesOf(f)[1].EC2ID)
		f.Keys("C").Shows("type the number of instances and the cluster's name: 2 payments")
	})
}

func TestFrameOfInstances(t *testing.T) {
	changestest.ChangeFrame(t, uitest.Looks(), hurt, onInstances, func(f *changestest.Shopfloor) { f.Advance(time.Second) })
}

// large is the terminal of an operator's desk.
var large = uitest.Look{W: 200, H: 50}

// housed gives the instances of the shop addresses and a group.
func housed(f *changestest.Shopfloor) {
	hurt(f)
	f.Account.House(f.Service.ClusterRef())
}

func TestInstancesTellTheirAddressesAndWhatTheyWereLaunchedFrom(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, large, func(f *changestest.Shopfloor) { f.Account.House(f.Service.ClusterRef()) }, onInstances).Read()
		f.Shows("ADDRESS", "10.20.2.10", "10.20.2.11", "payments-ecs old", "payments-ecs")
		f.Press("/").Type("10.20.2.10").Press("enter")
		f.Shows("version 2 of payments-ecs, the group launches", "payments-ecs, inservice, payments-ecs:2")
		f.Shows("25 more of api-orders, then 128 CPU short")
		f.Keys("d").Shows("AMI", "ami-0b1c2d3e4f5a69788", "launched at")
	})
}

// TestDeniedAddressesLeaveTheInstancesAlive and name the action that is missing.
func TestDeniedAddressesLeaveTheInstancesAlive(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		f := changestest.Prepared(t, large, func(f *changestest.Shopfloor) {
			for op, action := range map[awsxtest.Op]string{awsxtest.Machines: "ec2:DescribeInstances", awsxtest.ScalingGroups: "autoscaling:DescribeAutoScalingGroups"} {
				f.Account.Fail(op, &fault.Error{Class: fault.Denied, Op: action, Err: errors.New("AccessDenied"), Fix: "needs " + action})
			}
		}, onInstances).Read()
		f.Shows("+ active", "more of api-orders fit", "addresses unread: ec2:DescribeInstances is missing", "groups unread: autoscaling:DescribeAutoScalingGroups is missing")
	})
}

func TestFrameOfHousedInstances(t *testing.T) {
	changestest.ChangeFrame(t, []uitest.Look{viewstest.Standard, large}, housed, onInstances, func(f *changestest.Shopfloor) { f.Advance(time.Second) })
}
