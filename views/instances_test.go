package views

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/ui"
	"gantry/ui/uitest"
)

// onInstances opens the instances of the shop, for the service under test.
func onInstances(c *Changes, s awsx.Ref) ui.Screen {
	return NewInstances(c.Deps, InstancesOf{Cluster: s.ClusterRef(), Service: s})
}

// instancesOf are those of the shop.
func instancesOf(f *shopfloor) []*awsx.Instance {
	var out []*awsx.Instance
	f.account.Edit(func(d *awsxtest.Data) {
		for i := range d.Instances {
			if d.Instances[i].Ref.Cluster == f.service.Cluster {
				out = append(out, &d.Instances[i])
			}
		}
	})
	return out
}

// hurt makes the second instance drain, and leaves the first without an agent.
func hurt(f *shopfloor) {
	f.account.Edit(func(d *awsxtest.Data) {
		n := 0
		for i := range d.Instances {
			if x := &d.Instances[i]; x.Ref.Cluster == f.service.Cluster {
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
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 150, H: 40}, tables).read()
		f.Press("/").Type("api-orders").Press("enter")
		f.keys("o").Shows("INSTANCE", "+ active", "eu-west-1a", "m6i.xlarge", "1.89.2", "FITS", "more of api-orders fit (128 CPU, 256 MiB each)", "api-orders 2")
		f.keys("d").Shows("Instance i-", "ecs.os-type=linux", "MiB left").Press("esc")
		f.keys("y").Shows("containerInstanceArn").Press("esc")
		f.keys("f").Shows("How many more tasks fit of which service?", "legacy")
		f.answer("legacy").Shows("0 more of legacy fit", "port 8080 in use")
	})
}

func TestTheInstanceOfATaskComesFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 150, H: 40}, func(c *Changes, s awsx.Ref) ui.Screen { return NewTasks(c.Deps, s) }).read()
		for range 3 {
			at := strings.Fields(f.Row("> "))
			f.keys("o")
			first := f.Screen()[3]
			found := false
			for _, word := range at {
				found = found || strings.HasPrefix(word, "i-") && strings.Contains(first, strings.TrimRight(word, "…"))
			}
			if !found || !strings.HasPrefix(first, ">") {
				t.Errorf("the task %q leads to %q", at, first)
			}
			f.keys("esc", "j")
		}
	})
}

func TestTheTasksOfAnInstanceAreListed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 150, H: 40}, onInstances).read()
		f.keys("enter").Shows("SERVICE", "api-orders", "worker", "+ running")
		f.Press("/").Type("worker").Press("enter")
		f.keys("enter").Shows("CONTAINER").Press("esc")
		f.keys("J").Shows("RUN/DES")
	})
}

func TestAnInstanceIsDrainedAndActivated(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 100, H: 40}, onInstances).read()
		name := instancesOf(f)[0].EC2ID
		f.Press("/").Type(name).Press("enter")
		f.keys("a").Shows("activate: the instance is active already")
		f.keys("D").Shows("drain payments/", "leaves 1 instance of 2 active", "asks for the instance's name", "move:")
		f.keys("enter").Shows("type the instance's name: " + name)
		f.answer(name).Shows("~ draining: 7 tasks of services still on the instance")
		if got := instancesOf(f)[0].Status; got != "DRAINING" {
			t.Errorf("the instance is %s", got)
		}
		f.keys("esc").Shows("~ draining")
		f.keys("D").Shows("drain: the instance is draining already")
		f.keys("a", "enter", "y").Shows("+ done")
		if got := instancesOf(f)[0].Status; got != "ACTIVE" {
			t.Errorf("the instance is %s", got)
		}
	})
}

func TestMarkedInstancesAreDrainedTogether(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := orders(t, uitest.Look{W: 120, H: 40}, onInstances).read()
		f.keys("space", "space", "D").Shows("drain 2 instances of payments", instancesOf(f)[0].EC2ID, instancesOf(f)[1].EC2ID)
		f.keys("enter").Shows("type the number of instances and the cluster's name: 2 payments")
	})
}

func TestFrameOfInstances(t *testing.T) {
	changeFrame(t, hurt, onInstances, func(f *shopfloor) { f.Advance(time.Second) })
}
