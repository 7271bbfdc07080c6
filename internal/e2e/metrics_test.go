//go:build integration

package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// moment is a time as the CLI prints it: as it came over the wire, or in words.
type moment struct{ time.Time }

func (m *moment) UnmarshalJSON(b []byte) error {
	var seconds float64
	if json.Unmarshal(b, &seconds) == nil {
		m.Time = time.Unix(int64(seconds), 0)
		return nil
	}
	return json.Unmarshal(b, &m.Time)
}

// TestTheAWSCLIReadsMetricsAndDashboards by every operation of CloudWatch that the account has
// besides its alarms, and sees what gantry sees.
func TestTheAWSCLIReadsMetricsAndDashboards(t *testing.T) {
	aws, _ := simulator(t, "--scenario", "steady", "--seed", "7")
	read := func(into any, args ...string) {
		t.Helper()
		out := independent(t, aws, "aws", append([]string{"cloudwatch"}, append(args, "--output", "json")...)...)
		if err := json.Unmarshal(out, into); err != nil {
			t.Fatalf("%v printed %s: %v", args, out, err)
		}
	}
	var listed struct {
		Metrics []struct {
			MetricName string
			Dimensions []struct{ Name, Value string }
		}
	}
	read(&listed, "list-metrics", "--namespace", "AWS/ECS", "--metric-name", "CPUUtilization", "--recently-active", "PT3H",
		"--dimensions", "Name=ClusterName,Value=prod", "Name=ServiceName,Value=web")
	if len(listed.Metrics) != 1 || len(listed.Metrics[0].Dimensions) != 2 {
		t.Fatalf("listed %+v", listed)
	}
	to := time.Now().UTC().Truncate(time.Minute)
	queries := `[{"Id":"cpu","MetricStat":{"Metric":{"Namespace":"AWS/ECS","MetricName":"CPUUtilization","Dimensions":[
		{"Name":"ClusterName","Value":"prod"},{"Name":"ServiceName","Value":"web"}]},"Period":60,"Stat":"Average"}},{"Id":"half","Expression":"cpu / 2"}]`
	var data struct {
		MetricDataResults []struct {
			ID         string `json:"Id"`
			Timestamps []moment
			Values     []float64
			StatusCode string
		}
	}
	read(&data, "get-metric-data", "--metric-data-queries", queries, "--start-time", to.Add(-30*time.Minute).Format(time.RFC3339), "--end-time", to.Format(time.RFC3339),
		"--scan-by", "TimestampAscending")
	if len(data.MetricDataResults) != 2 || len(data.MetricDataResults[0].Values) < 29 || data.MetricDataResults[0].StatusCode != "Complete" {
		t.Fatalf("data %+v", data)
	}
	cpu, half := data.MetricDataResults[0], data.MetricDataResults[1]
	if cpu.Values[3] != 2*half.Values[3] {
		t.Errorf("half of %v is %v", cpu.Values[3], half.Values[3])
	}

	r := run(t, account(t, aws), "metrics", "prod/web", "--range", "30m", "-o", "json")
	var ours struct {
		From   time.Time
		Charts []struct {
			Title  string
			Series []struct{ Values []*float64 }
		}
	}
	if err := json.Unmarshal([]byte(r.stdout), &ours); err != nil || ours.Charts[0].Title != "CPU" {
		t.Fatalf("exit %d: %s%s", r.code, r.stdout, r.stderr)
	}
	compared := 0
	for i, at := range cpu.Timestamps {
		step := int(at.Sub(ours.From) / time.Minute)
		if step < 0 || step >= 30 || ours.Charts[0].Series[0].Values[step] == nil {
			continue
		}
		if got := *ours.Charts[0].Series[0].Values[step]; got != cpu.Values[i] {
			t.Errorf("at %s gantry has %v, the CLI %v", at, got, cpu.Values[i])
		}
		compared++
	}
	if compared < 25 {
		t.Errorf("only %d values to compare", compared)
	}

	var boards struct {
		DashboardEntries []struct {
			DashboardName string
			LastModified  moment
		}
	}
	read(&boards, "list-dashboards", "--dashboard-name-prefix", "prod")
	if len(boards.DashboardEntries) != 1 || boards.DashboardEntries[0].DashboardName != "prod-overview" || boards.DashboardEntries[0].LastModified.IsZero() {
		t.Fatalf("dashboards %+v", boards)
	}
	var board struct{ DashboardBody string }
	if read(&board, "get-dashboard", "--dashboard-name", "prod-overview"); !strings.Contains(board.DashboardBody, "Share of requests that fail") {
		t.Errorf("body %s", board.DashboardBody)
	}
}
