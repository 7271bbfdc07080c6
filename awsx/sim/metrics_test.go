package sim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	metric "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"gantry/awsx/sim"
	"gantry/awsx/sim/alarms"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/seed"
)

func (w *world) cloudwatch() *cloudwatch.Client {
	return cloudwatch.NewFromConfig(config(w.account.RoundTripper()))
}

// measured asks for queries over what led here, the oldest value first.
func (w *world) measured(back time.Duration, queries ...metric.MetricDataQuery) map[string]metric.MetricDataResult {
	w.t.Helper()
	out := must[*cloudwatch.GetMetricDataOutput](w)(w.cloudwatch().GetMetricData(w.ctx, &cloudwatch.GetMetricDataInput{
		MetricDataQueries: queries, StartTime: aws.Time(time.Now().Add(-back)), EndTime: aws.Time(time.Now()), ScanBy: metric.ScanByTimestampAscending,
	}))
	all := map[string]metric.MetricDataResult{}
	for _, r := range out.MetricDataResults {
		all[*r.Id] = r
	}
	return all
}

func query(id, namespace, name, stat string, dimensions ...string) metric.MetricDataQuery {
	q := metric.MetricDataQuery{Id: &id, MetricStat: &metric.MetricStat{
		Metric: &metric.Metric{Namespace: &namespace, MetricName: &name}, Period: aws.Int32(60), Stat: &stat,
	}}
	for pair := range slices.Chunk(dimensions, 2) {
		q.MetricStat.Metric.Dimensions = append(q.MetricStat.Metric.Dimensions, metric.Dimension{Name: &pair[0], Value: &pair[1]})
	}
	return q
}

func ofService(id, name, stat, service string) metric.MetricDataQuery {
	return query(id, "AWS/ECS", name, stat, "ClusterName", "prod", "ServiceName", service)
}

// ofGroup asks about the target group of a service.
func (w *world) ofGroup(id, name, stat, service string) metric.MetricDataQuery {
	group := *w.service(service).LoadBalancers[0].TargetGroupArn
	found := must[*cloudwatch.ListMetricsOutput](w)(w.cloudwatch().ListMetrics(w.ctx, &cloudwatch.ListMetricsInput{
		MetricName: aws.String("HealthyHostCount"), Dimensions: []metric.DimensionFilter{{Name: aws.String("TargetGroup"), Value: aws.String(group[strings.LastIndexByte(group, ':')+1:])}},
	}))
	if len(found.Metrics) != 1 {
		w.t.Fatalf("%d metrics of %s", len(found.Metrics), group)
	}
	q := query(id, "AWS/ApplicationELB", name, stat)
	q.MetricStat.Metric.Dimensions = found.Metrics[0].Dimensions
	return q
}

func mean(values []float64) (m float64) {
	for _, v := range values {
		m += v / float64(len(values))
	}
	return m
}

func TestMetricsAreThoseOfEachMinuteThatIsOver(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		time.Sleep(90 * time.Second)
		got := w.measured(10*time.Minute, ofService("cpu", "CPUUtilization", "Average", "api-orders"))["cpu"]
		if n := len(got.Values); n != 10 || len(got.Timestamps) != n || got.StatusCode != metric.StatusCodeComplete {
			t.Fatalf("%d values at %v, %s", n, got.Timestamps, got.StatusCode)
		}
		for i, at := range got.Timestamps {
			if at.Second() != 0 || i > 0 && at.Sub(got.Timestamps[i-1]) != time.Minute || got.Values[i] <= 0 || got.Values[i] > 100 {
				t.Errorf("%v at %v", got.Values[i], at)
			}
		}
		if again := w.measured(10*time.Minute, ofService("cpu", "CPUUtilization", "Average", "api-orders"))["cpu"]; !slices.Equal(again.Values, got.Values) {
			t.Errorf("the same minutes had %v and then %v", got.Values, again.Values)
		}
	})
}

func TestCPUFollowsTheLoadAndWhatRuns(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		cpu := func() float64 {
			return mean(w.measured(3*time.Minute, ofService("cpu", "CPUUtilization", "Average", "sessions"))["cpu"].Values)
		}
		time.Sleep(5 * time.Minute)
		calm := cpu()
		w.demand("sessions", 16) // above its upper bound of 8
		time.Sleep(5 * time.Minute)
		if busy := cpu(); busy < 1.3*calm {
			t.Errorf("CPU went from %.1f to %.1f when the load grew beyond what may run", calm, busy)
		}
	})
}

func TestTargetsThatFailShowInTheMetricsOfTheirGroup(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		ask := func() (healthy, failed, slow, unhealthy float64) {
			got := w.measured(2*time.Minute, w.ofGroup("up", "HealthyHostCount", "Minimum", "web"), w.ofGroup("failed", "HTTPCode_Target_5XX_Count", "Sum", "web"),
				w.ofGroup("slow", "TargetResponseTime", "p99", "web"), w.ofGroup("down", "UnHealthyHostCount", "Maximum", "web"))
			return slices.Min(got["up"].Values), mean(got["failed"].Values), mean(got["slow"].Values), slices.Max(got["down"].Values)
		}
		time.Sleep(3 * time.Minute)
		healthy, failed, slow, down := ask()
		if healthy < 2 || down != 0 || failed > 20 || slow > 1.5 {
			t.Fatalf("at first %v healthy, %v not, %v failed, p99 %v s", healthy, down, failed, slow)
		}
		task := w.tasks("web", "RUNNING")[0]
		if err := w.account.SetBehaviour("web", "v5.2.3", ecr.Behaviour{DegradesAfter: time.Second}); err != nil {
			t.Fatal(err)
		}
		if err := w.account.KillTask(*task.TaskArn, 1); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Minute)
		if up, broken, p99, unhealthy := ask(); up >= healthy || broken < 10*failed || p99 < slow || unhealthy < 1 {
			t.Errorf("then %v healthy of %v, %v not, %v failed after %v, p99 %v s after %v", up, healthy, unhealthy, broken, failed, p99, slow)
		}
	})
}

func TestAnAlarmThatFiresIsSeenInItsMetric(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		time.Sleep(10 * time.Minute)
		w.setAlarm("api-orders-cpu-high", alarms.Firing)
		time.Sleep(2 * time.Minute)
		got := w.measured(10*time.Minute, ofService("cpu", "CPUUtilization", "Average", "api-orders"))["cpu"].Values
		if got[0] > 85 || slices.Min(got[len(got)-3:]) <= 85 {
			t.Errorf("values %v, want the last ones above 85", got)
		}
	})
}

func TestWhatDoesNotRunHasNoMetrics(t *testing.T) {
	w := newWorld(t, sim.Options{})
	got := w.measured(10*time.Minute, ofService("none", "CPUUtilization", "Average", "no-such-service"), ofService("odd", "Coffee", "Average", "web"))
	if len(got["none"].Values) != 0 || len(got["odd"].Values) != 0 || got["none"].StatusCode != metric.StatusCodeComplete {
		t.Errorf("%+v", got)
	}
}

func TestTasksHaveMetricsWhereContainerInsightsIsEnhanced(t *testing.T) {
	w := newWorld(t, sim.Options{Scenario: seed.Steady})
	count := func(name string) int {
		out := must[*cloudwatch.ListMetricsOutput](w)(w.cloudwatch().ListMetrics(w.ctx, &cloudwatch.ListMetricsInput{
			Namespace: aws.String("ECS/ContainerInsights"), MetricName: &name, RecentlyActive: metric.RecentlyActivePt3h,
			Dimensions: []metric.DimensionFilter{{Name: aws.String("ClusterName"), Value: aws.String("prod")}, {Name: aws.String("ServiceName"), Value: aws.String("web")}},
		}))
		return len(out.Metrics)
	}
	tasks := len(w.tasks("web", "RUNNING"))
	for _, tc := range []struct {
		setting        string
		ofTask, others int
	}{{"enhanced", tasks, 1}, {"enabled", 0, 1}, {"disabled", 0, 0}} {
		if err := w.account.SetContainerInsights("prod", tc.setting); err != nil {
			t.Fatal(err)
		}
		if got := []int{count("TaskCpuUtilization"), count("RunningTaskCount")}; !slices.Equal(got, []int{tc.ofTask, tc.others}) {
			t.Errorf("%s: %v, want %d and %d", tc.setting, got, tc.ofTask, tc.others)
		}
	}
}

func TestMetricMathsAreWorkedOut(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		time.Sleep(5 * time.Minute)
		maths := func(id, expression string) metric.MetricDataQuery {
			return metric.MetricDataQuery{Id: &id, Expression: &expression}
		}
		hidden := ofService("m", "MemoryUtilization", "Average", "web")
		hidden.ReturnData = aws.Bool(false)
		got := w.measured(5*time.Minute, maths("twice", "(c + half*2) * 1"), maths("half", "c / 2"), ofService("c", "CPUUtilization", "Average", "web"), hidden,
			maths("top", "MAX([c, m])"), maths("low", "MIN(METRICS())"), maths("none", "FILL(c - c, 0) / (c - c)"))
		if _, shown := got["m"]; shown || len(got["none"].Values) != 0 {
			t.Errorf("hidden %v, divided by zero %v", got["m"], got["none"].Values)
		}
		for i, c := range got["c"].Values {
			if diff := got["twice"].Values[i] - 2*c; diff > 1e-9 || diff < -1e-9 || got["top"].Values[i] < c || got["low"].Values[i] > c {
				t.Errorf("%v is twice %v, between %v and %v", got["twice"].Values[i], c, got["low"].Values[i], got["top"].Values[i])
			}
		}
	})
}

func TestPagesOfMetricDataHoldEachValueOnce(t *testing.T) {
	live(t, sim.Options{Scenario: seed.Steady}, func(w *world) {
		time.Sleep(5 * time.Minute)
		in := &cloudwatch.GetMetricDataInput{
			MetricDataQueries: []metric.MetricDataQuery{ofService("a", "CPUUtilization", "Average", "web"), ofService("b", "CPUUtilization", "Sum", "nope"), ofService("c", "MemoryUtilization", "Sum", "web")},
			StartTime:         aws.Time(time.Now().Add(-time.Hour)), EndTime: aws.Time(time.Now()),
		}
		read := func(most int32) map[string][]float64 {
			in.MaxDatapoints = &most
			all := map[string][]float64{}
			pages := cloudwatch.NewGetMetricDataPaginator(w.cloudwatch(), in)
			for pages.HasMorePages() {
				page := must[*cloudwatch.GetMetricDataOutput](w)(pages.NextPage(w.ctx))
				n := 0
				for _, r := range page.MetricDataResults {
					all[*r.Id] = append(all[*r.Id], r.Values...)
					n += len(r.Values)
				}
				if n > int(most) {
					t.Errorf("a page of %d values, want at most %d", n, most)
				}
			}
			return all
		}
		if diff := cmp.Diff(read(100_800), read(7)); diff != "" {
			t.Errorf("pages of 7 against one (-one +pages):\n%s", diff)
		}
	})
}

// The command line speaks JSON 1.0 where the SDK speaks CBOR.
func TestAWrongCallOfMetricsIsRefusedOverJSON10(t *testing.T) {
	account := newWorld(t, sim.Options{}).account
	call := func(operation, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "http://localhost/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "GraniteServiceVersion20100801."+operation)
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		w := httptest.NewRecorder()
		account.ServeHTTP(w, r)
		return w
	}
	span := `"StartTime":1000,"EndTime":2000,`
	cpu := `{"Id":"a","MetricStat":{"Metric":{"Namespace":"AWS/ECS","MetricName":"CPUUtilization"},"Period":%s,"Stat":"%s"}}`
	many := strings.TrimSuffix(strings.Repeat(fmt.Sprintf(cpu, "60", "Sum")+",", 501), ",")
	for _, tc := range []struct{ name, operation, body, want string }{
		{"no queries", "GetMetricData", `{` + span + `"MetricDataQueries":[]}`, "ValidationError"},
		{"too many", "GetMetricData", `{` + span + `"MetricDataQueries":[` + many + `]}`, "ValidationError"},
		{"a capital id", "GetMetricData", `{` + span + `"MetricDataQueries":[{"Id":"A","Expression":"1"}]}`, "ValidationError"},
		{"an id twice", "GetMetricData", `{` + span + `"MetricDataQueries":[{"Id":"a","Expression":"1"},{"Id":"a","Expression":"1"}]}`, "ValidationError"},
		{"neither", "GetMetricData", `{` + span + `"MetricDataQueries":[{"Id":"a"}]}`, "ValidationError"},
		{"an odd period", "GetMetricData", `{` + span + `"MetricDataQueries":[` + fmt.Sprintf(cpu, "90", "Sum") + `]}`, "ValidationError"},
		{"an odd statistic", "GetMetricData", `{` + span + `"MetricDataQueries":[` + fmt.Sprintf(cpu, "60", "Mode") + `]}`, "ValidationError"},
		{"backwards", "GetMetricData", `{"StartTime":2000,"EndTime":1000,"MetricDataQueries":[` + fmt.Sprintf(cpu, "60", "Sum") + `]}`, "ValidationError"},
		{"maths of nothing", "GetMetricData", `{` + span + `"MetricDataQueries":[{"Id":"a","Expression":"b + 1"}]}`, "ValidationError"},
		{"a search", "GetMetricData", `{` + span + `"MetricDataQueries":[{"Id":"a","Expression":"SEARCH(1)"}]}`, "Unsupported function SEARCH"},
		{"an open list", "GetMetricData", `{` + span + `"MetricDataQueries":[{"Id":"a","Expression":"SUM(1"}]}`, "ValidationError"},
		{"a bad token", "GetMetricData", `{` + span + `"NextToken":"x","MetricDataQueries":[` + fmt.Sprintf(cpu, "60", "p99") + `]}`, "InvalidNextToken"},
		{"another activity", "ListMetrics", `{"RecentlyActive":"PT1H"}`, "ValidationError"},
		{"no dashboard", "GetDashboard", `{"DashboardName":"nope"}`, "ResourceNotFound"},
	} {
		if got := call(tc.operation, tc.body); got.Code < 400 || got.Code > 499 || !strings.Contains(got.Body.String(), tc.want) {
			t.Errorf("%s: %d %s, want %s", tc.name, got.Code, got.Body, tc.want)
		}
	}
	var out struct {
		MetricDataResults []struct {
			Timestamps []float64
			Values     []float64
		}
	}
	now := time.Now().Unix()
	got := call("GetMetricData", fmt.Sprintf(`{"StartTime":%d,"EndTime":%d,"MetricDataQueries":[{"Id":"a","MetricStat":{"Metric":{"Namespace":"AWS/ECS","MetricName":"CPUUtilization","Dimensions":[{"Name":"ClusterName","Value":"prod"}]},"Period":300,"Stat":"Average"}}]}`, now-3600, now))
	if err := json.Unmarshal(got.Body.Bytes(), &out); err != nil || len(out.MetricDataResults) != 1 || len(out.MetricDataResults[0].Values) < 11 || out.MetricDataResults[0].Timestamps[0] < 1e9 {
		t.Errorf("%s: %v", got.Body, err)
	}
}

func TestEachClusterHasADashboardOfWidgets(t *testing.T) {
	w := newWorld(t, sim.Options{})
	w.account.PutDashboard("aside", `{"widgets":[]}`)
	list := must[*cloudwatch.ListDashboardsOutput](w)(w.cloudwatch().ListDashboards(w.ctx, &cloudwatch.ListDashboardsInput{}))
	var names []string
	for _, e := range list.DashboardEntries {
		names = append(names, *e.DashboardName)
		if e.LastModified.IsZero() || *e.Size == 0 {
			t.Errorf("%s of %v, %d bytes", *e.DashboardName, e.LastModified, *e.Size)
		}
	}
	if !slices.Equal(names, []string{"aside", "preprod-overview", "prod-overview", "staging-overview"}) {
		t.Errorf("dashboards %v", names)
	}
	got := must[*cloudwatch.GetDashboardOutput](w)(w.cloudwatch().GetDashboard(w.ctx, &cloudwatch.GetDashboardInput{DashboardName: aws.String("prod-overview")}))
	var body struct{ Widgets []struct{ Type string } }
	if err := json.Unmarshal([]byte(*got.DashboardBody), &body); err != nil || len(body.Widgets) != 7 {
		t.Errorf("%s: %v", *got.DashboardBody, err)
	}
}
