package sdk

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"gantry/awsx"
	"gantry/awsx/sdk/body"
	"gantry/internal/fault"
)

// Raw reads one resource as the API's own JSON: the one element of the list
// that its describe call answers with, byte for byte, tags included.
func (a Account) Raw(ctx context.Context, kind awsx.Kind, ref awsx.Ref) (json.RawMessage, error) {
	if err := a.Here(ref); err != nil {
		return nil, err
	}
	cluster, one := aws.String(ref.Cluster), []string{ref.ARN}
	var page awsx.Page[json.RawMessage]
	var err error
	switch kind {
	case awsx.KindCluster:
		_, err = a.ECS.DescribeClusters(ctx, &ecs.DescribeClustersInput{Clusters: one,
			Include: types.ClusterField("").Values()}, rawPage(&page, "clusters"))
	case awsx.KindService:
		_, err = a.ECS.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: cluster, Services: one,
			Include: []types.ServiceField{types.ServiceFieldTags}}, rawPage(&page, "services"))
	case awsx.KindTask:
		_, err = a.ECS.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: cluster, Tasks: one,
			Include: []types.TaskField{types.TaskFieldTags}}, rawPage(&page, "tasks"))
	case awsx.KindInstance:
		_, err = a.ECS.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{Cluster: cluster, ContainerInstances: one,
			Include: types.ContainerInstanceField("").Values()}, rawPage(&page, "containerInstances"))
	case awsx.KindTaskDefinition:
		return a.rawDefinition(ctx, ref.ARN)
	case awsx.KindTargetGroup:
		return a.rawTargetGroup(ctx, ref.ARN)
	default:
		return nil, fault.Errorf(fault.Invalid, "describe", ref.ARN, "there is no kind of resource named %q", kind)
	}
	if err != nil {
		return nil, a.Classify(ctx, ref.ARN, err)
	}
	if len(page.Items) == 0 {
		reason := "it does not exist"
		if len(page.Missing) > 0 {
			reason = page.Missing[0].Reason
		}
		return nil, &fault.Error{Class: fault.NotFound, Op: "describe " + string(kind), Resource: ref.ARN, Err: errors.New(reason)}
	}
	return *page.Items[0], nil
}

func rawPage(page *awsx.Page[json.RawMessage], field string) func(*ecs.Options) {
	return body.Page(page, field, func(w *json.RawMessage) json.RawMessage { return *w })
}

func (a Account) rawDefinition(ctx context.Context, id string) (json.RawMessage, error) {
	var d describedDefinition
	_, err := a.ECS.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String(id)}, body.Into(&d))
	return d.TaskDefinition, a.Classify(ctx, id, err)
}

// rawTargetGroup writes a target group as JSON: its API answers in XML.
func (a Account) rawTargetGroup(ctx context.Context, arn string) (json.RawMessage, error) {
	out, err := a.ELB.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{TargetGroupArns: []string{arn}})
	if err != nil {
		return nil, a.Classify(ctx, arn, err)
	}
	if len(out.TargetGroups) == 0 {
		return nil, fault.Errorf(fault.NotFound, "describe target group", arn, "it does not exist")
	}
	raw, err := rawJSON(out.TargetGroups[0])
	return raw, a.Classify(ctx, arn, err)
}
