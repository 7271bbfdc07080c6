package sdk_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/awsx"
	"gantry/awsx/sim"
	"gantry/awsx/sim/seed"
	"gantry/internal/fault"
)

func cpuOf(service, stat string) awsx.MetricQuery {
	return awsx.MetricQuery{Period: time.Minute, Stat: stat, Metric: awsx.Metric{Namespace: "AWS/ECS", Name: "CPUUtilization",
		Dimensions: []awsx.Dimension{{Name: "ClusterName", Value: "prod"}, {Name: "ServiceName", Value: service}}}}
}

// TestMetricDataComesInTheOrderAskedFor whatever the number of calls and pages, and is
// counted as it is charged for.
func TestMetricDataComesInTheOrderAskedFor(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, world *sim.Account, account awsx.Account) {
		from, to := time.Now().Add(-24*time.Hour).Truncate(time.Minute), time.Now().Truncate(time.Minute)
		var queries []awsx.MetricQuery
		for i := range 501 { // two calls, the first of more values than fit into one answer
			queries = append(queries, cpuOf([]string{"web", "nobody", "catalog", "no", "none"}[i%5], []string{"Average", "Maximum"}[i%2]))
		}
		got := must[[]awsx.MetricSeries](t)(account.MetricData(t.Context(), queries, from, to))
		var calls int
		for _, c := range world.Calls() {
			if c.Operation == "GetMetricData" {
				calls++
			}
		}
		if calls != 4 || len(got) != 501 {
			t.Fatalf("%d calls, %d answers, want 4: 200 answers of 1,440 values take three pages", calls, len(got))
		}
		for i, s := range got {
			measured := i%5 == 0 || i%5 == 2
			first := got[i%10] // of the same query
			if measured && (len(s.Points) != 1440 || !slices.Equal(s.Points, first.Points)) || !measured && len(s.Points) != 0 || s.Trouble != "" {
				t.Fatalf("answer %d has %d values, the first of its query %d, trouble %q", i, len(s.Points), len(first.Points), s.Trouble)
			}
			if !slices.IsSortedFunc(s.Points, func(a, b awsx.MetricPoint) int { return a.At.Compare(b.At) }) {
				t.Fatalf("answer %d is not in the order of time", i)
			}
		}
		if requested := account.MetricsRequested(); requested != 3*awsx.MetricCount(queries[:500])+1 {
			t.Errorf("%d metrics counted", requested)
		}
	})
}

func TestMetricMathsStayInOneCall(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, _ *sim.Account, account awsx.Account) {
		hidden := cpuOf("web", "Average")
		hidden.ID, hidden.Hidden = "cpu", true
		queries := []awsx.MetricQuery{{ID: "double", Expression: "cpu * 2"}, hidden}
		got := must[[]awsx.MetricSeries](t)(account.MetricData(t.Context(), queries, time.Now().Add(-time.Hour), time.Now()))
		if len(got[0].Points) < 59 || len(got[1].Points) != 0 || got[0].Label != "double" {
			t.Errorf("%d values, %d hidden", len(got[0].Points), len(got[1].Points))
		}
		many := append(slices.Repeat([]awsx.MetricQuery{cpuOf("web", "Sum")}, 500), queries...)
		if _, err := account.MetricData(t.Context(), many, time.Now().Add(-time.Hour), time.Now()); fault.ClassOf(err) != fault.Invalid {
			t.Errorf("error %v, want it refused here", err)
		}
	})
}

func TestDeniedMetricsNameTheAction(t *testing.T) {
	simulated(t, sim.Options{}, func(t *testing.T, world *sim.Account, account awsx.Account) {
		world.Inject(sim.Fault{Service: "cloudwatch", Kind: sim.Deny})
		_, data := account.MetricData(t.Context(), []awsx.MetricQuery{cpuOf("web", "Sum")}, time.Now().Add(-time.Hour), time.Now())
		_, list := account.Metrics(t.Context(), awsx.Metric{Namespace: "AWS/ECS", Name: "CPUUtilization"})
		_, boards := awsx.Collect(account.Dashboards(t.Context()))
		_, body := account.DashboardBody(t.Context(), "prod-overview")
		for want, err := range map[string]error{"GetMetricData": data, "ListMetrics": list, "ListDashboards": boards, "GetDashboard": body} {
			if fault.ClassOf(err) != fault.Denied || !strings.Contains(err.Error(), "cloudwatch:"+want) {
				t.Errorf("error %v, want cloudwatch:%s denied", err, want)
			}
		}
	})
}

func TestMetricsAndDashboardsAreListed(t *testing.T) {
	simulated(t, sim.Options{Scenario: seed.Steady}, func(t *testing.T, _ *sim.Account, account awsx.Account) {
		like := awsx.Metric{Namespace: "ECS/ContainerInsights", Name: "TaskCpuUtilization", Dimensions: []awsx.Dimension{{Name: "ClusterName", Value: "prod"}, {Name: "TaskId"}}}
		listed := must[[]awsx.Metric](t)(account.Metrics(t.Context(), like))
		if len(listed) < 10 || listed[0].Dimension("TaskId") == "" || listed[0].Dimension("ClusterName") != "prod" {
			t.Errorf("%d metrics, the first %+v", len(listed), listed)
		}
		boards := all(t, account.Dashboards(t.Context()))
		if len(boards) != 3 || boards[1].Name != "prod-overview" || boards[1].Size == 0 || boards[1].Modified.IsZero() {
			t.Fatalf("%+v", boards)
		}
		if body := must[json.RawMessage](t)(account.DashboardBody(t.Context(), "prod-overview")); !json.Valid(body) || len(body) != boards[1].Size {
			t.Errorf("body %s", body)
		}
		if _, err := account.DashboardBody(t.Context(), "nope"); fault.ClassOf(err) != fault.NotFound {
			t.Errorf("error %v, want that there is none", err)
		}
		for _, c := range all(t, account.Clusters(t.Context())) {
			if want := map[string]string{"prod": "enhanced", "preprod": "enabled", "staging": "disabled"}[c.Name]; c.Insights != want {
				t.Errorf("%s: Container Insights %q, want %q", c.Name, c.Insights, want)
			}
		}
	})
}
