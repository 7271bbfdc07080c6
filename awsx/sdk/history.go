package sdk

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gantry/awsx"
)

// turnPage and trailPage are the largest pages of DescribeAlarmHistory and of LookupEvents.
const (
	turnPage  = 100
	trailPage = 50
)

// AlarmTurns reads the changes of state of one alarm, or of all.
func (a Account) AlarmTurns(ctx context.Context, alarm string, from, to time.Time, limit int) ([]awsx.AlarmTurn, error) {
	return all(ctx, limit, func(ctx context.Context, token *string) ([]awsx.AlarmTurn, *string, error) {
		out, err := a.Alarms.DescribeAlarmHistory(ctx, &cloudwatch.DescribeAlarmHistoryInput{
			AlarmName: some(alarm), AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
			HistoryItemType: types.HistoryItemTypeStateUpdate, ScanBy: types.ScanByTimestampDescending,
			StartDate: &from, EndDate: &to, MaxRecords: aws.Int32(int32(min(cmp.Or(limit, turnPage), turnPage))), NextToken: token,
		})
		if err != nil {
			return nil, nil, a.Classify(ctx, alarm, err)
		}
		var turns []awsx.AlarmTurn
		for _, w := range out.AlarmHistoryItems {
			turns = append(turns, alarmTurn(w))
		}
		return turns, out.NextToken, nil
	})
}

// alarmTurn reads a record, whose data is JSON in a text. One that does not decode, or a
// later version of it, leaves the summary.
func alarmTurn(w types.AlarmHistoryItem) awsx.AlarmTurn {
	type state struct {
		Value  string `json:"stateValue"`
		Reason string `json:"stateReason"`
	}
	var data struct{ OldState, NewState state }
	_ = json.Unmarshal([]byte(aws.ToString(w.HistoryData)), &data)
	return awsx.AlarmTurn{
		Alarm: aws.ToString(w.AlarmName), At: aws.ToTime(w.Timestamp), From: data.OldState.Value, To: data.NewState.Value,
		Reason: cmp.Or(data.NewState.Reason, aws.ToString(w.HistorySummary)),
	}
}

// TrailEvents looks the calls of a name up in CloudTrail.
func (a Account) TrailEvents(ctx context.Context, call string, from, to time.Time, limit int) ([]awsx.TrailEvent, error) {
	return all(ctx, limit, func(ctx context.Context, token *string) ([]awsx.TrailEvent, *string, error) {
		out, err := a.Trail().LookupEvents(ctx, &cloudtrail.LookupEventsInput{
			LookupAttributes: []trailtypes.LookupAttribute{{AttributeKey: trailtypes.LookupAttributeKeyEventName, AttributeValue: &call}},
			StartTime:        &from, EndTime: &to, MaxResults: aws.Int32(int32(min(cmp.Or(limit, trailPage), trailPage))), NextToken: token,
		})
		if err != nil {
			return nil, nil, a.Classify(ctx, "", err)
		}
		var events []awsx.TrailEvent
		for _, w := range out.Events {
			events = append(events, awsx.TrailEvent{
				ID: aws.ToString(w.EventId), At: aws.ToTime(w.EventTime), Call: aws.ToString(w.EventName), Source: aws.ToString(w.EventSource),
				User: aws.ToString(w.Username), Raw: json.RawMessage(aws.ToString(w.CloudTrailEvent)),
			})
		}
		return events, out.NextToken, nil
	})
}

// ClusterScalings reads what Application Auto Scaling did to the services of a cluster.
func (a Account) ClusterScalings(ctx context.Context, cluster awsx.Ref, from time.Time, limit int) ([]awsx.ScalingActivity, error) {
	if err := a.Here(cluster); err != nil {
		return nil, err
	}
	var found []awsx.ScalingActivity
	read := 0
	err := pages(ctx, func(ctx context.Context, token *string) ([]scalingtypes.ScalingActivity, *string, error) {
		out, err := a.Scaling.DescribeScalingActivities(ctx, &scaling.DescribeScalingActivitiesInput{
			ServiceNamespace: scalingtypes.ServiceNamespaceEcs, IncludeNotScaledActivities: aws.Bool(true),
			MaxResults: aws.Int32(scalingActivityPage), NextToken: token,
		})
		if err != nil {
			return nil, nil, a.Classify(ctx, cluster.ARN, err)
		}
		return out.ScalingActivities, out.NextToken, nil
	}, func(page []scalingtypes.ScalingActivity, _ bool) bool {
		for _, w := range page {
			if read++; read > limit && limit > 0 || aws.ToTime(w.StartTime).Before(from) {
				return false
			}
			if service, ours := strings.CutPrefix(aws.ToString(w.ResourceId), "service/"+cluster.ClusterName()+"/"); ours {
				activity := scalingActivity(w)
				activity.Service = service
				found = append(found, activity)
			}
		}
		return true
	})
	return found, err
}
