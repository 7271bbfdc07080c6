package sdk

import (
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwlogs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"gantry/awsx"
)

// bucketID names one of the token buckets that AWS keeps per account and region.
type bucketID uint8

const (
	unlimited       bucketID = iota
	clusterReads             // clusters, task definitions, tags
	serviceReads             // services
	resourceReads            // tasks and container instances
	deploymentReads          // service deployments and revisions
	serviceWrites            // services and their deployments
	taskWrites               // RunTask, StopTask
	instanceWrites
	taskDefinitionWrites
	balancing  // every ELB action, of everything that the account runs
	registry   // ECR
	autoscaler // every action of Application Auto Scaling
	alarmReads // DescribeAlarms, which ECS needs for its own rollback alarms
	eventReads // FilterLogEvents
	streamReads
	groupReads
	buckets // how many there are
)

// operation says whether a call reads, and which bucket it draws on. Only the
// calls named here read: whatever this function does not know is taken for one
// that changes the account, new operations of the SDK included.
func operation(c awsx.Call) (reads bool, from bucketID) {
	switch c.Service {
	case ecs.ServiceID:
		switch c.Operation {
		case "ListClusters", "DescribeClusters", "ListTaskDefinitions", "DescribeTaskDefinition":
			return true, clusterReads
		case "ListServices", "DescribeServices":
			return true, serviceReads
		case "ListTasks", "DescribeTasks", "ListContainerInstances", "DescribeContainerInstances":
			return true, resourceReads
		case "ListServiceDeployments", "DescribeServiceDeployments", "DescribeServiceRevisions":
			return true, deploymentReads
		case "UpdateService", "StopServiceDeployment", "ContinueServiceDeployment":
			return false, serviceWrites
		case "RunTask", "StopTask":
			return false, taskWrites
		case "UpdateContainerInstancesState":
			return false, instanceWrites
		case "RegisterTaskDefinition", "DeregisterTaskDefinition":
			return false, taskDefinitionWrites
		}
	case elb.ServiceID:
		switch c.Operation {
		case "DescribeTargetGroups", "DescribeTargetHealth", "DescribeTargetGroupAttributes", "DescribeTags":
			return true, balancing
		}
	case ecr.ServiceID:
		switch c.Operation {
		case "DescribeImages", "BatchGetImage":
			return true, registry
		}
	case scaling.ServiceID:
		switch c.Operation {
		case "DescribeScalableTargets", "DescribeScalingPolicies":
			return true, autoscaler
		case "RegisterScalableTarget":
			return false, autoscaler
		}
	case cloudwatch.ServiceID:
		if c.Operation == "DescribeAlarms" {
			return true, alarmReads
		}
	case cwlogs.ServiceID:
		switch c.Operation {
		case "FilterLogEvents":
			return true, eventReads
		case "GetLogEvents", "DescribeLogStreams":
			return true, streamReads
		case "DescribeLogGroups":
			return true, groupReads
		}
	case sts.ServiceID:
		if c.Operation == "GetCallerIdentity" {
			return true, unlimited
		}
	}
	return false, unlimited
}

// service is an API in use: the SDK's id of it, and its prefix in IAM actions.
type service struct{ id, prefix string }

// services returns the APIs in use.
func services() [7]service {
	return [...]service{
		{ecs.ServiceID, "ecs"},
		{elb.ServiceID, "elasticloadbalancing"},
		{ecr.ServiceID, "ecr"},
		{sts.ServiceID, "sts"},
		{scaling.ServiceID, "application-autoscaling"},
		{cloudwatch.ServiceID, "cloudwatch"},
		{cwlogs.ServiceID, "logs"},
	}
}

// iamName returns a call as IAM policies spell it.
func iamName(c awsx.Call) string {
	for _, s := range services() {
		if s.id == c.Service {
			return s.prefix + ":" + c.Operation
		}
	}
	return c.Service + ":" + c.Operation
}
