package capacity_test

import (
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
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
					d.Services[i].LaunchType, d.Services[i].CapacityProviders = "", []string{"FARGATE_SPOT", "FARGATE"}
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
