package seed

import (
	"errors"
	"maps"
	"strings"

	"gantry/awsx/sim/alarms"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/scaling"
)

// seedScaling has the load move the count of two services.
func (a *seeder) seedScaling(c *fleet.Cluster) (err error) {
	a.At(a.Ago(300*day), func() {
		err = errors.Join(a.scaling.Autoscale(c.ByName["sessions"], 2, 8), a.scaling.Autoscale(c.ByName["recommendations"], 1, 4))
		four, eight := 4, 8
		a.scaling.Targets[c.ByName["sessions"]].Schedules = []scaling.Schedule{
			{Name: "before-work", At: "cron(0 6 ? * MON-FRI *)", Zone: "Europe/Dublin", Min: &four, Max: &eight},
		}
	})
	return err
}

// seedAlarms adds alarms of each kind on services of the cluster, all quiet.
func (a *seeder) seedAlarms(c *fleet.Cluster) error {
	orders, checkout := c.ByName["api-orders"], c.ByName["api-checkout"]
	group := checkout.Balancers[0].Group
	requests := map[string]string{"TargetGroup": groupDimension(group.ARN), "LoadBalancer": balancerDimension(group.Balancer.ARN)}
	for _, definition := range []alarms.Alarm{
		{Name: "api-orders-cpu-high", Description: "CPU above 85 percent", Namespace: "AWS/ECS", Metric: "CPUUtilization", Dimensions: orders.Dimensions(), Threshold: 85},
		{Name: "api-orders-memory-high", Namespace: "AWS/ECS", Metric: "MemoryUtilization", Dimensions: orders.Dimensions()},
		{Name: "api-checkout-unhealthy", Namespace: "AWS/ApplicationELB", Metric: "UnHealthyHostCount", Dimensions: requests, Threshold: 1},
		{Name: "api-checkout-errors", Description: "more than 5 percent of the requests fail", Threshold: 5, Metrics: []alarms.Metric{
			{ID: "rate", Expression: "100 * errors / requests"},
			{ID: "errors", Namespace: "AWS/ApplicationELB", Metric: "HTTPCode_Target_5XX_Count", Dimensions: maps.Clone(requests)},
			{ID: "requests", Namespace: "AWS/ApplicationELB", Metric: "RequestCount", Dimensions: maps.Clone(requests)},
		}},
		{Name: "api-checkout-down", Rule: `ALARM("api-checkout-errors") OR ALARM("api-checkout-unhealthy")`},
	} {
		if err := a.Alarms.PutAlarm(definition); err != nil {
			return err
		}
	}
	return nil
}

// groupDimension and balancerDimension are the ends of an ARN by which metrics
// know a resource: targetgroup/name/id and app/name/id.
func groupDimension(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }

func balancerDimension(arn string) string {
	return strings.TrimPrefix(groupDimension(arn), "loadbalancer/")
}
