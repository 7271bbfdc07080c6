package metrics_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/metrics"
)

var nan = math.NaN()

func arn(service, resource string) string {
	return "arn:aws:" + service + ":eu-west-1:210987654321:" + resource
}

func shop() awsx.Service {
	cluster := arn("ecs", "cluster/live")
	return awsx.Service{Name: "basket", Ref: awsx.Ref{Cluster: cluster, ARN: arn("ecs", "service/live/basket")}}
}

func group(name string, balancers ...string) awsx.Group {
	a := arn("elasticloadbalancing", "targetgroup/"+name+"/0af1")
	g := awsx.Group{ARN: a, Settings: awsx.TargetGroup{ARN: a, Name: name}}
	for _, b := range balancers {
		g.Settings.LoadBalancers = append(g.Settings.LoadBalancers, arn("elasticloadbalancing", "loadbalancer/"+b))
	}
	return g
}

// asked puts charts in words: each line with what it asks CloudWatch for.
func asked(charts []metrics.Chart) (out []string) {
	for _, c := range charts {
		for _, l := range c.Lines {
			out = append(out, c.Title+", "+l.Name+": "+l.Query.Metric.Key()+" "+l.Query.Stat)
		}
	}
	return out
}

// TestTheChartsOfAServiceAreThoseOfItsLoadBalancers: names and dimensions are those of the
// developer guide of ECS and the user guides of the load balancers.
func TestTheChartsOfAServiceAreThoseOfItsLoadBalancers(t *testing.T) {
	own := []string{
		"CPU, average: AWS/ECS CPUUtilization ClusterName=live ServiceName=basket Average",
		"CPU, highest: AWS/ECS CPUUtilization ClusterName=live ServiceName=basket Maximum",
		"Memory, average: AWS/ECS MemoryUtilization ClusterName=live ServiceName=basket Average",
		"Memory, highest: AWS/ECS MemoryUtilization ClusterName=live ServiceName=basket Maximum",
	}
	const at = " LoadBalancer=app/front/77b TargetGroup=targetgroup/green/0af1 "
	unread := group("lost", "app/front/77b")
	unread.Settings = awsx.TargetGroup{}
	for name, c := range map[string]struct {
		groups []awsx.Group
		want   []string
	}{
		"no load balancer":                       {nil, nil},
		"a group that no load balancer sends to": {[]awsx.Group{group("idle")}, nil},
		"a group that was not read":              {[]awsx.Group{unread}, nil},
		"a gateway load balancer has none":       {[]awsx.Group{group("wire", "gwy/g/1")}, nil},
		"an application load balancer": {[]awsx.Group{group("green", "app/front/77b")}, []string{
			"Requests, requests: AWS/ApplicationELB RequestCount" + at + "Sum",
			"5xx of targets, 5xx: AWS/ApplicationELB HTTPCode_Target_5XX_Count" + at + "Sum",
			"Response time, p50: AWS/ApplicationELB TargetResponseTime" + at + "p50",
			"Response time, p99: AWS/ApplicationELB TargetResponseTime" + at + "p99",
			"Healthy hosts, healthy: AWS/ApplicationELB HealthyHostCount" + at + "Minimum",
			"Healthy hosts, unhealthy: AWS/ApplicationELB UnHealthyHostCount" + at + "Maximum",
		}},
		"a network load balancer counts hosts alone": {[]awsx.Group{group("tcp", "net/edge/9c")}, []string{
			"Healthy hosts, healthy: AWS/NetworkELB HealthyHostCount LoadBalancer=net/edge/9c TargetGroup=targetgroup/tcp/0af1 Minimum",
			"Healthy hosts, unhealthy: AWS/NetworkELB UnHealthyHostCount LoadBalancer=net/edge/9c TargetGroup=targetgroup/tcp/0af1 Maximum",
		}},
	} {
		if d := cmp.Diff(append(own[:4:4], c.want...), asked(metrics.OfService(shop(), c.groups))); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// TestGroupsOfABlueGreenPairAreToldApart by their names, as soon as there are several.
func TestGroupsOfABlueGreenPairAreToldApart(t *testing.T) {
	charts := metrics.OfService(shop(), []awsx.Group{group("blue", "app/front/77b"), group("green", "app/front/77b")})
	var names []string
	for _, l := range charts[2].Lines {
		names = append(names, l.Name)
	}
	if got := strings.Join(names, ", "); got != "blue requests, green requests" {
		t.Errorf("lines %s", got)
	}
}

func TestTasksAreThoseThatContainerInsightsTellsOf(t *testing.T) {
	of := func(pairs ...string) awsx.Metric {
		m := awsx.Metric{Namespace: "ECS/ContainerInsights", Name: "TaskCpuUtilization"}
		for i := 0; i < len(pairs); i += 2 {
			m.Dimensions = append(m.Dimensions, awsx.Dimension{Name: pairs[i], Value: pairs[i+1]})
		}
		return m
	}
	listed := []awsx.Metric{
		of("ClusterName", "live", "TaskId", "aaa1", "ContainerName", "sidecar"),
		of("ClusterName", "live", "ServiceName", "basket", "TaskId", "aaa1"),
		of("ClusterName", "live", "TaskDefinitionFamily", "basket", "TaskId", "aaa1"),
		of("ClusterName", "live", "TaskDefinitionFamily", "basket", "TaskId", "bbb2"),
		of("ClusterName", "live", "TaskDefinitionFamily", "other", "TaskId", "ccc3"),
	}
	first := func(id string) string { return id[:1] }
	tasks := []awsx.Task{{ID: "aaa1"}, {ID: "bbb2"}, {ID: "ddd4"}}
	want := []string{
		"CPU by task, a: ECS/ContainerInsights TaskCpuUtilization ClusterName=live ServiceName=basket TaskId=aaa1 Average",
		"CPU by task, b: ECS/ContainerInsights TaskCpuUtilization ClusterName=live TaskDefinitionFamily=basket TaskId=bbb2 Average",
		"Memory by task, a: ECS/ContainerInsights TaskMemoryUtilization ClusterName=live ServiceName=basket TaskId=aaa1 Average",
		"Memory by task, b: ECS/ContainerInsights TaskMemoryUtilization ClusterName=live TaskDefinitionFamily=basket TaskId=bbb2 Average",
	}
	if d := cmp.Diff(want, asked(metrics.OfTasks(listed, tasks, first))); d != "" {
		t.Error(d)
	}
	if got := metrics.OfTasks(nil, tasks, first); got != nil {
		t.Errorf("charts of nothing: %v", got)
	}
	for setting, want := range map[string]string{"enhanced": "", "enabled": "without enhanced observability", "disabled": "is off", "": "not known", "new": "not known"} {
		if got := metrics.NoTasks(setting); !strings.Contains(got, want) || (got == "") != (want == "") {
			t.Errorf("%q: %q, want %q", setting, got, want)
		}
	}
}

func TestARangeHasWholePeriodsThatAreOver(t *testing.T) {
	now := time.Date(2026, 5, 3, 17, 43, 21, 0, time.UTC)
	for _, c := range []struct {
		name, from, to string
		values         int
	}{
		{"30m", "17:13", "17:43", 30}, {"1h", "16:43", "17:43", 60}, {"3h", "14:43", "17:43", 180},
		{"12h", "05:40", "17:40", 144}, {"24h", "17:40", "17:40", 288},
	} {
		r, err := metrics.RangeNamed(c.name)
		if err != nil {
			t.Fatal(err)
		}
		from, to := r.Window(now)
		if got := from.Format("15:04"); got != c.from || to.Format("15:04") != c.to || len(metrics.Align(nil, r.Period, from, to)) != c.values {
			t.Errorf("%s: %s to %s, %d values", c.name, got, to.Format("15:04"), len(metrics.Align(nil, r.Period, from, to)))
		}
	}
	if _, err := metrics.RangeNamed("2h"); err == nil || !strings.Contains(err.Error(), "30m, 1h, 3h, 12h, 24h") {
		t.Errorf("error %v, want the ranges that there are", err)
	}
}

func TestGapsStayGaps(t *testing.T) {
	from := time.Date(2026, 5, 3, 10, 0, 0, 0, time.UTC)
	at := func(minute int, v float64) awsx.MetricPoint {
		return awsx.MetricPoint{At: from.Add(time.Duration(minute) * time.Minute), Value: v}
	}
	got := metrics.Align([]awsx.MetricPoint{at(-1, 9), at(0, 1), at(2, 3), at(5, 9)}, time.Minute, from, from.Add(5*time.Minute))
	if d := cmp.Diff([]float64{1, nan, 3, nan, nan}, got, cmpopts.EquateNaNs()); d != "" {
		t.Error(d)
	}
}

// TestAnAbsentCountIsNoneWhereRequestsWereCounted: CloudWatch leaves out a count of no
// failures, and says nothing at all while nothing is measured.
func TestAnAbsentCountIsNoneWhereRequestsWereCounted(t *testing.T) {
	charts := metrics.OfService(shop(), []awsx.Group{group("green", "app/front/77b")})
	from := time.Date(2026, 5, 3, 10, 0, 0, 0, time.UTC)
	point := func(n int, v float64) awsx.MetricPoint {
		return awsx.MetricPoint{At: from.Add(time.Duration(n) * 5 * time.Minute), Value: v}
	}
	answers := make([]awsx.MetricSeries, len(metrics.Queries(charts, time.Minute)))
	answers[4].Points = []awsx.MetricPoint{point(0, 500), point(1, 250), point(3, 100)}
	answers[5].Points = []awsx.MetricPoint{point(1, 25)}
	answers[5].Trouble = "Forbidden"
	drawn := metrics.Over(charts, answers, 5*time.Minute, from, from.Add(20*time.Minute))
	if d := cmp.Diff([]float64{100, 50, nan, 20}, drawn[2].Series[0].Values, cmpopts.EquateNaNs()); d != "" {
		t.Errorf("requests a minute %s", d)
	}
	if d := cmp.Diff([]float64{0, 5, nan, 0}, drawn[3].Series[0].Values, cmpopts.EquateNaNs()); d != "" || drawn[3].Series[0].Trouble != "Forbidden" {
		t.Errorf("failures a minute %s, trouble %q", d, drawn[3].Series[0].Trouble)
	}
	if got := metrics.Summarize(drawn[0].Series[0].Values); got.Values != 0 || !math.IsNaN(got.Last) || !math.IsNaN(got.Mean) {
		t.Errorf("nothing came to %+v", got)
	}
}

func TestASummaryIsOfTheValuesThatThereAre(t *testing.T) {
	if got, want := metrics.Summarize([]float64{nan, 4, nan, 1, 7, nan}), (metrics.Summary{Values: 3, Last: 7, LastAt: 4, Low: 1, High: 7, Mean: 4}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOf(rapid.Float64Range(-1e6, 1e6)).Draw(t, "values")
		s := metrics.Summarize(values)
		if s.Values != len(values) || len(values) > 0 && (s.Low > s.Mean+1e-6 || s.Mean > s.High+1e-6 || s.Last < s.Low || s.Last > s.High) {
			t.Errorf("%v: %+v", values, s)
		}
	})
}

func TestValuesAreSaidInTheirUnit(t *testing.T) {
	for _, c := range []struct {
		unit metrics.Unit
		v    float64
		want string
	}{
		{metrics.Percent, 61.44, "61.4%"}, {metrics.Percent, 100, "100%"}, {metrics.Percent, nan, "?"}, {metrics.Percent, 0.004, "0%"},
		{metrics.PerMinute, 1234, "1.23k/min"}, {metrics.PerMinute, 999.6, "1k/min"}, {metrics.PerMinute, 0, "0/min"},
		{metrics.Seconds, 0.0823, "82.3ms"}, {metrics.Seconds, 1.25, "1.25s"}, {metrics.Seconds, 0.00004, "40us"}, {metrics.Seconds, 0, "0ms"},
		{metrics.Count, 3, "3"}, {metrics.Count, 2500000, "2.5M"}, {metrics.Count, -12.34, "-12.3"}, {metrics.Count, math.Inf(1), "?"},
	} {
		if got := c.unit.Say(c.v); got != c.want {
			t.Errorf("%v %s: %q, want %q", c.v, c.unit, got, c.want)
		}
	}
	for n, want := range map[int]string{0: "0 metrics, $0.00", 1: "1 metric, $0.00001", 14: "14 metrics, $0.00014", 1000: "1000 metrics, $0.010", 250000: "250000 metrics, $2.50"} {
		if got := metrics.Cost(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestMarksAreThoseOfTheWindow(t *testing.T) {
	from := time.Date(2026, 5, 3, 10, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return from.Add(time.Duration(minutes) * time.Minute) }
	deployments := []awsx.ServiceDeployment{
		{CreatedAt: at(20), StartedAt: at(21), Target: awsx.RevisionShare{ARN: "b"}, Rollback: &awsx.RollbackRecord{At: at(25), Revision: "a"}},
		{CreatedAt: at(-50), Target: awsx.RevisionShare{ARN: "a"}, Rollback: &awsx.RollbackRecord{At: at(1), Revision: "a"}},
	}
	made := []metrics.Mark{{At: at(20), Kind: metrics.Changed, Text: "image: 1 -> 2"}, {At: at(60), Kind: metrics.Changed}}
	want := []metrics.Mark{
		{at(1), metrics.RolledBack, "r-a"}, {at(20), metrics.Changed, "image: 1 -> 2"}, {at(21), metrics.Deployed, "r-b"}, {at(25), metrics.RolledBack, "r-a"},
	}
	if d := cmp.Diff(want, metrics.Marks(deployments, func(arn string) string { return "r-" + arn }, made, from, at(59))); d != "" {
		t.Error(d)
	}
}

// TestChartsOfTwoServicesShareAnAxis although one was read a period before the other.
func TestChartsOfTwoServicesShareAnAxis(t *testing.T) {
	at := time.Date(2026, 5, 3, 10, 0, 0, 0, time.UTC)
	told := func(name string, ends time.Time, cpu ...float64) metrics.Told {
		charts := metrics.OfService(shop(), nil)
		answers := make([]awsx.MetricSeries, 4)
		from := ends.Add(-4 * time.Minute)
		for i, v := range cpu {
			answers[0].Points = append(answers[0].Points, awsx.MetricPoint{At: from.Add(time.Duration(i) * time.Minute), Value: v})
		}
		return metrics.Told{Name: name, From: from, To: ends, Charts: metrics.Over(charts, answers, time.Minute, from, ends)}
	}
	early, late := told("basket", at, 1, 2, 3, 4), told("till", at.Add(time.Minute), 5, 6, 7, 8)
	charts, from, to := metrics.Together([]metrics.Told{early, late}, time.Minute)
	if len(charts) != 2 || len(charts[0].Series) != 2 || charts[0].Series[0].Name != "basket average" || charts[0].Series[1].Name != "till average" || !to.Equal(late.To) || !from.Equal(late.From) {
		t.Fatalf("%+v from %s to %s", charts, from, to)
	}
	if d := cmp.Diff([]float64{2, 3, 4, nan}, charts[0].Series[0].Values, cmpopts.EquateNaNs()); d != "" {
		t.Error(d)
	}
	if alone, _, _ := metrics.Together([]metrics.Told{early}, time.Minute); len(alone[0].Series) != 2 || alone[0].Series[1].Name != "highest" {
		t.Errorf("alone %+v", alone[0])
	}
}
