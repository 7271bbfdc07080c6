package awsxtest

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

// MetricName is what Data.Metrics knows a statistic of a metric by.
func MetricName(m awsx.Metric, stat string) string { return m.Key() + " " + stat }

// MetricData implements awsx.MetricReader: of an expression there are the values that
// Metrics has under it.
func (a *Account) MetricData(ctx context.Context, queries []awsx.MetricQuery, from, to time.Time) ([]awsx.MetricSeries, error) {
	a.mu.Lock()
	a.metered += awsx.MetricCount(queries)
	a.mu.Unlock()
	if err := a.begin(ctx, MetricData, ""); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	series := make([]awsx.MetricSeries, len(queries))
	for i, q := range queries {
		if q.Hidden {
			continue
		}
		series[i].Label = cmp.Or(q.Metric.Name, q.ID)
		for _, p := range a.data.Metrics[cmp.Or(q.Expression, MetricName(q.Metric, q.Stat))] {
			if !p.At.Before(from) && p.At.Before(to) {
				series[i].Points = append(series[i].Points, p)
			}
		}
	}
	return series, nil
}

// MetricsRequested implements awsx.MetricReader.
func (a *Account) MetricsRequested() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.metered
}

// Metrics implements awsx.MetricReader: no test lists any.
func (a *Account) Metrics(ctx context.Context, like awsx.Metric) ([]awsx.Metric, error) {
	return nil, a.begin(ctx, Metrics, strings.TrimSpace(like.Key()))
}

// Dashboards implements awsx.DashboardReader.
func (a *Account) Dashboards(ctx context.Context) awsx.Pages[awsx.Dashboard] {
	return paged(ctx, a, Dashboards, "", 500, func(d awsx.Dashboard) string { return d.Name }, func(d *Data) (found []awsx.Dashboard, _ []awsx.Missing) {
		for _, name := range slices.Sorted(maps.Keys(d.Dashboards)) {
			found = append(found, awsx.Dashboard{Name: name, ARN: "arn:aws:cloudwatch::" + Number + ":dashboard/" + name, Modified: Now, Size: len(d.Dashboards[name])})
		}
		return found, nil
	})
}

// DashboardBody implements awsx.DashboardReader.
func (a *Account) DashboardBody(ctx context.Context, name string) (json.RawMessage, error) {
	if err := a.begin(ctx, DashboardBody, name); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	body, ok := a.data.Dashboards[name]
	if !ok {
		return nil, fault.Errorf(fault.NotFound, "cloudwatch:GetDashboard", name, "there is no dashboard of that name")
	}
	return json.RawMessage(body), nil
}
