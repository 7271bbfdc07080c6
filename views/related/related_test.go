package related_test

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/internal/inquiry"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/capacity"
	"gantry/views/related"
	"gantry/views/tasks"
	"gantry/views/viewstest"
)

// relating is a console whose rows lead to what they are tied to, and where that leads is
// the tasks of the service or of the instance that was found.
type relating struct {
	*viewstest.Visited
	ways related.Ways
}

func (r relating) Related(of awsx.Ref, name string) { r.ways.Related(of, name) }

func on(root func(*views.Deps) ui.Screen, v *viewstest.Visited) func(*views.Deps) ui.Screen {
	return func(d *views.Deps) ui.Screen {
		d.Nav = relating{v, related.Ways{Around: d, Screen: func(n inquiry.Named) ui.Screen {
			if n.Task != nil {
				return tasks.NewContainers(d, n.Service, *n.Task)
			}
			return tasks.New(d, n.Service)
		}}}
		return root(d)
	}
}

func TestARowLeadsToWhatItIsTiedTo(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		orders := cluster.Ref.In("arn:aws:ecs:eu-west-1:" + awsxtest.Number + ":service/payments/api-orders")
		v := &viewstest.Visited{}
		d := viewstest.Sit(t, a, uitest.Look{W: 120, H: 30}, on(func(d *views.Deps) ui.Screen { return tasks.New(d, orders) }, v)).Read()
		d.Press(".")
		d.Read().Shows("KIND", "COUNT", "service            1 api-orders", "target group       1 api-orders", "revision           1 api-orders:1", "image              1 api-orders:v2")
		d.Press("/").Type("^task").Press("enter", "enter")
		d.Read().Shows("related task", "task").Press("enter")
		d.Read().Shows("CONTAINER", "api-orders")
		d.Press("esc", "esc", "esc", "/").Type("^deployment").Press("enter", "enter")
		if len(v.Calls) != 1 || v.Calls[0] != "deployments api-orders" {
			t.Errorf("%v", v.Calls)
		}
	})
}

// TestAnInstanceLeadsToAllOnIt, and no further than to its services.
func TestAnInstanceLeadsToAllOnIt(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		d := viewstest.Sit(t, a, uitest.Look{W: 120, H: 30}, on(func(d *views.Deps) ui.Screen {
			return capacity.NewInstances(d, capacity.InstancesOf{Cluster: cluster.Ref})
		}, &viewstest.Visited{})).Read()
		d.Press(".")
		d.Read().Shows("api-checkout", "api-orders", "worker").Hides("target group")
	})
}

func TestWhatIsDeniedIsNamedAndTheRestIsThere(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		a.Fail(awsxtest.Routes, &fault.Error{Class: fault.Denied, Op: "elasticloadbalancing:DescribeLoadBalancers"})
		orders := cluster.Ref.In("arn:aws:ecs:eu-west-1:" + awsxtest.Number + ":service/payments/api-orders")
		d := viewstest.Sit(t, a, viewstest.Standard, on(func(d *views.Deps) ui.Screen { return tasks.New(d, orders) }, &viewstest.Visited{})).Read()
		d.Press(".")
		d.Read().Shows("task ", "instance", "elasticloadbalancing:DescribeLoadBalancers denied")
		if strings.Contains(d.Text(), "reading on") {
			t.Error("it goes on reading")
		}
	})
}

func TestFrameOfWhatATaskIsTiedTo(t *testing.T) {
	viewstest.Frame(t, append(uitest.Looks(), uitest.Look{W: 200, H: 50}), func(_ *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
		orders := c.Ref.In("arn:aws:ecs:eu-west-1:" + awsxtest.Number + ":service/payments/api-orders")
		return on(func(d *views.Deps) ui.Screen { return tasks.New(d, orders) }, &viewstest.Visited{})
	}, ".")
}
