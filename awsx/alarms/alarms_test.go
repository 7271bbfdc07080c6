package alarms_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/alarms"
)

const (
	group    = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/shop/0a1"
	balancer = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/public/9f8"
	policyOf = "arn:aws:autoscaling:eu-west-1:1:scalingPolicy:7d:"
)

func cluster(name string) awsx.Ref {
	arn := "arn:aws:ecs:eu-west-1:1:cluster/" + name
	return awsx.Ref{Cluster: arn, ARN: arn}
}

func shop() awsx.Service {
	return awsx.Service{
		Ref: cluster("live").In("arn:aws:ecs:eu-west-1:1:service/live/shop"), Name: "shop", TaskDefinition: "arn:aws:ecs:eu-west-1:1:task-definition/shop-web:4",
		LoadBalancers: []awsx.LoadBalancer{{TargetGroup: group}},
		Alarms:        awsx.DeploymentAlarms{Enabled: true, Names: []string{"canary"}},
	}
}

// on is a metric by pairs of the names and values of its dimensions.
func on(pairs ...string) awsx.AlarmMetric {
	m := awsx.AlarmMetric{Name: "N/M"}
	for i := 0; i < len(pairs); i += 2 {
		m.Dimensions = append(m.Dimensions, awsx.Dimension{Name: pairs[i], Value: pairs[i+1]})
	}
	return m
}

// TestWhichAlarmsConcernAService: the one rule, a row for each way in which an alarm does or
// does not.
func TestWhichAlarmsConcernAService(t *testing.T) {
	beside := alarms.Beside{
		Balancers: func(string) []string { return []string{balancer} },
		Policies:  []awsx.ScalingPolicy{{Name: "keep-50", Alarms: []string{"policy-says"}}},
	}
	quiet := awsx.Alarm{Name: "cpu", Metrics: []awsx.AlarmMetric{on("ClusterName", "live", "ServiceName", "shop")}}
	for _, c := range []struct {
		name  string
		alarm awsx.Alarm
		want  string
	}{
		{"its metric", awsx.Alarm{Metrics: []awsx.AlarmMetric{on("ServiceName", "shop", "ClusterName", "live")}}, "measures it"},
		{"another service's", awsx.Alarm{Metrics: []awsx.AlarmMetric{on("ServiceName", "shop2", "ClusterName", "live")}}, ""},
		{"another cluster's", awsx.Alarm{Metrics: []awsx.AlarmMetric{on("ServiceName", "shop", "ClusterName", "test")}}, ""},
		{"the cluster's", awsx.Alarm{Metrics: []awsx.AlarmMetric{on("ClusterName", "live")}}, ""},
		{"its family", awsx.Alarm{Metrics: []awsx.AlarmMetric{on("ClusterName", "live", "TaskDefinitionFamily", "shop-web")}}, "measures it as family shop-web"},
		{"its target group", awsx.Alarm{Metrics: []awsx.AlarmMetric{on("TargetGroup", "targetgroup/shop/0a1", "LoadBalancer", "app/public/9f8")}}, "measures its target group shop"},
		{"another group behind its balancer", awsx.Alarm{Metrics: []awsx.AlarmMetric{on("TargetGroup", "targetgroup/other/1", "LoadBalancer", "app/public/9f8")}}, ""},
		{"its balancer", awsx.Alarm{Metrics: []awsx.AlarmMetric{on("LoadBalancer", "app/public/9f8")}}, "measures its load balancer public"},
		{"another balancer", awsx.Alarm{Metrics: []awsx.AlarmMetric{on("LoadBalancer", "app/private/1")}}, ""},
		{"any metric of maths", awsx.Alarm{Expression: "a/b", Metrics: []awsx.AlarmMetric{on("QueueName", "q"), on("ClusterName", "live", "ServiceName", "shop")}}, "measures it"},
		{"no metric crosswise", awsx.Alarm{Expression: "a/b", Metrics: []awsx.AlarmMetric{on("ClusterName", "live", "ServiceName", "x"), on("ClusterName", "y", "ServiceName", "shop")}}, ""},
		{"a deployment's", awsx.Alarm{Name: "canary"}, "fails its deployments"},
		{"an action that scales it", awsx.Alarm{Actions: []string{"arn:aws:sns:eu-west-1:1:oncall", policyOf + "resource/ecs/service/live/shop:policyName/cpu-60"}}, "scales it by cpu-60"},
		{"an action that was made by", awsx.Alarm{Actions: []string{policyOf + "resource/ecs/service/live/shop:policyName/cpu-60:createdBy/1a-2b"}}, "scales it by cpu-60"},
		{"an action that scales another", awsx.Alarm{Actions: []string{policyOf + "resource/ecs/service/live/other:policyName/cpu-60"}}, ""},
		{"an action of another service of AWS", awsx.Alarm{Actions: []string{policyOf + "resource/dynamodb/table/shop:policyName/p"}}, ""},
		{"a policy's, that has no action", awsx.Alarm{Name: "policy-says"}, "scales it by keep-50"},
		{"a composite", awsx.Alarm{Rule: `ALARM("cpu") AND NOT OK(x)`}, "is made of cpu"},
		{"a composite by ARN", awsx.Alarm{Rule: `OK(arn:aws:cloudwatch:eu-west-1:1:alarm:cpu)`}, "is made of cpu"},
		{"a composite of a deployment's that was not read", awsx.Alarm{Rule: `ALARM(canary)`}, "is made of canary"},
		{"a composite of composites", awsx.Alarm{Rule: `ALARM(middle)`}, "is made of middle"},
		{"a composite of others", awsx.Alarm{Rule: `ALARM(y) OR ALARM(z)`}, ""},
		{"a circle", awsx.Alarm{Name: "circle", Rule: `ALARM(back)`}, ""},
		{"nothing", awsx.Alarm{}, ""},
	} {
		if c.alarm.Name == "" {
			c.alarm.Name = "this one"
		}
		all := []awsx.Alarm{quiet, {Name: "middle", Rule: "ALARM('cpu')"}, {Name: "back", Rule: "ALARM(circle)"}, c.alarm}
		var got []string
		for _, x := range alarms.NewIndex(all).Service(shop(), beside) {
			if x.Alarm.Name == c.alarm.Name {
				got = append(got, x.Words())
			}
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDeploymentsThatWatchNothingNameTheirAlarms(t *testing.T) {
	s := shop()
	s.Alarms.Enabled = false
	got := alarms.NewIndex([]awsx.Alarm{{Name: "canary"}}).Service(s, alarms.Beside{})
	if len(got) != 1 || got[0].By != alarms.Named || got[0].Words() != "is named by its deployments, which watch no alarms" {
		t.Errorf("%+v", got)
	}
}

func TestWhichAlarmsConcernACluster(t *testing.T) {
	all := []awsx.Alarm{
		{Name: "reserved", Metrics: []awsx.AlarmMetric{on("ClusterName", "live")}},
		{Name: "provider", Metrics: []awsx.AlarmMetric{on("CapacityProviderName", "p", "ClusterName", "live")}},
		{Name: "hosts", Metrics: []awsx.AlarmMetric{on("AutoScalingGroupName", "live-asg")}},
		{Name: "grows", Actions: []string{policyOf + "autoScalingGroupName/live-asg:policyName/add-one"}},
		{Name: "any", Rule: "ALARM(reserved)"},
		{Name: "of a service", Metrics: []awsx.AlarmMetric{on("ClusterName", "live", "ServiceName", "shop")}},
		{Name: "elsewhere", Metrics: []awsx.AlarmMetric{on("AutoScalingGroupName", "test-asg")}},
	}
	var got []string
	for _, c := range alarms.NewIndex(all).Cluster(cluster("live"), []string{"live-asg"}) {
		got = append(got, c.Alarm.Name+" "+c.Words())
	}
	want := []string{"any is made of reserved", "grows scales it by add-one", "hosts measures it by its group live-asg", "provider measures it", "reserved measures it"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestTheLowAlarmOfTargetTrackingIsNoTrouble(t *testing.T) {
	for name, want := range map[string]bool{"TargetTracking-service/live/shop-AlarmHigh-1": true, "TargetTracking-service/live/shop-AlarmLow-2": false, "my-AlarmLow-x": true} {
		if got := alarms.Rings(awsx.Alarm{Name: name, State: alarms.Ringing}); got != want {
			t.Errorf("%s: %t", name, got)
		}
		if alarms.Rings(awsx.Alarm{Name: name, State: "OK"}) {
			t.Errorf("%s rings in OK", name)
		}
	}
}

func TestARuleNamesItsAlarmsOnce(t *testing.T) {
	rule := `ALARM("queue depth") OR NOT OK(cpu) AND (INSUFFICIENT_DATA('disk') OR ALARM(arn:aws:cloudwatch:r:1:alarm:mail-errors)) OR ALARM(cpu)`
	if got := alarms.InRule(rule); !slices.Equal(got, []string{"queue depth", "cpu", "disk", "mail-errors"}) {
		t.Errorf("got %q", got)
	}
}

// TestWhyAnAlarmIsInItsState, in words; the reasons are as CloudWatch writes them.
func TestWhyAnAlarmIsInItsState(t *testing.T) {
	cpu := awsx.Alarm{
		State: alarms.Ringing, Metrics: []awsx.AlarmMetric{{Name: "AWS/ECS/CPUUtilization"}}, Comparison: "GreaterThanOrEqualToThreshold", Threshold: 85,
		Periods: 3, Breaching: 3, Window: 3 * time.Minute,
		Reason: "Threshold Crossed: 3 out of the last 3 datapoints [97.512345 (29/11/26 03:12:00), 96.1 (29/11/26 03:11:00), 90.0 (29/11/26 03:10:00)] were greater than or equal to the threshold (85.0) (minimum 3 datapoints for OK -> ALARM transition).",
	}
	edited := func(edit func(*awsx.Alarm)) awsx.Alarm { a := cpu; edit(&a); return a }
	all := map[string]awsx.Alarm{"down": {State: alarms.Ringing}, "slow": {State: "OK"}}
	for i, c := range []struct {
		alarm awsx.Alarm
		want  string
	}{
		{cpu, "CPUUtilization 97.51: at or above 85 for 3m"},
		{edited(func(a *awsx.Alarm) { a.State = "OK" }), "rings on CPUUtilization at or above 85 for 3m"},
		{edited(func(a *awsx.Alarm) { a.State, a.Comparison, a.Breaching = "OK", "LessThanThreshold", 2 }), "rings on CPUUtilization below 85 for 2 of 3 times 1m"},
		{edited(func(a *awsx.Alarm) { a.State = "INSUFFICIENT_DATA" }), "no data; rings on CPUUtilization at or above 85 for 3m"},
		{edited(func(a *awsx.Alarm) { a.Reason = "Unchecked: Initial alarm creation" }), "not evaluated yet; rings on CPUUtilization at or above 85 for 3m"},
		{edited(func(a *awsx.Alarm) {
			a.Reason = "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [Breaching]."
		}), "no data, which counts as breaching; rings on CPUUtilization at or above 85 for 3m"},
		{edited(func(a *awsx.Alarm) { a.Reason = "said by hand" }), "CPUUtilization at or above 85 for 3m"},
		{edited(func(a *awsx.Alarm) { a.Comparison = "GreaterThanUpperThreshold" }), "CPUUtilization 97.51: above its band for 3m"},
		{edited(func(a *awsx.Alarm) { a.Comparison = "NearThreshold" }), "CPUUtilization 97.51: NearThreshold for 3m"},
		{edited(func(a *awsx.Alarm) { a.Expression = "100*errors/requests" }), "100*errors/requests 97.51: at or above 85 for 3m"},
		{awsx.Alarm{State: alarms.Ringing, Reason: "of a kind to come"}, "of a kind to come"},
		{awsx.Alarm{State: alarms.Ringing, Rule: "ALARM(down) OR ALARM(slow)"}, "because of down"},
		{awsx.Alarm{State: alarms.Ringing, Rule: "NOT ALARM(slow)"}, "NOT ALARM(slow)"},
		{awsx.Alarm{State: "OK", Rule: "ALARM(down)"}, "rings on ALARM(down)"},
	} {
		if got := alarms.Why(c.alarm, all); got != c.want {
			t.Errorf("%d: %q, want %q", i, got, c.want)
		}
	}
}

func BenchmarkWhichAlarmsConcernAThousandServices(b *testing.B) {
	var all []awsx.Alarm
	var services []awsx.Service
	for i := range 1000 {
		s := shop()
		s.Name = fmt.Sprint("shop-", i)
		services = append(services, s)
		all = append(all, awsx.Alarm{Name: fmt.Sprint("cpu-", i), Metrics: []awsx.AlarmMetric{on("ClusterName", "live", "ServiceName", s.Name)}},
			awsx.Alarm{Name: fmt.Sprint("any-", i), Rule: fmt.Sprintf("ALARM(cpu-%d)", i)})
	}
	b.ReportAllocs()
	for b.Loop() {
		x := alarms.NewIndex(all)
		for _, s := range services {
			x.Service(s, alarms.Beside{})
		}
	}
}
