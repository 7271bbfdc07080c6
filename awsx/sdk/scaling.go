package sdk

import (
	"cmp"
	"context"
	"errors"
	"math"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"gantry/awsx"
	"gantry/internal/fault"
)

// scalingPage is the largest page of DescribeScalingPolicies.
const scalingPage = 10

// scalingActivityPage is the largest page of its activities and scheduled actions.
const scalingActivityPage = 50

// scalableID names a service as Application Auto Scaling does.
func scalableID(service awsx.Ref) string {
	return "service/" + service.ClusterName() + "/" + service.Name()
}

// ScalableTarget reads the bounds of a service's desired count, what of its
// scaling is suspended, and its policies: at least two calls.
func (a Account) ScalableTarget(ctx context.Context, service awsx.Ref) (awsx.ScalableTarget, error) {
	if err := a.Here(service); err != nil {
		return awsx.ScalableTarget{}, err
	}
	id := scalableID(service)
	out, err := a.Scaling.DescribeScalableTargets(ctx, &scaling.DescribeScalableTargetsInput{
		ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
		ResourceIds: []string{id},
	})
	if err != nil {
		return awsx.ScalableTarget{}, a.Classify(ctx, service.ARN, err)
	}
	if len(out.ScalableTargets) == 0 {
		return awsx.ScalableTarget{}, fault.Errorf(fault.NotFound, "application-autoscaling:DescribeScalableTargets", service.ARN,
			"the service is not registered with Application Auto Scaling")
	}
	t := out.ScalableTargets[0]
	target := awsx.ScalableTarget{Service: service, Min: int(aws.ToInt32(t.MinCapacity)), Max: int(aws.ToInt32(t.MaxCapacity))}
	if s := t.SuspendedState; s != nil {
		target.SuspendedIn, target.SuspendedOut = aws.ToBool(s.DynamicScalingInSuspended), aws.ToBool(s.DynamicScalingOutSuspended)
		target.SuspendedScheduled = aws.ToBool(s.ScheduledScalingSuspended)
	}
	target.Policies, err = a.scalingPolicies(ctx, service)
	return target, err
}

func (a Account) scalingPolicies(ctx context.Context, service awsx.Ref) ([]awsx.ScalingPolicy, error) {
	return all(ctx, 0, func(ctx context.Context, token *string) ([]awsx.ScalingPolicy, *string, error) {
		out, err := a.Scaling.DescribeScalingPolicies(ctx, &scaling.DescribeScalingPoliciesInput{
			ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
			ResourceId: aws.String(scalableID(service)), MaxResults: aws.Int32(scalingPage), NextToken: token,
		})
		if err != nil {
			return nil, nil, a.Classify(ctx, service.ARN, err)
		}
		var policies []awsx.ScalingPolicy
		for _, p := range out.ScalingPolicies {
			policies = append(policies, scalingPolicy(p))
		}
		return policies, out.NextToken, nil
	})
}

func scalingPolicy(p types.ScalingPolicy) awsx.ScalingPolicy {
	policy := awsx.ScalingPolicy{Name: aws.ToString(p.PolicyName), Type: string(p.PolicyType)}
	for _, alarm := range p.Alarms {
		policy.Alarms = append(policy.Alarms, aws.ToString(alarm.AlarmName))
	}
	if s := p.StepScalingPolicyConfiguration; s != nil {
		var by []string
		for _, step := range s.StepAdjustments {
			by = append(by, adjustment((*string)(&s.AdjustmentType), step.ScalingAdjustment))
		}
		policy.Adjusts = strings.Join(by, ", ")
	}
	t := p.TargetTrackingScalingPolicyConfiguration
	if t == nil {
		return policy
	}
	policy.Target = aws.ToFloat64(t.TargetValue)
	if m := t.PredefinedMetricSpecification; m != nil {
		policy.Metric = string(m.PredefinedMetricType)
	}
	if m := t.CustomizedMetricSpecification; m != nil {
		policy.Metric = cmp.Or(policy.Metric, metricName(m.Namespace, m.MetricName))
	}
	return policy
}

// ScalingActivities reads what Application Auto Scaling did to a service's count, or left
// undone, the newest first.
func (a Account) ScalingActivities(ctx context.Context, service awsx.Ref, limit int) ([]awsx.ScalingActivity, error) {
	if err := a.Here(service); err != nil {
		return nil, err
	}
	return all(ctx, limit, func(ctx context.Context, token *string) ([]awsx.ScalingActivity, *string, error) {
		out, err := a.Scaling.DescribeScalingActivities(ctx, &scaling.DescribeScalingActivitiesInput{
			ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
			ResourceId: aws.String(scalableID(service)), IncludeNotScaledActivities: aws.Bool(true),
			MaxResults: aws.Int32(int32(min(limit, scalingActivityPage))), NextToken: token,
		})
		if err != nil {
			return nil, nil, a.Classify(ctx, service.ARN, err)
		}
		var activities []awsx.ScalingActivity
		for _, w := range out.ScalingActivities {
			activities = append(activities, scalingActivity(w))
		}
		return activities, out.NextToken, nil
	})
}

func scalingActivity(w types.ScalingActivity) awsx.ScalingActivity {
	return awsx.ScalingActivity{
		ID: aws.ToString(w.ActivityId), Status: string(w.StatusCode), Description: aws.ToString(w.Description), Cause: aws.ToString(w.Cause),
		Message: aws.ToString(w.StatusMessage), StartedAt: aws.ToTime(w.StartTime), EndedAt: aws.ToTime(w.EndTime),
	}
}

// ScheduledScaling reads what is to be done to a service's bounds, and when.
func (a Account) ScheduledScaling(ctx context.Context, service awsx.Ref) ([]awsx.ScheduledScaling, error) {
	if err := a.Here(service); err != nil {
		return nil, err
	}
	return all(ctx, 0, func(ctx context.Context, token *string) ([]awsx.ScheduledScaling, *string, error) {
		out, err := a.Scaling.DescribeScheduledActions(ctx, &scaling.DescribeScheduledActionsInput{
			ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
			ResourceId: aws.String(scalableID(service)), MaxResults: aws.Int32(scalingActivityPage), NextToken: token,
		})
		if err != nil {
			return nil, nil, a.Classify(ctx, service.ARN, err)
		}
		var schedules []awsx.ScheduledScaling
		for _, w := range out.ScheduledActions {
			s := awsx.ScheduledScaling{Name: aws.ToString(w.ScheduledActionName), When: aws.ToString(w.Schedule), Zone: aws.ToString(w.Timezone)}
			if t := w.ScalableTargetAction; t != nil {
				s.Min, s.Max = whole(t.MinCapacity), whole(t.MaxCapacity)
			}
			schedules = append(schedules, s)
		}
		return schedules, out.NextToken, nil
	})
}

// metricName joins what names a metric; it is empty for metric maths.
func metricName(namespace, name *string) string {
	if aws.ToString(name) == "" {
		return ""
	}
	return aws.ToString(namespace) + "/" + aws.ToString(name)
}

// UpdateScaling changes what u names. A service that is not registered becomes
// so by bounds; the service refuses one that is given nothing else.
func (a Account) UpdateScaling(ctx context.Context, u awsx.ScalingUpdate) error {
	const op = "application-autoscaling:RegisterScalableTarget"
	if err := a.Here(u.Service); err != nil {
		return err
	}
	if u.Min == nil && u.Max == nil && u.Suspend == nil {
		return &fault.Error{Class: fault.Invalid, Op: op, Resource: u.Service.ARN, Err: errors.New("nothing is to be changed")}
	}
	in := scaling.RegisterScalableTargetInput{
		ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
		ResourceId: aws.String(scalableID(u.Service)),
	}
	for _, bound := range []struct {
		from *int
		to   **int32
	}{{u.Min, &in.MinCapacity}, {u.Max, &in.MaxCapacity}} {
		if bound.from == nil {
			continue
		}
		if *bound.from < 0 || *bound.from > math.MaxInt32 {
			return fault.Errorf(fault.Invalid, op, u.Service.ARN, "a bound of %d is not possible", *bound.from)
		}
		*bound.to = aws.Int32(int32(*bound.from))
	}
	if u.Suspend != nil {
		in.SuspendedState = &types.SuspendedState{
			DynamicScalingInSuspended: u.Suspend, DynamicScalingOutSuspended: u.Suspend, ScheduledScalingSuspended: u.Suspend,
		}
	}
	out, err := a.Scaling.RegisterScalableTarget(ctx, &in)
	if err != nil {
		return a.Classify(ctx, u.Service.ARN, err)
	}
	if aws.ToString(out.ScalableTargetARN) == "" {
		return lost(op, u.Service.ARN, "scalable target", "read the bounds to see whether they were set")
	}
	return nil
}
