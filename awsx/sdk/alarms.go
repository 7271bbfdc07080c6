package sdk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gantry/awsx"
	"gantry/internal/fault"
)

// alarmPage is how many alarms one call names, and how many it answers with.
const alarmPage = 100

// AlarmsByName describes alarms, 100 a call; those that do not exist are left
// out.
func (a Account) AlarmsByName(ctx context.Context, names []string) ([]awsx.Alarm, error) {
	var found []awsx.Alarm
	for part := range slices.Chunk(names, alarmPage) {
		alarms, err := a.describeAlarms(ctx, cloudwatch.DescribeAlarmsInput{AlarmNames: part})
		if err != nil {
			return nil, err
		}
		found = append(found, alarms...)
	}
	return found, nil
}

// AlarmsIn lists the alarms in a state.
func (a Account) AlarmsIn(ctx context.Context, state string) ([]awsx.Alarm, error) {
	if !slices.Contains(types.StateValue("").Values(), types.StateValue(state)) {
		return nil, fault.Errorf(fault.Invalid, "cloudwatch:DescribeAlarms", "", "there is no alarm state %q", state)
	}
	return a.describeAlarms(ctx, cloudwatch.DescribeAlarmsInput{StateValue: types.StateValue(state)})
}

// AllAlarms lists all alarms of the account and region, 100 a call.
func (a Account) AllAlarms(ctx context.Context) awsx.Pages[awsx.Alarm] {
	return paged(ctx, a.alarms(cloudwatch.DescribeAlarmsInput{}))
}

func (a Account) describeAlarms(ctx context.Context, in cloudwatch.DescribeAlarmsInput) ([]awsx.Alarm, error) {
	return all(ctx, 0, a.alarms(in))
}

// alarms lists those that an input asks for.
func (a Account) alarms(in cloudwatch.DescribeAlarmsInput) lister[awsx.Alarm] {
	// Without types the service answers with metric alarms only.
	in.AlarmTypes = []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm}
	in.MaxRecords = aws.Int32(alarmPage)
	return func(ctx context.Context, token *string) ([]awsx.Alarm, *string, error) {
		page := in
		page.NextToken = token
		out, err := a.Alarms.DescribeAlarms(ctx, &page)
		if err != nil {
			return nil, nil, a.Classify(ctx, "", err)
		}
		var found []awsx.Alarm
		for _, m := range out.MetricAlarms {
			found = append(found, metricAlarm(m))
		}
		for _, c := range out.CompositeAlarms {
			found = append(found, awsx.Alarm{
				ARN: aws.ToString(c.AlarmArn), Name: aws.ToString(c.AlarmName), State: string(c.StateValue), Reason: aws.ToString(c.StateReason),
				Since: since(c.StateTransitionedTimestamp, c.StateUpdatedTimestamp), Rule: aws.ToString(c.AlarmRule),
				Actions: slices.Concat(c.AlarmActions, c.OKActions, c.InsufficientDataActions),
			})
		}
		return found, out.NextToken, nil
	}
}

func metricAlarm(m types.MetricAlarm) awsx.Alarm {
	alarm := awsx.Alarm{
		ARN: aws.ToString(m.AlarmArn), Name: aws.ToString(m.AlarmName), State: string(m.StateValue), Reason: aws.ToString(m.StateReason),
		Since: since(m.StateTransitionedTimestamp, m.StateUpdatedTimestamp), Comparison: string(m.ComparisonOperator), Threshold: aws.ToFloat64(m.Threshold),
		Periods: int(aws.ToInt32(m.EvaluationPeriods)), Breaching: int(cmp.Or(aws.ToInt32(m.DatapointsToAlarm), aws.ToInt32(m.EvaluationPeriods))),
		Actions: slices.Concat(m.AlarmActions, m.OKActions, m.InsufficientDataActions),
	}
	if name := metricName(m.Namespace, m.MetricName); name != "" {
		alarm.Metrics = append(alarm.Metrics, awsx.AlarmMetric{Name: name, Dimensions: dimensions(m.Dimensions)})
	}
	period := aws.ToInt32(m.Period)
	for _, q := range m.Metrics {
		if aws.ToBool(q.ReturnData) || alarm.Expression == "" {
			alarm.Expression = cmp.Or(aws.ToString(q.Label), aws.ToString(q.Expression), alarm.Expression)
		}
		if q.MetricStat != nil && q.MetricStat.Metric != nil {
			of := q.MetricStat.Metric
			alarm.Metrics = append(alarm.Metrics, awsx.AlarmMetric{Name: metricName(of.Namespace, of.MetricName), Dimensions: dimensions(of.Dimensions)})
			period = max(period, aws.ToInt32(q.MetricStat.Period))
		}
	}
	alarm.Window = time.Duration(period*aws.ToInt32(m.EvaluationPeriods)) * time.Second
	return alarm
}

// since prefers when the state changed to when it, or its reason, last did:
// only the newer answers carry the first.
func since(changed, updated *time.Time) time.Time {
	if changed != nil {
		return *changed
	}
	return aws.ToTime(updated)
}

func dimensions(all []types.Dimension) []awsx.Dimension {
	var out []awsx.Dimension
	for _, d := range all {
		out = append(out, awsx.Dimension{Name: aws.ToString(d.Name), Value: aws.ToString(d.Value)})
	}
	return out
}
