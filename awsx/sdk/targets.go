package sdk

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gantry/awsx"
	"gantry/internal/fault"
)

// describeGroups is how many target groups one call names.
const describeGroups = 20

// TargetGroups reads target groups by ARN, 20 a call. A group that does not
// exist is left out of the answer; it is NotFound when it was the only one.
func (a *Account) TargetGroups(ctx context.Context, arns []string) ([]awsx.TargetGroup, error) {
	var groups []awsx.TargetGroup
	for part := range slices.Chunk(arns, describeGroups) {
		found, err := a.targetGroups(ctx, part)
		if err != nil && (fault.ClassOf(err) != fault.NotFound || len(arns) == 1) {
			return groups, err
		}
		groups = append(groups, found...)
	}
	return groups, nil
}

// targetGroups reads one batch. The service refuses a whole batch for one group
// that is gone, so such a batch is halved until the others are read.
func (a *Account) targetGroups(ctx context.Context, arns []string) ([]awsx.TargetGroup, error) {
	groups, err := a.describeTargetGroups(ctx, arns)
	if fault.ClassOf(err) != fault.NotFound || len(arns) == 1 {
		return groups, err
	}
	for _, half := range [][]string{arns[:len(arns)/2], arns[len(arns)/2:]} {
		found, err := a.targetGroups(ctx, half)
		if err != nil && fault.ClassOf(err) != fault.NotFound {
			return nil, err
		}
		groups = append(groups, found...)
	}
	return groups, nil
}

func (a *Account) describeTargetGroups(ctx context.Context, arns []string) ([]awsx.TargetGroup, error) {
	return all(ctx, 0, func(ctx context.Context, token *string) ([]awsx.TargetGroup, *string, error) {
		out, err := a.elb.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{TargetGroupArns: arns, Marker: token})
		if err != nil {
			return nil, nil, a.classify(ctx, arns[0], err)
		}
		var groups []awsx.TargetGroup
		for _, g := range out.TargetGroups {
			groups = append(groups, targetGroup(g))
		}
		return groups, out.NextMarker, nil
	})
}

func targetGroup(g types.TargetGroup) awsx.TargetGroup {
	seconds := func(n *int32) time.Duration { return time.Duration(aws.ToInt32(n)) * time.Second }
	t := awsx.TargetGroup{
		ARN: intern(aws.ToString(g.TargetGroupArn)), Name: aws.ToString(g.TargetGroupName),
		TargetType: string(g.TargetType), Protocol: string(g.Protocol), Port: int(aws.ToInt32(g.Port)),
		LoadBalancers: g.LoadBalancerArns,
		Check: awsx.HealthCheck{
			Enabled: aws.ToBool(g.HealthCheckEnabled), Protocol: string(g.HealthCheckProtocol),
			Port: aws.ToString(g.HealthCheckPort), Path: aws.ToString(g.HealthCheckPath),
			Interval: seconds(g.HealthCheckIntervalSeconds), Timeout: seconds(g.HealthCheckTimeoutSeconds),
			Healthy: int(aws.ToInt32(g.HealthyThresholdCount)), Unhealthy: int(aws.ToInt32(g.UnhealthyThresholdCount)),
		},
	}
	if m := g.Matcher; m != nil {
		t.Check.Matcher = aws.ToString(m.HttpCode)
		if m.GrpcCode != nil {
			t.Check.Matcher = aws.ToString(m.GrpcCode)
		}
	}
	return t
}

// TargetHealth reads the health of all targets of one group, in one call.
func (a *Account) TargetHealth(ctx context.Context, targetGroup string) (awsx.GroupHealth, error) {
	out, err := a.elb.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(targetGroup)})
	if err != nil {
		return awsx.GroupHealth{}, a.classify(ctx, targetGroup, err)
	}
	h := awsx.GroupHealth{TargetGroup: intern(targetGroup), Targets: make([]awsx.TargetHealth, 0, len(out.TargetHealthDescriptions))}
	for _, d := range out.TargetHealthDescriptions {
		var t awsx.TargetHealth
		if d.Target != nil {
			t.ID = intern(aws.ToString(d.Target.Id))
			t.Port = int(aws.ToInt32(d.Target.Port))
			t.Zone = intern(aws.ToString(d.Target.AvailabilityZone))
		}
		if d.TargetHealth != nil {
			t.State = string(d.TargetHealth.State)
			t.Reason = string(d.TargetHealth.Reason)
			t.Description = intern(aws.ToString(d.TargetHealth.Description))
		}
		h.Targets = append(h.Targets, t)
	}
	return h, nil
}
