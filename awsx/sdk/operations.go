package sdk

import (
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
	serviceWrites
	taskDefinitionWrites
	balancing // every ELB action, of everything that the account runs
	registry  // ECR
	buckets   // how many there are
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
		case "UpdateService":
			return false, serviceWrites
		case "RegisterTaskDefinition":
			return false, taskDefinitionWrites
		}
	case elb.ServiceID:
		switch c.Operation {
		case "DescribeTargetGroups", "DescribeTargetHealth":
			return true, balancing
		}
	case ecr.ServiceID:
		if c.Operation == "DescribeImages" {
			return true, registry
		}
	case sts.ServiceID:
		if c.Operation == "GetCallerIdentity" {
			return true, unlimited
		}
	}
	return false, unlimited
}

// iamName returns a call as IAM policies spell it.
func iamName(c awsx.Call) string {
	prefix := c.Service
	switch c.Service {
	case ecs.ServiceID:
		prefix = "ecs"
	case elb.ServiceID:
		prefix = "elasticloadbalancing"
	case ecr.ServiceID:
		prefix = "ecr"
	case sts.ServiceID:
		prefix = "sts"
	}
	return prefix + ":" + c.Operation
}
