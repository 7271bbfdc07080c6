package sdk

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	alarms "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"gantry/awsx"
	"gantry/internal/fault"
)

// rawNames is how many rules, and no more alarms, one call describes by their names.
const rawNames = 20

// RawList reads what belongs to a resource, as JSON under the field names of the API.
func (a Account) RawList(ctx context.Context, kind awsx.Kind, of awsx.Ref, names ...string) ([]json.RawMessage, error) {
	if err := a.Here(of); err != nil {
		return nil, err
	}
	parts := [][]string{nil}
	if len(names) > 0 {
		parts = slices.Collect(slices.Chunk(names, rawNames))
	}
	var found []any
	for _, part := range parts {
		items, err := all(ctx, 0, func(ctx context.Context, token *string) ([]any, *string, error) {
			return a.rawPart(ctx, kind, of, part, token)
		})
		if err != nil {
			return nil, a.Classify(ctx, of.ARN, err)
		}
		found = append(found, items...)
	}
	raw := make([]json.RawMessage, len(found))
	for i, v := range found {
		var err error
		if raw[i], err = rawJSON(v); err != nil {
			return nil, a.Classify(ctx, of.ARN, err)
		}
	}
	return raw, nil
}

// rawPart reads a page of what belongs to a resource.
func (a Account) rawPart(ctx context.Context, kind awsx.Kind, of awsx.Ref, names []string, token *string) (items []any, next *string, err error) {
	const namespace, dimension = types.ServiceNamespaceEcs, types.ScalableDimensionECSServiceDesiredCount
	switch kind {
	case awsx.KindRule:
		out, err := a.ELB.DescribeRules(ctx, &elb.DescribeRulesInput{RuleArns: names})
		if err != nil {
			return nil, nil, err
		}
		return anys(out.Rules), nil, nil
	case awsx.KindAttributes:
		out, err := a.ELB.DescribeTargetGroupAttributes(ctx, &elb.DescribeTargetGroupAttributesInput{TargetGroupArn: aws.String(of.ARN)})
		if err != nil {
			return nil, nil, err
		}
		return anys(out.Attributes), nil, nil
	case awsx.KindBalancingTags:
		out, err := a.ELB.DescribeTags(ctx, &elb.DescribeTagsInput{ResourceArns: []string{of.ARN}})
		if err != nil {
			return nil, nil, err
		}
		for _, d := range out.TagDescriptions {
			items = append(items, anys(d.Tags)...)
		}
		return items, nil, nil
	case awsx.KindScalableTarget:
		out, err := a.Scaling.DescribeScalableTargets(ctx, &scaling.DescribeScalableTargetsInput{
			ServiceNamespace: namespace, ScalableDimension: dimension, ResourceIds: []string{scalableID(of)}, NextToken: token,
		})
		if err != nil {
			return nil, nil, err
		}
		return anys(out.ScalableTargets), out.NextToken, nil
	case awsx.KindScalingPolicy:
		out, err := a.Scaling.DescribeScalingPolicies(ctx, &scaling.DescribeScalingPoliciesInput{
			ServiceNamespace: namespace, ScalableDimension: dimension, ResourceId: aws.String(scalableID(of)),
			MaxResults: aws.Int32(scalingPage), NextToken: token,
		})
		if err != nil {
			return nil, nil, err
		}
		return anys(out.ScalingPolicies), out.NextToken, nil
	case awsx.KindScheduledAction:
		out, err := a.Scaling.DescribeScheduledActions(ctx, &scaling.DescribeScheduledActionsInput{
			ServiceNamespace: namespace, ScalableDimension: dimension, ResourceId: aws.String(scalableID(of)),
			MaxResults: aws.Int32(scalingActivityPage), NextToken: token,
		})
		if err != nil {
			return nil, nil, err
		}
		return anys(out.ScheduledActions), out.NextToken, nil
	case awsx.KindAlarm, awsx.KindComposite:
		out, err := a.Alarms.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
			AlarmNames: names, AlarmTypes: []alarms.AlarmType{alarms.AlarmTypeMetricAlarm, alarms.AlarmTypeCompositeAlarm},
			MaxRecords: aws.Int32(alarmPage), NextToken: token,
		})
		switch {
		case err != nil:
			return nil, nil, err
		case kind == awsx.KindComposite:
			return anys(out.CompositeAlarms), out.NextToken, nil
		}
		return anys(out.MetricAlarms), out.NextToken, nil
	}
	return nil, nil, fault.Errorf(fault.Invalid, "describe", of.ARN, "there is no kind of resource named %q", kind)
}

func anys[T any](items []T) (all []any) {
	for _, item := range items {
		all = append(all, item)
	}
	return all
}

// rawJSON writes what an API answered with as JSON. The names of the SDK's fields are those
// of the API; what was not sent is left out.
func rawJSON(v any) (json.RawMessage, error) {
	whole, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var fields map[string]any
	if err := json.Unmarshal(whole, &fields); err != nil {
		return nil, err
	}
	return json.Marshal(sent(fields))
}

// sent drops the fields that hold nothing.
func sent(fields map[string]any) map[string]any {
	for name, value := range fields {
		switch v := value.(type) {
		case nil:
			delete(fields, name)
		case string:
			if v == "" {
				delete(fields, name)
			}
		case map[string]any:
			sent(v)
		case []any:
			for _, item := range v {
				if inner, ok := item.(map[string]any); ok {
					sent(inner)
				}
			}
		}
	}
	return fields
}
