package viewstest

import (
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
)

// Alarm gives the shop alarms of every kind: api-checkout's errors ring and fail its
// deployments, a composite rings with them, its load balancer's do not; a policy scales worker
// down while there is little to do; of the cluster itself there is no data.
func Alarm(a *awsxtest.Account) {
	a.Edit(func(d *awsxtest.Data) {
		at := func(ago time.Duration) time.Time { return awsxtest.Now.Add(-ago) }
		add := func(x awsx.Alarm, pairs ...string) {
			x.ARN, x.Comparison = "arn:aws:cloudwatch:eu-west-1:"+awsxtest.Number+":alarm:"+x.Name, "GreaterThanThreshold"
			x.Periods, x.Breaching, x.Window = 3, 3, 3*time.Minute
			for i := 1; i < len(pairs); i += 2 {
				if len(x.Metrics) == 0 {
					x.Metrics = []awsx.AlarmMetric{{Name: pairs[0]}}
				}
				x.Metrics[0].Dimensions = append(x.Metrics[0].Dimensions, awsx.Dimension{Name: pairs[i], Value: pairs[i+1]})
			}
			d.Alarms = append(d.Alarms, x)
		}
		var group string
		for i := range d.Services {
			if s := &d.Services[i]; s.Name == "api-checkout" {
				s.Alarms = awsx.DeploymentAlarms{Enabled: true, Names: []string{"checkout-5xx"}}
				group = s.TargetGroups()[0]
			}
		}
		balancer := awsx.Balancer{ARN: "arn:aws:elasticloadbalancing:eu-west-1:" + awsxtest.Number + ":loadbalancer/app/public/0b5", Name: "public"}
		d.Routes = append(d.Routes, awsx.Route{
			Balancer: balancer, Listener: awsx.Listener{ARN: "arn:listener/public", Balancer: balancer.ARN, Port: 443},
			Rules: []awsx.Rule{{ARN: "arn:rule/1", Priority: "10", Conditions: []awsx.Condition{{Field: "path-pattern", Values: []string{"/checkout/*"}}},
				Actions: []awsx.Action{{Type: "forward", Groups: []awsx.WeightedGroup{{Group: group, Weight: 1}}}}}},
		})
		_, _, tail, _ := awsx.ARNParts(group)
		scales := "arn:aws:autoscaling:eu-west-1:" + awsxtest.Number + ":scalingPolicy:5e:resource/ecs/service/payments/worker:policyName/cpu-60"
		add(awsx.Alarm{Name: "checkout-5xx", State: "ALARM", Since: at(12 * time.Minute), Threshold: 10,
			Reason: "Threshold Crossed: 3 out of the last 3 datapoints [42.0 (14/03/26 09:14:00), 40.0 (14/03/26 09:13:00), 17.0 (14/03/26 09:12:00)] were greater than the threshold (10.0)."},
			"AWS/ApplicationELB/HTTPCode_Target_5XX_Count", "TargetGroup", tail, "LoadBalancer", "app/public/0b5")
		add(awsx.Alarm{Name: "checkout-down", State: "ALARM", Since: at(12 * time.Minute), Rule: `ALARM("checkout-5xx") OR ALARM("nothing")`})
		add(awsx.Alarm{Name: "public-5xx", State: "OK", Since: at(40 * time.Hour), Threshold: 100}, "AWS/ApplicationELB/HTTPCode_ELB_5XX_Count", "LoadBalancer", "app/public/0b5")
		add(awsx.Alarm{Name: "TargetTracking-service/payments/worker-AlarmLow-1", State: "ALARM", Since: at(3 * time.Hour), Threshold: 54, Actions: []string{scales}},
			"AWS/ECS/CPUUtilization", "ClusterName", "payments", "ServiceName", "worker")
		add(awsx.Alarm{Name: "payments-reserved", State: "INSUFFICIENT_DATA", Since: at(time.Hour), Threshold: 90}, "AWS/ECS/MemoryReservation", "ClusterName", "payments")
		add(awsx.Alarm{Name: "orders-queue", State: "ALARM", Since: at(time.Hour)}, "AWS/SQS/Age", "QueueName", "orders")
	})
}
