package alarms_test

import (
	"strings"
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/alarms"
	"gantry/views/viewstest"
)

func onCluster(c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
	return func(d *views.Deps) ui.Screen { return alarms.New(d, c.Ref, awsx.Ref{}) }
}

// TestAlarmsOfAClusterTellWhatTheyConcern, what rings first: an operator reads why, what it
// stops, and goes to the service.
func TestAlarmsOfAClusterTellWhatTheyConcern(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		viewstest.Alarm(a)
		d := viewstest.Sit(t, a, uitest.Look{W: 230, H: 40}, onCluster(cluster)).Read()
		d.Shows("checkout-5xx", "x alarm", "17m", "api-checkout", "fails deployments", "HTTPCode_Target_5XX_Count 42: above 10 for 3m",
			"checkout-down", "because of checkout-5xx", "AlarmLow-1", "scales", "public-5xx", "payments-reserved", "? no data", "(cluster)", "1 alarm of other things").Hides("orders-queue")
		if row := d.Row(">"); !strings.Contains(row, "checkout-5xx") && !strings.Contains(row, "checkout-down") {
			t.Errorf("the cursor is on %q", row)
		}
		d.Press("!").Shows("checkout-5xx", "checkout-down").Hides("AlarmLow-1", "public-5xx")
		d.Press("!").Press("/").Type("5xx$").Press("enter")
		d.Read().Shows("measures its target group", "fails its deployments", "Threshold Crossed: 3 out of")
		d.Press("enter")
		if len(d.Visited.Calls) != 1 || d.Visited.Calls[0] != "service api-checkout" {
			t.Errorf("went to %v", d.Visited.Calls)
		}
		d.Press("d").Shows("Alarm checkout-5xx", "rings on", "Concerns", "TargetGroup targetgroup/").Press("esc")
		d.Press(".")
		if len(d.Visited.Calls) != 2 || !strings.HasSuffix(d.Visited.Calls[1], "checkout-5xx") {
			t.Errorf("related of %v", d.Visited.Calls)
		}
	})
}

// TestAlarmsOfAServiceAreItsOwn: neither the cluster's nor another service's.
func TestAlarmsOfAServiceAreItsOwn(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		viewstest.Alarm(a)
		d := viewstest.Sit(t, a, viewstest.Standard, func(d *views.Deps) ui.Screen {
			return alarms.New(d, cluster.Ref, cluster.Ref.In("arn:aws:ecs:eu-west-1:"+awsxtest.Number+":service/payments/api-checkout"))
		}).Read()
		d.Shows("checkout-5xx", "checkout-down", "public-5xx", "3 alarms of other things").Hides("AlarmLow", "payments-reserved")
	})
}

// TestDeniedAlarmsNameTheAction that is missing; denied load balancers take their part alone.
func TestDeniedAlarmsNameTheAction(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		viewstest.Alarm(a)
		a.Fail(awsxtest.AllAlarms, &fault.Error{Class: fault.Denied, Op: "cloudwatch:DescribeAlarms"})
		d := viewstest.Sit(t, a, viewstest.Standard, onCluster(cluster)).Read()
		d.Shows("alarms could not be read: cloudwatch:DescribeAlarms is not allowed")
	})
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		viewstest.Alarm(a)
		a.Fail(awsxtest.Routes, &fault.Error{Class: fault.Denied, Op: "elasticloadbalancing:DescribeLoadBalancers"})
		d := viewstest.Sit(t, a, uitest.Look{W: 140, H: 30}, onCluster(cluster)).Read()
		d.Shows("checkout-5xx", "load balancers unread: elasticloadbalancing:DescribeLoadBalancers is missing").Hides("public-5xx")
	})
}

func TestFrameOfAlarms(t *testing.T) {
	viewstest.Frame(t, append(uitest.Looks(), uitest.Look{W: 200, H: 50}), func(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
		viewstest.Alarm(a)
		return onCluster(c)
	})
}
