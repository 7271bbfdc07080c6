package overview_test

import (
	"testing"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/internal/fault"
	"gantry/ui"
	"gantry/ui/uitest"
	"gantry/views"
	"gantry/views/overview"
	"gantry/views/viewstest"
)

// furnished has rules lead to api-checkout, alarms watch it and a policy scale it.
func furnished(a *awsxtest.Account) {
	a.Edit(func(d *awsxtest.Data) {
		for i := range d.Services {
			s := &d.Services[i]
			if s.Name != "api-checkout" {
				continue
			}
			s.Alarms = awsx.DeploymentAlarms{Enabled: true, Names: []string{"checkout-5xx", "checkout-gone"}}
			d.Routes = append(d.Routes, awsx.Route{
				Balancer: awsx.Balancer{ARN: "arn:lb", Name: "public"}, Listener: awsx.Listener{ARN: "arn:listener", Port: 443},
				Rules: []awsx.Rule{
					{ARN: "arn:rule", Priority: "20", Conditions: []awsx.Condition{{Field: "path-pattern", Values: []string{"/checkout/*"}}},
						Actions: []awsx.Action{{Type: "forward", Groups: []awsx.WeightedGroup{{Group: s.TargetGroups()[0], Weight: 1}}}}},
					{ARN: "arn:default", Priority: "default", Default: true, Actions: []awsx.Action{{Type: "fixed-response"}}},
				},
			})
			d.ScalableTargets[s.Ref.ARN] = awsx.ScalableTarget{Service: s.Ref, Min: 2, Max: 8, Policies: []awsx.ScalingPolicy{
				{Name: "cpu", Type: "TargetTrackingScaling", Metric: "ECSServiceAverageCPUUtilization", Target: 60, Alarms: []string{"checkout-cpu"}}}}
		}
		d.Alarms = append(d.Alarms, awsx.Alarm{Name: "checkout-5xx", State: "ALARM", Since: awsxtest.Now,
			Metrics: []awsx.AlarmMetric{{Name: "AWS/ApplicationELB/HTTPCode_Target_5XX_Count"}}, Comparison: "GreaterThanThreshold", Threshold: 10,
			Reason: "Threshold Crossed: 1 datapoint [42.0 (14/03/26 09:25:00)] was greater than the threshold (10.0)."},
			awsx.Alarm{Name: "checkout-cpu", State: "OK"})
	})
}

func on(c *awsxtest.Cluster, service string) func(*views.Deps) ui.Screen {
	return func(d *views.Deps) ui.Screen {
		return overview.New(d, c.Ref.In("arn:aws:ecs:eu-west-1:"+awsxtest.Number+":service/payments/"+service))
	}
}

func TestAPageTellsAllAboutAService(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		furnished(a)
		d := viewstest.Sit(t, a, uitest.Look{W: 200, H: 50}, on(cluster, "api-checkout")).Read()
		d.Shows("Service api-checkout", "Deployments", "primary", "4/4 running", "Targets of api-checkout", "unhealthy", "Events", "has reached a steady state",
			"Rules that lead here", "public:443 20", "path is /checkout/*", "checkout-5xx", "ALARM", "HTTPCode_Target_5XX_Count 42: above 10", "fails its deployments", "checkout-gone", "does not exist", "checkout-cpu", "scales it by cpu",
			"Scaling", "2 to 8 tasks", "ECSServiceAverageCPUUtilization at 60", "Task definition api-checkout:1", "Container api-checkout").Hides("public:443 default")
	})
}

// TestAPageReadsFromTopToBottom where two columns do not fit, and is searched.
func TestAPageReadsFromTopToBottom(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		furnished(a)
		d := viewstest.Sit(t, a, viewstest.Standard, on(cluster, "api-checkout")).Read()
		d.Shows("Service api-checkout", "Deployments").Hides("Rules that lead here")
		d.Press("/").Type("lead here").Press("enter")
		d.Shows("Rules that lead here")
		d.Press("G").Shows("image")
	})
}

// TestWhatIsDeniedSaysSoInItsPlace: each part names the action that is missing, and the
// others are there.
func TestWhatIsDeniedSaysSoInItsPlace(t *testing.T) {
	viewstest.Bubble(t, func(t *testing.T) {
		a, cluster := viewstest.Shop()
		furnished(a)
		for op, action := range map[awsxtest.Op]string{
			awsxtest.Routes: "elasticloadbalancing:DescribeLoadBalancers", awsxtest.ScalableTarget: "application-autoscaling:DescribeScalableTargets",
			awsxtest.AllAlarms: "cloudwatch:DescribeAlarms", awsxtest.TaskDefinition: "ecs:DescribeTaskDefinition",
		} {
			a.Fail(op, &fault.Error{Class: fault.Denied, Op: action})
		}
		d := viewstest.Sit(t, a, uitest.Look{W: 200, H: 50}, on(cluster, "api-checkout")).Read()
		d.Shows("Service api-checkout", "4/4 running", "Targets of api-checkout", "unhealthy", "elasticloadbalancing:DescribeLoadBalancers is missing",
			"application-autoscaling:DescribeScalableTargets is missing", "cloudwatch:DescribeAlarms is missing", "ecs:DescribeTaskDefinition is missing", "checkout-5xx")
	})
}

func TestFrameOfAPage(t *testing.T) {
	viewstest.Frame(t, append(uitest.Looks(), uitest.Look{W: 200, H: 50}), func(a *awsxtest.Account, c *awsxtest.Cluster) func(*views.Deps) ui.Screen {
		furnished(a)
		return on(c, "api-checkout")
	})
}
