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

// describeGroups is how many target groups or listener rules one call names.
const describeGroups = 20

// TargetGroups reads target groups by ARN, 20 a call. A group that does not
// exist is left out of the answer; it is NotFound when it was the only one.
func (a Account) TargetGroups(ctx context.Context, arns []string) ([]awsx.TargetGroup, error) {
	return inBatches(ctx, arns, a.describeTargetGroups)
}

// inBatches reads what is named by ARN, as many a call as one may name. What does not
// exist is left out; it is NotFound when it was the only one.
func inBatches[T any](ctx context.Context, arns []string, read func(context.Context, []string) ([]T, error)) ([]T, error) {
	var out []T
	for part := range slices.Chunk(arns, describeGroups) {
		found, err := halving(ctx, part, read)
		if err != nil && (fault.ClassOf(err) != fault.NotFound || len(arns) == 1) {
			return out, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// halving reads one batch. The service refuses a whole batch for one resource that
// is gone, so such a batch is halved until the others are read.
func halving[T any](ctx context.Context, arns []string, read func(context.Context, []string) ([]T, error)) ([]T, error) {
	out, err := read(ctx, arns)
	if fault.ClassOf(err) != fault.NotFound || len(arns) == 1 {
		return out, err
	}
	for _, half := range [][]string{arns[:len(arns)/2], arns[len(arns)/2:]} {
		found, err := halving(ctx, half, read)
		if err != nil && fault.ClassOf(err) != fault.NotFound {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

func (a Account) describeTargetGroups(ctx context.Context, arns []string) ([]awsx.TargetGroup, error) {
	return all(ctx, 0, func(ctx context.Context, token *string) ([]awsx.TargetGroup, *string, error) {
		out, err := a.ELB.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{TargetGroupArns: arns, Marker: token})
		if err != nil {
			return nil, nil, a.Classify(ctx, arns[0], err)
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

// RuleWeights reads what listener rules send where, 20 a call. A rule that does not
// exist is left out of the answer; it is NotFound when it was the only one.
func (a Account) RuleWeights(ctx context.Context, rules []string) ([]awsx.RuleWeights, error) {
	return inBatches(ctx, rules, func(ctx context.Context, arns []string) ([]awsx.RuleWeights, error) {
		out, err := a.ELB.DescribeRules(ctx, &elb.DescribeRulesInput{RuleArns: arns})
		if err != nil {
			return nil, a.Classify(ctx, arns[0], err)
		}
		var read []awsx.RuleWeights
		for _, r := range out.Rules {
			read = append(read, awsx.RuleWeights{Rule: intern(aws.ToString(r.RuleArn)), Weights: weights(r.Actions)})
		}
		return read, nil
	})
}

// weights are those of the groups that a rule's actions forward to.
func weights(actions []types.Action) map[string]int {
	out := map[string]int{}
	for _, action := range actions {
		for _, g := range weightedGroups(action) {
			out[g.Group] = g.Weight
		}
	}
	return out
}

// TargetHealth reads the health of all targets of one group, in one call.
func (a Account) TargetHealth(ctx context.Context, targetGroup string) (awsx.GroupHealth, error) {
	out, err := a.ELB.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(targetGroup)})
	if err != nil {
		return awsx.GroupHealth{}, a.Classify(ctx, targetGroup, err)
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
