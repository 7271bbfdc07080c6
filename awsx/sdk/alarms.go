package sdk

import (
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

func (a Account) describeAlarms(ctx context.Context, in cloudwatch.DescribeAlarmsInput) ([]awsx.Alarm, error) {
	// Without types the service answers with metric alarms only.
	in.AlarmTypes = []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm}
	in.MaxRecords = aws.Int32(alarmPage)
	return all(ctx, 0, func(ctx context.Context, token *string) ([]awsx.Alarm, *string, error) {
		page := in
		page.NextToken = token
		out, err := a.Alarms.DescribeAlarms(ctx, &page)
		if err != nil {
			return nil, nil, a.Classify(ctx, "", err)
		}
		var alarms []awsx.Alarm
		for _, m := range out.MetricAlarms {
			alarms = append(alarms, metricAlarm(m))
		}
		for _, c := range out.CompositeAlarms {
			alarms = append(alarms, awsx.Alarm{
				Name: aws.ToString(c.AlarmName), State: string(c.StateValue), Reason: aws.ToString(c.StateReason),
				Since: since(c.StateTransitionedTimestamp, c.StateUpdatedTimestamp), Rule: aws.ToString(c.AlarmRule),
			})
		}
		return alarms, out.NextToken, nil
	})
}

func metricAlarm(m types.MetricAlarm) awsx.Alarm {
	alarm := awsx.Alarm{
		Name: aws.ToString(m.AlarmName), State: string(m.StateValue), Reason: aws.ToString(m.StateReason),
		Since: since(m.StateTransitionedTimestamp, m.StateUpdatedTimestamp), Metric: metricName(m.Namespace, m.MetricName),
		Dimensions: dimensions(m.Dimensions),
	}
	period := aws.ToInt32(m.Period)
	for _, q := range m.Metrics {
		if q.MetricStat != nil && q.MetricStat.Metric != nil {
			alarm.Dimensions = append(alarm.Dimensions, dimensions(q.MetricStat.Metric.Dimensions)...)
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
