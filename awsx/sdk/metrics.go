package sdk

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gantry/awsx"
	"gantry/internal/fault"
)

// metricBatch is how many queries GetMetricData takes (CloudWatch API reference).
const metricBatch = 500

// MetricData answers queries, 500 a call, and further calls for what does not fit into
// one answer.
func (a Account) MetricData(ctx context.Context, queries []awsx.MetricQuery, from, to time.Time) ([]awsx.MetricSeries, error) {
	if len(queries) > metricBatch && slices.ContainsFunc(queries, func(q awsx.MetricQuery) bool { return q.Expression != "" }) {
		return nil, fault.Errorf(fault.Invalid, "cloudwatch:GetMetricData", "", "%d queries with metric maths among them: at most %d go into one call", len(queries), metricBatch)
	}
	var all []awsx.MetricSeries
	for part := range slices.Chunk(queries, metricBatch) {
		series, err := a.metricData(ctx, part, from, to)
		if err != nil {
			return nil, err
		}
		all = append(all, series...)
	}
	return all, nil
}

// metricID is how a query without a name of its own is called; capitals are nobody's.
func metricID(q awsx.MetricQuery, i int) string {
	if q.ID != "" {
		return q.ID
	}
	return "gantryQuery" + strconv.Itoa(i)
}

func (a Account) metricData(ctx context.Context, queries []awsx.MetricQuery, from, to time.Time) ([]awsx.MetricSeries, error) {
	in := cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &to, ScanBy: types.ScanByTimestampAscending}
	at := map[string]int{}
	for i, q := range queries {
		id := metricID(q, i)
		at[id] = i
		asked := types.MetricDataQuery{Id: &id, ReturnData: aws.Bool(!q.Hidden)}
		if q.Expression != "" {
			asked.Expression = &q.Expression
			if q.Period > 0 {
				asked.Period = aws.Int32(int32(q.Period / time.Second))
			}
		} else {
			metric := types.Metric{Namespace: &q.Metric.Namespace, MetricName: &q.Metric.Name}
			for _, d := range q.Metric.Dimensions {
				metric.Dimensions = append(metric.Dimensions, types.Dimension{Name: &d.Name, Value: &d.Value})
			}
			asked.MetricStat = &types.MetricStat{Metric: &metric, Stat: &q.Stat, Period: aws.Int32(int32(q.Period / time.Second))}
		}
		in.MetricDataQueries = append(in.MetricDataQueries, asked)
	}
	series := make([]awsx.MetricSeries, len(queries))
	results, err := all(ctx, 0, func(ctx context.Context, token *string) ([]types.MetricDataResult, *string, error) {
		page := in
		page.NextToken = token
		a.Metered.Add(int64(awsx.MetricCount(queries)))
		out, err := a.Alarms.GetMetricData(ctx, &page)
		if err != nil {
			return nil, nil, a.Classify(ctx, "", err)
		}
		return out.MetricDataResults, out.NextToken, nil
	})
	for _, r := range results {
		i, asked := at[aws.ToString(r.Id)]
		if !asked {
			continue
		}
		s := &series[i]
		s.Label = aws.ToString(r.Label)
		for n := range min(len(r.Timestamps), len(r.Values)) {
			s.Points = append(s.Points, awsx.MetricPoint{At: r.Timestamps[n], Value: r.Values[n]})
		}
		switch r.StatusCode {
		case types.StatusCodeComplete, types.StatusCodePartialData, "": // the rest of it is on a page that follows
			s.Trouble = ""
		default:
			s.Trouble = string(r.StatusCode)
		}
		for _, m := range r.Messages {
			s.Trouble = aws.ToString(m.Value)
		}
	}
	return series, err
}

// MetricsRequested is how many metrics were requested since the context was opened.
func (a Account) MetricsRequested() int { return int(a.Metered.Load()) }

// Metrics lists metrics, 500 a call.
func (a Account) Metrics(ctx context.Context, like awsx.Metric) ([]awsx.Metric, error) {
	in := cloudwatch.ListMetricsInput{Namespace: &like.Namespace, MetricName: &like.Name, RecentlyActive: types.RecentlyActivePt3h}
	for _, d := range like.Dimensions {
		filter := types.DimensionFilter{Name: &d.Name}
		if d.Value != "" {
			filter.Value = &d.Value
		}
		in.Dimensions = append(in.Dimensions, filter)
	}
	return all(ctx, 0, func(ctx context.Context, token *string) ([]awsx.Metric, *string, error) {
		page := in
		page.NextToken = token
		out, err := a.Alarms.ListMetrics(ctx, &page)
		if err != nil {
			return nil, nil, a.Classify(ctx, "", err)
		}
		var found []awsx.Metric
		for _, m := range out.Metrics {
			found = append(found, awsx.Metric{Namespace: aws.ToString(m.Namespace), Name: aws.ToString(m.MetricName), Dimensions: dimensions(m.Dimensions)})
		}
		return found, out.NextToken, nil
	})
}

// Dashboards lists the dashboards of the account.
func (a Account) Dashboards(ctx context.Context) awsx.Pages[awsx.Dashboard] {
	return func(yield func(awsx.Page[awsx.Dashboard], error) bool) {
		found, err := all(ctx, 0, func(ctx context.Context, token *string) ([]awsx.Dashboard, *string, error) {
			out, err := a.Alarms.ListDashboards(ctx, &cloudwatch.ListDashboardsInput{NextToken: token})
			if err != nil {
				return nil, nil, a.Classify(ctx, "", err)
			}
			var page []awsx.Dashboard
			for _, d := range out.DashboardEntries {
				page = append(page, awsx.Dashboard{
					Name: aws.ToString(d.DashboardName), ARN: aws.ToString(d.DashboardArn),
					Modified: aws.ToTime(d.LastModified), Size: int(aws.ToInt64(d.Size)),
				})
			}
			return page, out.NextToken, nil
		})
		if err != nil {
			yield(awsx.Page[awsx.Dashboard]{}, err)
			return
		}
		yield(awsx.Page[awsx.Dashboard]{Items: awsx.Own(found), Total: len(found), Complete: true}, nil)
	}
}

// DashboardBody reads what a dashboard shows.
func (a Account) DashboardBody(ctx context.Context, name string) (json.RawMessage, error) {
	out, err := a.Alarms.GetDashboard(ctx, &cloudwatch.GetDashboardInput{DashboardName: &name})
	if err != nil {
		return nil, a.Classify(ctx, name, err)
	}
	return json.RawMessage(aws.ToString(out.DashboardBody)), nil
}
