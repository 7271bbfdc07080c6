package sdk

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx"
	"gantry/internal/fault"
)

// groupPage is the largest page of the lists of Auto Scaling.
const groupPage = 100

// managedTag is put by ECS on groups that it scales (ECS, cluster auto scaling).
const managedTag = "AmazonECSManaged"

// ScalingGroups lists all Auto Scaling groups of the account and region.
func (a Account) ScalingGroups(ctx context.Context) awsx.Pages[awsx.ScalingGroup] {
	return paged(ctx, a.groups())
}

// ScalingGroup describes one group by its name.
func (a Account) ScalingGroup(ctx context.Context, name string) (awsx.ScalingGroup, error) {
	found, err := all(ctx, 0, a.groups(name))
	if err == nil && len(found) == 0 {
		err = fault.Errorf(fault.NotFound, "autoscaling:DescribeAutoScalingGroups", name, "no such Auto Scaling group")
	}
	if err != nil {
		return awsx.ScalingGroup{}, err
	}
	return found[0], nil
}

// groups lists groups, those that are named or all.
func (a Account) groups(names ...string) lister[awsx.ScalingGroup] {
	return func(ctx context.Context, token *string) ([]awsx.ScalingGroup, *string, error) {
		out, err := a.Groups().DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{
			AutoScalingGroupNames: names, MaxRecords: aws.Int32(groupPage), NextToken: token,
		})
		if err != nil {
			return nil, nil, a.Classify(ctx, strings.Join(names, " "), err)
		}
		var found []awsx.ScalingGroup
		for _, g := range out.AutoScalingGroups {
			found = append(found, a.scalingGroup(g))
		}
		return found, out.NextToken, nil
	}
}

func (a Account) scalingGroup(w types.AutoScalingGroup) awsx.ScalingGroup {
	g := awsx.ScalingGroup{
		Ref: a.Ref("", aws.ToString(w.AutoScalingGroupARN)), Name: aws.ToString(w.AutoScalingGroupName), Status: aws.ToString(w.Status),
		Min: int(aws.ToInt32(w.MinSize)), Max: int(aws.ToInt32(w.MaxSize)), Desired: int(aws.ToInt32(w.DesiredCapacity)),
		Source: launchSource(w.LaunchConfigurationName, w.LaunchTemplate),
	}
	if p := w.MixedInstancesPolicy; p != nil && p.LaunchTemplate != nil && g.Source == (awsx.LaunchSource{}) {
		g.Source = launchSource(nil, p.LaunchTemplate.LaunchTemplateSpecification)
	}
	for _, i := range w.Instances {
		g.Members = append(g.Members, awsx.Member{
			ID: aws.ToString(i.InstanceId), Type: aws.ToString(i.InstanceType), Zone: aws.ToString(i.AvailabilityZone),
			Lifecycle: string(i.LifecycleState), Health: aws.ToString(i.HealthStatus), Protected: aws.ToBool(i.ProtectedFromScaleIn),
			Source: launchSource(i.LaunchConfigurationName, i.LaunchTemplate),
		})
	}
	for _, p := range w.SuspendedProcesses {
		g.Suspended = append(g.Suspended, aws.ToString(p.ProcessName))
	}
	slices.Sort(g.Suspended)
	g.Termination = w.TerminationPolicies
	g.Tags = make(awsx.Tags, len(w.Tags))
	for i, t := range w.Tags {
		g.Tags[i] = awsx.Tag{Key: intern(aws.ToString(t.Key)), Value: intern(aws.ToString(t.Value))}
	}
	g.Managed = slices.ContainsFunc(w.Tags, func(t types.TagDescription) bool { return aws.ToString(t.Key) == managedTag })
	return g
}

func launchSource(configuration *string, template *types.LaunchTemplateSpecification) awsx.LaunchSource {
	s := awsx.LaunchSource{Configuration: aws.ToString(configuration)}
	if template != nil {
		s.TemplateID, s.Template, s.Version = aws.ToString(template.LaunchTemplateId), aws.ToString(template.LaunchTemplateName), aws.ToString(template.Version)
	}
	return s
}

// GroupPolicies reads the scaling policies of a group.
func (a Account) GroupPolicies(ctx context.Context, group string) ([]awsx.ScalingPolicy, error) {
	return all(ctx, 0, func(ctx context.Context, token *string) ([]awsx.ScalingPolicy, *string, error) {
		out, err := a.Groups().DescribePolicies(ctx, &autoscaling.DescribePoliciesInput{
			AutoScalingGroupName: &group, MaxRecords: aws.Int32(groupPage), NextToken: token,
		})
		if err != nil {
			return nil, nil, a.Classify(ctx, group, err)
		}
		var policies []awsx.ScalingPolicy
		for _, p := range out.ScalingPolicies {
			policies = append(policies, groupPolicy(p))
		}
		return policies, out.NextToken, nil
	})
}

func groupPolicy(w types.ScalingPolicy) awsx.ScalingPolicy {
	p := awsx.ScalingPolicy{Name: aws.ToString(w.PolicyName), Type: aws.ToString(w.PolicyType), Off: w.Enabled != nil && !*w.Enabled}
	for _, alarm := range w.Alarms {
		p.Alarms = append(p.Alarms, aws.ToString(alarm.AlarmName))
	}
	if t := w.TargetTrackingConfiguration; t != nil {
		p.Target = aws.ToFloat64(t.TargetValue)
		switch {
		case t.PredefinedMetricSpecification != nil:
			p.Metric = string(t.PredefinedMetricSpecification.PredefinedMetricType)
		case t.CustomizedMetricSpecification != nil:
			p.Metric = metricName(t.CustomizedMetricSpecification.Namespace, t.CustomizedMetricSpecification.MetricName)
		}
	}
	var by []string
	if w.ScalingAdjustment != nil {
		by = append(by, adjustment(w.AdjustmentType, w.ScalingAdjustment))
	}
	for _, s := range w.StepAdjustments {
		by = append(by, adjustment(w.AdjustmentType, s.ScalingAdjustment))
	}
	p.Adjusts = strings.Join(by, ", ")
	return p
}

// adjustment is what a step does, in words: by a number, by a share, or to a number.
func adjustment(kind *string, n *int32) string {
	switch aws.ToString(kind) {
	case "PercentChangeInCapacity":
		return fmt.Sprintf("%+d%%", aws.ToInt32(n))
	case "ExactCapacity":
		return fmt.Sprintf("to %d", aws.ToInt32(n))
	}
	return fmt.Sprintf("%+d", aws.ToInt32(n))
}

// GroupActivities reads what a group did, the newest first.
func (a Account) GroupActivities(ctx context.Context, group string, limit int) ([]awsx.ScalingActivity, error) {
	return all(ctx, limit, func(ctx context.Context, token *string) ([]awsx.ScalingActivity, *string, error) {
		out, err := a.Groups().DescribeScalingActivities(ctx, &autoscaling.DescribeScalingActivitiesInput{
			AutoScalingGroupName: &group, MaxRecords: aws.Int32(int32(min(limit, groupPage))), NextToken: token,
		})
		if err != nil {
			return nil, nil, a.Classify(ctx, group, err)
		}
		var activities []awsx.ScalingActivity
		for _, w := range out.Activities {
			activities = append(activities, awsx.ScalingActivity{
				ID: aws.ToString(w.ActivityId), Status: string(w.StatusCode), Description: aws.ToString(w.Description), Cause: aws.ToString(w.Cause),
				Message: aws.ToString(w.StatusMessage), StartedAt: aws.ToTime(w.StartTime), EndedAt: aws.ToTime(w.EndTime),
			})
		}
		return activities, out.NextToken, nil
	})
}

// GroupSchedules reads the scheduled actions of a group.
func (a Account) GroupSchedules(ctx context.Context, group string) ([]awsx.ScheduledScaling, error) {
	return all(ctx, 0, func(ctx context.Context, token *string) ([]awsx.ScheduledScaling, *string, error) {
		out, err := a.Groups().DescribeScheduledActions(ctx, &autoscaling.DescribeScheduledActionsInput{
			AutoScalingGroupName: &group, MaxRecords: aws.Int32(groupPage), NextToken: token,
		})
		if err != nil {
			return nil, nil, a.Classify(ctx, group, err)
		}
		var schedules []awsx.ScheduledScaling
		for _, w := range out.ScheduledUpdateGroupActions {
			schedules = append(schedules, awsx.ScheduledScaling{
				Name: aws.ToString(w.ScheduledActionName), When: aws.ToString(w.Recurrence), Zone: aws.ToString(w.TimeZone), Next: aws.ToTime(w.StartTime),
				Min: whole(w.MinSize), Max: whole(w.MaxSize), Desired: whole(w.DesiredCapacity),
			})
		}
		return schedules, out.NextToken, nil
	})
}

// whole is a number that may be absent.
func whole(n *int32) *int {
	if n == nil {
		return nil
	}
	i := int(*n)
	return &i
}

// providerPage is the largest page of DescribeCapacityProviders.
const providerPage = 10

// CapacityProviders describes all capacity providers of the account and region.
func (a Account) CapacityProviders(ctx context.Context) ([]awsx.CapacityProvider, error) {
	return all(ctx, 0, func(ctx context.Context, token *string) ([]awsx.CapacityProvider, *string, error) {
		out, err := a.ECS.DescribeCapacityProviders(ctx, &ecs.DescribeCapacityProvidersInput{MaxResults: aws.Int32(providerPage), NextToken: token})
		if err != nil {
			return nil, nil, a.Classify(ctx, "", err)
		}
		var providers []awsx.CapacityProvider
		for _, w := range out.CapacityProviders {
			p := awsx.CapacityProvider{Name: aws.ToString(w.Name), Status: string(w.Status)}
			if g := w.AutoScalingGroupProvider; g != nil {
				p.Group = aws.ToString(g.AutoScalingGroupArn)
				p.Drains, p.Protects = g.ManagedDraining == ecstypes.ManagedDrainingEnabled, g.ManagedTerminationProtection == ecstypes.ManagedTerminationProtectionEnabled
				if s := g.ManagedScaling; s != nil {
					p.Scales, p.Target = s.Status == ecstypes.ManagedScalingStatusEnabled, int(aws.ToInt32(s.TargetCapacity))
				}
			}
			providers = append(providers, p)
		}
		return providers, out.NextToken, nil
	})
}

// SetGroupDesired sets a group's desired capacity. A cooldown does not hold it back.
func (a Account) SetGroupDesired(ctx context.Context, group awsx.Ref, n int) error {
	const op = "autoscaling:SetDesiredCapacity"
	if err := a.Here(group); err != nil {
		return err
	}
	if n < 0 || n > 1<<31-1 {
		return fault.Errorf(fault.Invalid, op, group.ARN, "a desired capacity of %d is not possible", n)
	}
	out, err := a.Groups().SetDesiredCapacity(ctx, &autoscaling.SetDesiredCapacityInput{
		AutoScalingGroupName: aws.String(group.Name()), DesiredCapacity: aws.Int32(int32(n)), HonorCooldown: aws.Bool(false),
	})
	if err != nil {
		return a.Classify(ctx, group.ARN, err)
	}
	// The answer says nothing: only the id of the request tells that the service gave it.
	if id, ok := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata); !ok || id == "" {
		return lost(op, group.ARN, "id of the request", "read the group to see whether its desired capacity was set")
	}
	return nil
}

// UpdateGroup changes the bounds of a group, and its desired capacity with them.
func (a Account) UpdateGroup(ctx context.Context, u awsx.GroupUpdate) error {
	const op = "autoscaling:UpdateAutoScalingGroup"
	if err := a.Here(u.Group); err != nil {
		return err
	}
	in := autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: aws.String(u.Group.Name())}
	for _, set := range []struct {
		from *int
		to   **int32
	}{{u.Min, &in.MinSize}, {u.Max, &in.MaxSize}, {u.Desired, &in.DesiredCapacity}} {
		switch {
		case set.from == nil:
		case *set.from < 0 || *set.from > math.MaxInt32:
			return fault.Errorf(fault.Invalid, op, u.Group.ARN, "a size of %d is not possible", *set.from)
		default:
			*set.to = aws.Int32(int32(*set.from))
		}
	}
	out, err := a.Groups().UpdateAutoScalingGroup(ctx, &in)
	if err != nil {
		return a.Classify(ctx, u.Group.ARN, err)
	}
	if id, ok := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata); !ok || id == "" {
		return lost(op, u.Group.ARN, "id of the request", "read the group to see whether its bounds were set")
	}
	return nil
}

// EndMember terminates an instance of a group, which launches another in its place.
func (a Account) EndMember(ctx context.Context, group awsx.Ref, id string) error {
	if err := a.Here(group); err != nil {
		return err
	}
	out, err := a.Groups().TerminateInstanceInAutoScalingGroup(ctx, &autoscaling.TerminateInstanceInAutoScalingGroupInput{
		InstanceId: &id, ShouldDecrementDesiredCapacity: aws.Bool(false),
	})
	if err != nil {
		return a.Classify(ctx, id, err)
	}
	if out.Activity == nil {
		return lost("autoscaling:TerminateInstanceInAutoScalingGroup", id, "activity", "read the group to see whether the instance is being terminated")
	}
	return nil
}
