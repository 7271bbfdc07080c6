//go:build integration

package e2e

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"

	"gantry/awsx"
	"gantry/awsx/sdk"
)

// measures reads metrics and dashboards that others made. Moto does not speak CBOR, so the
// client is made to speak the JSON of the command line.
func measures(t *testing.T, endpoint string) {
	a := adapter(t, endpoint).(sdk.Account)
	cfg, base := a.ClientConfig()
	a.Alarms = cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) {
		o.BaseEndpoint, o.Protocol = base, awsjson.New10(schemas.GraniteServiceVersion20100801)
	})
	to := time.Now().UTC().Truncate(time.Minute)
	for n := range 5 {
		at := to.Add(time.Duration(n-5) * time.Minute)
		independent(t, endpoint, "aws", "cloudwatch", "put-metric-data", "--namespace", "AWS/ECS", "--metric-name", "CPUUtilization",
			"--dimensions", "ClusterName=staging,ServiceName=api", "--timestamp", at.Format(time.RFC3339), "--value", fmt.Sprint(40+n), "--unit", "Percent")
	}
	body := `{"widgets":[{"type":"text","properties":{"markdown":"x"}}]}`
	independent(t, endpoint, "aws", "cloudwatch", "put-dashboard", "--dashboard-name", "wall", "--dashboard-body", body)

	metric := awsx.Metric{Namespace: "AWS/ECS", Name: "CPUUtilization", Dimensions: []awsx.Dimension{{Name: "ClusterName", Value: "staging"}, {Name: "ServiceName", Value: "api"}}}
	listed, err := a.Metrics(t.Context(), awsx.Metric{Namespace: metric.Namespace, Name: metric.Name, Dimensions: []awsx.Dimension{{Name: "ServiceName", Value: "api"}}})
	if err != nil || len(listed) == 0 || listed[0].Key() != metric.Key() {
		t.Errorf("listed %+v, %v", listed, err)
	}
	series, err := a.MetricData(t.Context(), []awsx.MetricQuery{{Metric: metric, Stat: "Average", Period: time.Minute}, {Metric: metric, Stat: "Sum", Period: 5 * time.Minute}}, to.Add(-5*time.Minute), to)
	if err != nil || len(series) != 2 || len(series[0].Points) != 5 {
		t.Fatalf("%+v, %v", series, err)
	}
	for n, p := range series[0].Points {
		if !p.At.Equal(to.Add(time.Duration(n-5)*time.Minute)) || math.Abs(p.Value-float64(40+n)) > 1e-9 {
			t.Errorf("%v at %s", p.Value, p.At)
		}
	}
	if boards := every(t, a.Dashboards(t.Context())); len(boards) != 1 || boards[0].Name != "wall" {
		t.Errorf("dashboards %+v", boards)
	}
	if got, err := a.DashboardBody(t.Context(), "wall"); err != nil || string(got) != body {
		t.Errorf("body %s, %v", got, err)
	}
}
