package sdk

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"gantry/awsx"
	"gantry/internal/crash"
	"gantry/internal/fault"
)

// GroupDetails reads attributes, side by side, and then tags of target groups, in
// the order asked for. A group that does not exist is left out; it is NotFound
// when it was the only one.
func (a Account) GroupDetails(ctx context.Context, arns []string) ([]awsx.GroupDetails, error) {
	delays := make([]time.Duration, len(arns))
	errs := make([]error, len(arns))
	var wg crash.Group
	for i, arn := range arns {
		wg.Go(func() { delays[i], errs[i] = a.deregistrationDelay(ctx, arn) })
	}
	wg.Wait()
	var found []awsx.GroupDetails
	for i, arn := range arns {
		switch err := errs[i]; {
		case fault.ClassOf(err) == fault.NotFound && len(arns) > 1:
		case err != nil:
			return nil, err
		default:
			found = append(found, awsx.GroupDetails{ARN: arn, DeregistrationDelay: delays[i]})
		}
	}
	for part := range slices.Chunk(found, describeGroups) {
		if err := a.groupTags(ctx, part); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (a Account) deregistrationDelay(ctx context.Context, arn string) (time.Duration, error) {
	out, err := a.ELB.DescribeTargetGroupAttributes(ctx, &elb.DescribeTargetGroupAttributesInput{TargetGroupArn: aws.String(arn)})
	if err != nil {
		return 0, a.Classify(ctx, arn, err)
	}
	for _, at := range out.Attributes {
		if aws.ToString(at.Key) != "deregistration_delay.timeout_seconds" {
			continue
		}
		seconds, err := strconv.Atoi(aws.ToString(at.Value))
		if err != nil || seconds < 0 {
			return 0, fault.Errorf(fault.Failed, "elasticloadbalancing:DescribeTargetGroupAttributes", arn,
				"the deregistration delay %q is no number of seconds", aws.ToString(at.Value))
		}
		return time.Duration(seconds) * time.Second, nil
	}
	return 0, nil
}

// groupTags fills the tags of at most describeGroups groups, in one call.
func (a Account) groupTags(ctx context.Context, groups []awsx.GroupDetails) error {
	arns := make([]string, len(groups))
	for i, g := range groups {
		arns[i] = g.ARN
	}
	out, err := a.ELB.DescribeTags(ctx, &elb.DescribeTagsInput{ResourceArns: arns})
	if err != nil {
		return a.Classify(ctx, arns[0], err)
	}
	for _, d := range out.TagDescriptions {
		i := slices.Index(arns, aws.ToString(d.ResourceArn))
		if i < 0 {
			continue
		}
		for _, t := range d.Tags {
			groups[i].Tags = append(groups[i].Tags, awsx.Tag{Key: aws.ToString(t.Key), Value: aws.ToString(t.Value)})
		}
	}
	return nil
}
